"""The records of the loop, each named by a content id. Nothing here knows how one is stored or shown.

An id is made once for each record, when it is first asked for: every step of a lineage asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from codeclm.ids import Name, canonical, content_id, digits

Role = Literal["strong", "target", "judge"]
Stage = Literal["encode", "augment", "decode", "rubrics", "answer", "judge"]
Origin = Literal["encoded", "mixed", "manual", "imported"]
MetadataState = Literal["active", "proposed", "excluded"]
AnswerRole = Literal["strong", "target"]
Verdict = Literal["accept", "reject"]
Status = Literal["kept", "superseded", "improved", "exhausted", "pending"]

ROLES: tuple[Role, ...] = get_args(Role)
STAGES: tuple[Stage, ...] = get_args(Stage)

LONGEST_TEXT, LONGEST_LABEL = 100_000, 200
"""Characters of what came from elsewhere; more is surely not one instruction, answer or label."""

IMPORTED = "imported"
"""The config of answers and comparisons that came from a file: shown under every config."""


class Message(NamedTuple):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str

    def as_dict(self) -> dict[str, str]:
        """The turn as the OpenAI protocol writes it."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True)
class Seed:
    """A real instruction from the distribution the user cares about.

    `text` has its input joined on; for a chat it is the turns as one text, and `messages` keeps
    them apart. `row` counts from 1 in `source`, the name of the file.
    """

    text: str
    messages: tuple[Message, ...] = ()
    source: str = ""
    row: int = 0
    tags: tuple[str, ...] = ()

    @Name
    def id(self) -> str:
        """Made of the text, or of the messages where it is a chat."""
        if self.messages:
            return content_id("seed", messages=[m.as_dict() for m in self.messages])
        return content_id("seed", text=self.text)


@dataclass(frozen=True, slots=True)
class Labels:
    """What an instruction is about (paper, section 3.1): one use case and up to three skills."""

    use_case: str
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metadata:
    """A point of the distribution to generate from. Its labels live in revisions; these are the newest.

    `seed` is set where the origin is `encoded`, `draw` (run seed and number, "0:17") where it is `mixed`.
    """

    origin: Origin
    labels: Labels
    seed: str | None = None
    draw: str | None = None
    state: MetadataState = "active"
    original: Labels | None = None
    """The first labels, which name a `manual` or `imported` row for good; None: `labels` are the first."""

    @Name
    def id(self) -> str:
        """Made of the origin and the seed, the draw's number, or the first labels."""
        if self.origin == "encoded":
            return content_id("metadata", origin=self.origin, seed=self.seed)
        if self.origin == "mixed":
            return content_id("metadata", origin=self.origin, draw=self.draw)
        return _metadata_id(self.origin, self.original or self.labels)

    @Name
    def revision(self) -> str:
        """Names these labels of this metadata; undoing an edit gives the old name back."""
        return revision_of(self.id, self.labels)


@lru_cache(maxsize=2048)
def _metadata_id(origin: Origin, first: Labels) -> str:
    """Remembered, as many pairs of a file share their labels."""
    return content_id("metadata", origin=origin, use_case=first.use_case, skills=first.skills)


@lru_cache(maxsize=2048)
def revision_of(metadata: str, labels: Labels) -> str:
    """The name of these labels of a metadata."""
    return content_id("revision", metadata=metadata, use_case=labels.use_case, skills=labels.skills)


@dataclass(frozen=True)
class RubricSet:
    """Four criteria of complexity and the four matching actions (paper, section 3.2)."""

    revision: str
    config: str
    rubrics: tuple[str, ...]
    actions: tuple[str, ...]
    sample: int = 0

    @Name
    def id(self) -> str:
        """Made of the metadata revision, the sample number and the config."""
        return content_id("rubrics", revision=self.revision, sample=self.sample, config=self.config)


@dataclass(frozen=True, slots=True)
class Ratings:
    """How far an instruction meets each rubric of a set, from 1 to 5, as the strong model sees it."""

    instruction: str
    revision: str
    config: str
    scores: tuple[int, ...]
    sample: int = 0
    """Which rubric set of the revision it is about."""


