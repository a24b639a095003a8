"""Opens a saved run; what is damaged or not to be trusted is refused by name."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from engine.branches import Action, Branch, Branches, Changed, Planned, Switched
from engine.dataset import Dataset
from engine.debugger import Debugger
from engine.errors import InputError
from engine.history import Change, Checkpoints, Edit, LearningRate
from engine.hyperparameters import DECLARATIONS
from engine.memory import require_for_training
from engine.network import Network
from engine.progress import Progress, silent
from engine.query.parsing import LONGEST
from engine.run import Cancel, Record, Run
from engine.saved.capture import BLOCK, HELD_OUT, LOSSES
from engine.saved.fields import Field
from engine.saved.manifest import Saved, each_save, read_hyperparameters, read_manifest
from engine.saved.parts import digest, is_digest, unpack
from engine.saved.stores import Store
from engine.settings import HISTORY, MEGABYTE
from engine.stops import BUILT_IN, Hit, Stop
from engine.table.reading import read_dataset
from engine.tensor import Array
from engine.text import clean

_FARTHEST = 10_000_000
"""Iterations that may have to be computed again to be where a run was."""
_MOST_ENTRIES = 1_000_000
_LONGEST = 10 * LONGEST
"""Characters of what has stopped a run: several conditions, each of any length."""
_PROBED, _PROBING = 20, 0.2
"""So many iterations are computed again to see whether this machine computes alike, or as many
as these seconds allow."""


@dataclass(frozen=True)
class Restored:
    """An opened run.

    Attributes:
        saved: What its manifest tells.
        debugger: As it was when it was saved.
        view: What a screen wanted to have again; not checked.
        notices: What there is to tell, a line each.
    """

    saved: Saved
    debugger: Debugger
    view: Any
    notices: tuple[str, ...]


def open_run(store: Store, dataset: Dataset | None = None, progress: Progress = silent) -> Restored:
    """Open a saved run as it was, to the last bit.

    Args:
        store: Where it is.
        dataset: Its data; by default they are read from where they were.
        progress: Told how far the reading of them is, and then the way to where the run was.

    Raises:
        InputError: It cannot be opened, or the data are not those of the run.
    """
    read: dict[str, Dataset] = {}

    def whole(manifest: bytes, lenient: bool = False) -> Restored:
        saved = read_manifest(manifest)
        if "dataset" not in read:
            read["dataset"] = dataset if dataset is not None else _read_data(saved, progress)
        if read["dataset"].fingerprint != saved.fingerprint:
            raise _Changed(
                f"the data have changed since the run was saved ({saved.name}): it cannot go on "
                "exactly; --new starts again with the data as they are"
            )
        return _Opening(store, saved, read["dataset"], lenient, progress).restored()

    try:
        restored, notices = each_save(store, whole)
    except _Changed as error:
        raise InputError(f"{store.words}: {error}") from None
    except InputError as error:
        try:
            restored, _ = each_save(store, lambda manifest: whole(manifest, True))
        except InputError:
            raise error from None
        notices = ()
    return dataclasses.replace(restored, notices=(*notices, *restored.notices))


class _Changed(Exception):  # noqa: N818 (turned into an InputError)
    """The data are not those of the run; an older save will not help."""


def _read_data(saved: Saved, progress: Progress) -> Dataset:
    source = saved.source
    if source is None:
        raise InputError("its data did not come from a file: name them too, --open RUN DATA")
    return read_dataset(source.path, source.options, seed=source.seed, progress=progress)


class _Opening:
    """Makes a debugger from a manifest and its pieces.

    Args:
        store: Where the pieces are.
        saved: What the manifest tells.
        dataset: The data.
        lenient: Whether lost losses are to be computed again instead of refused.
        progress: Told how much of a branch is computed again; may raise to give up.
    """

    def __init__(
        self, store: Store, saved: Saved, dataset: Dataset, lenient: bool, progress: Progress
    ) -> None:
        self._store = store
        self._saved = saved
        self._document = saved.document
        self._dataset = dataset
        self._lenient = lenient
        self._progress = progress
        self._notices: list[str] = []
        self._arrays = self._part(self._document["state"].text())
        self._branches: dict[int, Branch] = {}
        self._shortened: set[int] = set()

    def _part(self, name: str) -> dict[str, Array]:
        content = self._store.part(name)
        if digest(content) != name:
            raise InputError(f"{clean(name, 40)}.npz: damaged")
        return unpack(content)

    def restored(self) -> Restored:
        """Return the run."""
        document = self._document
        listed = []
        for field in document["branches"]:
            branch = self._branch(field)
            self._branches[branch.number] = branch
            if field["listed"].flag():
                listed.append(branch)
        current = self._named(document["current"])
        if current not in listed:
            raise document["current"].refuse("it is not in the list")
        history = HISTORY.validate(document["history"].raw)
        assert isinstance(history, int)
        debugger = Debugger(self._dataset, current.run.started_with, self._given(), history)
        branches = Branches.recalled(
            listed,
            current,
            document["next_branch"].whole(max(self._branches) + 1),
            [self._action(field) for field in document["done"]],
            [self._action(field) for field in document["undone"]],
            history * MEGABYTE,
        )
        log = [entry.shown(_LONGEST) for entry in document["log"]]
        debugger.recall(branches, log, self._hit())
        stops = self._stops()
        most = max((stop.number for stop in stops), default=0)
        debugger.stops.recall(stops, document["next_stop"].whole(most + 1))
        self._tell_differences(current)
        return Restored(self._saved, debugger, document["view"].raw, tuple(self._notices))

    def _tell_differences(self, branch: Branch) -> None:
        mine = {"numpy": np.__version__, "machine": platform.machine()}
        other = [
            f"{name} {self._document[name].shown()}, here {value}"
            for name, value in mine.items()
            if self._document[name].raw != value
        ]
        if not self._computes_alike(branch.run):
            why = f" (it was saved with {'; '.join(other)})" if other else ""
            self._notices.append(
                f"here the last digits of the losses come out otherwise than in this run{why}: "
                "what is computed from now on is as right, but not the same to the last bit"
            )

    def _computes_alike(self, run: Run) -> bool:
        """Whether the first iterations, computed again, give the losses that are saved.

        The last digits depend on which of its kernels the BLAS library chooses for a processor.
        """
        known = run.losses.values[:_PROBED]
        record = run.record(0)
        probe = Run(self._dataset, run.started_with, run.initial)
        start = record.checkpoints.until(0)
        probe.recall(dataclasses.replace(record, iteration=0, position=0, checkpoints=start))
        loss, end = probe.program.tensors["E"].data, perf_counter() + _PROBING
        for saved in known:
            before = probe.iteration
            while probe.iteration == before:
                probe.step()
            if loss.tobytes() != saved.tobytes():
                return False
            if perf_counter() > end:
                break
        return True

    def _given(self) -> Mapping[str, object] | None:
        field = self._document["given"]
        if field.is_null:
            return None
        return {entry.text(): self._array(f"given.{entry.text()}") for entry in field}

    def _array(self, name: str) -> Array:
        if name not in self._arrays:
            raise InputError(f"{clean(name, 60)}: missing")
        return self._arrays[name]

    def _branch(self, field: Field) -> Branch:
        number = field["number"].whole(1)
        if number in self._branches:
            raise field["number"].refuse("there are two of this number")
        wanted = read_hyperparameters(field["hyperparameters"])
        require_for_training(self._dataset, wanted)
        network = Network(self._dataset, wanted)
        prefix = f"{number}.initial."
        initial = network.check_parameters(
            {n.removeprefix(prefix): a for n, a in self._arrays.items() if n.startswith(prefix)}
        )
        losses, held_out = self._series(number, LOSSES), self._series(number, HELD_OUT)
        computed = losses.size
        if self._dataset.validation is not None:
            computed = min(computed, held_out.size)
        losses, held_out = losses[:computed], held_out[:computed]
        iteration, position = field["iteration"].whole(), field["position"].whole(0, 100_000)
        if iteration > computed:
            if number not in self._shortened:
                raise field["iteration"].refuse(f"only {computed:,} are complete")
            iteration, position = computed, 0
        run = Run(self._dataset, wanted, initial, field["origin"].shown())
        if position >= len(run.program.operations):
            raise field["position"].refuse("there is no such operation")
        checkpoints = self._checkpoints(number, run, computed)
        if iteration - checkpoints.until(iteration).at[-1] > _FARTHEST:
            raise field["iteration"].refuse("too far from what is known")
        last = self._last_change(number, computed)
        changes = [self._change(change, run, last) for change in field["changes"]]
        if (
            not changes
            or changes[0].time != (0, 0)
            or not isinstance(changes[0].what, LearningRate)
        ):
            raise field["changes"].refuse("the first one is the η of the start")
        if any(a.time > b.time for a, b in pairwise(changes)):
            raise field["changes"].refuse("not in their order")
        record = Record(
            wanted,
            initial,
            field["origin"].shown(),
            iteration,
            position,
            losses,
            held_out,
            checkpoints,
            tuple(changes),
        )
        run.recall(record, self._telling(run, record))
        began = None if field["began"].is_null else field["began"].whole()
        return Branch(number, field["label"].shown(), run, began)

    def _telling(self, run: Run, record: Record) -> Cancel:
        """Return what tells how far a run is, and never cancels it but by raising."""
        start = int(record.checkpoints.until(max(record.iteration - 1, 0)).at[-1])
        whole = max(record.iteration - start, 1)

        def tell() -> bool:
            self._progress(run.iteration - start, whole)
            return False

        return tell

    def _series(self, number: int, kind: str) -> Array:
        """The losses of a branch; the first ones only where a piece is lost and it may be."""
        blocks: list[Array] = []
        name = f"{number}.{kind}"
        for field in self._document["blocks"][name]:
            if not is_digest(field.text()):
                raise field.refuse("not the name of a piece")
            try:
                block = self._part(field.text()).get("block")
                if block is None or block.shape != (BLOCK,):
                    raise field.refuse(f"not {BLOCK:,} losses")
            except InputError as error:
                if not self._lenient:
                    raise
                known = BLOCK * len(blocks)
                self._shortened.add(number)
                self._notices.append(
                    f"damaged ({error}): the losses from iteration {known:,} on are lost; running "
                    "on computes them again, exactly"
                )
                return np.concatenate([*blocks, np.empty(0)])
            blocks.append(block)
        rest = self._array(name)
        if rest.ndim != 1:
            raise InputError(f"{name}: not a list")
        return np.concatenate([*blocks, rest])

    def _checkpoints(self, number: int, run: Run, computed: int) -> Checkpoints:
        at, rows = self._array(f"{number}.at"), self._array(f"{number}.rows")
        name = f"branches: the checkpoints of branch {number}"
        size = run.state_size
        if at.ndim != 1 or rows.shape != (at.size, size):
            raise InputError(f"{name}: a shape that is not that of its network")
        if not at.size or at[0] != 0 or not (np.abs(at) <= computed + self._ahead(at)).all():
            raise InputError(f"{name}: not at iterations of the run")
        if (at != np.floor(at)).any() or (np.diff(at) <= 0).any():
            raise InputError(f"{name}: not in their order")
        return Checkpoints(at.astype(np.int64), rows).until(computed)

    def _ahead(self, at: Array) -> float:
        """Where losses are lost, the checkpoints after them are too, and are not looked at."""
        return float(_MOST_ENTRIES * BLOCK) if self._lenient else 0.0

    def _last_change(self, number: int, computed: int) -> int:
        """The last iteration in which a branch can have been changed."""
        return computed + (_FARTHEST if number in self._shortened else 0)

    def _change(self, field: Field, run: Run, last: int) -> Change:
        """A change by hand, which is at a clock time that the run has reached."""
        parts = list(field)
        if len(parts) not in (3, 5):
            raise field.refuse("not a change")
        most = len(run.program.operations) - 1
        iteration, position = parts[0].whole(0, last), parts[1].whole(0, most)
        if len(parts) == 3:
            eta = DECLARATIONS["learning_rate"].validate(parts[2].raw)
            assert isinstance(eta, float)
            return Change(iteration, position, LearningRate(eta))
        name, index = parts[2].text(), tuple(entry.whole() for entry in parts[3])
        tensor = run.program.parameters.get(name)
        if tensor is None or len(index) != len(tensor.shape):
            raise field.refuse("not a cell of a parameter")
        if not all(i < size for i, size in zip(index, tensor.shape, strict=True)):
            raise field.refuse("not a cell of a parameter")
        return Change(iteration, position, Edit(name, index, parts[4].number()))

    def _named(self, field: Field) -> Branch:
        number = field.raw
        if not isinstance(number, int) or number not in self._branches:
            raise field.refuse("there is no such branch")
        return self._branches[number]

    def _action(self, field: Field) -> Action:
        kind = field["kind"].raw
        if kind == "switched":
            before, after = self._named(field["before"]), self._named(field["after"])
            return Switched(before, after, field["began"].flag())
        if kind not in ("planned", "changed"):
            raise field["kind"].refuse("unknown")
        branch = self._named(field["branch"])
        if kind == "planned":
            most = int(DECLARATIONS["iterations"].maximum)
            return Planned(branch, field["before"].whole(0, most), field["after"].whole(0, most))
        last = self._last_change(branch.number, len(branch.run.losses))
        change = self._change(field["change"], branch.run, last)
        if not field["place"].is_null:
            made = branch.run.all_changes
            place = field["place"].whole(1)
            if place >= len(made) or made[place] != change:
                raise field["place"].refuse("not a change of this branch")
            change = made[place]
        return Changed(branch, change)

    def _hit(self) -> Hit | None:
        field = self._document["hit"]
        if field.is_null:
            return None
        words = field["words"].shown(_LONGEST)
        return Hit(words, field["iteration"].whole(), field["position"].whole())

    def _stops(self) -> list[Stop]:
        stops = []
        for field in self._document["stops"]:
            number = field["number"].whole(1)
            title = BUILT_IN[number - 1][0] if number <= len(BUILT_IN) else ""
            stops.append(
                Stop(
                    number,
                    field["place"].shown(),
                    field["text"].shown(_LONGEST),
                    field["count"].whole(1),
                    title,
                    field["enabled"].flag(),
                    field["hits"].whole(),
                    field["problem"].shown(),
                )
            )
        numbers = [stop.number for stop in stops]
        if len(set(numbers)) != len(numbers) or numbers[: len(BUILT_IN)] != list(
            range(1, len(BUILT_IN) + 1)
        ):
            raise self._document["stops"].refuse("not numbered as they must be")
        return stops
