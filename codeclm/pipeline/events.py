"""What goes into a walk, and the events that come out of it. Knows no step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from codeclm.records import Answer, Comparison, Failure, Instruction, Metadata, RubricSet, Stage
from codeclm.settings import Config, Dials

DEFAULT_STAGES: frozenset[Stage] = frozenset({"encode", "decode", "rubrics", "answer", "judge"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. `attempts` raises the attempt of a step that failed, by stage and failure record."""

    config: Config
    dials: Dials
    stages: frozenset[Stage] = DEFAULT_STAGES
    attempts: Mapping[tuple[Stage, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Root:
    """A node that exists and from which the walk goes on: where a lineage ends so far.

    Known `answers` are not asked for again, and a known `gap` not judged. `used` are the actions on
    the path that led to it from the `basic` text; None: it is that itself.
    """

    instruction: Instruction
    answers: tuple[Answer, ...] = ()
    gap: float | None = None
    used: tuple[str, ...] = ()
    basic: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One metadata to grow from, with what there is of it already."""

    metadata: Metadata
    roots: tuple[Root, ...] = ()
    rubrics: RubricSet | None = None
    """Those that are there already, be they the model's or a person's."""
    wanted: int | None = None
    """How many basic instructions there shall be; None: as many as of each."""
    written: tuple[Instruction, ...] = ()
    """Those of them that there are: they are not asked for again, and go on as `roots`, if at all."""


@dataclass(frozen=True, slots=True)
class RubricsMade:
    """A metadata got its rubrics and actions."""

    rubrics: RubricSet


@dataclass(frozen=True, slots=True)
class InstructionMade:
    """A basic instruction or an improvement."""

    instruction: Instruction


@dataclass(frozen=True, slots=True)
class AnswerMade:
    """One model answered an instruction."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Compared:
    """An instruction's two answers were scored in both orders."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Failed:
    """A step gave nothing, and its lineage stops here for now.

    `failure.record` is the seed of an encoding, "METADATA:SAMPLE" of a decoding, the metadata of a
    rubric set, and the instruction of an improvement (stage rubrics), an answer or a judgement.
    """

    failure: Failure


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something about an instruction that a person should know, and that stops nothing."""

    instruction: str
    kind: Literal["drift"]
    reason: str


Event = RubricsMade | InstructionMade | Remarked | AnswerMade | Compared | Failed
