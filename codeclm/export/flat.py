"""One flat record of all that is known of a row: the columns of CSV and Parquet.

Read back by `import --as pairs`: instruction, strong, target, both orders of scores, use_case, skills.
"""

from __future__ import annotations

from typing import Any

from codeclm.export.row import Row
from codeclm.records import Scores

TEXTS = ("id", "system", "instruction", "response", "rejected", "use_case")
ANSWERS = ("strong", "target", "strong_model", "target_model")
SCORES = ("strong_score", "target_score", "gap")
ORDERS = ("strong_score_1", "target_score_1", "strong_score_2", "target_score_2")
COLUMNS = (
    *(*TEXTS, "skills", *ANSWERS, "strong_truncated", "target_truncated", *SCORES, *ORDERS),
    *("iteration", "status", "decision", "edited", "seed_id", "metadata_id"),
)
FLAGS = ("strong_truncated", "target_truncated")
NUMBERS = (*SCORES, *ORDERS)
_UNSCORED = (None,) * len(NUMBERS)


def flat(row: Row) -> dict[str, Any]:
    """The record, keys as COLUMNS. Scores are None where a person rewrote the instruction they were for."""
    return dict(zip(COLUMNS, values(row), strict=True))


def values(row: Row) -> tuple[Any, ...]:
    """The record's values, in the order of COLUMNS."""
    pair = row.pair
    return (
        pair.id,
        row.system,
        row.instruction,
        row.chosen,
        row.rejected,
        pair.use_case,
        pair.skills,
        pair.strong,
        pair.target,
        pair.strong_model,
        pair.target_model,
        pair.strong_truncated,
        pair.target_truncated,
        *(_scores(pair.orders) if row.scored else _UNSCORED),
        pair.iteration,
        pair.status,
        pair.decision.verdict if pair.decision else None,
        " ".join(sorted(row.edited)) if row.edited else None,
        pair.seed,
        pair.metadata,
    )


def _scores(orders: tuple[Scores, ...]) -> tuple[float | None, ...]:
    """Means and gap, then the two orders; the second is None where there was one only."""
    first, second = orders[0], orders[-1]
    strong, target = (first.strong + second.strong) / 2, (first.target + second.target) / 2
    alone = len(orders) == 1
    others = (None, None) if alone else (second.strong, second.target)
    return strong, target, strong - target, first.strong, first.target, *others
