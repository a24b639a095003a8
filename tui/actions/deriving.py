"""Exercises: a formula for a blank line, hints, and the mark on a line that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from tui.actions.base import Base
from tui.panes.footer import KeysFooter

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.derive import Verdict


class DeriveActions(Base):
    """The keys of an exercise."""

    _drafts: dict[str, str] | None = None
    """The text typed last for each line, tried or not."""

    @property
    def score(self) -> str:
        return "" if self.exercise is None else self.exercise.score

    @property
    def exercise_keys(self) -> Mapping[str, str]:
        if self.exercise is None or self.frame.active != "iteration":
            return {}
        # Only where there is one, for the sake of the first frame.
        from engine.derive import Exercise

        if isinstance(self.exercise, Exercise):
            return {"edit": "answer", "hint": "hint"}
        return {"edit": "mark"}

    def derive(self, name: str) -> bool:
        from engine.derive import Exercise, Find

        if self.session is None or self.moment is None:
            return False
        self.halt()
        if isinstance(self.exercise, Find):
            find = self.exercise
            self.ask(lambda debugger: find.mark(name), self._tell_long)
            return True
        if not isinstance(self.exercise, Exercise):
            return False
        listing = self.moment.snapshot.listing
        if name in self.exercise.lines:
            self._prompt(self.exercise, name)
        elif name in listing.parameters:
            return False
        else:
            self.say(f"{listing.symbols[name]} is given. j and k go to a line with a ?.")
        return True

    def begin_exercise(self) -> None:
        """Go to the first line of an exercise, and say what to press."""
        from engine.derive import Find

        self.frame.go_to("iteration")
        if isinstance(self.exercise, Find):
            words = "One line of the backward phase is wrong. e marks the line under the cursor."
        else:
            words = "e answers the line under the cursor, ? gives a hint."
        self.notify(words, markup=False, timeout=20)
        self.query_one(KeysFooter).renew()
        self._to_the_next_blank()

    def _to_the_next_blank(self) -> None:
        """Move the cursor to the first line that is still blank, once the screen shows it."""
        from engine.derive import Exercise

        exercise = self.exercise
        if not isinstance(exercise, Exercise):
            return

        def go(name: str | None) -> None:
            if name is not None:
                self.call_after_refresh(self.frame.iteration.choose, name)

        self.ask(lambda debugger: exercise.next_blank, go)

    def _prompt(self, exercise: object, name: str) -> None:
        from engine.derive import Exercise
        from engine.derive.report import verdict_lines
        from tui.dialogs.derive import DeriveScreen

        assert isinstance(exercise, Exercise)
        assert self.session is not None
        session, symbol = self.session, exercise.symbol(name)
        if self._drafts is None:
            self._drafts = {}
        drafts = self._drafts
        if name not in drafts and name in exercise.verdicts:
            drafts[name] = exercise.verdicts[name].text

        def tried(text: str) -> Future[Verdict]:
            def command(debugger: Debugger) -> Verdict:
                verdict = exercise.answer(name, text)
                if not verdict.is_right:
                    raise InputError("\n".join(verdict_lines(verdict, symbol)))
                return verdict

            return session.request(command)

        def closed(verdict: Verdict | None) -> None:
            if verdict is None:
                self.tell("")
            elif exercise.right == len(exercise.lines):
                self.tell("All lines are right. The run uses them; d proves the gradients.")
            else:
                self.tell(f"{symbol} is right, and the run uses it: {exercise.score}.")
                self._to_the_next_blank()

        self.push_screen(DeriveScreen(symbol, exercise.names(name), tried, name, drafts), closed)

    def take_answer(self, which: str) -> bool:
        """Undo or redo an answer of an exercise; false where there is none."""
        from engine.derive import Exercise

        exercise = self.exercise
        if not isinstance(exercise, Exercise) or not exercise.can(which):
            return False

        def command(debugger: Debugger) -> str:
            done = exercise.undo() if which == "undo" else exercise.redo()
            return f"{which.capitalize()}: {done}." if done else ""

        self.ask(command, self.tell)
        return True

    async def action_hint(self) -> None:
        """Give a hint for the blank line under the cursor; anywhere else show the help."""
        if self.exercise is not None and self.moment is not None:
            from engine.derive import Exercise

            exercise, name = self.exercise, self.frame.iteration.line.name
            is_there = self.frame.active == "iteration" and len(self.screen_stack) == 1
            if is_there and isinstance(exercise, Exercise) and exercise.is_blank(name):
                self.ask(lambda debugger: exercise.hint(name), self._tell_long)
                return
        await self.run_action("help")

    def _tell_long(self, words: str) -> None:
        """Say something that takes longer to read."""
        self.notify(words, markup=False, timeout=20)
        self.tell("")
