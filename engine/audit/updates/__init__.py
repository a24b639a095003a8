"""The steps of the parameters, judged: rates, signs, optimisers, one multiple for all.

Here belongs what is told from several passes. Whether a gradient is right belongs to `judging`.
"""
