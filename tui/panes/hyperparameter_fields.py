"""The lines of the form: each hyperparameter with its value, and words on the chosen one."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from engine.common.declaration import Declaration, Value
from engine.common.numbers import grouped
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from tui.drawing.lines import LinesView, Row, cells_of, wrap

_FIELDS = (*DECLARATIONS.values(), *TABLE_DECLARATIONS.values())
_WHEN = {
    "live": "applies at once",
    "reset": "needs a reset",
    "reading": "reads the table again, for a new run",
}
LABEL_CELLS = max(len(field.label) for field in _FIELDS) + 5
_SYMBOL = max(2, *(cells_of(field.symbol) for field in _FIELDS))
_VALUE = max(cells_of(choice) for field in _FIELDS for choice in field.choices) + len("◂  ▸")
_LEAST_WORDS = 2
"""The lines below the hyperparameters that are always kept for words."""


class Fields(LinesView):
    """One line a hyperparameter, with a cursor; below, its values and their meaning."""

    DEFAULT_CSS = "Fields { height: 1fr; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="fields")
        self.cursor = 0
        self._first = 0
        self._kept = _LEAST_WORDS
        """The lines that are kept for words."""
        self.choosing: str | None = None
        """The choice that is shown but not applied yet."""
        self.typing = False
        self.problem = ""

    @property
    def shown(self) -> list[Declaration]:
        """The hyperparameters that matter beside the others."""
        if self.moment is None:
            return [field for field in _FIELDS if field.needs is None]
        values, settings = self.moment.snapshot.hyperparameters, self.moment.settings
        return [field for field in _FIELDS if field.name in settings and field.matters(values)]

    @property
    def field(self) -> Declaration:
        """The hyperparameter under the cursor."""
        shown = self.shown
        return shown[min(self.cursor, len(shown) - 1)]

    def is_idle(self, field: Declaration) -> bool:
        """Return whether it has no effect, as the starting parameters were given."""
        return self.moment is not None and field.name in self.moment.idle

    @property
    def line(self) -> int:
        """The line on which the cursor is."""
        return self.cursor - self._first

    def at(self, line: int) -> int | None:
        """Return the hyperparameter on a line."""
        place = self._first + line
        return place if place < len(self.shown) and line < self._room else None

    @property
    def _room(self) -> int:
        """The lines for hyperparameters."""
        return max(self.size.height - self._kept, 1)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        palette = self.palette
        values = self.moment.settings if self.moment else {}
        lines, shown = [], self.shown
        self.cursor = min(self.cursor, len(shown) - 1)
        words = self._words(width)
        self._kept = self._lines_for(len(words))
        room = self._room
        self._first = min(max(self._first, self.cursor - room + 1), self.cursor)
        self._first = max(min(self._first, len(shown) - room), 0)
        for i, field in list(enumerate(shown))[self._first : self._first + room]:
            at = i == self.cursor and self.cursor_shown
            row = Row().add("›" if at else " ", palette.heading)
            row.add(field.label, palette.text if at else palette.label, width=LABEL_CELLS - 4)
            row.add(f" {field.symbol}", palette.heading, width=1 + _SYMBOL)
            is_known = field.name in values and not self.is_idle(field)
            value = _written(values[field.name]) if is_known else "·"
            if at and self.choosing is not None:
                row.add(f"◂ {self.choosing} ▸", palette.current, width=_VALUE)
            else:
                row.add(f" {value}", palette.entry, width=_VALUE - 2)
                row.add("▾ " if field.choices and is_known else "  ", palette.entry)
            changed = is_known and values[field.name] != field.default
            default = f" default {_written(field.default)}"
            if changed and row.width + len(default) <= width:
                row.add(default, palette.dim)
            below = i == self._first + room - 1 and i + 1 < len(shown)
            above = i == self._first and i > 0
            if above or below:
                row.add("", width=max(width - 1 - row.width, 0)).add(
                    "↑" if above else "↓", palette.dim
                )
            lines.append(row.strip(width))
        left = max(count - len(lines), 0)
        if len(words) > left > 0:
            words[left - 1].add(" …", palette.dim)
        return lines + [row.strip(width) for row in words[:left]]

    def _lines_for(self, words: int) -> int:
        """Return the number of lines for the help text that moves no field being edited."""
        height = self.size.height
        kept = min(max(words, _LEAST_WORDS), max(height // 2, _LEAST_WORDS))
        if self.typing:
            kept = min(kept, max(height - self.line - 1, _LEAST_WORDS))
        return kept

    def _words(self, width: int) -> list[Row]:
        """Return the help of the hyperparameter under the cursor, or the error of its value."""
        palette = self.palette
        style: Style = palette.dim
        if self.problem:
            words, style = self.problem, palette.alarm
        elif self.choosing is not None or self.typing:
            words = "" if self.choosing is None else "arrows choose, "
            words += "Enter applies, Esc restores"
            if self.field.applies != "live":
                words += "; asks before it leaves the run"
        elif self.cursor_shown and self.is_idle(self.field):
            words = "the starting parameters were given, and not drawn"
        elif self.cursor_shown:
            words = f"{self.field.allowed}; {_WHEN[self.field.applies]}"
        else:
            words = "2, then Enter, changes a value"
        return [Row().add(" " + line, style) for line in wrap(words, width - 2)]

    @property
    def cursor_shown(self) -> bool:
        """Whether the cursor is shown."""
        return self.has_focus or self.typing

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        if not self.typing:
            self.choosing = None
        self.redraw()


def _written(value: Value) -> str:
    return grouped(value) if isinstance(value, int) else str(value)
