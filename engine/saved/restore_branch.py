"""Makes one branch of a saved run: its losses, checkpoints and changes, all of them checked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.progress import Cancel, Progress
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.model.network import Network
from engine.program.footprint import require_for_training
from engine.run.actions import Branch
from engine.run.changes import Change, Edit, LearningRate
from engine.run.history import Checkpoints
from engine.run.record import Record
from engine.run.run import Run
from engine.saved import manifest
from engine.saved.arrays import Pieces
from engine.saved.hit_counts import read_tallies
from engine.saved.json_field import Field
from engine.saved.manifest import HELD_OUT, LOSSES, BranchRecord, Saved
from engine.saved.recompute import Likeness, compare

_FARTHEST = 10_000_000
"""Iterations that may have to be computed again to be where a run was."""
_MOST_ENTRIES = 1_000_000


class BranchReader:
    """Makes branches from a document and its pieces.

    Args:
        pieces: The arrays.
        saved: The document.
        dataset: The data.
        lenient: Whether lost losses are to be computed again instead of refused.
        progress: Called with how much of a branch is computed again; may raise to give up.

    Attributes:
        notices: Losses of data, a line each.
        likeness: What comes out otherwise here than it is saved, of the last branch of which
            anything does.
    """

    def __init__(
        self, pieces: Pieces, saved: Saved, dataset: Dataset, lenient: bool, progress: Progress
    ) -> None:
        self.notices: list[str] = []
        self.likeness = Likeness()
        self._pieces = pieces
        self._saved = saved
        self._dataset = dataset
        self._lenient = lenient
        self._progress = progress
        self._shortened: set[int] = set()

    def read(self, branch: BranchRecord) -> Branch:
        """Make a branch of its record.

        Raises:
            InputError: Something is missing, damaged or cannot be.
        """
        number, wanted = branch.number, branch.hyperparameters
        require_for_training(self._dataset, wanted)
        network = Network(self._dataset, wanted)
        initial = network.check_parameters(self._pieces.beginning_with(f"{number}.initial."))
        losses, held_out = self._series(number, LOSSES), self._series(number, HELD_OUT)
        computed = losses.size
        if self._dataset.held_out is not None:
            computed = min(computed, held_out.size)
        losses, held_out = losses[:computed], held_out[:computed]
        iteration, position = branch.iteration, branch.position
        if iteration > computed:
            if number not in self._shortened:
                raise branch.at("iteration").refuse(f"only {grouped(computed)} are complete")
            iteration, position = computed, 0
        run = Run(self._dataset, wanted, initial, branch.origin)
        if position >= len(run.program.operations):
            raise branch.at("position").refuse("there is no such operation")
        checkpoints = self._checkpoints(number, run, computed)
        if iteration - checkpoints.until(iteration).at[-1] > _FARTHEST:
            raise branch.at("iteration").refuse("too far from what is known")
        last = self.last_change(number, computed)
        told = zip(branch.changes, branch.at("changes"), strict=True)
        changes = [self.checked(change, field, run, last) for change, field in told]
        if (
            not changes
            or changes[0].time != (0, 0)
            or not isinstance(changes[0].what, LearningRate)
        ):
            raise branch.at("changes").refuse("the first one is the η of the start")
        if any(a.time > b.time for a, b in pairwise(changes)):
            raise branch.at("changes").refuse("not in their order")
        record = Record(
            wanted,
            initial,
            branch.origin,
            iteration,
            position,
            losses,
            held_out,
            checkpoints,
            tuple(changes),
            read_tallies(branch, self._pieces, run, computed),
        )
        self._compare(number, record)
        run.recall(record, self._telling(run, record))
        return Branch(number, branch.label, run, branch.began)

    def _compare(self, number: int, record: Record) -> None:
        """Compare the branch with what is computed here; refuse one of another program."""
        try:
            found = compare(record, self._dataset, self._may_give_up)
        except InputError as error:
            raise InputError(
                f"branches: branch {number}: {error}: it is damaged, or of another program"
            ) from None
        if found.first is not None:
            self.likeness = found

    def _may_give_up(self) -> bool:
        self._progress(0, 1)
        return False

    def _telling(self, run: Run, record: Record) -> Cancel:
        """Return a function that reports how far a run is; it never cancels but by raising."""
        start = int(record.checkpoints.until(max(record.iteration - 1, 0)).at[-1])
        whole = max(record.iteration - start, 1)

        def tell() -> bool:
            self._progress(run.iteration - start, whole)
            return False

        return tell

    def _series(self, number: int, kind: str) -> Array:
        """Return the losses of a branch; only the first ones where a piece is lost and may be."""
        name, size = f"{number}.{kind}", manifest.BLOCK
        pieces, rest = self._saved.blocks.get(name), self._pieces.array(name)
        if pieces is None:
            raise InputError(f"blocks.{name}: missing")
        if rest.ndim != 1:
            raise InputError(f"{name}: not a list")
        losses = np.empty(size * len(pieces) + rest.size)
        for k, piece in enumerate(pieces):
            try:
                block = self._pieces.read(piece).get("block")
                if block is None or block.shape != (size,):
                    raise InputError(f"blocks.{name}[{k}]: not {grouped(size)} losses")
            except InputError as error:
                if not self._lenient:
                    raise
                known = size * k
                self._shortened.add(number)
                self.notices.append(
                    f"damaged ({error}): the losses from iteration {grouped(known)} on are lost; "
                    "running on computes them again, exactly"
                )
                return losses[:known].copy()
            losses[size * k : size * (k + 1)] = block
        losses[size * len(pieces) :] = rest
        return losses

    def _checkpoints(self, number: int, run: Run, computed: int) -> Checkpoints:
        at, rows = self._pieces.array(f"{number}.at"), self._pieces.array(f"{number}.rows")
        name = f"branches: the checkpoints of branch {number}"
        size = run.state_size
        if at.ndim != 1 or rows.shape != (at.size, size):
            raise InputError(f"{name}: a shape that is not that of its network")
        if not at.size or at[0] != 0 or not (np.abs(at) <= computed + self._ahead()).all():
            raise InputError(f"{name}: not at iterations of the run")
        if (at != np.floor(at)).any() or (np.diff(at) <= 0).any():
            raise InputError(f"{name}: not in their order")
        return Checkpoints(at.astype(np.int64), rows).until(computed)

    def _ahead(self) -> float:
        """Return how far checkpoints may lie ahead: those after lost losses are lost too."""
        return float(_MOST_ENTRIES * manifest.BLOCK) if self._lenient else 0.0

    def last_change(self, number: int, computed: int) -> int:
        """Return the last iteration in which a branch can have been changed."""
        return computed + (_FARTHEST if number in self._shortened else 0)

    def checked(self, change: Change, field: Field, run: Run, last: int) -> Change:
        """Return a change by hand, checked to be at a clock time that the run has reached.

        Raises:
            InputError: It lies ahead, or is of no parameter of the run.
        """
        iteration, position, *_ = field
        iteration.whole(0, last)
        position.whole(0, len(run.program.operations) - 1)
        what = change.what
        if isinstance(what, Edit):
            try:
                run.program.parameters[what.name].require_cell(what.index)
            except (KeyError, IndexError):
                raise field.refuse("not a cell of a parameter") from None
        return change
