"""The report of an audit: problems, matches, one cell worked out both ways; as text and as JSON.

Here belong its form and its words. What is put into it does not: see `engine.audit.reporting`.
"""
