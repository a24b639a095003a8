"""Libraries that draw, where the script's Python has none: nothing that they do is looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_LIBRARIES = ("matplotlib", "mpl_toolkits", "seaborn", "pylab", "plotly", "tqdm")


_PARTS = {"plot": 1, "hist": 3}
"""The number of things that some functions return; others that return several return two."""


class _Nothing:
    """A stand-in that can be called, asked for anything and taken apart, and does nothing."""

    def __init__(self, parts: int = 2) -> None:
        self.__dict__["_parts"] = parts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing(_PARTS.get(name, 2)) if name != "subplots" else _subplots

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __getitem__(self, _: Any) -> Any:
        return _Nothing()

    def __setitem__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter([_Nothing() for _ in range(self._parts)])


def _subplots(nrows: int = 1, ncols: int = 1, *_: Any, **__: Any) -> Any:
    return _Nothing(), _Nothing(ncols if nrows == 1 else nrows)


def _all_turns(turns: Any = (), *_: Any, **__: Any) -> Any:
    return turns


class _Library(ModuleType):
    """A module in which every name stands for nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "subplots":
            return _subplots
        if name in ("tqdm", "tqdm_notebook"):
            return _all_turns
        if name == "trange":
            return range
        return getattr(_Nothing(), name)


class _Finder:
    """Finds the libraries that no one else finds, and what is in them."""

    def find_spec(self, name: str, *_: Any) -> Any:
        if name.partition(".")[0] not in _LIBRARIES:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> Any:
        return _Library(spec.name)

    def exec_module(self, module: Any) -> None:
        pass


def do_without_drawing() -> None:
    """Let a script import what draws, though it is not installed."""
    sys.meta_path.append(_Finder())
