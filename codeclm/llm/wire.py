"""The OpenAI protocol's chat completion: a request as a body, a body as a reply. Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from codeclm.llm.capabilities import Capabilities
from codeclm.llm.model import Reply, Request
from codeclm.llm.text import clean, without_thinking
from codeclm.records import LONGEST_TEXT, Message
from codeclm.settings import Endpoint, Sampling

_MOST_TOKENS = 10**8
"""Of one request; who counts more does not count."""
_LONGEST_REASON = 40
"""Characters of the word for why a reply ended."""
_OWN = frozenset({"model", "messages", "stream"})
"""Fields of a body that no extra field may replace."""


class BadReplyError(Exception):
    """What came with status 200 is no chat completion."""


def resolved(request: Request, endpoint: Endpoint) -> Request:
    """The request with the endpoint's own settings in it, so that its key tells of them too.

    Doing it twice changes nothing.
    """
    asked = request.sampling
    heat, effort, more = endpoint.temperature, endpoint.reasoning_effort, endpoint.extra_body
    if heat == "stage" and not (endpoint.max_tokens or effort or more or endpoint.system):
        return request
    temperature = asked.temperature if heat == "stage" else heat
    sampling = Sampling(
        None if temperature == "none" else temperature,
        endpoint.max_tokens or asked.max_tokens,
        asked.seed,
        effort or asked.reasoning_effort,
        {**asked.extra, **more},
    )
    return replace(request, sampling=sampling, messages=_with_system(request.messages, endpoint.system))


def _with_system(messages: tuple[Message, ...], system: str) -> tuple[Message, ...]:
    """One system turn: many servers take no second."""
    if not system:
        return messages
    if not messages or messages[0].role != "system":
        return (Message("system", system), *messages)
    own = messages[0].content
    if own == system or own.startswith(system + "\n\n"):
        return messages
    return (Message("system", f"{system}\n\n{own}"), *messages[1:])


def body_of(request: Request, can: Capabilities) -> dict[str, Any]:
    """The JSON body of a request, as an endpoint with these capabilities takes it."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": turn.role, "content": clean(turn.content)} for turn in request.messages],
        can.tokens_parameter: sampling.max_tokens * request.room,
        "temperature": sampling.temperature,
        "seed": sampling.seed,
        "reasoning_effort": sampling.reasoning_effort,
        **{name: value for name, value in sampling.extra.items() if name not in _OWN},
    }
    body = {name: value for name, value in body.items() if value is not None and name not in can.refused}
    if request.schema is None:
        return body
    schema = dict(request.schema.schema)
    if can.schema_mode == "json_schema":
        shape = {"name": request.schema.name, "schema": schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    elif can.schema_mode == "json_object":
        body["response_format"] = {"type": "json_object"}
    if can.described and body["messages"]:
        body["messages"][-1]["content"] += (
            f"\n\nReply with one JSON object and nothing else. Its JSON schema: {json.dumps(schema)}"
        )
    return body


def reply_of(data: object, prompt_characters: int) -> Reply:
    """The reply in a decoded response. BadReplyError says what is wrong with it.

    A server may heed no limit: a text longer than any answer is cut, else others would be paid to read it.
    """
    if not isinstance(data, dict):
        raise BadReplyError("the reply is not a JSON object")
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise BadReplyError(_complaint(data))
    message = choices[0].get("message") if isinstance(choices[0], dict) else None
    if not isinstance(message, dict):
        raise BadReplyError("the reply's first choice has no message")
    content = clean(_content(message))
    thinking = message.get("reasoning_content") or message.get("reasoning")
    raw = f"<think>\n{clean(thinking)}\n</think>\n{content}" if isinstance(thinking, str) else content
    prompt, completion, estimated = _usage(data.get("usage"), prompt_characters, len(raw))
    reason = choices[0].get("finish_reason")
    reason = clean(reason)[:_LONGEST_REASON] if isinstance(reason, str) else "stop"
    text = without_thinking(content)
    return Reply(
        text=text[:LONGEST_TEXT],
        raw=raw,
        finish_reason=reason if len(text) <= LONGEST_TEXT else "length",
        prompt_tokens=prompt,
        completion_tokens=completion,
        estimated=estimated,
    )


def _complaint(data: Mapping[str, Any]) -> str:
    error = data.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return f"the reply is an error: {error}" if isinstance(error, str) else "the reply has no choices"


def _content(message: Mapping[str, Any]) -> str:
    """The text of a message, whose content may be a string, nothing, or a list of parts."""
    content = message.get("content")
    if content is None:
        refusal = message.get("refusal")
        return refusal if isinstance(refusal, str) else ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part if isinstance(part, str) else _part(part) for part in content]
        return "".join(texts)
    raise BadReplyError("the reply's content is not text")


def _part(part: object) -> str:
    text = part.get("text") if isinstance(part, dict) else None
    return text if isinstance(text, str) else ""


def _usage(usage: object, prompt_characters: int, characters: int) -> tuple[int, int, bool]:
    """Tokens of prompt and completion, and whether they are guessed, at four characters each."""
    if isinstance(usage, dict):
        counted = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if all(isinstance(count, int) and 0 <= count <= _MOST_TOKENS for count in counted):
            return int(counted[0] or 0), int(counted[1] or 0), False
    return tokens_of(prompt_characters), tokens_of(characters), True


def tokens_of(characters: int) -> int:
    """A guess at the tokens of a text."""
    return -(-characters // 4)
