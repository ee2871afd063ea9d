"""Large texts, each stored once by its hash and deflated, with texts of the same record as dictionary.

A prompt of the judge holds an instruction and two answers that are stored already: deflated with
those as its dictionary it takes some tens of bytes. Only a text that has no dictionary itself (a
base) may be part of another's, so that reading one never goes deeper. Knows no call and no record.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import OrderedDict

from codeclm.errors import ProjectError
from codeclm.store.connection import Connection

SHORT = 48
"""Up to so many bytes a text is kept as it is."""

WINDOW = 32_768
"""What deflate can look back on."""

_RAW = -15
_WORTH = 0.7
_BASES = 6
_RECORDS = 1024


class Texts:
    """The texts of a project, by number."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._epoch = db.rollbacks
        self._plain: OrderedDict[int, bytes] = OrderedDict()
        self._near: OrderedDict[bytes | str, list[int]] = OrderedDict()
        self._like: dict[str, int] = {}

    def put(self, text: str, record: bytes | str = b"", like: str = "") -> int:
        """Store a text and return its number.

        `record` groups texts that are likely to repeat each other, `like` those of one form.
        """
        with self._db.guard():
            data = text.encode()
        if self._epoch != self._db.rollbacks:
            self._forget()
        digest = hashlib.blake2b(data, digest_size=16).digest()
        seq: int | None = self._db.value("select seq from texts where hash = ?", [digest])
        if seq is None:
            seq = self._insert(digest, data, record, like)
        if seq in self._plain:
            self._remember(seq, record, like)
        return seq

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
            if bases is None:
                return zlib.decompress(data, _RAW).decode()
            dictionary = b"".join(self.get(int(base)).encode() for base in bases.split())[-WINDOW:]
            return zlib.decompressobj(_RAW, dictionary).decompress(data).decode()
        except (zlib.error, UnicodeDecodeError):
            raise ProjectError(f"{self._db.path}: a text is damaged. Put back a copy or a backup.") from None

    def _insert(self, digest: bytes, data: bytes, record: bytes | str, like: str) -> int:
        bases: str | None = None
        stored: bytes | str
        if len(data) <= SHORT:
            stored = data.decode()
        else:
            stored = _deflate(data)
            near = self._bases(record, like)
            if near:
                shared = _deflate(data, b"".join(self._plain[base] for base in near)[-WINDOW:])
                if len(shared) < _WORTH * len(stored):
                    stored, bases = shared, " ".join(map(str, near))
        seq = self._db.insert(
            "insert into texts (hash, bases, data) values (?, ?, ?) on conflict do nothing",
            [digest, bases, stored],
        )
        assert seq is not None  # noqa: S101 - looked up in the same transaction
        if bases is None and SHORT < len(data) <= WINDOW // 2:
            self._plain[seq] = data
            if len(self._plain) > _RECORDS * _BASES:
                self._plain.popitem(last=False)
        return seq

    def _bases(self, record: bytes | str, like: str) -> list[int]:
        near = [self._like[like]] if like in self._like else []
        near += [seq for seq in self._near.get(record, []) if seq not in near]
        return [seq for seq in near if seq in self._plain]

    def _remember(self, seq: int, record: bytes | str, like: str) -> None:
        if like:
            self._like.setdefault(like, seq)
        if not record:
            return
        near = self._near.setdefault(record, [])
        if seq not in near and seq not in self._like.values():
            near.append(seq)
            del near[:-_BASES]
        if len(self._near) > _RECORDS:
            self._near.popitem(last=False)

    def _forget(self) -> None:
        self._epoch = self._db.rollbacks
        self._plain.clear()
        self._near.clear()
        self._like.clear()


def _deflate(data: bytes, dictionary: bytes = b"") -> bytes:
    squeeze = zlib.compressobj(wbits=_RAW, zdict=dictionary) if dictionary else zlib.compressobj(wbits=_RAW)
    return squeeze.compress(data) + squeeze.flush()
