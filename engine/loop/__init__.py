"""Calls on buffers, and the loop that runs lists of them, in C or in Python.

Here belongs what only knows buffers. From which formula a call comes does not.
"""
