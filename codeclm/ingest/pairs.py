"""Rows into pairs that were answered, and perhaps scored, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.ingest.table import Parsed, Table
from codeclm.records import Answer, Comparison, Instruction, Metadata, Seed


@dataclass(frozen=True, slots=True)
class Bundle:
    """The records of one imported pair, under the config `imported`. No scores: a run judges it."""

    metadata: Metadata
    instruction: Instruction
    strong: Answer
    target: Answer
    comparison: Comparison | None = None
    seed: Seed | None = None


def pairs(table: Table, field: str | None = None, input_field: str | None = None) -> Parsed[Bundle]:
    """Pairs of the columns `instruction` (or `field`), `strong`, `target`, and, where there are any,
    `strong_score, target_score` (one order, or means), or both orders: `strong_score_1, target_score_1`
    (the strong answer stood first) and `strong_score_2, target_score_2`, or nested as
    `orders: [{strong, target}, {strong, target}]`. Optional: input, use_case, skills, seed,
    strong_model, target_model, strong_truncated, target_truncated. InputError: no such column.
    """
    raise NotImplementedError
