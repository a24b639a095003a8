"""What a network is made of: hyperparameters, layers, starting parameters, batches.

How its numbers are computed is `engine.program`.
"""
