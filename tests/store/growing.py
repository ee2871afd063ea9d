"""Records for the store's tests, made in as few words as possible."""

from __future__ import annotations

from collections.abc import Iterable

from codeclm.llm.model import Call, Reply, Request
from codeclm.records import Answer, Comparison, Instruction, Labels, Message, Metadata, Scores, Seed
from codeclm.settings import Config, Sampling
from codeclm.store import Store

CONFIG = Config(models={"strong": "s", "target": "t", "judge": "s"}, sampling={})
C = CONFIG.id


def log(store: Store, calls: Iterable[Call]) -> None:
    with store.write():
        for each in calls:
            store.calls.put(each)


def manual(store: Store, use_case: str = "poetry") -> Metadata:
    metadata = Metadata("manual", Labels(use_case, ("rhyme", "metre")))
    store.metadata.add([metadata])
    return metadata


def encoded(store: Store, text: str = "Write an ode") -> Metadata:
    seed = Seed(text)
    store.seeds.add([seed])
    metadata = Metadata("encoded", Labels("poetry", ("rhyme",)), seed=seed.id)
    store.metadata.add([metadata])
    return metadata


def basic(metadata: Metadata, text: str = "Write a poem", sample: int = 0) -> Instruction:
    return Instruction(metadata.id, metadata.revision, text, sample=sample)


def improved(parent: Instruction, text: str) -> Instruction:
    return Instruction(
        parent.metadata,
        parent.revision,
        text,
        sample=parent.sample,
        parent=parent.id,
        action="add a twist",
        iteration=parent.iteration + 1,
    )


def answered(instruction: Instruction, config: str = C) -> tuple[Answer, Answer]:
    said = f"to {instruction.text}, at length, {instruction.text} again"
    return (
        Answer(instruction.id, "strong", config, f"A fine answer {said}", model="s"),
        Answer(instruction.id, "target", config, f"A poor answer {said}", model="t"),
    )


def compared(instruction: Instruction, gap: float, config: str = C, **kind: str) -> Comparison:
    strong, target = answered(instruction, kind.get("answers", config))
    why = f"The first is finer in {instruction.text}"
    return Comparison(
        instruction.id, strong.id, target.id, config, Scores(5 + gap, 5, why), Scores(5 + gap, 5, "so it is")
    )


def score(store: Store, instruction: Instruction, gap: float, config: str = C) -> Comparison:
    """Answer and score an instruction that is there."""
    for answer in answered(instruction, config):
        store.lineages.add_answer(answer)
    comparison = compared(instruction, gap, config)
    store.lineages.add_comparison(comparison)
    return comparison


def grown(store: Store, instruction: Instruction, gap: float, config: str = C) -> Comparison:
    """Add an instruction with its answers and scores."""
    store.lineages.add_instruction(instruction, config)
    return score(store, instruction, gap, config)


def request(text: str = "Hello", record: str = "r", sample: int = 0, attempt: int = 0) -> Request:
    messages = (Message("system", "You are a judge of poems. " * 8), Message("user", text))
    return Request("judge", "judge", record, "m", messages, Sampling(seed=7), sample=sample, attempt=attempt)


def call(text: str = "Hello", reply: str = "Hi there", **fields: object) -> Call:
    cost = fields.pop("cost", 0.5)
    asked = request(text, **fields)  # type: ignore[arg-type]
    return Call(asked, Reply(reply, f"<think>hm</think>{reply}", "stop", 10, 5, cost, 0.25), started=1.5)  # type: ignore[arg-type]
