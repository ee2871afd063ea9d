"""What a person sets: endpoints, the config that makes results differ, and the dials of a project.

Everything is validated here, at the border, with errors of one line. Nothing here opens a project,
reads a key or talks to an endpoint. Keys are never part of a setting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from codeclm.errors import UsageError
from codeclm.ids import content_id
from codeclm.records import Role, Stage

Profile = Literal["standard", "small"]
BUILTIN = "builtin"
"""The URL that stands for the built-in model's server, whose port differs from start to start."""

BUILTIN_MODEL = "SmolLM2-135M-Instruct"
"""The model the built-in server runs where nothing else is named."""

_SERVER = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\[\]:\s]+)(?::[0-9]{1,5})?")
"""The host of an address, and its port."""


class Setting(BaseModel):
    """An immutable, validated setting; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Validate `values`. UsageError names the first field that is wrong, and how."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or cls.__name__.lower()
            raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


class Prices(Setting):
    """US dollars for a million tokens. Unknown is None in the endpoint, never 0."""

    prompt: Annotated[float, Field(ge=0)]
    completion: Annotated[float, Field(ge=0)]


class Endpoint(Setting):
    """One OpenAI-protocol server in one role. `url` ends before /chat/completions, or is "builtin"."""

    url: str = BUILTIN
    model: Annotated[str, Field(min_length=1)] = BUILTIN_MODEL
    tokens_parameter: Literal["max_tokens", "max_completion_tokens"] | None = None
    """None: found by the probe."""
    temperature: Annotated[float, Field(ge=0, le=2)] | Literal["stage", "none"] = "stage"
    """"stage": what each stage asks for; "none": never sent (most reasoning models refuse one)."""
    max_tokens: Annotated[int, Field(ge=16)] | None = None
    """Room for a reply, thinking included; None: what each stage asks for."""
    reasoning_effort: str | None = None
    system: str = ""
    extra_body: dict[str, Any] = {}
    timeout: Annotated[float, Field(gt=0)] = 120.0
    """Seconds for one reply."""
    concurrency: Annotated[int, Field(ge=1)] | None = None
    """The most requests in flight; None: 16, or the built-in server's slots."""
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    tokens_per_minute: Annotated[int, Field(ge=1)] | None = None
    prices: Prices | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        url = url.strip().rstrip("/").removesuffix("/chat/completions")
        if url == BUILTIN:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give an address such as http://127.0.0.1:11434/v1, or builtin")
        if parts.username or parts.password:
            raise ValueError("an address must not hold a name or password; keys come from the environment")
        if parts.query or parts.fragment:
            raise ValueError("an address must not hold ? or #; keys come from the environment")
        if not (url.isprintable() and _SERVER.fullmatch(parts.netloc)) or parts.port == 0:
            raise ValueError("give a host and a port from 1 to 65535, as in http://127.0.0.1:11434/v1")
        return url

    @property
    def builtin(self) -> bool:
        """Whether this is the server the app starts itself."""
        return self.url == BUILTIN


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn. Part of a request's key, as everything here can change the reply.

    Validated where a Config is; a plain record, as each request has its own.
    """

    temperature: float | None = None
    max_tokens: Annotated[int, Field(ge=1)] = 1024
    seed: int | None = None
    reasoning_effort: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """Further fields of the request's body, such as min_p."""

    __pydantic_config__: ClassVar[ConfigDict] = Setting.model_config


class Config(Setting):
    """What makes results differ; stored once, named by its hash. URLs, ports and limits are not in it."""

    models: dict[Role, str]
    sampling: dict[Stage, Sampling]
    """As each stage asks; `overrides` has the last word."""
    overrides: dict[Role, dict[str, Any]] = {}
    """By role: what its endpoint sets of temperature, max_tokens, reasoning_effort, system, extra_body."""
    profile: Profile = "standard"
    templates: dict[str, str] = {}
    """Every prompt template in force, by name."""
    seed: int = 0
    scale: tuple[int, int] = (1, 10)

    @cached_property
    def id(self) -> str:
        """20 hexadecimal digits."""
        return content_id("config", **self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with an id of its own."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("id", None)
        return copied


class Dials(Setting):
    """A project's settings of the loop, with the defaults of the paper (section 5.1)."""

    theta: Annotated[float, Field(ge=0)] = 3.0
    iterations: Annotated[int, Field(ge=1, le=50)] = 4
    """The most nodes of a lineage, the basic instruction counted."""
    per_metadata: Annotated[int, Field(ge=1, le=10_000)] = 1
    seed: int = 0
    profile: Profile | Literal["auto"] = "auto"
    """"auto": small where the strong model is the built-in one."""
