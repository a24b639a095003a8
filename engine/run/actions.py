"""The actions on branches, so that they can be undone and done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.run.changes import Change
from engine.run.run import Run


@dataclass(eq=False)
class Branch:
    """A run and what sets it apart.

    Attributes:
        number: Its number.
        label: Its name; by default, what was changed at its start.
        run: The run itself.
        began: The iteration at which it left the branch that it comes from; None for
            one that started from iteration 0.
    """

    number: int
    label: str
    run: Run
    began: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it has not completed any iteration."""
        return len(self.run.losses) == 0

    @property
    def has_progress(self) -> bool:
        """Whether it has completed an iteration of its own."""
        return len(self.run.losses) > (self.began or 0)


@dataclass(frozen=True)
class Switched:
    """Another branch became the present one.

    Attributes:
        began: Whether it began with that, and was not in the list before.
    """

    before: Branch
    after: Branch
    began: bool = True


@dataclass(frozen=True)
class Changed:
    """A change by hand at the end of a branch."""

    branch: Branch
    change: Change


@dataclass(frozen=True)
class Planned:
    """Another number of iterations was planned."""

    branch: Branch
    before: int
    after: int


Action = Switched | Changed | Planned


def moved(action: Action, branch: Branch, to: Branch) -> Action:
    """Return the same action with one branch in the place of another."""
    if isinstance(action, Switched):
        before = to if action.before is branch else action.before
        return replace(action, before=before, after=to if action.after is branch else action.after)
    return replace(action, branch=to) if action.branch is branch else action


def without(actions: Sequence[Action], branch: Branch) -> list[Action]:
    """Return the actions, in the order of doing, with no stay in a branch."""
    left: list[Action] = []
    came_from: Branch | None = None
    for action in actions:
        if not isinstance(action, Switched):
            if action.branch is not branch:
                left.append(action)
        elif action.after is branch:
            came_from = action.before
        elif action.before is not branch:
            left.append(action)
        elif came_from is not None and came_from is not action.after:
            left.append(replace(action, before=came_from))
    return left
