"""What a file can hold (seeds, metadata, answered pairs): its columns in words, and its rows as a preview.

Knows how each is told on a page; how a row becomes a record is `ingest`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from codeclm.ingest import Bundle, Table
from codeclm.ingest.fields import find
from codeclm.ingest.labels import SKILLS, USE_CASE
from codeclm.jobs.importing import ImportKind
from codeclm.records import Metadata, Seed
from codeclm.ui.text import one_line, plural, score

SHOWN = 600
"""Characters of a text that a preview gets."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One thing that a file can hold, in words."""

    kind: ImportKind
    label: str
    about: str
    field: str
    """Names the column that a person must choose, and `other` one that may be there."""
    missing: str
    other: str
    other_help: str
    guess: Callable[[Table], tuple[str | None, str | None]]
    row: Callable[[Any], dict[str, Any]]
    one: str
    many: str

    def count(self, number: int) -> str:
        """So many of them, in words."""
        return plural(number, self.one, self.many)


def _guess_seed(table: Table) -> tuple[str | None, str | None]:
    return table.guess, table.guess_input


def _guess_labels(table: Table) -> tuple[str | None, str | None]:
    return find(table, *USE_CASE), find(table, *SKILLS)


def _guess_pair(table: Table) -> tuple[str | None, str | None]:
    return find(table, "instruction", "prompt", "question"), find(table, "input")


def _seed(seed: Seed) -> dict[str, Any]:
    return {"Seed": one_line(seed.text, SHOWN), "Tags": list(seed.tags), "Row": seed.row}


def _metadata(metadata: Metadata) -> dict[str, Any]:
    labels = metadata.labels
    return {"Use case": one_line(labels.use_case, SHOWN), "Skills": one_line(", ".join(labels.skills), SHOWN)}


def _pair(bundle: Bundle) -> dict[str, Any]:
    compared = bundle.comparison
    return {
        "Instruction": one_line(bundle.instruction.text, SHOWN),
        "Strong answer": one_line(bundle.strong.text, SHOWN),
        "Target answer": one_line(bundle.target.text, SHOWN),
        "Scores": f"{score(compared.strong_score)} and {score(compared.target_score)}"
        if compared
        else "none yet",
    }


KINDS: Sequence[FileKind] = (
    FileKind(
        "seeds",
        "Seeds",
        "One instruction a row, as your users write them. Ten are enough to begin. A column “tags” "
        "(a list, or text parted by ; or commas) gives tags to filter by.",
        "Column with the instruction",
        "Choose the column that holds the instruction.",
        "Column to join to it",
        "Such as the text an instruction is about. It is put under the instruction.",
        _guess_seed,
        _seed,
        "seed",
        "seeds",
    ),
    FileKind(
        "metadata",
        "Metadata",
        "A use case and skills a row (a list, or text parted by ; or commas). New instructions are written "
        "from these; no seeds are needed.",
        "Column with the use case",
        "Choose the column that holds the use case.",
        "Column with the skills",
        "Up to three are usual: a list, or text parted by ; or commas.",
        _guess_labels,
        _metadata,
        "metadata row",
        "metadata rows",
    ),
    FileKind(
        "pairs",
        "Answered pairs",
        "Columns `strong` and `target` hold the two answers to the instruction. Scored already: "
        "`strong_score` and `target_score`, or both orders as `strong_score_1`, `target_score_1`, "
        "`strong_score_2`, `target_score_2`. Without scores, the next run judges them. "
        "May also be there: `use_case`, `skills`, `seed`.",
        "Column with the instruction",
        "Choose the column that holds the instruction.",
        "Column to join to it",
        "Such as the text an instruction is about. It is put under the instruction.",
        _guess_pair,
        _pair,
        "pair",
        "pairs",
    ),
)
"""In the order in which they are offered."""


def of_label(label: str) -> FileKind:
    """The kind that is offered under this name."""
    return next(each for each in KINDS if each.label == label)
