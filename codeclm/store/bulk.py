"""Pairs read in one scan with their answers, for exports: a fifth of the time that pages would take.

What an export has no use for is left out: the judge's explanations, the seeds' tags, and the answers of
pairs that are not wanted. Where rows are only counted, marks stand for the answers.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator

from codeclm.records import Comparison, Pair, Scores, Status
from codeclm.store.connection import Row, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.nodes import STATUS
from codeclm.store.texts import RAW, Texts

COLUMNS = f"""select i.id, a.id, b.id, k.id, c.strong_first, c.target_first, c.id, s.id, m.id, l.use_case,
    l.skills, i.text, x.data, x.bases, y.data, y.bases, a.text, b.text, a.model, b.model,
    a.truncated, b.truncated, n.iteration, i.action, {STATUS}, n.stale, v.verdict, {DECISION}"""
JOINS = "join texts x on x.seq = a.text join texts y on y.seq = b.text"
"""The texts of the answers `a` and `b`."""

Wanted = Callable[[str, str | None, Status, bool], bool]
"""Whether the answers of a pair are wanted, by its id, verdict (accept, reject, conflict), status and
whether it is stale."""

_MOST = 10_000
_SHORT = 32
"""Bytes up to which a stored text is read for its mark, as it may be blank: blanks are deflated to less."""


def read(
    texts: Texts, rows: Iterable[Row], wanted: Wanted | None = None, marks: bool = False
) -> Iterator[Pair]:
    """The pairs of rows of COLUMNS. What few rows differ in is made once.

    `wanted`: the answers of other pairs are left empty. `marks`: in the place of an answer, a mark that is
    blank where the answer is, and the same where the answer is the same.
    """
    decode = _mark if marks else _text
    judged: dict[str, Scores] = {}
    named: dict[str, tuple[str, ...]] = {}
    for row in rows:
        (instruction, strong, target, config, first, second, id_, seed, metadata, use_case) = row[:10]
        (skills, text, one, one_bases, other, other_bases, one_seq, other_seq) = row[10:18]
        (strong_model, target_model, strong_cut, target_cut, iteration, action, status) = row[18:25]
        (stale, verdict) = row[25:27]
        if len(judged) > _MOST or len(named) > _MOST:
            judged.clear()
            named.clear()
        node, name = unpack(instruction), unpack(id_)
        told = wanted is None or wanted(name, verdict, status, bool(stale))
        yield Pair(
            name,
            None if seed is None else unpack(seed),
            unpack(metadata),
            use_case,
            named.get(skills) or named.setdefault(skills, tuple(json.loads(skills))),
            node,
            text,
            decode(texts, one, one_bases, one_seq) if told else "",
            decode(texts, other, other_bases, other_seq) if told else "",
            strong_model,
            target_model,
            bool(strong_cut),
            bool(target_cut),
            Comparison(
                node,
                unpack(strong),
                unpack(target),
                config,
                judged.get(first) or _scores(judged, first),
                None if second is None else judged.get(second) or _scores(judged, second),
            ),
            iteration,
            action,
            status,
            bool(stale),
            None if row[27] is None else read_decision(name, row[27:]),
            verdict == "conflict",
        )


def _mark(texts: Texts, data: bytes | str, bases: str | None, seq: int) -> str:
    return texts.read(data, bases) if len(data) <= _SHORT else f"#{seq}"


def _text(texts: Texts, data: bytes | str, bases: str | None, seq: int) -> str:
    if bases is None and isinstance(data, bytes):
        try:
            return zlib.decompress(data, RAW).decode()
        except (zlib.error, UnicodeDecodeError):
            pass  # the slow way says what is wrong
    return texts.read(data, bases)


def _scores(judged: dict[str, Scores], said: str) -> Scores:
    strong, target = json.loads(said)
    return judged.setdefault(said, Scores(strong, target))
