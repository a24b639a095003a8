"""The keys that the settings give to actions, each checked."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Mapping

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from engine.common.text import clean
from tui.key import Key
from tui.keys import KEYS
from tui.settings import KEYMAP, Settings, problem_of

_KNOWN = {key.setting: key for key in KEYS}
_MODIFIERS = frozenset({"ctrl", "shift", "alt"})
_NAMES = frozenset(key.value for key in Keys if key.value.isidentifier())
"""The keys that have a name and no sign."""


def kept_keymap(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Return the keys that the settings give actions instead of their first ones.

    Returns:
        Keys by the names of the actions, and what is wrong with others, a line each.
    """
    wanted = settings.values.get(KEYMAP, {})
    if not isinstance(wanted, dict):
        return {}, [problem_of(KEYMAP, wanted, 'an object such as {"next_operation": "f8"}')]
    keymap: dict[str, str] = {}
    problems = {}
    for name, key in wanted.items():
        problem = _unusable(name, key)
        if problem:
            problems[name] = problem
        else:
            keymap[name] = _called(str(key))
    # One that is refused has its own key again, which another may have taken.
    while clash := _clash(keymap):
        name, other = clash
        problems[name] = f"a key that {other.setting} does not have"
        del keymap[name]
    told = []
    for name, problem in problems.items():
        shown = clean(json.dumps({name: wanted[name]}), 60)
        told.append(problem_of(KEYMAP, shown, problem))
    return keymap, told


def _unusable(name: str, key: object) -> str:
    """Say what an entry is to be, or "" if it is that."""
    if name not in _KNOWN:
        meant = difflib.get_close_matches(name, _KNOWN, n=1)
        return f"an action such as {meant[0] if meant else 'next_operation'}"
    if not isinstance(key, str) or not _is_key(key):
        return "a key such as f8 or ctrl+n"
    return ""


def _is_key(name: str) -> bool:
    """Return whether a key can be called so."""
    *modifiers, last = name.split("+") if len(name) > 1 else [name]
    known = len(last) == 1 and last.isprintable() and last != " "
    return all(m in _MODIFIERS for m in modifiers) and (known or last in _NAMES)


def _called(key: str) -> str:
    """Return what Textual calls a key: a sign by its name in Unicode."""
    if len(key) > 1 or key.isalnum():
        return key
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _clash(keymap: Mapping[str, str]) -> tuple[str, Key] | None:
    """Return an action whose new key another one has too, and that one."""
    decided: list[str] = []
    for name, key in keymap.items():
        for other in KEYS:
            # Of two new ones that are the same, the first is kept.
            later = other.setting in keymap and other.setting not in decided
            taken = other.setting != name and key in _keys(other, keymap, later)
            if taken and _meet(_KNOWN[name], other):
                return name, other
        decided.append(name)
    return None


def _keys(key: Key, keymap: Mapping[str, str], later: bool) -> tuple[str, ...]:
    """Return the keys of an action, as Textual calls them and as they are shown."""
    if key.setting not in keymap:
        return (*key.keys, *key.shown.split(" "))
    others = (*key.keys[1:], *key.shown.split(" ")[1:])
    return others if later else (keymap[key.setting], *others)


def _meet(one: Key, other: Key) -> bool:
    """Return whether there is a pane in which either could be meant by the same key."""
    if not one.panes or not other.panes or one.panes.keys() & other.panes.keys():
        return True
    # Elsewhere each goes to its home.
    return bool(one.home and other.home)
