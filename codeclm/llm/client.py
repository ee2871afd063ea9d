"""A ChatModel over the OpenAI protocol: one endpoint, one layer of retries. Knows no roles but for messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What was done, in requests; times in seconds since the epoch, 0: not yet."""

    sent: int = 0
    """Requests that went out, every try counted."""
    cached: int = 0
    """Requests the log answered."""
    refused: int = 0
    """429, 5xx, time-outs and drops."""
    retried: int = 0
    first_sent: float = 0.0
    last_reply: float = 0.0
