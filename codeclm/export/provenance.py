"""The chain behind a row: seed, metadata and its edits, rubrics, actions, answers, scores, decisions, calls.

Times and costs are left out: they differ from run to run, and the record must not.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from codeclm.export.row import Row
from codeclm.records import IMPORTED, Comparison, Instruction
from codeclm.store import LoggedCall, Scanned, Store


class Provenance:
    """Traces rows. What neighbours share is looked up once."""

    def __init__(self, store: Store, config: str) -> None:
        self._store = store
        self._config = config
        self._calls = lru_cache(maxsize=64)(self._calls_of)
        self._seed = lru_cache(maxsize=8)(self._seed_of)
        self._metadata = lru_cache(maxsize=8)(self._metadata_of)

    def record(self, row: Row, split: str | None = None) -> dict[str, Any]:
        """The chain as one JSON object. `split` names the file that the row is in."""
        pair, comparison = row.pair, self._comparison(row.pair)
        path = self._store.lineages.path(pair.instruction_id)
        return {
            "id": pair.id,
            **({"split": split} if split else {}),
            "config": comparison.config,
            "seed": self._seed(pair.seed) if pair.seed else None,
            "metadata": self._metadata(pair.metadata),
            "rubrics": self._rubrics(path),
            "lineage": [_node(node) for node in path],
            "answers": _answers(pair, comparison),
            "scores": _scores(comparison),
            "status": pair.status,
            "decisions": [asdict(decision) for decision in self._store.decisions.of(pair.id)],
            "chosen": row.chosen_role,
            "edited": sorted(row.edited),
            "calls": self._calls_behind(row, path),
        }

    def _seed_of(self, name: str) -> dict[str, Any] | None:
        seed = self._store.seeds.get(name)
        if seed is None:
            return None
        messages = {"messages": [turn.as_dict() for turn in seed.messages]} if seed.messages else {}
        return {"id": name, "source": seed.source, "row": seed.row, "text": seed.text, **messages}

    def _metadata_of(self, name: str) -> dict[str, Any] | None:
        metadata = self._store.metadata.get(name)
        if metadata is None:
            return None
        revisions = [
            {"use_case": labels.use_case, "skills": list(labels.skills), "author": author}
            for labels, author, _ in self._store.metadata.history(name)
        ]
        return {"id": name, "origin": metadata.origin, "draw": metadata.draw, "revisions": revisions}

    def _comparison(self, pair: Scanned) -> Comparison:
        """The pair's, with the judge's explanations."""
        found = self._store.lineages.comparison(pair.instruction_id, self._config)
        assert found is not None  # noqa: S101 - it was scanned in the same state of the file
        return found

    def _rubrics(self, path: list[Instruction]) -> dict[str, Any] | None:
        revision = path[-1].revision if path else ""
        found = self._store.lineages.rubrics(revision, self._config) if len(path) > 1 else None
        if found is None:
            return None
        return {"id": found.id, "rubrics": list(found.rubrics), "actions": list(found.actions)}

    def _calls_behind(self, row: Row, path: list[Instruction]) -> list[dict[str, str]]:
        """Encoding the seed, decoding and rubrics of the metadata, and every step of the lineage."""
        found = []
        if row.pair.seed:
            found += self._calls(row.pair.seed)
        root = path[0] if path else None
        for stage, key, sample in self._calls(row.pair.metadata):
            if stage != "decode" or (root and root.origin == "generated" and root.sample == sample):
                found.append((stage, key, sample))
        for node in path:
            found += self._calls(node.id)
        return [{"stage": stage, "key": key} for stage, key, _ in dict.fromkeys(found)]

    def _calls_of(self, record: str) -> list[tuple[str, str, int]]:
        """Stage, key and sample of the calls that got a reply, in an order that does not depend on time."""
        calls = self._store.calls.of_record(record)
        return sorted(_named(call) for call in calls if call.call.reply is not None and not call.call.error)


def _named(logged: LoggedCall) -> tuple[str, str, int]:
    return logged.call.request.stage, logged.key, logged.call.request.sample


def _node(node: Instruction) -> dict[str, Any]:
    return {
        "id": node.id,
        "iteration": node.iteration,
        "origin": node.origin,
        "revision": node.revision,
        "action": node.action,
        "text": node.text,
    }


def _answers(pair: Scanned, comparison: Comparison) -> list[dict[str, Any]]:
    both = (
        ("strong", comparison.strong_answer, pair.strong_model, pair.strong_truncated, pair.strong),
        ("target", comparison.target_answer, pair.target_model, pair.target_truncated, pair.target),
    )
    names = ("role", "id", "model", "truncated", "text")
    return [dict(zip(names, answer, strict=True)) for answer in both]


def _scores(comparison: Comparison) -> dict[str, Any]:
    second = comparison.target_first
    return {
        "imported": comparison.config == IMPORTED,
        "strong_first": asdict(comparison.strong_first),
        "target_first": asdict(second) if second else None,
        "gap": comparison.gap,
    }
