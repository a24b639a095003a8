"""``python -m tests.documents``: write the generated parts of the documents anew."""

from __future__ import annotations

import argparse
import sys

from tests.documents.blocks import DOCUMENTS, ROOT, filled


def main(arguments: list[str] | None = None) -> int:
    """Write all documents, or say which are out of date; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.documents",
        description="Write the generated blocks of the READMEs anew.",
    )
    parser.add_argument("--check", action="store_true", help="only compare; 1 if some differ")
    is_check = parser.parse_args(arguments).check
    changed = 0
    for name in DOCUMENTS:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after == before:
            continue
        changed += 1
        if is_check:
            print(f"{name} is out of date: python -m tests.documents", file=sys.stderr)
        else:
            path.write_text(after, encoding="utf-8")
            print(f"{name} is written anew")
    return int(is_check and changed > 0)


if __name__ == "__main__":
    sys.exit(main())
