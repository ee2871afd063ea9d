"""What an endpoint can do: how it takes a schema, and which parameters it refuses.

Probed once before a run and kept by the caller as a plain dict; a 400 or 422 that names a parameter
may change it later. Knows no transport.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast, get_args

SchemaMode = Literal["json_schema", "json_object", "text"]
TokensParameter = Literal["max_tokens", "max_completion_tokens"]

_MODES: tuple[SchemaMode, ...] = get_args(SchemaMode)
_SCHEMA_NAMES = ("response_format", "json_schema", "json_object", "strict", "schema", "structured output")
_NEEDED = ("model", "messages")
_TOKENS: tuple[TokensParameter, ...] = get_args(TokensParameter)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How a request must be written for one endpoint. The default is what a modern server takes.

    `described`: the schema is also put into the prompt, as the endpoint does not enforce it.
    """

    schema_mode: SchemaMode = "json_schema"
    described: bool = False
    tokens_parameter: TokensParameter = "max_tokens"
    refused: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For keeping as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Capabilities:
        """From what as_dict gave; what cannot be read counts as not probed."""
        mode, tokens = values.get("schema_mode"), values.get("tokens_parameter")
        return cls(
            cast(SchemaMode, mode) if mode in _MODES else "json_schema",
            bool(values.get("described")),
            cast(TokensParameter, tokens) if tokens in _TOKENS else "max_tokens",
            tuple(str(name) for name in values.get("refused", ())),
        )

    def without(self, message: str, param: str, sent: Mapping[str, Any]) -> Capabilities | None:
        """What is left after a refusal that names a parameter which was `sent`; None: it names none.

        Where that parameter was left out meanwhile, as several requests were refused at once, it is the same.
        """
        named = (param or message).lower()
        if "response_format" in sent and any(name in named for name in _SCHEMA_NAMES):
            return self._weaker(sent["response_format"]["type"])
        for name in sent:
            if name not in _NEEDED and re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", named):
                return self if name in self.refused else self._refusing(name)
        return None

    def _weaker(self, sent: str) -> Capabilities:
        if sent != self.schema_mode:
            return self
        return replace(self, schema_mode=_MODES[_MODES.index(self.schema_mode) + 1], described=True)

    def _refusing(self, name: str) -> Capabilities:
        refused = replace(self, refused=(*self.refused, name))
        others = [other for other in _TOKENS if other not in refused.refused]
        if name in _TOKENS and others:
            return replace(refused, tokens_parameter=others[0])
        return refused
