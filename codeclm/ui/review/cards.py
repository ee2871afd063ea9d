"""A pair as the review card shows it: plain text and figures, ready to be sent to the browser.

Only puts words to what the store says; draws nothing, decides nothing.
"""

from __future__ import annotations

from typing import Any

from codeclm.ids import content_id
from codeclm.records import Comparison, Decision, Instruction, Pair, Scores
from codeclm.store import Store
from codeclm.ui.text import gap, score
from codeclm.ui.worddiff import diff

Card = dict[str, Any]


def card(store: Store, pair: Pair, theta: float, reviewer: str = "") -> Card:
    """All that one card needs for a reviewer, as JSON: only their own decision counts as made."""
    comparison = pair.comparison
    made = store.decisions.of(pair.id)
    own = next((each for each in made if each.reviewer == reviewer), None)
    over = abs(comparison.gap) > theta
    return {
        "id": pair.id,
        "instruction": pair.instruction,
        "use_case": pair.use_case,
        "skills": list(pair.skills),
        "tags": list(pair.tags),
        "iteration": pair.iteration,
        "status": pair.status,
        "stale": pair.stale,
        "conflict": pair.conflict,
        "winner": pair.winner,
        "over": over,
        "gap_text": f"gap {gap(comparison.gap)}, {'over' if over else 'not over'} θ {score(theta)}",
        "flip": flipped(pair.id),
        "strong": _answer(pair.strong, pair.strong_model, pair.strong_truncated, comparison, "strong"),
        "target": _answer(pair.target, pair.target_model, pair.target_truncated, comparison, "target"),
        "orders": _orders(comparison),
        "rationales": [scores.rationale for scores in comparison.orders if scores.rationale.strip()],
        "steps": _steps(store, pair),
        "origin": _origin(store, pair),
        "decision": own and _version(pair, own),
        "said": [
            {"who": _who(each), "what": _what(each), **_version(pair, each)}
            for each in made
            if each is not own
        ],
        "verdict": _stands(pair, made, own),
        "flagged": reviewer in store.flags.of(pair.id),
        "remarks": list(store.studio.remarks(pair.instruction_id)),
    }


def flipped(pair: str) -> bool:
    """Whether the target's answer stands left where sides are blind: by the pair's id, as by a coin."""
    return int(content_id("side", pair=pair), 16) % 2 == 1


def _answer(text: str, model: str, cut: bool, comparison: Comparison, role: str) -> dict[str, Any]:
    each = [score(getattr(scores, role)) for scores in comparison.orders]
    return {
        "text": text,
        "model": model,
        "truncated": cut,
        "mean": score(getattr(comparison, f"{role}_score")),
        "orders": f"of 10 ({' and '.join(each)})" if len(each) > 1 else "of 10",
    }


def _orders(comparison: Comparison) -> list[list[str]]:
    def row(name: str, scores: Scores) -> list[str]:
        return [name, score(scores.strong), score(scores.target), gap(scores.strong - scores.target)]

    if comparison.target_first is None:
        return [row("given", comparison.strong_first)]
    means = Scores(comparison.strong_score, comparison.target_score)
    return [
        row("strong read first", comparison.strong_first),
        row("target read first", comparison.target_first),
        row("mean", means),
    ]


def _steps(store: Store, pair: Pair) -> list[dict[str, Any]]:
    """The path down to this instruction, each step with what it changed in the one before."""
    path = store.lineages.path(pair.instruction_id)
    steps = []
    for before, node in zip([None, *path], path, strict=False):
        steps.append(
            {
                "iteration": node.iteration,
                "action": node.action or "",
                "edited": node.origin == "edited",
                "scores": "" if node.id == pair.instruction_id else _scored(store, node, pair),
                "pieces": diff(before.text, node.text) if before else [("same", node.text)],
            }
        )
    return steps


def _scored(store: Store, node: Instruction, pair: Pair) -> str:
    found = store.lineages.comparison(node.id, pair.comparison.config)
    if found is None:
        return "not scored"
    return f"strong {score(found.strong_score)}, target {score(found.target_score)}, gap {gap(found.gap)}"


def _origin(store: Store, pair: Pair) -> list[tuple[str, str, bool]]:
    """Names and values; True where the value is an id."""
    seed = store.seeds.get(pair.seed) if pair.seed else None
    rows = [("Seed", seed.text[:2000], False)] if seed else []
    if seed and seed.source:
        rows.append(("File", f"{seed.source}, row {seed.row}" if seed.row else seed.source, False))
    rows += [("Strong model", pair.strong_model, False), ("Target model", pair.target_model, False)]
    ids = {
        "Pair id": pair.id,
        "Instruction id": pair.instruction_id,
        "Metadata id": pair.metadata,
        "Config id": pair.comparison.config,
    }
    return rows + [(name, value, True) for name, value in ids.items()]


def _version(pair: Pair, made: Decision) -> dict[str, Any]:
    """A decision, with what its edits changed in the pair."""
    role = made.answer or pair.winner or "strong"
    edits = {
        "Instruction": (pair.instruction, made.instruction),
        "Answer": (getattr(pair, role), made.response),
    }
    changes = [(name, diff(old, new)) for name, (old, new) in edits.items() if new is not None]
    return {**(decided(made) or {}), "changes": changes}


def _who(made: Decision) -> str:
    return made.reviewer or "without a name"


def _what(made: Decision) -> str:
    """A decision of somebody else's, in words."""
    said = f"accepted: {made.answer or 'the winner'}" if made.verdict == "accept" else "rejected"
    if made.instruction is not None or made.response is not None:
        said += ", edited"
    return ": ".join(filter(None, (said, ", ".join(made.reasons)))) + (", settling it" * made.adjudicated)


def _stands(pair: Pair, made: list[Decision], own: Decision | None) -> str:
    """What stands over all reviewers, where that is not the reviewer's own word alone."""
    if pair.decision is not None and (len(made) > 1 or own is None):
        by = f"{len(made)} reviewers" if len(made) > 1 else _who(made[0])
        return f"stands {pair.decision.verdict}ed, decided by {by}"
    return f"{len(made)} decided so far" if made and pair.decision is None and not pair.conflict else ""


def decided(made: Decision | None) -> dict[str, Any] | None:
    """A decision as a card has it."""
    if made is None:
        return None
    return {
        "verdict": made.verdict,
        "answer": made.answer,
        "reasons": list(made.reasons),
        "instruction": made.instruction,
        "response": made.response,
        "edited": made.instruction is not None or made.response is not None,
    }
