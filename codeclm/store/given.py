"""Pairs that a file gives, into a project by the thousand.

A new one has no parent, no node, no failure and no answer to be looked for: its rows are numbered here and
go in table by table. Of one that is there already the rest is looked for by the thousand, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from codeclm.records import Answer, Comparison, Instruction
from codeclm.store.configs import IMPORTED_SEQ
from codeclm.store.connection import Connection, Row, Value, pack, unpack
from codeclm.store.metadata import BLANK
from codeclm.store.nodes import Nodes
from codeclm.store.rows import ANSWERS, COMPARISONS, answer_row, comparison_row, seq_of
from codeclm.store.texts import Texts, hashed, squeezed

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


class AddedPairs(NamedTuple):
    """What adding pairs of a file did; those neither new nor contradicted were there already."""

    added: int
    contradicted: frozenset[str]
    """Instructions, by id, that came from a file before with other answers."""


@dataclass(slots=True)
class Known:
    """Pairs whose instruction was there already, by what is to be done about them."""

    number: int = 0
    contradicted: set[str] = field(default_factory=set)
    """Instructions, by id, of which an answer came from a file before with another text."""
    partly: list[GivenPair] = field(default_factory=list)
    """Of these an answer, or the scores, are not there yet."""
    nameless: list[GivenPair] = field(default_factory=list)
    """All of these is there but the seed that the file names."""


def add(db: Connection, texts: Texts, nodes: Nodes, config: int, given: Sequence[GivenPair]) -> Known:
    """Keep those whose instruction is new, in one transaction; the others are looked at.

    ProjectError: a metadata that one is of is not in the project.
    """
    known = Known()
    batches = [given[start : start + BATCH] for start in range(0, len(given), BATCH)]
    with db.write():
        for batch in batches:
            fresh = _fresh(db, batch)
            new = [(id_, batch[number]) for number, id_ in fresh.items()]
            stored = texts.put_all([squeezed(answer.text) for _, each in new for answer in each.answers])
            _insert(db, texts, nodes, config, new, stored)
            _look(db, config, [each for number, each in enumerate(batch) if number not in fresh], known)
    return known


def _look(db: Connection, config: int, given: Sequence[GivenPair], known: Known) -> None:
    """What is there of pairs whose instruction is: told by their texts' hashes, without a look at a text."""
    known.number += len(given)
    said: dict[str, dict[str, bytes]] = defaultdict(dict)
    seedless = set()
    for id_, bare, role, kept in db.among(_SAID.format(config, "{}"), {pack(each.id) for each in given}):
        if role is not None:
            said[unpack(id_)][role] = kept
        if bare:
            seedless.add(unpack(id_))
    named = {pack(each.comparison.id) for each in given if each.comparison is not None}
    scored = {unpack(id_) for (id_,) in db.among("select id from comparisons where id in ({})", named)}
    for each in given:
        there = said[each.id]
        alike = [there[answer.role] == hashed(answer.text) for answer in each.answers if answer.role in there]
        if not all(alike):
            known.contradicted.add(each.id)
        elif len(alike) < len(each.answers) or (each.comparison and each.comparison.id not in scored):
            known.partly.append(each)
        elif each.seed is not None and each.id in seedless:
            known.nameless.append(each)


def _fresh(db: Connection, batch: Sequence[GivenPair]) -> dict[int, bytes | str]:
    """Which of the batch have an instruction that neither the project nor one before them has; its id."""
    first: dict[bytes | str, int] = {}
    for number, each in enumerate(batch):
        first.setdefault(pack(each.id), number)
    known = {id_ for (id_,) in db.among("select id from instructions where id in ({})", first)}
    return {number: id_ for id_, number in first.items() if id_ not in known}


def _insert(
    db: Connection,
    texts: Texts,
    nodes: Nodes,
    config: int,
    new: Sequence[tuple[bytes | str, GivenPair]],
    stored: Sequence[int],
) -> None:
    instruction, answer, comparison = map(db.newest, ("instructions", "answers", "comparisons"))
    given = [each for _, each in new]
    homes, seeds = _homes(db, given), _seeds(db, given)
    instructions: list[Row] = []
    answers: list[list[Value]] = []
    comparisons: list[list[Value]] = []
    reached: list[Row] = []
    order = {metadata: count(first) for (metadata, _), (*_, first) in homes.items()}
    for number, (id_, each) in enumerate(new):
        instruction += 1
        made = each.instruction
        metadata, labels, place, stale, _ = homes[made.metadata, made.revision]
        way = next(order[made.metadata]), made.iteration
        seed = seeds.get(each.seed)
        instructions.append(
            (instruction, id_, metadata, labels, *way, made.origin, made.action, made.text, seed)
        )
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
        reached.append((place, *way, id_, instruction, scored, gap, stale))
    db.fill(_INSTRUCTIONS, instructions)
    db.fill(ANSWERS, answers)
    db.fill(COMPARISONS, comparisons)
    nodes.give(config, reached)


def _homes(db: Connection, batch: Sequence[GivenPair]) -> dict[tuple[str, str], Row]:
    """What instructions of a metadata and a revision share: the numbers of both, the place, whether stale;
    and the next number in order of import.

    ProjectError: one of them is not in the project.
    """
    found: dict[tuple[str, str], Row] = {}
    for made in (each.instruction for each in batch):
        whose = made.metadata, made.revision
        if whose not in found:
            row = db.row(_HOME, [*map(pack, whose)])
            found[whose] = row or (seq_of(db, "metadata", whose[0]), seq_of(db, "labels", whose[1]))
    return found


def _seeds(db: Connection, batch: Sequence[GivenPair]) -> dict[str | None, int]:
    """The numbers of the seeds that are named and in the project."""
    named = {pack(each.seed) for each in batch if each.seed is not None}
    return {unpack(id_): seq for id_, seq in db.among("select id, seq from seeds where id in ({})", named)}


def _named(given: GivenPair) -> tuple[str, str]:
    """The ids of the answers, which scores name already."""
    made = given.comparison
    if made is not None:
        return made.strong_answer, made.target_answer
    return given.answers[0].id, given.answers[1].id


_SAID = """select i.id, i.seed is null, a.role, t.hash from instructions i
    left join answers a on a.instruction = i.seq and a.config = {} left join texts t on t.seq = a.text
    where i.id in ({})"""
_HOME = f"""select m.seq, l.seq, m.place, l.seq <> m.labels and not {BLANK},
    (select coalesce(max(sample) + 1, 0) from nodes where config = {IMPORTED_SEQ} and place = m.place)
    from metadata m, labels l where m.id = ? and l.id = ?"""
_INSTRUCTIONS = "instructions (seq, id, metadata, labels, sample, iteration, origin, action, text, seed)"
