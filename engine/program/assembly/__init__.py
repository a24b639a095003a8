"""Puts a program together, phase by phase."""
