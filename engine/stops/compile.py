"""The place in a program at which a stop is looked at, and its expression compiled for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.common.errors import QueryError
from engine.language.compiler import compile_condition, compile_query
from engine.language.query import Query
from engine.maths.operations.operation import Operation
from engine.program.iterations import END
from engine.stops.scope import Scope
from engine.stops.stop import Stop

if TYPE_CHECKING:
    from engine.run.run import Run


def operation_of(run: Run, name: str) -> tuple[int, Operation]:
    """Return an operation by its name, with its position.

    Raises:
        QueryError: There is none.
    """
    for position, operation in enumerate(run.program.operations):
        if operation.name == name:
            return position, operation
    raise QueryError(f"there is no operation {name} in this program")


def compiled(run: Run, stop: Stop) -> tuple[Query | None, Scope]:
    """Compile the expression of a stop for the place where it is looked at.

    A watch is looked at when an iteration is complete, a breakpoint before its operation,
    or directly after it where the condition asks for what it computes.

    Raises:
        QueryError: It cannot be used there.
    """
    if stop.is_watch:
        scope = Scope(run, END)
        query = compile_query(stop.text, scope)
        if query.term.is_truth and query.term.shape:
            raise QueryError(
                f"{query.text}: is true or false for each element: use all(…) or any(…)"
            )
        if stop.count > 1 and not query.is_condition:
            raise QueryError(f"{query.text}: only a condition can hold for {stop.count}")
        return query, scope
    position, _ = operation_of(run, stop.place)
    scope = Scope(run, position)
    if not stop.text:
        return None, scope
    try:
        return compile_condition(stop.text, scope), scope
    except QueryError as error:
        last = position + 1 == len(run.program.operations)
        after = Scope(run, END if last else position + 1)
        try:
            return compile_condition(stop.text, after), after
        except QueryError:
            raise error from None
