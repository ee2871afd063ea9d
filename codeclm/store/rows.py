"""How instructions and comparisons are read from rows and written to them; for the rooms that need both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from codeclm.errors import ProjectError
from codeclm.records import Answer, Comparison, Instruction, Scores
from codeclm.store.connection import Connection, Row, Value, dump, pack, unpack
from codeclm.store.texts import Texts

INSTRUCTION = """select m.id, l.id, i.text, i.sample, p.id, i.action, i.iteration, i.origin
    from instructions i join metadata m on m.seq = i.metadata join labels l on l.seq = i.labels
    left join instructions p on p.seq = i.parent"""


def insert_instruction(db: Connection, instruction: Instruction) -> int:
    """Keep an instruction, if it is new: its number. ProjectError: what it is made from is not here."""
    parent = None if instruction.parent is None else pack(instruction.parent)
    made = db.insert(
        """insert into instructions
        (id, metadata, labels, parent, sample, iteration, origin, action, text, seed)
        select ?, m.seq, l.seq, p.seq, ?, ?, ?, ?, ?, p.seed from metadata m, labels l
        left join instructions p on p.id = ? where m.id = ? and l.id = ? and p.id is ?
        on conflict do nothing""",
        [
            pack(instruction.id),
            instruction.sample,
            instruction.iteration,
            instruction.origin,
            instruction.action,
            instruction.text,
            parent,
            pack(instruction.metadata),
            pack(instruction.revision),
            parent,
        ],
    )
    if made is None:
        seq_of(db, "metadata", instruction.metadata)
        seq_of(db, "labels", instruction.revision)
        if instruction.parent is not None:
            seq_of(db, "instructions", instruction.parent)
        made = seq_of(db, "instructions", instruction.id)
    return made


ANSWERS = "answers (seq, id, instruction, config, role, sample, text, truncated, model, length)"
"""A number, or null for the next, then an `answer_row`."""
_OF_INSTRUCTION = f"""insert into {ANSWERS} values (null,
    ?, (select seq from instructions where id = ?), ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"""
"""Of an `answer_row` with the instruction by its id."""

COMPARISONS = """comparisons
    (seq, id, instruction, config, strong, target, strong_first, target_first, rationales)"""
"""A number, or null for the next, then a `comparison_row`."""
_OF_ANSWERS = f"""insert into {COMPARISONS} values (null, ?1, ?2, ?3,
    (select seq from answers where instruction = ?2 and id = ?4),
    (select seq from answers where instruction = ?2 and id = ?5), ?6, ?7, ?8) on conflict do nothing"""
"""Of a `comparison_row` with the two answers by their ids."""


def answer_row(config: int, instruction: Value, text: int, id_: str, answer: Answer) -> list[Value]:
    """An answer as it is stored, but for its number. The instruction: as the statement names it."""
    return [
        pack(id_),
        instruction,
        config,
        answer.role,
        answer.sample,
        text,
        int(answer.truncated),
        answer.model,
        length(answer.text),
    ]


def length(text: str) -> int:
    """How long an answer is, in characters; a blank one has none."""
    return len(text) if text.strip() else 0


def insert_answer(db: Connection, texts: Texts, config: int, answer: Answer) -> None:
    """Keep an answer, if it is new. Its text leans on no other: others will on it."""
    instruction = pack(answer.instruction)
    row = answer_row(config, instruction, texts.put(answer.text, instruction, lean=False), answer.id, answer)
    db.execute(_OF_INSTRUCTION, row)


def comparison_row(
    texts: Texts, config: int, instruction: int, answers: Sequence[Value], made: Comparison
) -> list[Value]:
    """The scores of two answers as they are stored, but for their number. Answers: as `answer_row` has it."""
    orders = [_order(scores.strong, scores.target) for scores in made.orders]
    rationales = [texts.put(scores.rationale, pack(made.instruction)) for scores in made.orders]
    second = orders[1] if len(orders) > 1 else None
    whys = ",".join(map(str, rationales))
    return [pack(made.id), instruction, config, *answers, orders[0], second, f"[{whys}]"]


@lru_cache(maxsize=4096, typed=True)
def _order(strong: float, target: float) -> str:
    """Remembered, as a scale has few marks."""
    return dump([strong, target])


def insert_comparison(db: Connection, texts: Texts, config: int, made: Comparison) -> tuple[int, int]:
    """Keep the scores of two answers, if they are new: their number and that of their instruction.

    ProjectError: one of the answers is not in the project.
    """
    instruction = seq_of(db, "instructions", made.instruction)
    answers = pack(made.strong_answer), pack(made.target_answer)
    row = comparison_row(texts, config, instruction, answers, made)
    seq = db.insert(_OF_ANSWERS, row)
    return seq or seq_of(db, "comparisons", made.id), instruction


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
