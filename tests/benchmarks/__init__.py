"""Measures the budgets of the design; run it with ``python -m tests.benchmarks``."""
