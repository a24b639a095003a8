"""Changes by hand, resets, and the way to take them back."""

from __future__ import annotations

import numpy as np

from engine.common.declaration import Value
from engine.common.errors import InputError
from engine.common.text import clean
from engine.debugger.base import DebuggerBase
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters
from engine.run.changes import Edit, LearningRate


class ChangingDebugger(DebuggerBase):
    """Changes parameters and hyperparameters; in the past this starts a branch."""

    def change(self, **values: Value) -> None:
        """Change hyperparameters that apply live; they hold from the next operation on.

        Another learning rate in the past starts a branch there.

        Raises:
            InputError: A value is not allowed, or needs a reset.
        """
        for name in values:
            if DECLARATIONS[name].applies != "live":
                raise InputError(f"{DECLARATIONS[name].label} needs a reset")
        changed = self.hyperparameters.replace(**values)
        self.branches.plan(changed.iterations)
        if changed.learning_rate != self.hyperparameters.learning_rate:
            self.branches.apply(LearningRate(changed.learning_rate))

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one cell of a parameter; in the past this starts a branch.

        Args:
            name: The parameter, e.g. ``v``.
            index: The place of the cell; ``()`` for a scalar.
            value: A finite number.

        Raises:
            InputError: There is no such parameter or cell, or the value is not finite.
        """
        tensor = self.program.parameters.get(name)
        if tensor is None:
            known = ", ".join(self.program.parameters)
            raise InputError(f"only parameters can be set ({known}), not {clean(name, 40)}")
        try:
            tensor.require_cell(index)
        except IndexError as error:
            raise InputError(str(error)) from None
        if not np.isfinite(value):
            raise InputError(f"a finite number is needed, not {value}")
        self.branches.apply(Edit(name, index, float(value)))

    def reset(self, hyperparameters: Hyperparameters | None = None) -> None:
        """Start again at iteration 0; the present run stays as a branch.

        Args:
            hyperparameters: Hyperparameters of the new run; by default the present ones.

        Raises:
            InputError: The parameters given to the constructor do not fit the new network.
        """
        wanted, origin = hyperparameters or self.hyperparameters, self.branches.origin
        before = origin.run.hyperparameters
        differing = [
            f"{declaration.label} = {getattr(wanted, name)}"
            for name, declaration in DECLARATIONS.items()
            if getattr(wanted, name) != getattr(before, name)
        ]
        label = ", ".join(differing) or (origin.label if origin.is_empty else "reset")
        self.branches.start(self._start(wanted), label)

    def undo(self) -> str:
        """Take the last change, reset or switch of branches back.

        Returns:
            What was undone, in words; "" if there is nothing to undo.
        """
        return self.branches.undo()

    def redo(self) -> str:
        """Repeat the change that was undone last.

        Returns:
            What was done, in words; "" if there is nothing to do again.
        """
        return self.branches.redo()
