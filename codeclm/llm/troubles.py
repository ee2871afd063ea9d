"""What it means that a request failed: which failures stop the run, which pass, and the line that tells.

Error bodies may echo keys: nothing of theirs leaves this room unscrubbed. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from codeclm.llm.text import clean

TroubleKind = Literal["busy", "gone", "garbage", "parameter", "endpoint", "request"]
"""busy: try again, more slowly. gone: nothing listens. garbage: a 200 that is no reply. parameter: it names
one that may be left out. endpoint: no request can succeed. request: this one cannot."""

_KEYS = re.compile(r"\b(?:(?:sk|pk|gsk|xai|hf)[-_]|AIza)[\w-]{8,}|(?i:bearer)\s+\S+")
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_QUOTA = re.compile(r"billing|insufficient|credit|balance|quota", re.IGNORECASE)
_LATER = re.compile(r"retry|try again|per (?:second|minute|day)|rate limit", re.IGNORECASE)
_MODEL = re.compile(
    r"model\b.{0,120}?(?:not exist|not found|unknown|not available|no such)|"
    r"(?:unknown|invalid|no such|unsupported) model",
    re.IGNORECASE | re.DOTALL,
)
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|window|size)|too (?:long|large|many tokens)|content.?(?:filter|policy)|safety",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(r"max(?:_completion)?_tokens.{0,40}too large", re.IGNORECASE | re.DOTALL)
_PASSING = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failed request. `text` is one line without role and host; `wait` is what the endpoint asks for."""

    kind: TroubleKind
    text: str
    wait: float | None = None
    weight: int = 1
    """How many tries it counts for."""
    param: str = ""
    message: str = ""
    """What the endpoint said in full, keys included."""
    status: int = 0
    sent: Mapping[str, Any] = field(default_factory=dict)
    """The body that was refused."""


def one_line(text: str, keys: Collection[str] = (), longest: int = 300) -> str:
    """`text` without keys, line breaks and length."""
    for key in keys:
        text = text.replace(key, "[key]")
    text = " ".join(_KEYS.sub("[key]", clean(text)).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def of_status(status: int, body: object, wait: float | None, keys: Collection[str] = ()) -> Trouble:
    """The meaning of a response that is not 2xx. `body` is the decoded error, or text."""
    message, code, param = _said(body)
    said = one_line(message, keys).removeprefix(f"{status}: ")
    told = f"({status}{': ' + said if said else ''})"

    def trouble(kind: TroubleKind, text: str) -> Trouble:
        return Trouble(kind, f"{text} {told}", wait, param=param, message=message, status=status)

    if status == 429 and not _spent(message, code, wait):
        return trouble("busy", "too many requests")
    if status in (402, 429):
        return trouble("endpoint", "the quota is used up: add credit or choose another endpoint")
    if status in _PASSING or status >= 500:
        return trouble("busy", "the server cannot answer now")
    if status == 401:
        return trouble("endpoint", "the key is not accepted")
    if status == 403:
        return trouble("endpoint", "access is denied: check the key's rights and the model")
    if status == 404 or code == "model_not_found":
        return trouble("endpoint", "there is no such model or address: check the model's name and the URL")
    if 300 <= status < 400:
        return trouble(
            "endpoint", "the address redirects elsewhere, which is not followed: give the final URL"
        )
    return _bad_request(status, trouble, message)


def _bad_request(status: int, trouble: Any, message: str) -> Trouble:
    made: Trouble
    if _TOO_MUCH.search(message):
        made = trouble("endpoint", "the reply's token limit is more than the model allows: lower it")
    elif status == 413 or _TOO_LONG.search(message):
        made = trouble("request", "the request is refused")
    elif status in (400, 422) and not _MODEL.search(message):
        made = trouble("parameter", "the request is refused")
    else:
        made = trouble("endpoint", "the request is refused: check the model's name and the URL")
    return made


def _spent(message: str, code: str, wait: float | None) -> bool:
    """Whether a 429 means that there is no money left, and not that one must wait."""
    if code in _QUOTA_CODES:
        return True
    return wait is None and bool(_QUOTA.search(message)) and not _LATER.search(message)


def _said(body: object) -> tuple[str, str, str]:
    """Message, code and parameter of an error body, in the shapes that servers give it."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(error, list) and error:
        error = error[0]
    if not isinstance(error, Mapping):
        return _text(error), "", ""
    message = error.get("message") or error.get("detail") or error.get("msg") or dict(error)
    code = error.get("code") if isinstance(error.get("code"), str) else error.get("type")
    return _text(message), _text(code), _text(error.get("param"))


def _text(value: object) -> str:
    return "" if value is None else str(value)
