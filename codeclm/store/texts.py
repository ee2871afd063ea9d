"""Large texts, each stored once by its hash and deflated, with texts of the same record as dictionary.

A prompt of the judge holds an instruction and two answers that are stored already: deflated with
those as its dictionary it takes some tens of bytes. Only a text that has no dictionary itself (a
base) may be part of another's, so that reading one never goes deeper. Knows no call and no record.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from codeclm.errors import ProjectError
from codeclm.store.connection import LONGEST, Connection

SHORT = 48
"""Up to so many bytes a text is kept as it is."""

GIVEN = 1_024
"""Bytes up to which a text that a file gives is kept as it is: the file is larger for it, and an export,
which would have to inflate each again, the faster."""

WINDOW = 32_768
"""What deflate can look back on."""

_RAW = -15
"""How zlib is told that there is no header."""
_AHEAD = 262
"""Bytes of its window that deflate does not look back on."""

Squeezed = tuple[bytes, bytes | str]
"""A text's hash, and what is stored of it."""

_MOST = 1_032
"""Bytes that deflate can make of one."""
_STORED = "select hash, seq from texts where hash in ({})"
_WORTH = 0.7
_BASES = 8
_RECORDS = 512


class Texts:
    """The texts of a project, by number."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._epoch = db.rollbacks
        self._plain: OrderedDict[int, bytes] = OrderedDict()
        self._near: OrderedDict[bytes | str, list[int]] = OrderedDict()
        self._like: dict[str, int] = {}
        self._short: dict[str, int] = {}
        self._found: dict[str, int] = {}

    def put(self, text: str, record: bytes | str = b"", like: str = "", lean: bool = True) -> int:
        """Store a text and return its number.

        `record` groups texts that are likely to repeat each other, `like` those of one form. What
        others are sure to repeat does better not to `lean` on any itself.
        """
        if self._epoch != self._db.rollbacks:
            self._forget()
        if (known := self._short.get(text) or self._found.get(text)) is not None:
            return known
        with self._db.guard():
            data = text.encode()
        digest = _digest(data)
        seq: int | None = self._db.value("select seq from texts where hash = ?", [digest])
        if seq is None:
            seq = self._insert(digest, data, self._bases(record, like) if lean else [], record, like)
        if len(data) <= SHORT and len(self._short) < _RECORDS:
            self._short[text] = seq
        return seq

    def expect(self, texts: Iterable[str]) -> None:
        """Look up at once what will be put next and is likely to be stored already."""
        self._found = {}
        with self._db.guard():
            digests = {hashed(text): text for text in texts}
        self._found.update((digests[digest], seq) for digest, seq in self._db.among(_STORED, digests))

    def put_all(self, texts: Sequence[Squeezed]) -> list[int]:
        """Store texts that lean on no other, and return their numbers."""
        known: dict[bytes, int] = dict(self._db.among(_STORED, {digest for digest, _ in texts}))
        rows: list[tuple[int, bytes, bytes | str]] = []
        newest = self._db.newest("texts")
        for digest, stored in texts:
            if digest not in known:
                known[digest] = newest + len(rows) + 1
                rows.append((known[digest], digest, stored))
        self._db.fill("texts (seq, hash, data)", rows)
        return [known[digest] for digest, _ in texts]

    def find(self, text: str) -> int | None:
        """The number of a text, where it is stored."""
        with self._db.guard():
            seq: int | None = self._db.value("select seq from texts where hash = ?", [hashed(text)])
        return seq

    def follow(self, record: bytes | str, source: bytes | str) -> None:
        """A record was made from another, whose texts are likely to repeat in its own."""
        if self._epoch == self._db.rollbacks and source in self._near and record not in self._near:
            self._near[record] = list(self._near[source])
            self._trim()

    def get(self, seq: int) -> str:
        """The text of a number. ProjectError: none such, or damaged."""
        row = self._db.row("select data, bases from texts where seq = ?", [seq])
        if row is None:
            raise ProjectError(f"{self._db.path}: a text is missing; the file is damaged. Put back a copy.")
        return self.read(*row)

    def read(self, data: bytes | str, bases: str | None) -> str:
        """The text of a row of `texts`."""
        if isinstance(data, str):
            return data
        try:
            return _inflate(data, self._dictionary(bases) if bases else b"").decode()
        except (zlib.error, ValueError, TypeError, OverflowError):
            raise ProjectError(f"{self._db.path}: a text is damaged. Put back a copy or a backup.") from None

    def _dictionary(self, bases: str) -> bytes:
        """What a text leans on, which itself leans on nothing."""
        found = []
        for base in itertools.accumulate(map(int, bases.split()[: _BASES + 1])):
            row = self._db.row("select data from texts where seq = ? and bases is null", [base])
            if row is None:
                raise ValueError("no base")
            found.append(self.read(row[0], None).encode())
        return b"".join(found)[-WINDOW:]

    def _insert(self, digest: bytes, data: bytes, near: list[int], record: bytes | str, like: str) -> int:
        stored, leans = _squeeze(data, [self._plain[base] for base in near])
        seq = self._db.insert(
            "insert into texts (hash, bases, data) values (?, ?, ?) on conflict do nothing",
            [digest, _steps(near) if leans else None, stored],
        )
        assert seq is not None  # noqa: S101 - looked up in the same transaction
        if not leans and SHORT < len(data) <= WINDOW // 2:
            self._remember(seq, data, record, like)
        return seq

    def _bases(self, record: bytes | str, like: str) -> list[int]:
        """What a new text may lean on; nothing for the first of its form, so that others can lean on it."""
        if like and like not in self._like:
            return []
        near = {self._like[like]} if like else set()
        near.update(self._near.get(record, ()))
        return sorted(seq for seq in near if seq in self._plain)

    def _remember(self, seq: int, data: bytes, record: bytes | str, like: str) -> None:
        self._plain[seq] = data
        if like:
            self._like.setdefault(like, seq)
        if record:
            near = self._near.setdefault(record, [])
            near.append(seq)
            del near[:-_BASES]
        self._trim()

    def _trim(self) -> None:
        """Forget the oldest of what is remembered, so that memory does not grow with the project."""
        while len(self._near) > _RECORDS:
            self._near.popitem(last=False)
        while len(self._plain) > _RECORDS * _BASES:
            forgotten, _ = self._plain.popitem(last=False)
            self._like = {form: base for form, base in self._like.items() if base != forgotten}

    def _forget(self) -> None:
        self._epoch = self._db.rollbacks
        self._plain.clear()
        self._near.clear()
        self._like.clear()
        self._short.clear()
        self._found.clear()


def squeezed(text: str) -> Squeezed:
    """A text that a file gives, as it is stored. UnicodeEncodeError: it holds half a character."""
    data = text.encode()
    return _digest(data), text if len(data) <= GIVEN else _squeeze(data, [])[0]


def hashed(text: str) -> bytes:
    """The hash that a text is stored by. UnicodeEncodeError: it holds half a character."""
    return _digest(text.encode())


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=12).digest()


def _squeeze(data: bytes, bases: list[bytes]) -> tuple[bytes | str, bool]:
    """A text as it is stored, and whether it leans on the bases: only where that pays."""
    if len(data) <= SHORT:
        return data.decode(), False
    alone = _deflate(data)
    shared = _deflate(data, b"".join(bases)[-WINDOW:]) if bases else alone
    return (shared, True) if len(shared) < _WORTH * len(alone) else (alone, False)


def _inflate(data: bytes, dictionary: bytes) -> bytes:
    """ValueError: it unpacks to more than any text has, as a few bytes may."""
    if not dictionary and len(data) < LONGEST // _MOST:
        return zlib.decompress(data, _RAW)
    squeezed = zlib.decompressobj(_RAW, dictionary) if dictionary else zlib.decompressobj(_RAW)
    found = squeezed.decompress(data, LONGEST)
    if not squeezed.eof:
        raise ValueError("longer than any text, or cut")
    return found


def _deflate(data: bytes, dictionary: bytes = b"") -> bytes:
    # To clear tables for the widest window takes five times as long as to deflate a text of usual length.
    bits = min(-_RAW, max(12, (len(dictionary) + len(data) + _AHEAD).bit_length()))
    squeeze = zlib.compressobj(wbits=-bits, memLevel=bits - 7, zdict=dictionary)
    return squeeze.compress(data) + squeeze.flush()


def _steps(numbers: list[int]) -> str:
    """Growing numbers, as the first and the steps between them: most are neighbours."""
    return " ".join(str(here - before) for before, here in itertools.pairwise([0, *numbers]))
