"""What a run would do, in numbers, before it starts: from the counts of the project, with no call made.

Pure but for reading the store; draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from codeclm.jobs.bounds import bounds
from codeclm.jobs.order import another, config_for, same_model
from codeclm.records import Role, Stage
from codeclm.settings import Dials, Endpoint
from codeclm.store import MetadataFilter, Store

REACH: dict[str, tuple[Stage, ...]] = {
    "all": ("encode", "decode", "rubrics", "answer", "judge"),
    "encode": ("encode",),
    "decode": ("encode", "decode"),
}
"""How far a run goes, by a short name."""

USES: dict[Role, str] = {
    "strong": "writes metadata, rubrics, instructions and reference answers",
    "target": "answers every instruction",
    "judge": "scores both answers, twice",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page's settings ask for. None: no limit."""

    dials: Dials
    reach: Annotated[str, Field(pattern=f"^({'|'.join(REACH)})$")] = "all"
    limit: Annotated[int, Field(ge=1)] | None = None
    max_calls: Annotated[int, Field(ge=1)] | None = None
    budget: Annotated[float, Field(ge=0)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    augment_to: Annotated[int, Field(ge=1)] | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """How far to go, with mixing where it is asked for."""
        return (*REACH[self.reach], "augment") if self.augment_to else REACH[self.reach]

    def arguments(self) -> list[str]:
        """The words of the command line that ask for it."""
        words = [
            "--theta", str(self.dials.theta), "--iterations", str(self.dials.iterations),
            "--per-metadata", str(self.dials.per_metadata), "--seed", str(self.dials.seed),
            "--profile", self.dials.profile,
        ]  # fmt: skip
        if self.reach != "all":
            words += ["--stages", ",".join(self.stages)]
        options = {
            "--limit": self.limit,
            "--max-calls": self.max_calls,
            "--concurrency": self.concurrency,
            "--budget": self.budget,
            "--augment-to": self.augment_to,
        }
        for name, value in options.items():
            words += [] if value is None else [name, str(value)]
        return words


SET = "generate_set"
"""The setting that holds what is set for the next run: what that began with, and what it came to."""
_SET: TypeAdapter[tuple[Wanted, Wanted]] = TypeAdapter(tuple[Wanted, Wanted])


def left(store: Store) -> tuple[Wanted, Wanted] | None:
    """What the settings began with and came to when last changed; None: there is nothing that can be read."""
    try:
        return _SET.validate_python(store.settings.get(SET))
    except ValidationError:
        return None


def leave(store: Store, given: Wanted, wanted: Wanted) -> None:
    """Keep what is set for the next run, where the settings began as `given`."""
    store.settings.set(SET, _SET.dump_python((given, wanted), mode="json"))


def begin_with(dials: Dials, command: Mapping[str, Any]) -> Wanted:
    """What the settings begin with: those of the last run where it did not come to its end, so that
    starting again goes on with the same and no more; `command` is empty where there is nothing to go on with.
    """
    stages = set(command.get("stages") or ()) - {"augment"}
    reach = next((name for name, each in REACH.items() if set(each) == stages), "all")
    return Wanted(
        dials,
        reach,
        command.get("limit"),
        command.get("max_calls"),
        command.get("budget"),
        command.get("concurrency"),
        command.get("augment_to"),
    )


def carried(before: Wanted, given: Wanted, last: Wanted) -> Wanted:
    """What was set, where what that began with has become `given`: what changed there counts, all else stays.
    A limit that is no longer given stays, too: it can be seen and taken away, and its loss could not.
    """
    was, now = before.dials.model_dump(), given.dials.model_dump()
    dials = last.dials.model_dump() | {name: now[name] for name in now if now[name] != was[name]}
    rest = {each.name: getattr(given, each.name) for each in fields(Wanted) if each.name != "dials"}
    new = {name: value for name, value in rest.items() if value not in (None, "all", getattr(before, name))}
    return replace(last, dials=Dials.read(dials), **new)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left to do. Calls do not count questions asked again; `least` and `most` are bounds."""

    unread: list[str]
    """The seeds to read, by id."""
    unfinished: list[str]
    """The metadata that are there and have work left, by id."""
    metadata: int
    """How many will be grown, those of seeds still to be read included."""
    fresh: int
    """How many of `metadata` have no instruction yet, those of seeds still to be read included."""
    going: int
    """Lineages that go on, from instructions that are there."""
    lineages: int
    """Those and the ones to begin."""
    mixed: int
    """How many to mix from labels, at most. They wait to be accepted."""
    least: int
    most: int
    same_config: bool
    """Whether the results that are there stay the current ones."""

    @property
    def seeds(self) -> int:
        """How many seeds are to be read."""
        return len(self.unread)

    @property
    def nothing(self) -> bool:
        """Whether a run would find nothing to do."""
        return not (self.seeds or self.metadata or self.mixed)


def forecast(store: Store, wanted: Wanted, endpoints: Mapping[Role, Endpoint]) -> Forecast:
    """Count what these settings leave to do."""
    config = config_for(store, endpoints, wanted.dials)
    stages = REACH[wanted.reach]
    unread = store.seeds.unencoded_ids(config.id, wanted.limit)
    seeds = len(unread)
    left = store.lineages.left(config.id, wanted.dials, stages, wanted.limit)
    growing = len(left.metadata) + (seeds if wanted.reach != "encode" else 0)
    fresh = growing - left.begun
    there = seeds + store.metadata.count() - store.metadata.count(MetadataFilter(state="excluded"))
    mixed = max(0, (wanted.augment_to or 0) - there)
    found = bounds(left, seeds, 0, wanted.dials, stages)
    assert found is not None  # noqa: S101 - told of everything in REACH
    lineages, least, most = found
    going = left.going if wanted.reach == "all" else 0
    return Forecast(
        unread,
        left.metadata,
        growing,
        fresh,
        going,
        lineages,
        mixed,
        least,
        most,
        not another(store, config),
    )


def warnings(endpoints: Mapping[Role, Endpoint]) -> list[str]:
    """What a person should know of these models before paying for a run."""
    strong, target = endpoints["strong"], endpoints["target"]
    judge = endpoints.get("judge", strong)
    found = []
    if same_model(strong, target):
        found.append(
            "Strong and target are the same model. This shows the workflow; few or no pairs may be kept, "
            "because both answers are about equally good. Set a stronger model on the Models page."
        )
    if same_model(judge, strong):
        found.append(
            "The strong model judges its own answers, which favours them. "
            "A judge of its own can be set on the Models page."
        )
    return found
