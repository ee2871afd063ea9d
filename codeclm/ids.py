"""Content ids: a record is named by what it is made of.

An id is a hash of the canonical JSON of what makes the record itself (sorted keys, NFC text), so
importing twice, running twice and resuming are harmless.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, strings in NFC, no spaces."""
    # json's encoder is made anew for all but a bare text, which takes longer than most values do.
    if value is None:
        return "null"
    text = str(value) if type(value) is int else _encode(value)
    return text if unicodedata.is_normalized("NFC", text) else _encode(_nfc(value))


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
    return content_id_of(kind, **{name: canonical(value) for name, value in parts.items()})


def content_id_of(kind: str, **texts: str) -> str:
    """The same id, from parts that are canonical JSON already: for what would be encoded again and again."""
    texts["kind"] = f'"{kind}"'
    text = "{" + ",".join([f'"{name}":{texts[name]}' for name in sorted(texts)]) + "}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
