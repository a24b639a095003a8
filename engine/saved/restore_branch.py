"""Reads one branch of a saved run: its losses, checkpoints and changes, none of them trusted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.common.errors import InputError
from engine.common.progress import Cancel, Progress
from engine.data.dataset import Dataset
from engine.maths.tensor import Array
from engine.model.hyperparameters import DECLARATIONS
from engine.model.network import Network
from engine.program.footprint import require_for_training
from engine.run.branches import Branch
from engine.run.history import Change, Checkpoints, Edit, LearningRate
from engine.run.record import Record
from engine.run.run import Run
from engine.saved.arrays import Pieces
from engine.saved.capture import BLOCK, HELD_OUT, LOSSES
from engine.saved.hit_counts import read_tallies
from engine.saved.json_field import Field
from engine.saved.manifest import read_hyperparameters
from engine.saved.npz import is_digest
from engine.saved.recompute import Likeness, compare

_FARTHEST = 10_000_000
"""Iterations that may have to be computed again to be where a run was."""
_MOST_ENTRIES = 1_000_000


class BranchReader:
    """Makes branches from a manifest and its pieces.

    Args:
        pieces: The arrays.
        blocks: What the manifest tells of the blocks of losses.
        dataset: The data.
        lenient: Whether lost losses are to be computed again instead of refused.
        progress: Told how much of a branch is computed again; may raise to give up.

    Attributes:
        notices: What was lost, a line each.
        likeness: What comes out otherwise here than it is saved, of the last branch of which
            anything does.
    """

    def __init__(
        self, pieces: Pieces, blocks: Field, dataset: Dataset, lenient: bool, progress: Progress
    ) -> None:
        self.notices: list[str] = []
        self.likeness = Likeness()
        self._pieces = pieces
        self._blocks = blocks
        self._dataset = dataset
        self._lenient = lenient
        self._progress = progress
        self._shortened: set[int] = set()

    def read(self, field: Field) -> Branch:
        """Make a branch from what the manifest tells of it.

        Raises:
            InputError: Something is missing, damaged or cannot be.
        """
        number = field["number"].whole(1)
        wanted = read_hyperparameters(field["hyperparameters"])
        require_for_training(self._dataset, wanted)
        network = Network(self._dataset, wanted)
        initial = network.check_parameters(self._pieces.beginning_with(f"{number}.initial."))
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
        last = self.last_change(number, computed)
        changes = [self.change(change, run, last) for change in field["changes"]]
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
            read_tallies(field, self._pieces, number, run, computed),
        )
        self._compare(number, record)
        run.recall(record, self._telling(run, record))
        began = None if field["began"].is_null else field["began"].whole()
        return Branch(number, field["label"].shown(), run, began)

    def _compare(self, number: int, record: Record) -> None:
        """Look whether the branch is computed here as it was; refuse what is another one."""
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
        """Return what tells how far a run is, and never cancels it but by raising."""
        start = int(record.checkpoints.until(max(record.iteration - 1, 0)).at[-1])
        whole = max(record.iteration - start, 1)

        def tell() -> bool:
            self._progress(run.iteration - start, whole)
            return False

        return tell

    def _series(self, number: int, kind: str) -> Array:
        """The losses of a branch; the first ones only where a piece is lost and it may be."""
        name = f"{number}.{kind}"
        fields, rest = list(self._blocks[name]), self._pieces.array(name)
        if rest.ndim != 1:
            raise InputError(f"{name}: not a list")
        losses = np.empty(BLOCK * len(fields) + rest.size)
        for k, field in enumerate(fields):
            if not is_digest(field.text()):
                raise field.refuse("not the name of a piece")
            try:
                block = self._pieces.read(field.text()).get("block")
                if block is None or block.shape != (BLOCK,):
                    raise field.refuse(f"not {BLOCK:,} losses")
            except InputError as error:
                if not self._lenient:
                    raise
                known = BLOCK * k
                self._shortened.add(number)
                self.notices.append(
                    f"damaged ({error}): the losses from iteration {known:,} on are lost; running "
                    "on computes them again, exactly"
                )
                return losses[:known].copy()
            losses[BLOCK * k : BLOCK * (k + 1)] = block
        losses[BLOCK * len(fields) :] = rest
        return losses

    def _checkpoints(self, number: int, run: Run, computed: int) -> Checkpoints:
        at, rows = self._pieces.array(f"{number}.at"), self._pieces.array(f"{number}.rows")
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

    def last_change(self, number: int, computed: int) -> int:
        """The last iteration in which a branch can have been changed."""
        return computed + (_FARTHEST if number in self._shortened else 0)

    def change(self, field: Field, run: Run, last: int) -> Change:
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
