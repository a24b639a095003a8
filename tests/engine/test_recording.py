"""What is recorded of a script, and under which name, node and path."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audit.recording import child as instrumented
from engine.audit.recording.recording import Recording
from engine.audit.recording.run_script import record
from engine.common.errors import AuditError


class Seen:
    """Looks things up in a recording, by the text of the script."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    def records(self, source: str, kind: str = "") -> list[int]:
        nodes = {
            number
            for number, node in enumerate(self.recording.nodes)
            if node.source == source and node.kind.startswith(kind)
        }
        return [at for at, row in enumerate(self.recording.records) if int(row["node"]) in nodes]

    def numbers(self, source: str, kind: str = "") -> list[object]:
        return [self.number(record) for record in self.records(source, kind)]

    def number(self, record: int) -> object:
        value = self.recording.value(record)
        return None if value is None else value.tolist()

    def place(self, record: int) -> str:
        number = int(self.recording.records["place"][record])
        return self.recording.places[number].text if number >= 0 else ""

    def owner(self, record: int) -> tuple[str | int, ...]:
        return self.recording.places[int(self.recording.records["place"][record])].owner

    def at(self, text: str, kind: str = "assign") -> list[object]:
        """Return the numbers that were stored in a place."""
        found = []
        for at, row in enumerate(self.recording.records):
            node = self.recording.nodes[int(row["node"])]
            if node.kind.startswith(kind) and self.place(at) == text:
                found.append(self.number(at))
        return found

    def turns(self, record: int) -> list[int]:
        path = self.recording.paths[int(self.recording.records["path"][record])]
        return [index for _, index in path if index >= 0]

    def calls(self, record: int) -> list[str]:
        path = self.recording.paths[int(self.recording.records["path"][record])]
        return [self.recording.nodes[node].source for node, index in path if index < 0]


