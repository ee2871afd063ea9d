"""How a figure of a judge's health is read: as usual, worth a look, or a problem."""

from __future__ import annotations

from typing import Literal

from codeclm.contrast import Share

FEWEST = 20
"""Of fewer, a rate says too little."""
FLIPS = 0.125
"""About one verdict in eight flips in published pairwise data."""
Look = Literal["fine", "watch", "poor", "unknown"]


def flips(found: Share) -> Look:
    """How far the verdict hangs on which answer is read first."""
    return over(found, FLIPS, 2 * FLIPS)


def over(found: Share, usual: float, bad: float) -> Look:
    """Whether a rate is surely over what is usual."""
    if found.total < FEWEST:
        return "unknown"
    return "poor" if found.low > bad else "watch" if found.low > usual else "fine"
