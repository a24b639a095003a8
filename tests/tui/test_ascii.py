"""Terminals without more than ASCII: where that is decided, and what it does to widths."""

import ast
from pathlib import Path

from rich.cells import cell_len

import tui
from tui.terminal.ascii import narrowed, spelled


def importers(module: str) -> set[str]:
    """The files of `tui` that import a module, by their paths."""
    root = Path(tui.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                found.add(path.relative_to(root).parts[0])
    return found


def test_no_pane_and_no_dialog_asks_what_the_terminal_can_show() -> None:
    found = importers("tui.terminal.ascii")
    assert found >= {"drawing", "terminal"}
    assert not found & {"panes", "dialogs", "workspace.py"}


def test_what_is_replaced_on_the_way_to_the_terminal_keeps_its_width() -> None:
    for character in map(chr, (*range(0xA0, 0x3100), 0x1F600, 0xFF21)):
        if not (width := cell_len(character)):
            continue
        plain = narrowed(character)
        assert plain.isascii(), ascii(character)
        assert cell_len(plain) == width, ascii(character)


def test_what_is_written_out_is_what_can_be_typed() -> None:
    assert spelled("∂E/∂w = (∂y/∂w)ᵀ·∂E/∂y") == "dE_dw = (dy_dw).T*dE_dy"
    assert spelled("x² ≤ η") == "x^2 <= eta"
