"""The proof of the gradients: finite differences, and the same network in PyTorch."""
