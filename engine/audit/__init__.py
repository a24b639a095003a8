"""The audit of a stranger's backpropagation: what a script computes, and whether it is right."""
