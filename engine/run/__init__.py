"""One training run: its clock, forward and back, its changes, branches, losses and hit counts.

A run knows the protocol of what may stop it; the stops themselves are `engine.stops`.
"""
