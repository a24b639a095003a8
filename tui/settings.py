"""Settings kept between sessions: the theme, in a small file that may be missing or damaged."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import platformdirs

_MOST_BYTES = 10_000


def settings_path() -> Path:
    """Return where the settings are kept."""
    return Path(platformdirs.user_config_path("nn-tui", appauthor=False)) / "settings.json"


def kept_theme() -> str:
    """Return the name of the theme that was chosen last; "" if none was, or it cannot be read."""
    theme = _read().get("theme", "")
    return theme if isinstance(theme, str) else ""


def keep_theme(name: str) -> None:
    """Keep the name of a theme.

    Raises:
        OSError: The file cannot be written.
    """
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        written.write_text(json.dumps({**_read(), "theme": name}) + "\n", encoding="utf-8")
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise


def _read() -> dict[str, object]:
    try:
        path = settings_path()
        # A pipe in its place would keep the program waiting.
        if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
