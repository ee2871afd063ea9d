"""The dataset card of a `hub` folder: YAML front matter, then what the set is and how it came about.

No date and no path is in it, so that equal projects give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from codeclm import __version__
from codeclm.ids import content_id
from codeclm.records import IMPORTED
from codeclm.settings import Config

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_FRONT = """---
license: {licence}
pretty_name: "Instructions tailored with CodecLM"
task_categories:
- text-generation
tags:
- synthetic
- instruction-tuning
- codeclm
size_categories:
- {size}
configs:
- config_name: default
  data_files:
{files}
---
"""

_BODY = """
# Instructions tailored with CodecLM

Synthetic instructions and answers. Seeds were encoded into metadata (use case and skills), decoded into
instructions, made harder rubric by rubric (Self-Rubrics), and filtered by the quality gap between a strong
and a target model (Contrastive Filtering), after [CodecLM](https://arxiv.org/abs/2404.05875). The response
of a row is the better of the two answers, or what a person chose or wrote.

| setting | value |
|---|---|
{settings}

## Rows

| split | rows |
|---|---|
{rows}

All that came of one seed is on one side of the split.

| left out because | pairs |
|---|---|
{dropped}

## Columns

`messages` is the chat to train on; `instruction`, `response` and `rejected` are its parts and the other
answer. `strong`, `target` and their scores are the pair as it was judged; `_1` is the order in which the
strong answer stood first, `_2` the other. `seed_id` and `metadata_id` name what a row came from.

## Provenance

{provenance}

The answers are a model's: check them, and the licences of seeds and models, before use.
"""

_WITH = """`provenance.jsonl` has a line for each row: its seed, metadata with revisions, rubrics and actions,
both answers, the scores in both orders, decisions, models and the keys of the calls."""
_WITHOUT = "Export with provenance to have the whole chain from seed to row beside the data."


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card tells. `rows` by split, `dropped` by reason; `config` None: all was imported."""

    config: Config | None
    theta: float
    iterations: int
    include: str
    rows: Mapping[str, int]
    dropped: Mapping[str, int]
    licence: str = ""
    provenance: bool = False


def card(facts: Facts) -> str:
    """The text of README.md."""
    total = sum(facts.rows.values())
    front = _FRONT.format(
        licence=json.dumps(facts.licence or "unknown"),
        size=next((name for most, name in _SIZES if total < most), "1M<n<10M"),
        files="\n".join(f"  - split: {split}\n    path: {split}.parquet" for split in facts.rows),
    )
    return front + _BODY.format(
        settings=_table(
            {**_dials(facts), **_models(facts.config), "made with": f"CodecLM Studio {__version__}"}
        ),
        rows=_table(facts.rows),
        dropped=_table(facts.dropped or {"nothing": 0}),
        provenance=_WITH if facts.provenance else _WITHOUT,
    )


def prompts_hash(config: Config) -> str:
    """Names the prompt templates of a config."""
    return content_id("templates", profile=config.profile, templates=config.templates)


def _dials(facts: Facts) -> dict[str, object]:
    return {
        "rows included": facts.include,
        "threshold θ of the gap": f"{facts.theta:g}",
        "iterations at most": facts.iterations,
    }


def _models(config: Config | None) -> dict[str, object]:
    if config is None:
        return {"config": IMPORTED}
    return {
        **{f"{role} model": _code(name) for role, name in sorted(config.models.items())},
        "scores": f"{config.scale[0]} to {config.scale[1]}, in both orders, their mean",
        "prompt profile": config.profile,
        "prompts (hash)": prompts_hash(config),
        "config": config.id,
        "run seed": config.seed,
    }


def _table(cells: Mapping[str, object]) -> str:
    return "\n".join(f"| {name} | {value} |" for name, value in cells.items())


def _code(name: str) -> str:
    """A foreign name as inline code that it cannot leave."""
    plain = "".join(sign if sign.isprintable() and sign not in "`|" else " " for sign in name)
    return f"`{plain.strip() or '?'}`"
