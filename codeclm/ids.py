"""Content ids: a record is named by what it is made of.

An id is a hash of the canonical JSON of what makes the record itself (sorted keys, NFC text), so
importing twice, running twice and resuming are harmless.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import lru_cache
from typing import Any

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_quote = json.encoder.encode_basestring


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, strings in NFC, no spaces."""
    # Most values are texts or nothing; json's encoder is made anew for each and takes longer than they do.
    if value is None:
        return "null"
    if type(value) is list or type(value) is tuple:
        return f"[{','.join(map(canonical, value))}]"
    text = _quote(value) if type(value) is str else str(value) if type(value) is int else _encode(value)
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
    texts = {name: canonical(value) for name, value in parts.items()}
    return digits(_frame(kind, tuple(texts)) % texts)


@lru_cache(maxsize=64)
def _frame(kind: str, names: tuple[str, ...]) -> str:
    """The object of a kind's parts with a gap for each."""
    parts = {**{name: f"%({name})s" for name in names}, "kind": f'"{kind}"'}
    whole = ",".join([f'"{name}":{parts[name]}' for name in sorted(parts)])
    return f"{{{whole}}}"


def digits(text: str) -> str:
    """The id of a canonical JSON: for what is named so often that it writes its own."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
