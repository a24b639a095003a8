"""Tools for any part of the engine: errors, text, numbers, progress, declarations, memory.

Nothing here knows what a network, a table or a run is.
"""
