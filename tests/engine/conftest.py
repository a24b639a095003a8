"""What tests of the engine share."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a table and returns its path."""

    def write(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(autouse=True)
def quick_audits(request: pytest.FixtureRequest) -> None:
    """Test how a script is run only where that is tested, in ``test_recording*.py``."""
    if request.path.name.startswith("test_audit"):
        request.getfixturevalue("scripts_as_forks")


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, imported only in a process that tests with it: that takes longer than its tests."""
    torch: ModuleType = pytest.importorskip(
        "torch", reason="PyTorch is not installed: pip install nn-tui[torch]"
    )
    torch.set_num_threads(1)
    return torch
