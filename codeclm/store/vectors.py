"""Embeddings by model and text. Knows neither what makes them nor what they are for.

A vector is kept at half precision (two bytes a number, about three decimal digits), which is below
what any threshold on a similarity can tell apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from codeclm.store.connection import Connection, chunks, slots


def text_key(text: str) -> bytes:
    """Names a text, exactly as it is."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


class Vectors:
    """The embeddings kept in a project."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, model: str, texts: Iterable[str]) -> dict[str, bytes]:
        """The vectors kept of these texts under a model, as little-endian half floats; not of all, maybe."""
        keys = {text_key(text): text for text in texts}
        embedder = self._find(model)
        found: dict[str, bytes] = {}
        for batch in chunks(keys):
            rows = self._db.rows(
                f"select text, data from vectors where embedder = ? and text in ({slots(batch)})",
                [embedder, *batch],
            )
            found.update((keys[key], data) for key, data in rows)
        return found

    def missing(self, model: str, texts: Sequence[str]) -> list[str]:
        """Those of the texts that have no vector yet, each once, in order."""
        have = self.get(model, texts)
        return [text for text in dict.fromkeys(texts) if text not in have]

    def put(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors by their text; those that are there stay."""
        with self._db.write():
            self._db.insert("insert into embedders (name) values (?) on conflict do nothing", [model])
            embedder = self._find(model)
            for text, data in vectors.items():
                self._db.execute(
                    "insert into vectors values (?, ?, ?) on conflict do nothing",
                    [embedder, text_key(text), data],
                )

    def _find(self, model: str) -> int:
        return self._db.value("select seq from embedders where name = ?", [model]) or 0
