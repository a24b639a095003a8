"""The network of a script, found by its numbers: layers, activations, targets and loss.

Here belongs what the forward phase tells. Whether the gradients are right does not.
"""
