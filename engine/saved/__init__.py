"""Runs kept in files, so that nothing is lost: written while they go on, and opened again."""
