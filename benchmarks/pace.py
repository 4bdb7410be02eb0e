"""How fast this machine is just now: others share it, and it is twice as slow in one minute as in the next."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Taken(NamedTuple):
    """Milliseconds of CPU of one deed, the median, and what a bare loop took when the deed took that long."""

    deed: float
    loop: float


def of_loop() -> float:
    """Return the milliseconds of CPU of a bare loop, the same everywhere."""
    begin = time.process_time()
    sum(number * number for number in range(100_000))
    return (time.process_time() - begin) * 1000


def taken(deed: Callable[[], object], most: int, seconds: float = 4.0) -> Taken:
    """Do something so often, or for so long, in turns with the loop; the first time is left out."""
    deed()
    seen: list[float] = []
    loops: list[float] = []
    end = time.perf_counter() + seconds
    while len(seen) < most and (len(seen) < 3 or time.perf_counter() < end):
        loops.append(of_loop())
        begin = time.process_time()
        deed()
        seen.append((time.process_time() - begin) * 1000)
    typical = statistics.median(seen)
    # Each deed is compared with the loop just before it: the machine changes its pace many times in a second.
    in_loops = statistics.median(deed / loop for deed, loop in zip(seen, loops, strict=True))
    return Taken(round(typical, 2), round(typical / in_loops, 2))
