"""Pairs read in one scan with their answers, for exports: a fifth of the time that pages would take.

What an export has no use for is left out: the judge's explanations and the seeds' tags.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator

from codeclm.records import Comparison, Pair, Scores
from codeclm.store.connection import Row, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.nodes import STATUS
from codeclm.store.texts import RAW, Texts

COLUMNS = f"""select i.id, a.id, b.id, k.id, c.strong_first, c.target_first, c.id, s.id, m.id, l.use_case,
    l.skills, i.text, x.data, x.bases, y.data, y.bases, a.model, b.model, a.truncated, b.truncated,
    n.iteration, i.action, {STATUS}, n.stale, v.verdict, {DECISION}"""
JOINS = "join texts x on x.seq = a.text join texts y on y.seq = b.text"
"""The texts of the answers `a` and `b`."""

_MOST = 10_000


def read(texts: Texts, rows: Iterable[Row]) -> Iterator[Pair]:
    """The pairs of rows of COLUMNS. What few rows differ in is made once."""
    judged: dict[str, Scores] = {}
    named: dict[str, tuple[str, ...]] = {}
    for row in rows:
        (instruction, strong, target, config, first, second, id_, seed, metadata, use_case) = row[:10]
        (skills, text, one, one_bases, other, other_bases, strong_model, target_model) = row[10:18]
        (strong_cut, target_cut, iteration, action, status, stale, verdict) = row[18:25]
        if len(judged) > _MOST or len(named) > _MOST:
            judged.clear()
            named.clear()
        node, name = unpack(instruction), unpack(id_)
        yield Pair(
            name,
            None if seed is None else unpack(seed),
            unpack(metadata),
            use_case,
            named.get(skills) or named.setdefault(skills, tuple(json.loads(skills))),
            node,
            text,
            _text(texts, one, one_bases),
            _text(texts, other, other_bases),
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
            None if row[25] is None else read_decision(name, row[25:]),
            verdict == "conflict",
        )


def _text(texts: Texts, data: bytes | str, bases: str | None) -> str:
    if bases is None and isinstance(data, bytes):
        try:
            return zlib.decompress(data, RAW).decode()
        except (zlib.error, UnicodeDecodeError):
            pass  # the slow way says what is wrong
    return texts.read(data, bases)


def _scores(judged: dict[str, Scores], said: str) -> Scores:
    strong, target = json.loads(said)
    return judged.setdefault(said, Scores(strong, target))
