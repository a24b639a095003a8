"""The network: hyperparameters, layers, starting parameters, batches.

How its numbers are computed is `engine.program`.
"""
