"""Finds out what an endpoint can do, with a small request or two. Keeps nothing: that is for the caller."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from codeclm.errors import EndpointError, ModelError, ReplyError, TransportError
from codeclm.llm.capabilities import Capabilities
from codeclm.llm.client import OpenAIModel
from codeclm.llm.model import Call, CallLog, Reply, Request, Schema
from codeclm.llm.patience import Patience
from codeclm.llm.structured import read_object
from codeclm.records import Message, Role
from codeclm.settings import Endpoint, Sampling

_QUESTION = 'Which colour has the sky on a clear day? Reply as {"answer": "one or two words"}, in JSON.'
_SHAPE = Schema(
    "probe",
    {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    },
)
_ROOM = 512
"""Tokens, enough for a short thought before the answer."""
MOST = 500
"""Models of a list; some services have thousands."""
_BRIEF = Patience(tries=2, first_wait=0.2, outage=0.0)


@dataclass(frozen=True, slots=True)
class Report:
    """What the test button shows. `problem` is one line; empty where all is well."""

    reachable: bool
    models: tuple[str, ...] = ()
    """Those that the endpoint lists, at most MOST."""
    model_found: bool | None = None
    """None: the endpoint does not list its models."""
    capabilities: Capabilities | None = None
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    key_sent: bool = False
    problem: str = ""


def starting_point(endpoint: Endpoint) -> Capabilities:
    """What is known without asking."""
    return Capabilities(tokens_parameter=endpoint.tokens_parameter or "max_tokens")


async def find(model: OpenAIModel, role: Role, log: CallLog | None = None) -> Capabilities:
    """What the endpoint of `model` can do, which the model goes by from now on. The log keeps the call."""
    request, started = _request(model, role), time.time()
    while log is not None and log.get(request.key) is not None:
        # Asked before, of another server or before a change: the log keeps one call of a key.
        request = replace(request, attempt=request.attempt + 1)
    try:
        reply = await model.complete(request)
    except (ReplyError, TransportError) as error:
        raise EndpointError(str(error)) from None
    if log is not None:
        log.put(Call(request, reply, started=started))
    if not reply.truncated and not _obeyed(reply):
        model.capabilities = replace(model.capabilities, described=True)
    return model.capabilities


async def examine(
    endpoint: Endpoint,
    key: str | None,
    role: Role = "strong",
    address: Callable[[Endpoint], str] | None = None,
) -> Report:
    """Try one small request, and say what works. Never raises a ModelError."""
    model = OpenAIModel(endpoint, key, starting_point(endpoint), address=address, patience=_BRIEF)
    report = Report(reachable=False, key_sent=key is not None)
    try:
        names = await model.listed()
        found = None if names is None else endpoint.model in names
        listed = tuple(sorted(set(names or ()))[:MOST])
        report = replace(report, reachable=True, models=listed, model_found=found)
        reply = await model.complete(_request(model, role))
        can = replace(model.capabilities, described=model.capabilities.described or not _obeyed(reply))
        speed = reply.completion_tokens / reply.seconds if reply.seconds else 0.0
        return replace(report, capabilities=can, seconds=reply.seconds, tokens_per_second=speed)
    except ModelError as error:
        return replace(report, problem=str(error))
    finally:
        await model.aclose()


def _request(model: OpenAIModel, role: Role) -> Request:
    sampling = Sampling(temperature=0.0, max_tokens=_ROOM, seed=0)
    question = (Message("user", _QUESTION),)
    return Request(role, "encode", "probe", model.endpoint.model, question, sampling, schema=_SHAPE)


def _obeyed(reply: Reply) -> bool:
    """Whether the reply has the shape that was asked for."""
    try:
        return "answer" in read_object(reply.text)
    except ReplyError:
        return False
