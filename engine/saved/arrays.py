"""The arrays of a saved run, each piece checked against its name."""

from __future__ import annotations

from engine.common.errors import InputError
from engine.common.npz import unpack
from engine.common.text import clean
from engine.formula.tensor import Array
from engine.saved.kinds import digest
from engine.saved.run_files import Store


class Pieces:
    """The arrays of a saved run.

    Args:
        store: The store of the pieces.
        state: The name of the piece with all that is not in blocks.

    Raises:
        InputError: This piece is missing or damaged.
    """

    def __init__(self, store: Store, state: str) -> None:
        self._store = store
        self._arrays = self.read(state)

    def read(self, name: str) -> dict[str, Array]:
        """Read a piece.

        Raises:
            InputError: It is missing or damaged.
        """
        content = self._store.part(name)
        if digest(content) != name:
            raise InputError(f"{clean(name, 40)}.npz: damaged")
        return unpack(content)

    def array(self, name: str) -> Array:
        """Return an array of the state.

        Raises:
            InputError: There is none of this name.
        """
        if name not in self._arrays:
            raise InputError(f"{clean(name, 60)}: missing")
        return self._arrays[name]

    def beginning_with(self, prefix: str) -> dict[str, Array]:
        """Return the arrays of the state whose names begin so, by what follows."""
        return {n.removeprefix(prefix): a for n, a in self._arrays.items() if n.startswith(prefix)}
