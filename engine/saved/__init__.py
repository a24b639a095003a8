"""Runs kept in files, so that nothing is lost: written while they go on, and opened again.

`manifest` declares what is saved, field by field. `capture` takes it of a debugger, `saver` and
`run_files` write it, `restore` makes a debugger of it again. Nothing here computes a network, and
nothing that is read is trusted.
"""
