"""Pairs that a file gives, into a project by the thousand.

A new one has no parent, no node, no failure and no answer to be looked for: its rows are numbered here and
go in table by table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codeclm.records import Answer, Comparison, Instruction
from codeclm.store.connection import Connection, Value, chunks, pack, slots
from codeclm.store.nodes import Nodes
from codeclm.store.rows import ANSWERS, COMPARISONS, answer_row, comparison_row
from codeclm.store.texts import Texts, squeezed

BATCH = 1000


class GivenPair(NamedTuple):
    """An instruction that a file gives, its answers by both models, and their scores where it has them."""

    instruction: Instruction
    answers: tuple[Answer, Answer]
    comparison: Comparison | None = None
    seed: str | None = None
    """The id of the seed that it was made of, where the file names one."""

    @property
    def id(self) -> str:
        """The instruction's, as its answers name it: not made anew."""
        return self.answers[0].instruction


def add(
    db: Connection, texts: Texts, nodes: Nodes, config: int, given: Sequence[GivenPair]
) -> list[GivenPair]:
    """Keep those whose instruction is new, in one transaction; the others come back.

    ProjectError: a metadata that one is of is not in the project.
    """
    known: list[GivenPair] = []
    batches = [given[start : start + BATCH] for start in range(0, len(given), BATCH)]
    with db.write():
        for batch in batches:
            made = [squeezed(answer.text) for each in batch for answer in each.answers]
            fresh = _fresh(db, batch)
            wanted = [pair for number in fresh for pair in made[2 * number : 2 * number + 2]]
            _insert(db, texts, nodes, config, [batch[number] for number in fresh], texts.put_all(wanted))
            known += [each for number, each in enumerate(batch) if number not in fresh]
    return known


def _fresh(db: Connection, batch: Sequence[GivenPair]) -> dict[int, None]:
    """Which of the batch have an instruction that neither the project nor one before them has."""
    first: dict[bytes | str, int] = {}
    for number, each in enumerate(batch):
        first.setdefault(pack(each.id), number)
    for ids in chunks(first):
        for (known,) in db.rows(f"select id from instructions where id in ({slots(ids)})", ids):
            del first[known]
    return dict.fromkeys(first.values())


def _insert(
    db: Connection, texts: Texts, nodes: Nodes, config: int, batch: Sequence[GivenPair], stored: Sequence[int]
) -> None:
    instruction, answer, comparison = map(db.newest, ("instructions", "answers", "comparisons"))
    instructions: list[list[Value]] = []
    answers: list[list[Value]] = []
    comparisons: list[list[Value]] = []
    reached: list[tuple[int, int | None, float | None]] = []
    for number, each in enumerate(batch):
        instruction += 1
        instructions.append(_instruction(instruction, each))
        kept = stored[2 * number : 2 * number + 2]
        for text, name, said in zip(kept, _named(each), each.answers, strict=True):
            answer += 1
            answers.append([answer, *answer_row(config, instruction, text, name, said)])
        scored, gap = None, None
        if each.comparison is not None:
            comparison += 1
            scored, gap = comparison, each.comparison.gap
            both = answer - 1, answer
            comparisons.append(
                [comparison, *comparison_row(texts, config, instruction, both, each.comparison)]
            )
        reached.append((instruction, scored, gap))
    db.many(_INSTRUCTIONS, instructions)
    db.many(f"insert into answers {ANSWERS}", answers)
    db.many(f"insert into comparisons {COMPARISONS}", comparisons)
    nodes.give(config, reached)


def _named(given: GivenPair) -> tuple[str, str]:
    """The ids of the answers, which scores name already."""
    made = given.comparison
    if made is not None:
        return made.strong_answer, made.target_answer
    return given.answers[0].id, given.answers[1].id


_INSTRUCTIONS = """insert into instructions
    (seq, id, metadata, labels, sample, iteration, origin, action, text, seed)
    select ?, ?, m.seq, l.seq, ?, ?, ?, ?, ?, (select seq from seeds where id = ?)
    from metadata m, labels l where m.id = ? and l.id = ?"""


def _instruction(seq: int, given: GivenPair) -> list[Value]:
    made = given.instruction
    return [
        seq,
        pack(given.id),
        made.sample,
        made.iteration,
        made.origin,
        made.action,
        made.text,
        None if given.seed is None else pack(given.seed),
        pack(made.metadata),
        pack(made.revision),
    ]
