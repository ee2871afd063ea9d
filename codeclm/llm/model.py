"""What a request, a reply and a model are; the protocols that the rest of the loop is written against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from codeclm.ids import canonical, digits
from codeclm.records import Message, Role, Stage
from codeclm.settings import Sampling


@dataclass(frozen=True, slots=True)
class Schema:
    """The logical shape of a structured reply: a name and a JSON schema (strict: all fields required)."""

    name: str
    schema: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model. `record` is what it is asked for (a seed, metadata, instruction id).

    `sample` tells apart two requests that are alike but wanted twice; `attempt` is raised by a retry.
    """

    role: Role
    stage: Stage
    record: str
    model: str
    messages: tuple[Message, ...]
    sampling: Sampling
    schema: Schema | None = None
    sample: int = 0
    attempt: int = 0
    room: int = 1
    """How many times the usual token limit the reply may take; 2 where one was cut before."""
    _key: str = field(default="", init=False, repr=False, compare=False)

    @property
    def key(self) -> str:
        """The call log's key: all that may change the reply, and nothing of how it is sent."""
        if not self._key:
            object.__setattr__(self, "_key", self._made_key())
        return self._key

    def _made_key(self) -> str:
        roomy = "" if self.room == 1 else f'"room":{self.room},'
        return digits(
            f'{{"attempt":{self.attempt},"kind":"call","messages":[{",".join(map(_turn, self.messages))}],'
            f'"model":{_word(self.model)},"role":{_word(self.role)},{roomy}"sample":{self.sample},'
            f'"sampling":{_sampling(self.sampling)},"schema":{_shape(self.schema)}}}'
        )

    def with_messages(self, *messages: Message) -> Request:
        """The same question with more turns behind it."""
        return replace(self, messages=self.messages + messages)


def _sampling(asked: Sampling) -> str:
    """The canonical JSON of a sampling: all but its seed is the same in very many requests."""
    extra = canonical(asked.extra) if asked.extra else "{}"
    frame = _unseeded(asked.temperature, asked.max_tokens, asked.reasoning_effort)
    return frame % (extra, canonical(asked.seed))


@lru_cache(maxsize=64, typed=True)
def _unseeded(temperature: float | None, max_tokens: int, effort: str | None) -> str:
    """The same with the extra fields and the seed left to be put in."""
    room, wish, heat = (canonical(each).replace("%", "%%") for each in (max_tokens, effort, temperature))
    return f'{{"extra":%s,"max_tokens":{room},"reasoning_effort":{wish},"seed":%s,"temperature":{heat}}}'


@lru_cache(maxsize=64)
def _shape(schema: Schema | None) -> str:
    return canonical(None if schema is None else dict(schema.schema))


@lru_cache(maxsize=64)
def _turn(message: Message) -> str:
    """The longest turns, the system's and those that demonstrate, are the same in very many requests."""
    return f'{{"content":{canonical(message.content)},"role":{_word(message.role)}}}'


_word: Callable[[str], str] = lru_cache(maxsize=64)(canonical)


class Reply(NamedTuple):
    """What came back. `text` is without thinking; `raw` is all of it. Cost in US dollars, None: unknown."""

    text: str
    raw: str
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    cached: bool = False
    estimated: bool = False
    """Whether the tokens were guessed from the lengths, as the endpoint did not count them."""

    @property
    def truncated(self) -> bool:
        """Whether it hit the token limit."""
        return self.finish_reason == "length"


@dataclass(frozen=True, slots=True)
class Call:
    """A request with what became of it. With an `error` it never answers a request."""

    request: Request
    reply: Reply | None
    error: str = ""
    started: float = 0.0
    """Seconds since the epoch."""


class ChatModel(Protocol):
    """Anything that answers a request."""

    async def complete(self, request: Request) -> Reply:
        """The reply. TransportError: none came; EndpointError, BudgetReached: ask nothing more."""
        ...


class CallLog(Protocol):
    """Where calls are kept for good, and found again by key."""

    def get(self, key: str) -> Reply | None:
        """The reply that answers this key, or None. Calls that ended in an error do not."""
        ...

    def put(self, call: Call) -> None:
        """Keep a call. Returns at once; it is durable within the next commit window."""
        ...
