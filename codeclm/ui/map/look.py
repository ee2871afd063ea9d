"""How the map is looked at: what the chart and the legend show the same of. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.ui.map.colours import Colouring
from codeclm.ui.map.data import Rows


@dataclass(frozen=True, slots=True)
class Look:
    """The points that are shown, what they are coloured by and how, and which of them the search found, by
    their places among `rows` (None: nothing is searched). `of` names the map of this project and these kinds.
    """

    of: str
    rows: Rows
    by: str
    colours: Colouring
    lit: Rows | None
