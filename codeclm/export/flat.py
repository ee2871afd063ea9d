"""One flat record of all that is known of a row: the columns of CSV and Parquet.

Read back by `import --as pairs`: instruction, strong, target, both orders of scores, use_case, skills.
"""

from __future__ import annotations

from typing import Any

from codeclm.export.row import Row

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
_PAIRS = (ORDERS[:2], ORDERS[2:])


def flat(row: Row) -> dict[str, Any]:
    """The record, keys as COLUMNS. Scores are None where a person rewrote the instruction they were for."""
    pair = row.pair
    record: dict[str, Any] = {
        "id": pair.id,
        "system": row.system,
        "instruction": row.instruction,
        "response": row.chosen,
        "rejected": row.rejected,
        "use_case": pair.use_case,
        "skills": list(pair.skills),
        "strong": pair.strong,
        "target": pair.target,
        "strong_model": pair.strong_model,
        "target_model": pair.target_model,
        "strong_truncated": pair.strong_truncated,
        "target_truncated": pair.target_truncated,
        **dict.fromkeys(NUMBERS),
        "iteration": pair.iteration,
        "status": pair.status,
        "decision": pair.decision.verdict if pair.decision else None,
        "edited": " ".join(sorted(row.edited)) or None,
        "seed_id": pair.seed,
        "metadata_id": pair.metadata,
    }
    if row.scored:
        scores = pair.comparison
        strong, target = scores.strong_score, scores.target_score
        record["strong_score"], record["target_score"], record["gap"] = strong, target, strong - target
        for (strong_name, target_name), order in zip(_PAIRS, scores.orders, strict=False):
            record[strong_name], record[target_name] = order.strong, order.target
    return record
