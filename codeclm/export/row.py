"""One row of an export. Knows no rule and no format."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.records import AnswerRole, Message, Pair


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as it is exported: edits applied, the answers in their places."""

    pair: Pair
    instruction: str
    chosen: str
    chosen_role: AnswerRole
    rejected: str | None
    """The other answer; None where the pair says nothing about the two."""
    system: str = ""
    family: str = ""
    """What may not be parted by a split: the seed's id, or what stands for it."""
    edited: frozenset[str] = frozenset()
    """Which of `instruction` and `response` a person rewrote."""

    @property
    def scored(self) -> bool:
        """Whether the pair's scores are about this row's instruction."""
        return "instruction" not in self.edited

    def messages(self) -> tuple[Message, ...]:
        """System prompt, instruction and answer as turns."""
        return (*self.prompt(), Message("assistant", self.chosen))

    def prompt(self) -> tuple[Message, ...]:
        """The turns before the answer."""
        system = (Message("system", self.system),) if self.system else ()
        return (*system, Message("user", self.instruction))
