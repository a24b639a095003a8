"""The kinds of operations that an iteration is made of, by phase."""
