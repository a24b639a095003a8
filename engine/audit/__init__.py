"""Audits of a user's own derivation: which operation of their script is wrong, where and how.

The script is run and recorded (`recording`), understood by its numbers, and each operation is
judged by our formula with the script's own operands. Nothing here knows the screen; what trains a
network of ours, and the mistakes of a formula, belong elsewhere.
"""

from engine.audit.arrays import audit_arrays
from engine.audit.script import audit

__all__ = ["audit", "audit_arrays"]
