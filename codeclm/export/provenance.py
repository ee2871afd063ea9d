"""The chain behind a row: seed, metadata and its edits, rubrics, actions, answers, scores, decisions, calls.

Times and costs are left out: they differ from run to run, and the record must not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from codeclm.export.row import Row
from codeclm.llm.model import Request
from codeclm.records import IMPORTED, Answer, AnswerRole, Comparison, Instruction, Metadata, Role
from codeclm.settings import Config
from codeclm.stages import requests
from codeclm.store import LoggedCall, Scanned, Store

_SEATS: tuple[AnswerRole, AnswerRole] = ("strong", "target")
"""Of the first order in which a judge has the answers."""


class Provenance:
    """Traces rows. What neighbours share is looked up once."""

    def __init__(self, store: Store, config: str) -> None:
        self._store = store
        self._config = config
        self._known = store.settings.config_of(config)
        self._models: Mapping[Role, str] = self._known.models if self._known else {}
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
            "calls": self.calls(pair.seed, pair.metadata, path),
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

    def calls(self, seed: str | None, metadata: str, path: Sequence[Instruction]) -> list[dict[str, str]]:
        """The calls behind a pair, stage and key: encoding the seed, decoding the metadata, and every step of
        the lineage; rubrics only where a step followed them, and of what improved the last node nothing: it
        came after the pair.
        """
        found = []
        if seed:
            found += self._calls(seed)
        root = path[0] if path else None
        for stage, key, sample in self._calls(metadata):
            wrote = root and root.origin == "generated" and root.sample == sample
            if {"decode": wrote, "rubrics": len(path) > 1}.get(stage, True):
                found.append((stage, key, sample))
        for node, made in zip_longest(path, path[1:]):
            steps = self._calls(node.id, made.action if made else None)
            found += [call for call in steps if call[0] != "rubrics" or made]
        return [{"stage": stage, "key": key} for stage, key, _ in dict.fromkeys(found)]

    def _calls_of(self, record: str, action: str | None = None) -> list[tuple[str, str, int]]:
        """Stage, key and sample of the calls that got a reply, in an order that does not depend on time.

        Another config may have had the record too: of a step's calls those count that are nearest to what
        this config asks. `action`: what improved the record, where the next of its lineage came of it.
        """
        calls = [each for each in self._store.calls.of_record(record) if each.call.reply and self._ours(each)]
        judged = any(each.call.request.stage == "judge" for each in calls)
        said = self._store.lineages.answers(record, self._config) if judged else []
        calls = [each for each in calls if _read(each, said)]
        if self._known and len({_step(each) for each in calls}) < len(calls):
            wanted = list(self._wanted(self._known, record, action, said))
            near = [self._nearness(self._known, each.call.request, wanted) for each in calls]
            nearest: dict[tuple[str, str, int], int] = {}
            for each, how in zip(calls, near, strict=True):
                nearest[_step(each)] = max(how, nearest.get(_step(each), 0))
            calls = [each for each, how in zip(calls, near, strict=True) if how == nearest[_step(each)]]
        return sorted(map(_named, calls))

    def _ours(self, logged: LoggedCall) -> bool:
        """Whether a reply is of a model that this config asks: another's target may have had the node too."""
        asked = logged.call.request
        other = asked.stage in ("answer", "judge") and asked.model != self._models.get(
            asked.role, asked.model
        )
        return not logged.call.error and not other

    def _nearness(self, config: Config, asked: Request, wanted: Sequence[Request]) -> int:
        """2: this config asks just that; 1: so, but in words that it has no more or that retries changed."""
        if asked.stage not in config.sampling:
            return 0
        step = asked.stage, asked.role, asked.sample
        exact = [each for each in wanted if (each.stage, each.role, each.sample) == step]
        if any(_begins(config, asked, each) for each in exact):
            return 2
        return int(_begins(config, asked, requests.likewise(config, asked)))

    def _wanted(
        self, config: Config, record: str, action: str | None, said: Sequence[Answer]
    ) -> Iterator[Request]:
        """What this config asks about an instruction, a metadata with the labels that it had, or a seed."""
        if node := self._store.lineages.get(record):
            yield from (requests.answering(config, node, role) for role in _SEATS)
            if action is not None:
                yield requests.improvement(config, node, action)
            if len(said) == len(_SEATS):
                texts = {answer.role: answer.text for answer in said}
                for order, (first, second) in enumerate((_SEATS, _SEATS[::-1])):
                    yield requests.judging(config, node, texts[first], texts[second], order)
        elif metadata := self._store.metadata.get(record):
            yield from self._labelled(config, metadata)
        elif seed := self._store.seeds.get(record):
            yield requests.encoding(config, seed)

    def _labelled(self, config: Config, metadata: Metadata) -> Iterator[Request]:
        """What it asks with each of the labels that a metadata had: for rubrics, and for each basic
        instruction, showing those before."""
        nodes = self._store.lineages.of_metadata(metadata.id, self._config)
        for labels, *_ in self._store.metadata.history(metadata.id):
            known = replace(metadata, labels=labels, original=metadata.original or metadata.labels)
            yield requests.rubric_set(config, known)
            earlier: list[str] = []
            for node in nodes:
                if (node.iteration, node.origin, node.revision) == (1, "generated", known.revision):
                    yield requests.decoding(config, known, earlier, node.sample)
                    earlier.append(node.text)


def _begins(config: Config, asked: Request, wanted: Request) -> bool:
    """Whether a call began as wanted; more turns may follow, of a bad reply and what was wrong."""
    wanted = requests.as_logged(config, wanted, asked.attempt)
    turns = asked.messages[: len(wanted.messages)]
    return (wanted.model, wanted.sampling, wanted.messages) == (asked.model, asked.sampling, turns)


def _read(logged: LoggedCall, said: list[Answer]) -> bool:
    """Whether a judge had these answers before it, and not another target's; other calls pass."""
    asked = logged.call.request
    prompt = "\n".join(message.content for message in asked.messages)
    return asked.stage != "judge" or all(answer.text in prompt for answer in said)


def _step(logged: LoggedCall) -> tuple[str, str, int]:
    asked = logged.call.request
    return asked.stage, asked.role, asked.sample


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
        "strong_first": comparison.strong_first._asdict(),
        "target_first": second._asdict() if second else None,
        "gap": comparison.gap,
    }
