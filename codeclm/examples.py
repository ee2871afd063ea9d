"""The example project: the authored files under data/examples/, built into a project like any other.

Knows the layout of those files (data/examples/README.md describes it); asks no model. Its results
stand under a config of its own, whose model names say where each text came from.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codeclm import ingest, projects
from codeclm.errors import InputError
from codeclm.projects import Project
from codeclm.records import (
    Answer,
    AnswerRole,
    Comparison,
    Instruction,
    Labels,
    Metadata,
    RubricSet,
    Scores,
    Seed,
)
from codeclm.settings import BUILTIN_MODEL, Config
from codeclm.store import Store

FILES = Path(__file__).parent.parent / "data" / "examples"
NAMES = ("seeds.jsonl", "metadata.jsonl", "rubrics.jsonl", "lineages.jsonl")
NAME = "example"
AUTHORED = "authored (example)"
"""Stands for a model's name where a person wrote what a strong model would say."""
CONFIG = Config(models={"strong": AUTHORED, "target": BUILTIN_MODEL, "judge": AUTHORED}, sampling={})
ABOUT = (
    "An example to look around in. Its seeds, metadata, rubrics, instructions, strong answers and scores "
    f"were authored for it; the target answers are {BUILTIN_MODEL}'s own."
)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """The files as records, in the order in which a store takes them."""

    seeds: list[Seed] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    rubrics: list[RubricSet] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)


def available(folder: Path = FILES) -> bool:
    """Whether the files are there."""
    return all((folder / name).is_file() for name in NAMES)


def build(name: str = NAME, folder: Path = FILES) -> Project:
    """The example as a new project. InputError: a file is missing or damaged; UsageError: the name is taken.

    It appears under its name only when it is whole.
    """
    example = read(folder)
    with projects.building(name) as path, Store.open(path, create=True) as store, store.write():
        store.seeds.add(example.seeds)
        for seed in example.seeds:
            for tag in seed.tags:
                store.seeds.tag([seed.id], tag)
        store.metadata.add(example.metadata)
        config = store.settings.use_config(CONFIG)
        for rubrics in example.rubrics:
            store.lineages.add_rubrics(rubrics)
        for instruction in example.instructions:
            store.lineages.add_instruction(instruction, config)
        for answer in example.answers:
            store.lineages.add_answer(answer)
        for comparison in example.comparisons:
            store.lineages.add_comparison(comparison)
        store.settings.set("about", ABOUT)
    return Project(name, projects.folder() / f"{name}{projects.SUFFIX}")


def read(folder: Path = FILES) -> Example:
    """The files as records. InputError: one is missing or damaged, or they do not fit together."""
    try:
        return _read(folder)
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{folder.name}: these files do not fit together ({error!r}); get them anew"
        ) from None


def _read(folder: Path) -> Example:
    seeds = _seeds(folder)
    metadata = {row["key"]: _metadata(row, seeds) for row in _rows(folder, "metadata.jsonl")}
    example = Example(list(seeds.values()), list(metadata.values()))
    for row in _rows(folder, "rubrics.jsonl"):
        revision = metadata[row["metadata"]].revision
        example.rubrics.append(RubricSet(revision, CONFIG.id, tuple(row["rubrics"]), tuple(row["actions"])))
    actions = {rubrics.revision: rubrics.actions for rubrics in example.rubrics}
    grown: Counter[str] = Counter()
    for row in _rows(folder, "lineages.jsonl"):
        above = metadata[row["metadata"]]
        _lineage(example, above, grown[above.id], row["steps"], actions[above.revision])
        grown[above.id] += 1
    return example


def _seeds(folder: Path) -> dict[str, Seed]:
    """By key; read as any seed file is, so that inputs are joined alike."""
    keys = [row["key"] for row in _rows(folder, "seeds.jsonl")]
    parsed = ingest.seeds(ingest.read(folder / "seeds.jsonl"), "text", "input")
    if parsed.rejected:
        first = parsed.rejected[0]
        raise InputError(f"seeds.jsonl: line {first.row}: {first.reason}")
    return dict(zip(keys, parsed.records, strict=True))


def _metadata(row: Values, seeds: Mapping[str, Seed]) -> Metadata:
    labels = Labels(row["use_case"], tuple(row["skills"]))
    if "seed" in row:
        return Metadata("encoded", labels, seed=seeds[row["seed"]].id)
    # No run draws under this name, so that mixing in the example never meets its own rows.
    draw = f"example:{row['key']}" if row["origin"] == "mixed" else None
    return Metadata(row["origin"], labels, draw=draw, state=row.get("state", "active"))


def _lineage(
    example: Example, metadata: Metadata, sample: int, steps: list[Values], actions: tuple[str, ...]
) -> None:
    parent = None
    for iteration, step in enumerate(steps, 1):
        node = Instruction(
            metadata.id,
            metadata.revision,
            step["instruction"],
            sample,
            parent,
            None if step["action"] is None else actions[step["action"]],
            iteration,
        )
        strong = _answer(node, "strong", AUTHORED, step["strong"])
        target = _answer(node, "target", BUILTIN_MODEL, step["target"], step["target_truncated"])
        orders = [Scores(**step["orders"][order]) for order in ("strong_first", "target_first")]
        example.instructions.append(node)
        example.answers.extend((strong, target))
        example.comparisons.append(Comparison(node.id, strong.id, target.id, CONFIG.id, *orders))
        parent = node.id


def _answer(node: Instruction, role: AnswerRole, model: str, text: str, truncated: bool = False) -> Answer:
    return Answer(node.id, role, CONFIG.id, text, truncated, model)


def _rows(folder: Path, name: str) -> list[Values]:
    """The lines of a file."""
    try:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
    except OSError as error:
        raise InputError(f"{name}: the example's file cannot be read ({error.strerror})") from None
