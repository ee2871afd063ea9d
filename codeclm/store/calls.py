"""The call log: every request with its reply or error. By key it is the cache. Large texts live in `texts`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from codeclm.llm.model import Call, Reply
from codeclm.records import Role, Stage


@dataclass(frozen=True, slots=True)
class Spend:
    """What calls took. `calls` counts failed ones too; cost in US dollars, None: some price is unknown."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call with its number in the log, from 1 up."""

    number: int
    key: str
    call: Call


class Calls:
    """The log. Reads of it are the store's part of llm.model.CallLog."""

    def get(self, key: str) -> Reply | None:
        """The reply that answers a key (marked cached), or None; calls that ended in an error do not."""
        raise NotImplementedError

    def put(self, call: Call) -> None:
        """Log a call. A second reply to one key is not kept: the first is what was worked with."""
        raise NotImplementedError

    def put_many(self, calls: Iterable[Call]) -> None:
        """Log calls in one transaction."""
        raise NotImplementedError

    def spend(self, by: Literal["role", "stage"] | None = None) -> dict[str, Spend]:
        """Sums by role or by stage, or over all under the one name "all"."""
        raise NotImplementedError

    def page(
        self,
        role: Role | None = None,
        stage: Stage | None = None,
        record: str | None = None,
        errors: bool | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> list[LoggedCall]:
        """Calls, newest first, with all their texts. `errors`: only those that failed, or only those that did not."""
        raise NotImplementedError

    def of_record(self, record: str) -> list[LoggedCall]:
        """The calls made for a seed, metadata or instruction, oldest first."""
        raise NotImplementedError

    def count(self) -> int:
        """How many calls are logged, failed ones included."""
        raise NotImplementedError
