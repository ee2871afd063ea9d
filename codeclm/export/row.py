"""One row of an export. Knows no rule and no format."""

from __future__ import annotations

from typing import NamedTuple

from codeclm.records import AnswerRole
from codeclm.store import Scanned


class Row(NamedTuple):
    """A pair as it is exported: edits applied, the answers in their places."""

    pair: Scanned
    instruction: str
    chosen: str
    chosen_role: AnswerRole
    contrasted: bool
    """Whether the pair says which of the two answers is the better one."""
    system: str = ""
    edited: frozenset[str] = frozenset()
    """Which of `instruction` and `response` a person rewrote."""

    @property
    def rejected(self) -> str | None:
        """The other answer; None where the pair says nothing about the two."""
        if not self.contrasted:
            return None
        return self.pair.target if self.chosen_role == "strong" else self.pair.strong

    @property
    def scored(self) -> bool:
        """Whether the pair's scores are about this row's instruction."""
        return "instruction" not in self.edited
