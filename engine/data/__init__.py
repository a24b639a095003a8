"""Tables: from a file or arrays to a dataset.

A dataset, where it came from, and the tables that are bundled belong here; reading a file is
`engine.data.table`. What is learned from a dataset does not.
"""
