"""How instructions and comparisons are read from rows and written to them; for the rooms that need both."""

from __future__ import annotations

import json
from collections.abc import Sequence

from codeclm.errors import ProjectError
from codeclm.records import Answer, Comparison, Instruction, Scores
from codeclm.store.connection import Connection, Row, dump, pack, unpack
from codeclm.store.texts import Texts

INSTRUCTION = """select m.id, l.id, i.text, i.sample, p.id, i.action, i.iteration, i.origin
    from instructions i join metadata m on m.seq = i.metadata join labels l on l.seq = i.labels
    left join instructions p on p.seq = i.parent"""


def insert_instruction(db: Connection, instruction: Instruction) -> int:
    """Keep an instruction, if it is new: its number. ProjectError: what it is made from is not here."""
    parent = None if instruction.parent is None else seq_of(db, "instructions", instruction.parent)
    db.execute(
        """insert into instructions (id, metadata, labels, parent, sample, iteration, origin, action, text)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
        [
            pack(instruction.id),
            seq_of(db, "metadata", instruction.metadata),
            seq_of(db, "labels", instruction.revision),
            parent,
            instruction.sample,
            instruction.iteration,
            instruction.origin,
            instruction.action,
            instruction.text,
        ],
    )
    return seq_of(db, "instructions", instruction.id)


def insert_given(db: Connection, instruction: Instruction) -> int | None:
    """Keep an instruction without a parent: its number; None where it is here, or its metadata is not."""
    return db.insert(
        """insert into instructions (id, metadata, labels, sample, iteration, origin, action, text)
        select ?, m.seq, l.seq, ?, ?, ?, ?, ? from metadata m, labels l where m.id = ? and l.id = ?
        on conflict do nothing""",
        [
            pack(instruction.id),
            instruction.sample,
            instruction.iteration,
            instruction.origin,
            instruction.action,
            instruction.text,
            pack(instruction.metadata),
            pack(instruction.revision),
        ],
    )


def insert_answer(db: Connection, texts: Texts, config: int, instruction: int, answer: Answer) -> int | None:
    """Keep an answer: its number, None where there is one. Its text leans on no other: others will on it."""
    return db.insert(
        """insert into answers (id, instruction, config, role, sample, text, truncated, model, length)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
        [
            pack(answer.id),
            instruction,
            config,
            answer.role,
            answer.sample,
            texts.put(answer.text, pack(answer.instruction), lean=False),
            int(answer.truncated),
            answer.model,
            len(answer.text),
        ],
    )


def insert_comparison(
    db: Connection, texts: Texts, config: int, instruction: int, answers: Sequence[int], made: Comparison
) -> int | None:
    """Keep the scores of two answers, by their numbers: its number, None where it is here."""
    orders = [dump([scores.strong, scores.target]) for scores in made.orders]
    rationales = [texts.put(scores.rationale, pack(made.instruction)) for scores in made.orders]
    second = orders[1] if len(orders) > 1 else None
    return db.insert(
        """insert into comparisons (id, instruction, config, strong, target, strong_first, target_first,
        rationales) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
        [pack(made.id), instruction, config, *answers, orders[0], second, dump(rationales)],
    )


def seq_of(db: Connection, table: str, record: str) -> int:
    """The number of a record in its table. ProjectError: it is not in the project."""
    seq: int | None = db.value(f"select seq from {table} where id = ?", [pack(record)])
    if seq is None:
        raise ProjectError(f"{db.path}: nothing named {record} among the {table} of the project.")
    return seq


def read_comparison(texts: Texts, row: Row) -> Comparison:
    """A comparison from its instruction, strong and target answer, config, two orders and rationales."""
    instruction, strong, target, config, strong_first, target_first, rationales = row
    whys = [texts.get(seq) for seq in json.loads(rationales)]
    orders = [
        Scores(*_numbers(scores), why)
        for scores, why in zip((strong_first, target_first), whys, strict=False)
    ]
    return Comparison(unpack(instruction), unpack(strong), unpack(target), config, orders[0], *orders[1:])


def read_instruction(row: Row) -> Instruction:
    """An instruction from the columns INSTRUCTION."""
    metadata, revision, text, sample, parent, action, iteration, origin = row
    parent = None if parent is None else unpack(parent)
    return Instruction(unpack(metadata), unpack(revision), text, sample, parent, action, iteration, origin)


def _numbers(scores: str) -> tuple[float, float]:
    strong, target = json.loads(scores)
    return strong, target
