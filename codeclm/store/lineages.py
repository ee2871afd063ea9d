"""Rubric sets, instructions, answers, comparisons, and the work that is left on them for given dials."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from codeclm.records import Answer, Comparison, Instruction, RubricSet, Stage
from codeclm.settings import Dials


class Lineages:
    """The trees that grow from metadata, seen under a config."""

    def add_rubrics(self, rubrics: RubricSet) -> None:
        """Keep a rubric set. Its revision must be one of a metadata in the project. Resolves its failure."""
        raise NotImplementedError

    def rubrics(self, revision: str, config: str) -> RubricSet | None:
        """The rubric set (sample 0) of a revision under a config."""
        raise NotImplementedError

    def add_instruction(self, instruction: Instruction, config: str) -> None:
        """Keep a node and that it was reached under `config`. Its metadata and parent must be there."""
        raise NotImplementedError

    def add_answer(self, answer: Answer) -> None:
        """Keep an answer; its instruction must be there."""
        raise NotImplementedError

    def add_comparison(self, comparison: Comparison) -> None:
        """Keep the scores of two answers that are there; resolves failures to answer and to judge."""
        raise NotImplementedError

    def get(self, id: str) -> Instruction | None:
        """An instruction."""
        raise NotImplementedError

    def path(self, id: str) -> list[Instruction]:
        """From the first ancestor down to the instruction itself; empty where there is none such."""
        raise NotImplementedError

    def children(self, id: str, config: str | None = None) -> list[Instruction]:
        """The instructions made from this one (under a config, where given)."""
        raise NotImplementedError

    def of_metadata(self, metadata: str, config: str) -> list[Instruction]:
        """Every instruction of a metadata under a config, by sample, iteration and id."""
        raise NotImplementedError

    def answers(self, instruction: str, config: str) -> list[Answer]:
        """The answers to an instruction under a config, imported ones where it has none of its own."""
        raise NotImplementedError

    def comparison(self, instruction: str, config: str) -> Comparison | None:
        """The comparison that counts for a node under a config, be it imported."""
        raise NotImplementedError

    def unfinished(
        self, config: str, dials: Dials, stages: Collection[Stage], limit: int | None = None
    ) -> list[str]:
        """Ids of active metadata, in order, with work left for these dials and stages; `limit` as `run --limit`.

        Work: fewer basic instructions than wanted; a leaf without scores; a leaf not over θ and
        under the cap. What failed by reply at the current attempt is none; what failed by
        transport is.
        """
        raise NotImplementedError

    def roots(self, metadata: str, config: str, dials: Dials) -> list[Instruction]:
        """Edited and imported instructions of a metadata whose own lineage still has work, unscored or growing."""
        raise NotImplementedError

    def roots_unscored(self, metadata: Sequence[str], config: str) -> list[Instruction]:
        """Edited and imported instructions that have no scores under a config yet."""
        raise NotImplementedError
