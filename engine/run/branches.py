"""The branches of a debugging session, and what undo and redo go through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.common.errors import InputError
from engine.common.numbers import format_number, general, grouped
from engine.common.text import clean, counted
from engine.run.actions import Action, Branch, Changed, Planned, Switched, moved, without
from engine.run.changes import Edit, LearningRate
from engine.run.run import Run

_LONGEST = 60
"""The characters of a branch's name that a user gives it."""


class Branches:
    """Every branch that is kept, one of them the present one.

    One without iterations is kept only while it is the present one; undo and redo still come back
    to it.

    Args:
        run: The first run.
        budget: The bytes that going back may take, for all branches together.

    Attributes:
        version: Changes with whatever is done, undone, done again or dropped.
        next_number: The number of the next branch.
        done: The actions that undo goes through, the last one last.
        undone: The actions that redo goes through, the next one last.
    """

    def __init__(self, run: Run, budget: int) -> None:
        self.version = 0
        self.current = Branch(1, "start", run)
        self._all = [self.current]
        self.next_number = 2
        self.budget = budget
        self.done: list[Action] = []
        self.undone: list[Action] = []
        self._share()

    def __iter__(self) -> Iterator[Branch]:
        return iter(self._all)

    def __getitem__(self, number: int) -> Branch:
        for branch in self._all:
            if branch.number == number:
                return branch
        raise InputError(f"there is no branch {number}")

    @classmethod
    def recalled(
        cls,
        listed: Sequence[Branch],
        current: Branch,
        next_number: int,
        done: Sequence[Action],
        undone: Sequence[Action],
        budget: int,
    ) -> Branches:
        """Take over the branches that another list kept.

        Args:
            listed: The branches in the list.
            current: The present one, which is among them.
            next_number: The number of the next branch.
            done: The actions that undo goes through, the last one last.
            undone: The actions that redo goes through.
            budget: As for the constructor.
        """
        branches = cls(current.run, budget)
        branches._all = list(listed)
        branches.current = current
        branches.next_number = next_number
        branches.done, branches.undone = list(done), list(undone)
        branches._share()
        return branches

    def _share(self) -> None:
        """Divide the budget among the branches."""
        for branch in self._all:
            branch.run.history.set_budget(self.budget // len(self._all))

    def start(self, run: Run, label: str) -> None:
        """Make a run that starts from iteration 0 the present branch."""
        before = self.current
        self._did(Switched(before, self._add(run, label, None)))

    @property
    def origin(self) -> Branch:
        """The branch that a run started now is told apart from: the last one with iterations.

        Where there is none, it is the one that the session began with.
        """
        branch = self.current
        for action in reversed(self.done):
            if not branch.is_empty:
                break
            if isinstance(action, Switched) and action.after is branch:
                branch = action.before
        return branch

    def plan(self, iterations: int) -> None:
        """Plan another number of iterations."""
        run = self.current.run
        before = run.hyperparameters.iterations
        if iterations != before:
            run.plan(iterations)
            self._did(Planned(self.current, before, iterations))

    def apply(self, what: LearningRate | Edit) -> None:
        """Change something at the clock; in the past this starts a branch."""
        before = self.current
        if before.run.has_future:
            label = f"{described(before.run, what)} at {grouped(before.run.iteration)}"
            branch = self._add(before.run.fork(), label, before.run.iteration)
            branch.run.change(what)
            self._did(Switched(before, branch))
        else:
            self._did(Changed(before, before.run.change(what)))

    def _add(self, run: Run, label: str, began: int | None) -> Branch:
        branch = Branch(self.next_number, label, run, began)
        self.next_number += 1
        self._enter(branch)
        return branch

    def _keep(self, branch: Branch) -> None:
        if branch not in self._all:
            self._all.append(branch)
            self._all.sort(key=lambda each: each.number)
            self._share()

    def switch(self, number: int) -> None:
        """Make another branch the present one.

        Raises:
            InputError: There is no such branch.
        """
        before, after = self.current, self[number]
        if before is not after:
            self._enter(after)
            self._did(Switched(before, after, began=False))

    def rename(self, number: int, label: str) -> None:
        """Call a branch something else.

        Raises:
            InputError: There is no such branch, or the name is empty or too long.
        """
        self[number].label = name_of(label)
        self.version += 1

    def drop(self, number: int) -> None:
        """Forget a branch for good.

        Raises:
            InputError: It is the present one, or there is none.
        """
        branch = self[number]
        if branch is self.current:
            raise InputError("this is the present branch: switch to another one first")
        self._remove(branch)
        self.done = without(self.done, branch)
        self.undone = without(self.undone[::-1], branch)[::-1]
        self.version += 1

    def _remove(self, branch: Branch) -> None:
        self._all.remove(branch)
        self._share()

    def _did(self, action: Action) -> None:
        self.done.append(action)
        self.undone.clear()
        self.version += 1

    def undo(self) -> str:
        """Take the last change, start or switch back; return what, in words, or ""."""
        if not self.done:
            return ""
        self.version += 1
        action = self.done.pop()
        if isinstance(action, Planned):
            self.undone.append(action)
            return self._plan_again(action.branch, action.before)
        if isinstance(action, Switched):
            if action.began:
                self._leave(action.after)
            self._enter(action.before)
            self.undone.append(action)
            return f"back to the branch “{action.before.label}”"
        return self._undo_change(action)

    def _undo_change(self, action: Changed) -> str:
        branch, change = action.branch, action.change
        self._enter(branch)
        words = f"without {described(branch.run, change.what)} at {grouped(change.iteration)}"
        branch.run.go_to(*change.time)
        if branch.run.changes.last is change and not branch.run.is_in_the_past:
            branch.run.take_back()
            self.undone.append(action)
        else:
            # What was computed with the change is kept.
            run = branch.run.fork()
            run.take_back_until(change)
            fork = self._add(run, words, change.iteration)
            self.undone.append(Switched(fork, branch, False))
            # What was done before was done on the fork too.
            self.done = [moved(action, branch, fork) for action in self.done]
        return words

    def redo(self) -> str:
        """Repeat the change that was undone last; return it in words, or ""."""
        if not self.undone:
            return ""
        self.version += 1
        action = self.undone.pop()
        if isinstance(action, Planned):
            self.done.append(action)
            return self._plan_again(action.branch, action.after)
        if isinstance(action, Switched):
            self._enter(action.after)
            self.done.append(action)
            return f"the branch “{action.after.label}” again"
        branch, what = action.branch, action.change.what
        self._enter(branch)
        words = f"{described(branch.run, what)} again"
        branch.run.go_to(*action.change.time)
        if branch.run.has_future:
            fork = self._add(branch.run.fork(), words, branch.run.iteration)
            fork.run.change(what)
            self.done.append(Switched(branch, fork))
            # What was done after is to be done again there.
            self.undone = [moved(action, branch, fork) for action in self.undone]
        else:
            self.done.append(Changed(branch, branch.run.change(what)))
        return words

    def _plan_again(self, branch: Branch, iterations: int) -> str:
        self._enter(branch)
        branch.run.plan(iterations)
        return f"{counted(iterations, 'iteration')} planned"

    def _leave(self, branch: Branch) -> None:
        """Take a branch off the list, unless it has computed anything."""
        if branch in self._all and not branch.has_progress:
            self._remove(branch)

    def _enter(self, branch: Branch) -> None:
        """Make a branch, perhaps one that is not in the list, the present one."""
        self._keep(branch)
        before, self.current = self.current, branch
        if before is not branch and before.is_empty and before in self._all:
            self._remove(before)


def name_of(text: str) -> str:
    """Return what a user calls a branch.

    Raises:
        InputError: It is empty or too long.
    """
    name = clean(text).strip()
    if not name or len(name) > _LONGEST:
        raise InputError(f"a name of 1 to {_LONGEST} characters is needed")
    return name


def described(run: Run, what: LearningRate | Edit) -> str:
    """Write a change by hand, e.g. ``η = 0.1``."""
    if isinstance(what, LearningRate):
        return f"η = {general(what.value)}"
    cell = run.program.parameters[what.name].cell(what.index)
    return f"{cell.label} = {format_number(what.value)}"
