"""What runs in the user's Python: the script with its syntax tree rewritten, and what it records.

It stands on the standard library alone, of Python 3.8 and later, for the other Python may have
nothing else: `start` makes a package of this folder there, so imports in it are relative.
"""
