"""Private names: Textual's stand in two files, and the app's mixins do not share any by chance."""

import ast
import importlib
import inspect
from collections import Counter
from pathlib import Path

import tui
from tui.actions.base import Base
from tui.app import NNTui

ROOT = Path(tui.__file__).parent
ALLOWED = {"terminal/driver.py", "terminal/textual_private.py"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def own_names(tree: ast.AST) -> set[str]:
    """The private names that a module itself gives to something."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return {name for name in names if is_private(name)}


def test_private_names_of_textual_stand_in_two_files() -> None:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where in ALLOWED:
            continue
        tree = ast.parse(path.read_text())
        own = own_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual._"):
                found.append((where, node.module))
            elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
                if ast.unparse(node) == "os._exit":
                    continue
                found.append((where, node.attr))
        module = importlib.import_module("tui." + where.removesuffix(".py").replace("/", "."))
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ != module.__name__:
                continue
            theirs = [base for base in kind.__mro__ if base.__module__.startswith("textual")]
            for name in own & set(vars(kind)):
                if any(name in vars(base) for base in theirs):
                    found.append((where, f"{kind.__name__}.{name}"))
    assert found == []


def test_no_two_parts_of_the_app_give_one_name_to_two_things() -> None:
    parts = [part for part in NNTui.__mro__ if part.__module__.startswith("tui.actions.")]
    beside = [part for part in parts if part is not Base]
    assert all(part.__bases__ == (Base,) for part in beside)
    names = Counter(
        name
        for part in beside
        for name in vars(part)
        if inspect.isfunction(vars(part)[name]) and not name.startswith("__")
    )
    # Textual calls each of these.
    assert [name for name, times in names.items() if times > 1 and name != "on_mount"] == []
