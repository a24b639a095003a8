"""Which examples are tried: some by default, all with NN_TUI_EXAMPLES=full, others with =new."""

import os

IS_FULL = os.environ.get("NN_TUI_EXAMPLES") == "full"
IS_NEW = os.environ.get("NN_TUI_EXAMPLES") == "new"


def examples(all_of_them: int) -> int:
    """Return how many to try.

    Args:
        all_of_them: How many the full run tries.
    """
    return all_of_them if IS_FULL else max(all_of_them // 5, 5)
