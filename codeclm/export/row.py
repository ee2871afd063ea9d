"""One row of an export. Knows no rule and no format."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from codeclm.records import AnswerRole, Decision
from codeclm.store import Scanned


class Said(Protocol):
    """What a row is made of: a pair's texts, and what was decided of it."""

    @property
    def instruction(self) -> str: ...  # noqa: D102

    @property
    def strong(self) -> str: ...  # noqa: D102

    @property
    def target(self) -> str: ...  # noqa: D102

    @property
    def strong_truncated(self) -> bool: ...  # noqa: D102

    @property
    def target_truncated(self) -> bool: ...  # noqa: D102

    @property
    def winner(self) -> AnswerRole | None: ...  # noqa: D102

    @property
    def verdict(self) -> str | None: ...  # noqa: D102

    @property
    def decision(self) -> Decision | None: ...  # noqa: D102


class Row(NamedTuple):
    """A pair as it is exported: edits applied, the answers in their places."""

    pair: Scanned
    instruction: str
    chosen: str
    chosen_role: AnswerRole
    contrasted: bool
    """Whether the pair says which of the two answers is the better one."""
    edited: frozenset[str] = frozenset()
    """Which of `instruction` and `response` a person rewrote."""
    system: str = ""

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