def seen(folder: Path, text: str, **options: object) -> Seen:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    return Seen(record(file, **options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scalars(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return seen(tmp_path_factory.mktemp("scalars"), SCALARS)


SCALARS = """\
w = 0.5
b: float = 1
rates = [0.1, 0.2]
net = {"w": [1.0, 2.0], "b": 3}
def slope(a):
    return a * (1 - a)
for i in range(3):
    w += 2 * w
    out = slope(w)
    if i == 1:
        continue
    net["w"][i - 1] = out
n = 0
while n < 2:
    n = n + 1
    for x, t in [(1, 2), (3, 4)]:
        e = x - t
        if e > 5:
            break
squares = [v * v for v in rates]
total = sum(v + 1 for v in rates)
big = max(rates, key=lambda r: r * -1)
class Net:
    eta = 0.25
    def __init__(self):
        self.w, self.b = 7, 8
    def step(self, *grads):
        self.w -= self.eta * grads[0]
        setattr(self, "b", getattr(self, "b") - 1)
net2 = Net()
net2.step(4.0, 5.0)
def batches(rows):
    for row in rows:
        yield row * 10
for part in batches([1, 2]):
    done = part + 1
print(f"loss {e + 0.5:.1f}", (m := 6) * 2)
flag = -w < 0 or b
choice = 1.5 if flag else 2.5
first, *others = 1, 2, 3
"""


def test_operators_have_their_operands(scalars: Seen) -> None:
    (record,) = scalars.records("x - t")[-1:]
    operands = scalars.recording.operands(record)
    assert [scalars.number(one) for one in operands] == [3.0, 4.0]
    node = scalars.recording.nodes[int(scalars.recording.records["node"][record])]
    assert (node.kind, node.line, node.column, node.where) == ("BinOp:Sub", 17, 12, "line 17")
    assert node.end_column == 17
    twice = scalars.recording.nodes[
        int(scalars.recording.records["node"][scalars.records("2 * w")[0]])
    ]
    assert scalars.recording.nodes[twice.children[0]].constant == 2


def test_operands_are_those_of_the_same_turn(scalars: Seen) -> None:
    for turn, at in enumerate(scalars.records("2 * w")):
        assert scalars.turns(at) == [turn]
        _, w = scalars.recording.operands(at)
        assert scalars.number(w) == 0.5 * 3**turn


def test_augmented_assignments_keep_the_value_before_and_after(scalars: Seen) -> None:
    records = scalars.records("w += 2 * w", "augassign:Add")
    assert [scalars.number(record) for record in records] == [1.5, 4.5, 13.5]
    before, step = scalars.recording.operands(records[1])
    assert (scalars.number(before), scalars.number(step)) == (1.5, 3.0)
    assert {scalars.place(record) for record in records} == {"w"}


def test_functions_are_seen_through_their_calls(scalars: Seen) -> None:
    inside = scalars.records("a * (1 - a)")
    assert [scalars.calls(record) for record in inside] == [["slope(w)"]] * 3
    assert [scalars.turns(record) for record in inside] == [[0], [1], [2]]
    assert scalars.at("a", "param") == [1.5, 4.5, 13.5]
    result = scalars.records("slope(w)")[0]
    assert scalars.number(result) == 1.5 * -0.5
    assert scalars.calls(result) == []
    node = scalars.recording.nodes[int(scalars.recording.records["node"][result])]
    assert (node.kind, node.function) == ("Call", "slope")
    assert [scalars.number(one) for one in scalars.recording.operands(result)[1:]] == [1.5]
    scopes = {
        scalars.recording.nodes[int(scalars.recording.records["node"][at])].scope for at in inside
    }
    assert scopes == {"slope"}


def test_locals_of_two_calls_are_two_places(scalars: Seen) -> None:
    owners = [scalars.owner(record) for record in scalars.records("a", "Name")]
    assert len(owners) == 6
    assert len(set(owners)) == 3
    assert {owner[0] for owner in owners} == {"local"}
    assert {scalars.owner(record) for record in scalars.records("w", "Name")} == {("global", "w")}


def test_loops_after_continue_and_break_and_inside_of_while(scalars: Seen) -> None:
    assert [scalars.turns(record) for record in scalars.records("n = n + 1")] == [[0], [1]]
    inner = scalars.records("x - t")
    assert [scalars.turns(record) for record in inner] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [scalars.turns(record) for record in scalars.records("v * v")] == [[0], [1]]
    last = scalars.records("choice = 1.5 if flag else 2.5", "assign")
    assert scalars.turns(last[0]) == []
    assert scalars.at("x", "for") == [1.0, 3.0, 1.0, 3.0]
    assert scalars.at("i", "for") == [0.0, 1.0, 2.0]


def test_elements_of_lists_and_dicts_have_places(scalars: Seen) -> None:
    stored = scalars.records('net["w"][i - 1] = out', "assign")
    texts = [scalars.place(record) for record in stored]
    assert texts == ['net["w"][-1]', "net['w']", 'net["w"][1]', "net['w']"]
    assert scalars.owner(stored[0]) == scalars.owner(stored[2])
    out = [1.5 * -0.5, 13.5 * -12.5]
    assert [scalars.number(record) for record in stored] == [
        out[0], [1.0, out[0]], out[1], [1.0, out[1]],
    ]  # fmt: skip
    assert scalars.numbers("[0.1, 0.2]") == [[0.1, 0.2]]


def test_comprehensions_generators_and_lambdas(scalars: Seen) -> None:
    assert scalars.at("squares") == [[0.1 * 0.1, 0.2 * 0.2]]
    assert scalars.numbers("v + 1") == [1.1, 1.2]
    assert scalars.numbers("r * -1") == [-0.1, -0.2]
    assert scalars.at("big") == [0.1]
    parts = scalars.records("row * 10")
    assert [scalars.number(record) for record in parts] == [10.0, 20.0]
    # What a generator makes belongs to the turn of the loop that asks for it.
    assert [scalars.turns(record) for record in parts] == [[0, 0], [1, 1]]
    assert [scalars.turns(record) for record in scalars.records("part + 1")] == [[0], [1]]


def test_attributes_and_setattr(scalars: Seen) -> None:
    assert scalars.at("self.w", "a") == [7.0, 7.0 - 0.25 * 4.0]
    assert scalars.at("self.w", "augassign:Sub") == [6.0]
    assert scalars.at("self.b", "setattr") == [7.0]
    owners = {
        scalars.owner(r)
        for r in range(len(scalars.recording.records))
        if scalars.place(r) == "self.w"
    }
    assert len(owners) == 1
    assert next(iter(owners))[0] == "attribute"
    assert scalars.numbers("grads[0]") == [4.0]


def test_conditions_and_what_is_printed(scalars: Seen) -> None:
    assert scalars.at("choice") == [1.5]
    assert scalars.at("flag") == [True]
    assert scalars.numbers("e + 0.5") == [-0.5]
    assert scalars.at("m", "NamedExpr") == [6.0]
    assert scalars.at("others") == [[2.0, 3.0]]
    assert scalars.at("b", "annassign") == [1.0]
    assert scalars.recording.printed == "loss -0.5 12\n"
    assert scalars.recording.ending.kind == "finished"


ARRAYS = """\
import numpy as np
import pandas as pd
X = np.array([[0, 1], [1, 1]])
table = pd.DataFrame({"a": [1.5, 2.5], "b": [3, 4]})
params = [np.ones((2, 1)), np.zeros(3)]
alias = params[0]
kept = alias
view = X[:, 0]
X[0] = 5
X[:, 1] += 1
mask = X > 5
row = np.matrix([[1.0, 2.0]])
out = np.dot(X, alias)
wide = np.zeros((1001, 1000))
odd = np.array(["a", "b"])
wave = np.array([1j])
single = np.float32(0.5)
both = [np.ones(2), np.zeros(2)]
def grads():
    return out.T.dot(out), [1, 2]
(dW, more) = grads()
big = 10 ** 400
a = b = np.arange(3.0)
a -= 1
class Layer:
    def __init__(self):
        self.W = np.zeros(2)
layer = Layer()
layer.W[1] = 4
"""


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return seen(tmp_path_factory.mktemp("arrays"), ARRAYS)


def test_arrays_keep_shape_and_kind(arrays: Seen) -> None:
    recording = arrays.recording
    (start,) = arrays.records("X = np.array([[0, 1], [1, 1]])")
    assert recording.kinds[int(recording.records["value"][start])] == "i"
    (mask,) = arrays.records("mask = X > 5")
    assert recording.kinds[int(recording.records["value"][mask])] == "b"
    assert arrays.at("row") == [[[1.0, 2.0]]]
    assert arrays.at("table") == [[[1.5, 3.0], [2.5, 4.0]]]
    assert arrays.at("single") == [0.5]
    assert arrays.at("both") == [[[1.0, 1.0], [0.0, 0.0]]]
    for text in ("odd", "wave", "big"):
        assert arrays.at(text) == []
    assert recording.values[0].dtype == np.float64


def test_stored_elements_show_the_whole_array(arrays: Seen) -> None:
    assert arrays.at("X")[1:] == [[[5.0, 5.0], [1.0, 1.0]], [[5.0, 6.0], [1.0, 2.0]]][:1]
    assert arrays.at("X", "augassign") == [[[5.0, 6.0], [1.0, 2.0]]]
    assert arrays.at("X[0]") == [5.0]
    assert arrays.at("layer.W") == [[0.0, 4.0]]


def test_one_array_under_two_names_has_one_identity(arrays: Seen) -> None:
    rows = arrays.recording.records
    (alias,) = arrays.records("alias = params[0]")
    (kept,) = arrays.records("kept = alias")
    assert rows["identity"][alias] == rows["identity"][kept] == rows["base"][kept]
    (view,) = arrays.records("view = X[:, 0]")
    (whole,) = arrays.records("X = np.array([[0, 1], [1, 1]])")
    assert rows["base"][view] == rows["identity"][whole] != rows["identity"][view]
    (_, second) = arrays.records("a = b = np.arange(3.0)")
    assert rows["identity"][second] == rows["identity"][arrays.records("a -= 1", "aug")[0]]


def test_an_object_that_takes_the_identity_of_one_that_has_gone_was_not_there(arrays: Seen) -> None:
    (alias,) = arrays.records("alias = params[0]")
    (kept,) = arrays.records("kept = alias")
    (row,) = arrays.records("row = np.matrix([[1.0, 2.0]])")
    rows = arrays.recording.records.copy()
    rows["identity"][row] = rows["identity"][alias]
    recording = replace(arrays.recording, records=rows)
    assert recording.was_there(kept, kept)
    assert not recording.was_there(row, row)


def test_arrays_of_a_list_are_recorded_one_by_one(arrays: Seen) -> None:
    assert arrays.at("params[0]") == [[[1.0], [1.0]]]
    assert arrays.at("params[1]") == [[0.0, 0.0, 0.0]]


def test_a_method_has_its_receiver_as_an_operand(arrays: Seen) -> None:
    (record,) = arrays.records("out.T.dot(out)")
    receiver, argument = arrays.recording.operands(record)
    assert arrays.number(receiver) == np.transpose(arrays.at("out")[0]).tolist()
    assert arrays.number(argument) == arrays.at("out")[0]
    node = arrays.recording.nodes[int(arrays.recording.records["node"][record])]
    assert node.function == "out.T.dot"
    assert arrays.at("dW") == [arrays.number(record)]
    assert arrays.at("more") == [[1.0, 2.0]]


def test_of_a_huge_array_the_shape_is_kept(arrays: Seen) -> None:
    (record,) = arrays.records("wide = np.zeros((1001, 1000))")
    assert arrays.recording.value(record) is None
    assert arrays.recording.shapes[record] == (1001, 1000)


def test_windows_at_later_turns(tmp_path: Path) -> None:
    text = """\
def train():
    k = 0
    while True:
        for j in range(2):
            k = k + 1
train()
"""
    found = seen(tmp_path, text, first=100, window=1000, turns=(50, 300))
    rows = found.recording.records
    assert found.recording.ending.kind == "stopped"
    assert found.recording.ending.reason == "enough"
    assert int((rows["window"] == 0).sum()) == 100
    for window, turn in ((1, 50), (2, 300)):
        late = [r for r in found.records("k + 1") if rows["window"][r] == window]
        assert [found.turns(record) for record in late] == [[turn, 0], [turn, 1]]
        assert [found.number(record) for record in late] == [2 * turn + 1, 2 * turn + 2]
        assert found.calls(late[0]) == ["train()"]
        assert [found.number(one) for one in found.recording.operands(late[1]) if one >= 0] == [
            2 * turn + 1
        ]


def test_loops_before_the_training_leave_room_for_it(tmp_path: Path) -> None:
    text = """\
X = []
for i in range(400):
    X.append(i * 0.5)
T = [x + 1 for x in X]
def train():
    w = 0
    for k in range(10**9):
        w = w + X[k % 400] * T[0]
train()
print(w)
"""
    found = seen(tmp_path, text, first=200, window=10)
    assert found.recording.ending.reason == "enough"
    # Half of 200, four a turn, and one in each window.
    assert len(found.records("i * 0.5")) == 25 + 2
    assert found.at("T") == [[i * 0.5 + 1 for i in range(400)]]
    turns = [found.turns(record)[0] for record in found.records("X[k % 400] * T[0]")]
    assert turns[:50] == list(range(50))
    assert turns[-1] == 300


def test_a_script_is_run_to_its_end_where_more_follows(tmp_path: Path) -> None:
    text = """\
def fit():
    for k in range(500):
        w = k * 2
    return w
def main():
    w = fit()
    for x in [1, 2]:
        print(x * w)
main()
"""
    found = seen(tmp_path, text, first=100)
    assert found.recording.ending.kind == "finished"
    assert found.recording.printed == "998\n1996\n"
    assert found.numbers("x * w") == [998.0, 1996.0]


def test_an_exception_names_its_operation_and_shapes(tmp_path: Path) -> None:
    text = (
        "import numpy as np\n\ndef forward(p):\n    return 2 * np.dot(p, 1 - p)\n\n"
        "for step in range(3):\n    forward(np.ones((4, 1)))\n"
    )
    ending = seen(tmp_path, text).recording.ending
    assert (ending.kind, ending.error, ending.line) == ("failed", "ValueError", 4)
    assert "shapes (4,1) and (4,1) not aligned" in ending.message
    assert [(one.source, one.shape) for one in ending.operands] == [
        ("p", (4, 1)),
        ("1 - p", (4, 1)),
    ]


@pytest.mark.parametrize(
    ("expression", "operands"),
    [
        ("a @ b", [("a", (2, 3)), ("b", (2, 3))]),
        ("np.dot(a, 2 * b)", [("a", (2, 3)), ("2 * b", (2, 3))]),
        ("a.dot(b[:, :2])", [("a", (2, 3)), ("b[:, :2]", (2, 2))]),
    ],
)
def test_an_exception_long_after_the_recording(
    tmp_path: Path, expression: str, operands: list[tuple[str, tuple[int, ...]]]
) -> None:
    text = f"""\
import numpy as np
a = b = np.ones((2, 3))
for i in range(40):
    if i == 39:
        {expression}
"""
    found = seen(tmp_path, text, first=20)
    ending = found.recording.ending
    assert (ending.kind, ending.error) == ("failed", "ValueError")
    assert found.recording.nodes[ending.node].source == expression
    assert [(one.source, one.shape) for one in ending.operands] == operands


def test_syntax_errors_are_told_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"mine.py, line 2, column 5: "):
        seen(tmp_path, "a = 1\nb = = 2\n")


EVERYTHING = Path(__file__).parent / "recording"


@pytest.mark.parametrize("file", sorted(EVERYTHING.glob("*.py")), ids=lambda file: file.stem)
def test_results_stay_the_same(file: Path) -> None:
    plain = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    recording = record(file, turns=(10**9,))
    assert recording.ending.kind == "finished", recording.ending
    assert recording.printed == plain.stdout


CHILD = Path(instrumented.__file__).parent


@pytest.mark.parametrize("file", sorted(CHILD.glob("*.py")), ids=lambda file: file.stem)
def test_what_runs_in_another_python_is_written_for_an_old_one(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        (part.module or "").split(".")[0]
        if isinstance(part, ast.ImportFrom)
        else part.names[0].name
        for part in ast.walk(tree)
        if isinstance(part, ast.Import) or (isinstance(part, ast.ImportFrom) and not part.level)
    }
    assert imported <= sys.stdlib_module_names
