"""Content ids: a record is named by what it is made of.

An id is a hash of the canonical JSON of what makes the record itself (sorted keys, NFC text), so
importing twice, running twice and resuming are harmless.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_quote = json.encoder.encode_basestring


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, strings in NFC, no spaces."""
    # Most values are texts or nothing; json's encoder is made anew for each and takes longer than they do.
    if type(value) is str:
        text = _quote(value)
    elif value is None:
        return "null"
    elif type(value) is list or type(value) is tuple:
        return f"[{','.join(map(canonical, value))}]"
    else:
        text = str(value) if type(value) is int else _encode(value)
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else _encode(_nfc(value))


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nfc(item) for item in value]
    return value


def content_id(kind: str, **parts: Any) -> str:
    """20 hexadecimal digits (80 bits) that name a record by what makes it itself."""
    frame, names = _frame(kind, tuple(parts))
    return digits(frame % tuple([canonical(parts[name]) for name in names]))


@lru_cache(maxsize=64)
def _frame(kind: str, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The object of a kind's parts with a gap for each, and whose gaps they are."""
    gaps = {**dict.fromkeys(names, "%s"), "kind": f'"{kind}"'}
    whole = ",".join([f'"{name}":{gaps[name]}' for name in sorted(gaps)])
    return f"{{{whole}}}", tuple(sorted(names))


def digits(text: str) -> str:
    """The id of a canonical JSON: for what is named so often that it writes its own."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


class Name:
    """A record's id, made when it is first asked for and kept. functools has the like, but in Python 3.11 it
    takes a lock each time, for longer than many an id takes to be made; two threads would make the same.
    """

    def __init__(self, make: Callable[[Any], str]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._as = name

    def __get__(self, record: Any, owner: type | None = None) -> str:
        if record is None:
            return self  # type: ignore[return-value]
        made = self._make(record)
        record.__dict__[self._as] = made
        return made
