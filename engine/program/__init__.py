"""One iteration as an ordered list of operations over named buffers.

The list, how it is put together and how it is run belong here; the clock that moves through it is
`engine.run`.
"""
