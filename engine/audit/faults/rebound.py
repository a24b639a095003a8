"""Steps that are lost: the new value is given to the variable of a loop, and to no parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from engine.audit.faults.view import View
from engine.audit.findings import Finding
from engine.audit.network.roles import found_at, weight_names

_Step = ast.Assign | ast.AugAssign


class Rebound:
    """Looks for parameters that a loop hands out, and of which it changes its own name only."""

    def __init__(self, view: View) -> None:
        self.view = view

    def lost_steps(self) -> Iterator[Finding]:
        """Find ``for w, g in zip(weights, gradients): w = w - rate * g``, with no use of w."""
        for name, step in _steps_of_names(self.view.recording.source):
            made = [
                record
                for record in self.view.turns[0]
                if self._is_at(record, step)
                and self.view.text(record) == name
                and (isinstance(step, ast.Assign) or self.view.rows["identity"][record] == 0)
            ]
            if not made:
                continue
            names = weight_names(len(self.view.roles.weights) or len(made))
            yield Finding(
                names[0],
                "no-update",
                f"{name} is only a name that each turn of the loop gives to a parameter: the new "
                "value is given to that name and lost, so that no parameter ever changes, though "
                "the gradients are not 0",
                f"change the array itself: {name} -= …, or put the new value back to where the "
                "parameter is kept (numbers can only be put back)",
                found=found_at(self.view.recording, made[0]),
            )
            return

    def _is_at(self, record: int, step: _Step) -> bool:
        node = self.view.recording.node_of(record)
        is_step = node.kind.startswith(("assign", "augassign"))
        return is_step and (node.line, node.column) == (step.lineno, step.col_offset)


def _steps_of_names(source: Sequence[str]) -> Iterator[tuple[str, _Step]]:
    """Go through the steps of names that a loop gives, or reads, and that are read nowhere after.

    They are variables of the loop, or are taken out of an object in each turn of it.
    """
    try:
        tree = ast.parse("\n".join(source))
    except (SyntaxError, ValueError, RecursionError):
        return
    read = [part for part in ast.walk(tree) if isinstance(part, ast.Name)]
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For):
            continue
        given = {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
        taken: set[str] = set()
        for at, step in enumerate(loop.body):
            name = _stepped(step)
            rest = [part for after in loop.body[at + 1 :] for part in ast.walk(after)]
            later = read if name in taken else []
            is_read = any(isinstance(part, ast.Name) and part.id == name for part in rest)
            is_read |= any(part.id == name and part.lineno > step.lineno for part in later)
            if name in given | taken and not is_read:
                assert isinstance(step, _Step)
                yield name, step
            taken.update(_taken_out(step))


def _taken_out(statement: ast.stmt) -> Iterator[str]:
    """Go through the names that a statement gives to parts of an object, ``W = layer["W"]``."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target, value = statement.targets[0], statement.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
    for name, part in pairs:
        if isinstance(name, ast.Name) and isinstance(part, ast.Subscript | ast.Attribute):
            yield name.id


def _stepped(statement: ast.stmt) -> str:
    """Return the name that a statement gives itself less or more a multiple, or ""."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.BinOp(left=ast.Name(id=own), op=ast.Sub() | ast.Add(), right=step),
        ) if name == own:
            pass
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Sub() | ast.Add(), value=step):
            pass
        case _:
            return ""
    return name if any(isinstance(part, ast.Mult) for part in ast.walk(step)) else ""
