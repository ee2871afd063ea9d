"""The exact request of each stage for a record under a config: what is sent, and what a page previews.

Pure: knows neither what was replied nor what comes next. What an endpoint overrides is put in by
the model layer, but where a request is to be known again in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codeclm.ids import canonical, digits
from codeclm.llm.model import Request, Schema
from codeclm.llm.wire import resolved
from codeclm.records import AnswerRole, Instruction, Message, Metadata, Role, Seed, Stage
from codeclm.settings import Config, Endpoint, Sampling
from codeclm.stages import answer, decode, encode, judge, rate, rubrics, topic


def encoding(config: Config, seed: Seed) -> Request:
    """Ask for a seed's metadata."""
    messages = encode.messages(seed.text, config.templates["encode"])
    schema = encode.BOUNDED if config.profile == "small" else encode.SCHEMA
    return _request(config, "strong", "encode", seed.id, messages, schema)


def decoding(config: Config, metadata: Metadata, earlier: Sequence[str] = (), sample: int = 0) -> Request:
    """Ask for a basic instruction unlike the `earlier` ones of the same metadata."""
    messages = decode.messages(metadata.labels, earlier, config.templates["decode"])
    schema = decode.BOUNDED if config.profile == "small" else decode.SCHEMA
    return _request(config, "strong", "decode", metadata.id, messages, schema, sample)


def rubric_set(config: Config, metadata: Metadata, sample: int = 0) -> Request:
    """Ask for a metadata's rubrics and actions."""
    messages = rubrics.messages(metadata.labels, config.templates["rubrics"])
    schema = rubrics.BOUNDED if config.profile == "small" else rubrics.SCHEMA
    return _request(config, "strong", "rubrics", metadata.id, messages, schema, sample)


def improvement(config: Config, instruction: Instruction, action: str, sample: int = 0) -> Request:
    """Ask for an instruction made harder by an action."""
    messages = rubrics.improve_messages(instruction.text, action, config.templates["improve"])
    schema = rubrics.IMPROVED_BOUNDED if config.profile == "small" else rubrics.IMPROVED
    return _request(config, "strong", "rubrics", instruction.id, messages, schema, sample)


def rating(config: Config, instruction: Instruction, criteria: Sequence[str]) -> Request:
    """Ask how far an instruction meets each rubric."""
    messages = rate.messages(instruction.text, criteria, config.profile)
    return _request(config, "strong", "rubrics", instruction.id, messages, rate.schema(len(criteria)))


def answering(config: Config, instruction: Instruction, role: AnswerRole) -> Request:
    """Ask one of the two models to follow an instruction."""
    messages = answer.messages(instruction.text, config.templates[f"answer_{role}"])
    return _request(config, role, "answer", instruction.id, messages)


def judging(config: Config, instruction: Instruction, first: str, second: str, order: int) -> Request:
    """Ask for the scores of two answers in these seats. `order`: 0, the strong one sits first; else 1."""
    template = config.templates["judge"]
    messages = judge.messages(instruction.text, first, second, template, config.scale)
    schema = judge.schema(config.scale, config.profile)
    return _request(config, "judge", "judge", instruction.id, messages, schema, order)


def judge_turns(config: Config) -> int | None:
    """How many turns the question to the judge has, as sent: a re-ask has more. None: it asks no judge."""
    if "judge" not in config.templates or "judge" not in config.sampling:
        return None
    asked = judging(config, Instruction("", "", ""), "", "", 0)
    return len(as_logged(config, asked, asked.attempt).messages)


def naming(config: Config, cluster: str, words: Sequence[str], texts: Sequence[str]) -> Request:
    """Ask what a cluster of the map is called, from its words and some of its texts."""
    messages = topic.messages(words, texts, config.profile)
    schema = topic.BOUNDED if config.profile == "small" else topic.SCHEMA
    return _request(config, "strong", "encode", cluster, messages, schema)


def likewise(config: Config, asked: Request) -> Request:
    """The same turns for the same record, as a config asks them: of its model, with its sampling and seed."""
    about = (asked.role, asked.stage, asked.record, asked.messages, asked.schema, asked.sample)
    return _request(config, *about)


def as_logged(config: Config, request: Request, attempt: int) -> Request:
    """A config's request at an attempt as the log has it: with what the config's endpoint overrides in it."""
    endpoint = Endpoint.read({"model": request.model, **config.overrides.get(request.role, {})})
    return resolved(at_attempt(config, request, attempt), endpoint)


def at_attempt(config: Config, request: Request, attempt: int) -> Request:
    """The same request at an attempt, with the seed on the wire that belongs to it."""
    if request.attempt == attempt and request.sampling.seed is not None:
        return request
    seed = _wire_seed(config, request.role, request.stage, request.record, request.sample, attempt)
    return replace(request, attempt=attempt, sampling=replace(request.sampling, seed=seed))


def _request(
    config: Config,
    role: Role,
    stage: Stage,
    record: str,
    messages: tuple[Message, ...],
    schema: Schema | None = None,
    sample: int = 0,
) -> Request:
    seed = _wire_seed(config, role, stage, record, sample, attempt=0)
    drawn = config.sampling[stage]
    sampling = Sampling(drawn.temperature, drawn.max_tokens, seed, drawn.reasoning_effort, drawn.extra)
    return Request(role, stage, record, config.models[role], messages, sampling, schema, sample)


def _wire_seed(config: Config, role: Role, stage: Stage, record: str, sample: int, attempt: int) -> int:
    made = digits(
        f'{{"attempt":{attempt},"kind":"wire","record":{canonical(record)},"role":"{role}",'
        f'"sample":{sample},"seed":{config.seed},"stage":"{stage}"}}'
    )
    return int(made[:7], 16)
