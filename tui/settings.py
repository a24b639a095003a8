"""Settings kept between sessions, in a file that may be missing, damaged, or written by hand."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.common.text import clean

THEME, CHART_SCALE, KEYMAP = "theme", "chart_scale", "keymap"
"""The settings that the screen takes from the file."""
OPTIONS = ("fps", "speed")
"""The settings that the command line takes from the file, where the option is not given."""
AUTO, LOGARITHMIC, LINEAR = CHART_SCALES = ("auto", "logarithmic", "linear")
"""The scales of E, unless another one was chosen in the run."""

_MOST_BYTES = 10_000


@dataclass(frozen=True)
class Settings:
    """The content of the file.

    Attributes:
        values: The settings in it, by name.
        problem: Why it cannot be used, in a line, or "".
    """

    values: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""

    @property
    def chart_scale(self) -> tuple[str, str]:
        """The scale of the chart, the first by default, and what is wrong with it, or ""."""
        value = self.values.get(CHART_SCALE, AUTO)
        if isinstance(value, str) and value in CHART_SCALES:
            return value, ""
        return AUTO, problem_of(CHART_SCALE, value, " | ".join(CHART_SCALES))

    @property
    def theme(self) -> str:
        """The name of the theme that was chosen last; "" if none was."""
        theme = self.values.get(THEME, "")
        return theme if isinstance(theme, str) else ""


def problem_of(name: str, value: object, allowed: str) -> str:
    """Say in a line that a setting has a value that it cannot have."""
    import json

    shown = clean(value if isinstance(value, str) else json.dumps(value), 40)
    return told_of(name, f"{allowed}, not {shown!r}")


def told_of(name: str, why: str) -> str:
    """Say in a line why a setting is not taken."""
    return f"{_shown_path()}: {name}: {why}; the default is taken"


def settings_path() -> Path:
    """Return where the settings are kept."""
    # Imported here, as the help is to be there at once.
    import platformdirs

    return Path(platformdirs.user_config_path("nn-tui", appauthor=False)) / "settings.json"


def broken_path() -> Path:
    """Return where a file that could not be read is kept when another one is written."""
    return settings_path().with_name("settings.json.broken")


def _shown_path() -> str:
    return clean(str(settings_path()), 200)


def read_settings() -> Settings:
    """Read the file; one that cannot be read is as good as empty, and it is said why."""
    import json

    path = settings_path()
    try:
        status = path.stat()
        # A pipe in its place would keep the program waiting.
        if not stat.S_ISREG(status.st_mode):
            return _broken("this is not a regular file")
        if status.st_size > _MOST_BYTES:
            return _broken(f"this is larger than {_MOST_BYTES} bytes")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as error:
        return _broken(error.strerror or str(error))
    except json.JSONDecodeError as error:
        return _broken(f"line {error.lineno}, column {error.colno}: not JSON")
    except (ValueError, RecursionError):
        return _broken("not JSON")
    if not isinstance(found, dict):
        return _broken('an object is needed, such as {"theme": "nord"}')
    return Settings(found)


def _broken(why: str) -> Settings:
    return Settings(problem=f"{_shown_path()}: {why}; the defaults are taken")


def keep(name: str, value: object) -> None:
    """Keep a setting; a file that cannot be read stays beside the new one.

    Args:
        name: Its name.
        value: What JSON can hold; None for the default.

    Raises:
        OSError: The file cannot be written.
    """
    import json

    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    before = read_settings()
    values = {key: kept for key, kept in before.values.items() if key != name}
    if value is not None:
        values[name] = value
    written = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        written.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", "utf-8")
        if before.problem and path.exists():
            path.replace(broken_path())
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise
