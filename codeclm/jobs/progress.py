"""How far a run is, counted from its events. For show only: what is done is in the records themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field

from codeclm.llm.client import Counts
from codeclm.pipeline import AnswerMade, Compared, Event, Failed, InstructionMade, Remarked, RubricsMade, Task

GROWN = "metadata"
"""Beside the stages: the metadata whose lineages have all come to their end."""


@dataclass
class Progress:
    """What is done and what is wanted, by stage. What growing will want is only known as it grows."""

    done: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    asked: Container[str] | None = None
    """The stages there are to tell of; None: all."""

    def begin(self, task: Task, foretold: int) -> None:
        """Take note of what a walk goes on from, of which so many basic instructions were foretold."""
        self.wanted["decode"] += (task.wanted or 0) - foretold
        self.done["decode"] += len({node.sample for node in task.written})
        for root in task.roots:
            scored = root.gap is not None
            self._score(2 if scored else len(root.answers), scored)

    def count(self, event: Event) -> None:
        """Take note of an event of growing."""
        match event:
            case InstructionMade(instruction):
                self.done["decode" if instruction.parent is None else "rubrics"] += 1
                self.wanted["rubrics"] += instruction.parent is not None
                self._score(0, False)
            case AnswerMade():
                self.done["answer"] += 1
            case Compared():
                self.done["judge"] += 1
            case Failed():
                self.failed += 1
            case RubricsMade() | Remarked():
                pass

    def _score(self, answers: int, scored: bool) -> None:
        """One more node that is to be answered and judged, and what is there of that."""
        self.wanted["answer"] += 2
        self.wanted["judge"] += 1
        self.done["answer"] += answers
        self.done["judge"] += scored

    def steps(self) -> dict[str, tuple[int, int]]:
        """Done and wanted by stage; of some it may turn out that nothing is wanted."""
        return {
            stage: (self.done[stage], wanted)
            for stage, wanted in self.wanted.items()
            if self.asked is None or stage in self.asked or stage == GROWN
        }

    def line(self, counts: Counts, spent: float) -> str:
        """One line for a person."""
        parts = [f"{stage} {done}/{wanted}" for stage, (done, wanted) in self.steps().items() if wanted]
        parts.append(f"{counts.sent} calls sent, {counts.cached} from the cache")
        if self.failed:
            parts.append(f"{self.failed} failed")
        if spent:
            parts.append(f"${spent:.4f}")
        return " · ".join([*parts, *counts.troubles.values()])
