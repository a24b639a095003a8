"""Puts the operations of a program together, phase by phase."""
