"""What a file can hold (seeds, metadata, answered pairs): its columns in words, and its rows as a preview.

Knows how each is told on a page; how a row becomes a record is `ingest`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from codeclm.ingest import Bundle, Table, guess_tags, has_orders
from codeclm.ingest.fields import ANSWER_NAMES, find
from codeclm.ingest.labels import SKILLS, USE_CASE
from codeclm.jobs.importing import ImportKind
from codeclm.records import Metadata, Seed
from codeclm.ui.text import one_line, plural, score

SHOWN = 600
"""Characters of a text that a preview gets."""


def _all(table: Table) -> list[str]:
    return [column.name for column in table.columns]


@dataclass(frozen=True, slots=True)
class ColumnField:
    """A field in which a column is chosen, in words."""

    name: str
    """`field`, `other` (which goes with it), or what the column holds, as `jobs.importing` calls it."""
    label: str
    guess: Callable[[Table], str | None]
    missing: str = ""
    """What is said where none is chosen; empty: there need be none."""
    help: str | None = None
    offered: Callable[[Table], list[str]] = _all
    """The columns to choose from; where there are none, nor is the field."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One thing that a file can hold, in words."""

    kind: ImportKind
    label: str
    about: str
    columns: Sequence[ColumnField]
    abreast: int
    """How many of their fields stand side by side."""
    row: Callable[[Any], dict[str, Any]]
    one: str
    many: str

    def count(self, number: int) -> str:
        """So many of them, in words."""
        return plural(number, self.one, self.many)


def _named(*names: str) -> Callable[[Table], str | None]:
    return lambda table: find(table, *names)


def _numbers(table: Table) -> list[str]:
    """Columns that may hold scores; none where a file has both orders', which go by their names."""
    usual = find(table, "strong_score"), find(table, "target_score")
    found = [each.name for each in table.columns if each.name in usual or _is_number(each.example)]
    return found if len(found) > 1 and not has_orders(table) else []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _instruction(guess: Callable[[Table], str | None]) -> ColumnField:
    missing = "Choose the column that holds the instruction."
    return ColumnField("field", "Column with the instruction", guess, missing)


def _joined(guess: Callable[[Table], str | None]) -> ColumnField:
    said = "Such as the text an instruction is about. It is put under the instruction."
    return ColumnField("other", "Column to join to it", guess, help=said)


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
        "One instruction a row, as your users write them. Ten are enough to begin. A column of tags "
        "(a list, or text parted by ; or commas) is there to filter by.",
        (
            _instruction(lambda table: table.guess),
            _joined(lambda table: table.guess_input),
            ColumnField(
                "tags",
                "Column with tags",
                guess_tags,
                help="Such as a category or topic; each seed gets what its row has there, to filter by.",
            ),
        ),
        3,
        _seed,
        "seed",
        "seeds",
    ),
    FileKind(
        "metadata",
        "Metadata",
        "A use case and skills a row (a list, or text parted by ; or commas). New instructions are written "
        "from these; no seeds are needed.",
        (
            ColumnField(
                "field",
                "Column with the use case",
                _named(*USE_CASE),
                "Choose the column that holds the use case.",
            ),
            ColumnField(
                "other",
                "Column with the skills",
                _named(*SKILLS),
                help="Up to three are usual: a list, or text parted by ; or commas.",
            ),
        ),
        2,
        _metadata,
        "metadata row",
        "metadata rows",
    ),
    FileKind(
        "pairs",
        "Answered pairs",
        "Two columns hold the two answers to the instruction, the strong model's and the target model's. "
        "Scored already: a column of scores for each, or both orders as `strong_score_1`, `target_score_1`, "
        "`strong_score_2`, `target_score_2`. Without scores, the next run judges them. "
        "May also be there: `use_case`, `skills`, `seed`.",
        (
            _instruction(_named("instruction", "prompt", "question")),
            _joined(_named("input")),
            ColumnField(
                "strong",
                "Column with the strong answer",
                _named("strong", *ANSWER_NAMES),
                "Choose the column that holds the strong model's answers.",
            ),
            ColumnField(
                "target",
                "Column with the target answer",
                _named("target"),
                "Choose the column that holds the target model's answers. Where a file has one answer to "
                "each instruction, take it as seeds: a run has both models answer them.",
            ),
            ColumnField(
                "strong_score",
                "Column with the strong answer's score",
                _named("strong_score"),
                offered=_numbers,
            ),
            ColumnField(
                "target_score",
                "Column with the target answer's score",
                _named("target_score"),
                offered=_numbers,
            ),
        ),
        2,
        _pair,
        "pair",
        "pairs",
    ),
)
"""In the order in which they are offered."""


def of_label(label: str) -> FileKind:
    """The kind that is offered under this name."""
    return next(each for each in KINDS if each.label == label)