@dataclass(frozen=True)
class Instruction:
    """One node of a lineage. The basic one has no parent and iteration 1."""

    metadata: str
    revision: str
    text: str
    sample: int = 0
    parent: str | None = None
    action: str | None = None
    iteration: int = 1
    origin: Literal["generated", "edited", "imported"] = "generated"

    @Name
    def id(self) -> str:
        """Made of the metadata revision, the parent, the action, the sample number and the text."""
        # Of an imported one the number is its place in a file, which is not what makes it itself.
        sample = 0 if self.origin == "imported" else self.sample
        return digits(
            f'{{"action":{canonical(self.action)},"kind":"instruction","parent":{canonical(self.parent)},'
            f'"revision":{canonical(self.revision)},"sample":{sample},"text":{canonical(self.text)}}}'
        )


@dataclass(frozen=True)
class Answer:
    """What one model said to one instruction, without its thinking. `truncated`: it hit the token limit."""

    instruction: str
    role: AnswerRole
    config: str
    text: str
    truncated: bool = False
    model: str = ""
    sample: int = 0

    @Name
    def id(self) -> str:
        """Made of the instruction, the role, the config and the sample number."""
        return digits(
            f'{{"config":{canonical(self.config)},"instruction":{canonical(self.instruction)},'
            f'"kind":"answer","role":"{self.role}","sample":{self.sample}}}'
        )


def gap_of(strong: float, target: float) -> float:
    """G(I), of two means. Rounded, as scores are decimals and floats are not: 8.3 less 5.3 is 3."""
    return round(strong - target, 9) + 0.0  # never -0.0


def leading(gap: float) -> AnswerRole | None:
    """Whose mean is the higher, by G(I); None where they are equal."""
    return None if gap == 0 else "strong" if gap > 0 else "target"


class Scores(NamedTuple):
    """One judgement, by model and not by seat: what each answer got, on the config's scale."""

    strong: float
    target: float
    rationale: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two answers and their scores in both orders (paper, section 3.3).

    `strong_first` is the judgement in which the strong answer stood first. A file may bring one
    order only: then `target_first` is None and the means are those of the one.
    """

    instruction: str
    strong_answer: str
    target_answer: str
    config: str
    strong_first: Scores
    target_first: Scores | None = None

    @Name
    def id(self) -> str:
        """Made of the instruction, the two answers and the config."""
        return digits(
            f'{{"answers":[{canonical(self.strong_answer)},{canonical(self.target_answer)}],'
            f'"config":{canonical(self.config)},"instruction":{canonical(self.instruction)},'
            '"kind":"comparison"}'
        )

    @property
    def orders(self) -> tuple[Scores, ...]:
        """The judgements there are."""
        return (self.strong_first,) if self.target_first is None else (self.strong_first, self.target_first)

    @property
    def strong_score(self) -> float:
        """The strong answer's mean."""
        first, second = self.strong_first, self.target_first
        return float(first.strong) if second is None else (first.strong + second.strong) / 2

    @property
    def target_score(self) -> float:
        """The target answer's mean."""
        first, second = self.strong_first, self.target_first
        return float(first.target) if second is None else (first.target + second.target) / 2

    @property
    def gap(self) -> float:
        """G(I) = S(strong) − S(target), of the means."""
        return gap_of(self.strong_score, self.target_score)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a pair. `instruction` and `response` are edits, None where untouched."""

    pair: str
    verdict: Verdict
    reviewer: str = ""
    answer: AnswerRole | None = None
    instruction: str | None = None
    response: str | None = None
    reasons: tuple[str, ...] = ()
    adjudicated: bool = False
    """Whether it settles what reviewers disagree on: it stands, whatever the others say."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that gave nothing. `record` is the seed, metadata or instruction it was for.

    `transport`: no reply came, so running again asks again; otherwise a reply came that could not
    be used, and only a raised attempt asks again.
    """

    stage: Stage
    record: str
    config: str
    reason: str
    raw: str = ""
    attempt: int = 0
    transport: bool = False

    @property
    def id(self) -> str:
        """One row for each stage and record under a config."""
        return content_id("failure", stage=self.stage, record=self.record, config=self.config)


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison as a person meets it: its texts, its place in the lineage, its state for a θ."""

    id: str
    seed: str | None
    metadata: str
    use_case: str
    skills: tuple[str, ...]
    instruction_id: str
    instruction: str
    strong: str
    target: str
    strong_model: str
    target_model: str
    strong_truncated: bool
    target_truncated: bool
    comparison: Comparison
    iteration: int
    action: str | None
    status: Status
    stale: bool = False
    decision: Decision | None = None
    conflict: bool = False
    tags: tuple[str, ...] = ()

    @property
    def winner(self) -> AnswerRole | None:
        """The answer with the higher mean; None where they are equal."""
        return leading(self.comparison.gap)
