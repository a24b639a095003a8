"""Writes the parts of a report for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any

from engine.audit.report.problem import Matched, Problem
from engine.audit.report.working import Working
from engine.common.numbers import format_number, general, true_minus
from engine.common.text import counted, sentence

_WIDTH = 80
_INDENT = "   "
_MANY = 4
_KEPT = "\u00a0"
"""A space at which no line ends."""
_BIASES = {"none": "no bias", "shared": "one bias for all", "per-neuron": "a bias per neuron"}


def places(problems: Sequence[Problem]) -> str:
    """Return where the problems are, to follow the verdict; "" where they are many."""
    found = dict.fromkeys(p.line.where for p in problems if p.line.where)
    return f", {' and '.join(found)}" if found and len(found) < _MANY else ""


def paragraph(words: str) -> list[str]:
    """Write a sentence in lines."""
    return _wrapped(sentence(words))


def problems_told(problems: Sequence[Problem]) -> Iterator[list[str]]:
    """Go through the problems, each in lines; those that are alike are told as one."""
    groups = [list(same) for _, same in groupby(problems, key=_alike)]
    for number, group in enumerate(groups, 1):
        yield list(_told(f"{number}. " if len(groups) > 1 else "", group))


def _alike(problem: Problem) -> object:
    """Return what problems that differ in nothing but the parameter have in common."""
    if problem.worked is not None or problem.yours is not None:
        return id(problem)
    return problem.kind, problem.says.removeprefix(problem.operation), problem.iteration


def _told(number: str, alike: list[Problem]) -> Iterator[str]:
    problem, *others = alike
    for each in alike:
        head = f"{number if each is problem else ' ' * len(number)}{headline(each)}".rstrip()
        if head:
            yield head
        if each.line.text:
            yield f"{_INDENT}{_INDENT}{_cut(each.line.text, _WIDTH - 2 * len(_INDENT))}"
    says = sentence(problem.says, problem.operation)
    if others:
        says += f" The same with {', '.join(each.symbol for each in others)}."
    yield from _wrapped(says, _INDENT)
    yield from _cell(problem)
    if problem.repair:
        yield from _wrapped(f"Repair: {problem.repair}", _INDENT)


def headline(problem: Problem) -> str:
    """Return where a problem is, and what it is about: ``line 29, d_output: ∂E/∂y``."""
    place = ", ".join(part for part in (problem.line.where, problem.line.variable) if part)
    return f"{place}: {problem.symbol}" if place and problem.symbol else place or problem.symbol


def _cell(problem: Problem) -> Iterator[str]:
    if problem.yours is None or problem.right is None:
        return
    where = f"in iteration {problem.iteration}" if problem.line.number else ""
    where = " ".join(part for part in (problem.cell, where) if part)
    if problem.worked is None:
        ratio = ""
        if problem.right and problem.yours:
            ratio = f", {true_minus(general(problem.yours / problem.right))} times the right one"
        yield f"{_INDENT}{where}:"
        yield f"{_INDENT}  right {format_number(problem.right)}"
        yield f"{_INDENT}  yours {format_number(problem.yours)}{ratio}"
        return
    yield f"{_INDENT}{where}, with your numbers:"
    for label, way in (("right", problem.worked.right), ("yours", problem.worked.yours)):
        for lead, text in zip((label, "     ", "     "), working_lines(way), strict=False):
            yield from _wrapped(text, f"{_INDENT}  {lead} ", f"{_INDENT}          ")


def working_lines(way: Working) -> tuple[str, ...]:
    """Return the rule of a cell, its numbers, and what they come to."""
    times = "" if way.factor == 1.0 else f" · {true_minus(general(way.factor))} (your factor)"
    numbers = f"= {way.numbers}{times}"
    value = f"= {format_number(way.value)}"
    if numbers == value:
        return f"= {way.rule}", value
    if len(numbers) + len(value) < _WIDTH - 12:
        return f"= {way.rule}", f"{numbers} {value}"
    return f"= {way.rule}", numbers, value


_CONSTANTS = {"leaky-relu": "the slope", "elu": "α ="}


def understood(facts: Mapping[str, Any]) -> Iterator[str]:
    """Write what was understood of the script."""
    network = dict(facts)
    known = network.pop("parameters", {})
    named = {"x": network.pop("inputs", ""), "f₀": network.pop("targets", ""), **known}
    words = [
        str(network.pop("layers", "")),
        " and ".join(_counted_runs(network.pop("activations", []))),
        _BIASES.get(str(network.pop("bias", "")), ""),
        counted(int(network.pop("observations", 0)), "observation"),
        _whole(str(network.pop("loss", ""))),
        str(network.pop("optimiser", "")),
    ]
    rate = network.pop("learning_rate", None)
    words += [_whole(f"η = {general(rate)}")] if rate is not None else []
    words += [f"{key} {value}" for key, value in network.items()]
    yield from _wrapped(f"Understood as {', '.join(filter(None, words))}", "", _INDENT)
    names = [_whole(f"{tensor} = {name}") for tensor, name in named.items() if name]
    if names:
        yield from _wrapped(f"with {', '.join(names)}", _INDENT)


def _counted_runs(names: list[str]) -> Iterator[str]:
    for name, same in groupby(names):
        times = len(list(same))
        family, _, constant = name.partition(":")
        own = f"{family} with {_CONSTANTS[family]} {constant}" if constant else family
        yield f"{times} × {own}" if times > 1 else own


def in_short(matched: Sequence[Matched]) -> Iterator[str]:
    """Write which operations are right, and the lines of the script that have them."""
    found = [_whole(f"{m.symbol} {_short(m)}".rstrip()) for m in matched]
    lines = ", with their lines" if any(match.line.number for match in matched) else ""
    yield from _wrapped(f"Right{lines}: {', '.join(found)}", "", _INDENT)


def _short(match: Matched) -> str:
    """Return the line, or for an array what it is called, where that is not its own name."""
    if match.line.number:
        return match.line.where.removeprefix("line ")
    return f"({match.line.variable})" if match.line.variable != match.operation else ""


def listed(matched: Sequence[Matched]) -> Iterator[str]:
    """Write the same, a line each."""
    yield f"Right, {counted(len(matched), 'operation')}:"
    symbols = max(len(match.symbol) for match in matched)
    wheres = max(len(match.line.where) for match in matched)
    for match in matched:
        place = f"{match.symbol:<{symbols}}  {match.line.where:<{wheres}}"
        apart = f"  ({match.apart})" if match.apart else ""
        yield _cut(f"{_INDENT}{place}  {match.line.variable}{apart}".rstrip(), 2 * _WIDTH)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _whole(formula: str) -> str:
    """Keep a formula in one line."""
    return formula.replace(" ", _KEPT)


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    rest = first if rest is None else rest
    lines = wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace(_KEPT, " ") for line in lines]
