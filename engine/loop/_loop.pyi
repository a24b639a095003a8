import numpy as np
from numpy.typing import NDArray

APPLY: int
REDUCE: int
TAKE: int
PICK: int
APPEND: int
COUNT: int
LEAVE: int

def run(
    calls: NDArray[np.intp],
    last: NDArray[np.intp],
    period: int,
    first: int,
    position: int,
    end: int,
    until: int,
    /,
) -> tuple[int, int, bool]: ...
def inner_loop(ufunc: np.ufunc, index: int, /) -> tuple[int, int]: ...
def own_loop(name: str, /) -> tuple[int, int]: ...
