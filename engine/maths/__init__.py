"""What the numbers are made of: calls on buffers, and the loop that runs them.

Knows arrays and ufuncs; nothing here knows of networks, runs or files.
"""
