import pytest

from engine.program import Program
from tests.engine.planted import Mistake, Plant


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Have every program from now on compute one operation in another way."""

    def plant(name: str, mistake: Mistake) -> None:
        right = Program.__init__

        def init(self: Program, *args: object, **options: object) -> None:
            right(self, *args, **options)  # type: ignore[arg-type]
            place = next(i for i, o in enumerate(self.operations) if o.name == name)
            run = mistake(self)
            object.__setattr__(self.operations[place], "run", run)
            for calls in getattr(self, "calls", {}).values():
                calls[place] = run

        monkeypatch.setattr(Program, "__init__", init)

    return plant
