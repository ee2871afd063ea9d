"""How far a run is, counted from its events. For show only: what is done is in the records themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field

from codeclm.llm.client import Counts
from codeclm.pipeline import AnswerMade, Compared, Event, Failed, InstructionMade, Remarked, RubricsMade

GROWN = "metadata"
"""Beside the stages: the metadata whose lineages have all come to their end."""


@dataclass
class Progress:
    """What is done and what is wanted, by stage. What growing will want is only known as it grows."""

    done: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    def count(self, event: Event, scored: Container[str] = ()) -> None:
        """Take note of an event of growing; instructions that are `scored` already need nothing more."""
        match event:
            case InstructionMade(instruction):
                self.done["decode" if instruction.parent is None else "rubrics"] += 1
                self.wanted["rubrics"] += instruction.parent is not None
                self.wanted["answer"] += 2
                self.wanted["judge"] += 1
                self.done["answer"] += 2 * (instruction.id in scored)
                self.done["judge"] += instruction.id in scored
            case AnswerMade():
                self.done["answer"] += 1
            case Compared():
                self.done["judge"] += 1
            case Failed():
                self.failed += 1
            case RubricsMade() | Remarked():
                pass

    def steps(self) -> dict[str, tuple[int, int]]:
        """Done and wanted by stage, for what is wanted at all."""
        return {stage: (self.done[stage], wanted) for stage, wanted in self.wanted.items() if wanted}

    def line(self, counts: Counts, spent: float) -> str:
        """One line for a person."""
        parts = [f"{stage} {done}/{wanted}" for stage, (done, wanted) in self.steps().items()]
        parts.append(f"{counts.sent} calls sent, {counts.cached} from the cache")
        if self.failed:
            parts.append(f"{self.failed} failed")
        if spent:
            parts.append(f"${spent:.4f}")
        return " · ".join(parts)
