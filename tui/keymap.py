"""The keys that the settings give to actions, each checked."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping

from engine.common.text import clean
from tui.keys import KEYS
from tui.settings import KEYMAP, Settings, problem_of


def kept_keymap(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Return the keys that the settings give actions instead of their first ones.

    Returns:
        Keys by the names of the actions, and what is wrong with others, a line each.
    """
    wanted = settings.values.get(KEYMAP, {})
    if not isinstance(wanted, dict):
        return {}, [problem_of(KEYMAP, wanted, 'an object such as {"next_operation": "f8"}')]
    keymap: dict[str, str] = {}
    problems = []
    for name, key in wanted.items():
        problem = _refused(name, key, wanted)
        if problem:
            shown = clean(json.dumps({name: key}), 60)
            problems.append(problem_of(KEYMAP, shown, problem))
        else:
            keymap[name] = key
    return keymap, problems


def _refused(name: str, key: object, wanted: Mapping[str, object]) -> str:
    """Say why an action cannot have a key, or ""."""
    known = {each.setting: each for each in KEYS}
    if name not in known:
        meant = difflib.get_close_matches(name, known, n=1)
        return f"an action such as {meant[0] if meant else 'next_operation'}"
    if not isinstance(key, str) or not key or " " in key:
        return "a key such as f8 or ctrl+n"
    own = known[name]
    for other in KEYS:
        kept = other.keys[1:] if other.setting in wanted else other.keys
        shown = other.shown.split(" ")[len(other.keys) - len(kept) :]
        shares = not own.panes or not other.panes or bool(own.panes.keys() & other.panes.keys())
        if other is not own and shares and key in (*kept, *shown):
            return f"a key that {other.setting} does not have"
    return ""
