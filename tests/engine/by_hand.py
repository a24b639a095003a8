"""Computes what an explanation writes out as a reader would: from its text alone."""

import math
import re
from collections.abc import Callable

from engine.formula.arithmetic import Explanation

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SIGNS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(r"⌊([^⌋]*)⌋"), r"floor(\1)"),
    (re.compile(r"\|([^|]*)\|"), r"abs(\1)"),
    (re.compile(r"\[([^\]]*)\]"), r"float(\1)"),
    (re.compile(r"(.*) where (.*), else (.*)"), r"(\1) if (\2) else (\3)"),
    (re.compile(r"\(\d+ more: "), "("),
    # An activation with its own constant has that for its index.
    (re.compile(r"(lrelu|elu)([₀-₉.]+)"), lambda own: f"{own[1]}_of({own[2].translate(_DIGITS)})"),
    *((re.compile(re.escape(a)), b) for a, b in (("−", "-"), ("·", "*"), ("^", "**"))),
    *((re.compile(a), b) for a, b in (("²", "**2"), ("√", "sqrt"), ("½", "0.5"), ("±", ""))),
]


def sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def bend(z: float) -> float:
    return math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3)


WORDS = {
    "floor": math.floor,
    "abs": abs,
    "float": float,
    "min": min,
    "max": max,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "ln": math.log,
    "cos": math.cos,
    "tanh": math.tanh,
    "e": math.e,
    "π": math.pi,
    "σ": sigmoid,
    "id": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "lrelu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1.0,
    "lrelu_of": lambda leak: lambda z: z if z > 0 else leak * z,
    "elu_of": lambda alpha: lambda z: z if z > 0 else alpha * (math.exp(z) - 1.0),
    "swish": lambda z: z * sigmoid(z),
    "gelu": lambda z: z * (1.0 + math.erf(z / math.sqrt(2.0))) / 2.0,
    "gelut": lambda z: z * (1.0 + math.tanh(bend(z))) / 2.0,
    "Φ": lambda z: (1.0 + math.erf(z / math.sqrt(2.0))) / 2.0,
    "φ": lambda z: math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi),
    "softplus": lambda z: math.log(1.0 + math.exp(z)),
    "sign": lambda w: (w > 0) - (w < 0),
    "clamp": lambda error, most: min(max(error, -most), most),
}
"""What a reader knows, each by its definition."""


def by_hand(explanation: Explanation) -> float:
    """Compute the numbers of an explanation as they are printed."""
    text = explanation.numbers
    for sign, python in _SIGNS:
        text = sign.sub(python, text)
    return float(eval(text, {"__builtins__": {}}, WORDS))
