"""The operations of an iteration: for each kind its formula and, beside it, its reason."""
