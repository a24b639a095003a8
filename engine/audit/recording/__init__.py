"""A user's script, run in a process of its own with every number in it recorded.

`run_script` starts the process and reads what it left; `instrument` is what runs there: it stands
on the standard library alone, since the other Python may have nothing else. Nothing in here knows
what the numbers mean.
"""
