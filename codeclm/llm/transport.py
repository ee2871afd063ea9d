"""The HTTP client under the model: how it is built, and what its exceptions and responses mean.

Everything that could send a key elsewhere is closed here: redirects, organisation and custom headers
from the environment, proxies in front of this machine's own servers. A response is bounded: in bytes here,
in time by the caller; compressed ones are refused unread, as a few bytes may unpack to all of the memory.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import time
from collections.abc import AsyncIterator, Collection, Mapping
from functools import cache, lru_cache
from typing import Any, cast

import aiohttp
import httpx2
import openai

from codeclm.errors import EndpointError
from codeclm.llm.keys import is_loopback
from codeclm.llm.pace import seconds
from codeclm.llm.troubles import Trouble, of_status, one_line
from codeclm.llm.wire import BadReplyError

MALFORMED = (aiohttp.InvalidURL, httpx2.InvalidURL, UnicodeError)
"""What an address that cannot be ends in."""

FAILURES = (openai.OpenAIError, httpx2.HTTPError, aiohttp.ClientError, OSError, *MALFORMED)
"""What a request may end in; a time-out is an OSError."""

LONGEST = 16 * 2**20
"""Bytes of a response; the longest answers of today's models take a thirtieth of it."""

_CONNECT = 10.0
"""Seconds for a connection to open."""
_OPENAI = "https://api.openai.com/"


def connect(url: str, key: str | None, timeout: float) -> openai.AsyncOpenAI:
    """A client of one server, which sends `key` and no other secret. `timeout` in seconds.

    EndpointError: no address can be so, or none that a proxy of the environment has.
    """
    try:
        httpx2.URL(url)
    except MALFORMED as error:
        raise EndpointError(f"{url}: no such address can be ({error}); give another URL") from None
    ours = os.environ.get("OPENAI_CUSTOM_HEADERS", "") if not url.startswith(_OPENAI) else ""
    hidden = [line.partition(":")[0].strip() for line in ours.splitlines()]
    hidden += [] if url.startswith(_OPENAI) else ["OpenAI-Organization", "OpenAI-Project"]
    hidden += ["Authorization"]
    headers: dict[str, Any] = {name: openai.Omit() for name in hidden if name}
    headers["Accept-Encoding"] = "identity"
    limits = httpx2.Timeout(timeout, connect=_CONNECT)
    return openai.AsyncOpenAI(
        base_url=url,
        api_key=key or "",
        admin_api_key="",
        max_retries=0,
        timeout=limits,
        default_headers=headers,
        http_client=_http(url, limits),
    )


def _http(url: str, limits: httpx2.Timeout) -> openai.DefaultAioHttpClient:
    try:
        return openai.DefaultAioHttpClient(
            timeout=limits,
            follow_redirects=False,
            trust_env=not is_loopback(url),
            verify=_trusted(url.startswith("https:"), is_loopback(url)),
            event_hooks={"response": [_bound]},
        )
    except (*MALFORMED, ValueError):
        # The error is not told: it quotes what it cannot read, which may be the proxy's password.
        raise EndpointError(
            "a proxy's address in $HTTPS_PROXY, $HTTP_PROXY or $ALL_PROXY cannot be read; mend it, and write "
            "signs such as / and # in its password as %2F and %23"
        ) from None


@cache
def _trusted(secure: bool, here: bool) -> ssl.SSLContext:
    """Whom connections believe: nobody where none is asked, as on plain http to this machine.

    Reading the authorities takes longer than a call, so that all clients share them.
    """
    if here and not secure:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.create_ssl_context(trust_env=not here)


class UnwelcomeError(httpx2.HTTPError):
    """A response that is not read to its end. Its text is ours."""


async def _bound(response: httpx2.Response) -> None:
    """Before a body is read: refuse it where it is compressed, and bound it."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        await response.aclose()
        raise UnwelcomeError("the reply is compressed, which was not asked for")
    response.stream = _Bounded(cast(httpx2.AsyncByteStream, response.stream))


class _Bounded(httpx2.AsyncByteStream):
    """A body up to LONGEST bytes."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LONGEST
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise UnwelcomeError(f"the reply is longer than {LONGEST // 2**20} MB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def authorisation(key: str | None) -> openai.RequestOptions:
    """The options of each request: without a key it says outright that none is sent."""
    return {"headers": {"Authorization": f"Bearer {key}" if key else openai.Omit()}}


def decoded(response: httpx2.Response, keys: Collection[str]) -> Any:
    """The JSON of a response, without keys that it may echo. BadReplyError: it is something else."""
    try:
        # Of bytes, json would guess at UTF-16 and UTF-32 too, in which no key was sought.
        return json.loads(without(response.content.decode("utf-8-sig", "surrogatepass"), keys))
    except (ValueError, RecursionError):
        start = one_line(shown(response, keys)[:80])
        raise BadReplyError(f"the reply is not JSON: {start}") from None


def shown(response: httpx2.Response, keys: Collection[str]) -> str:
    """A response as text, without keys that it may echo; UTF-16 reads as such once its NULs are out."""
    return without(response.content.decode("utf-8-sig", "replace").replace("\0", ""), keys)


def without(text: str, keys: Collection[str]) -> str:
    """A text of a server's without keys that it may echo."""
    for key in keys:
        text = _spelled(key).sub("[key]", text)
    return text


@lru_cache(maxsize=8)
def _spelled(key: str) -> re.Pattern[str]:
    """A key as it stands in JSON, and in JSON inside JSON, where each of its signs may be an escape."""
    first, *others = ((re.escape(sign), rf"(?i:u{ord(sign):04x})") for sign in key)
    # Each way begins with a sign of its own, by which re finds where to look several times as fast.
    start = rf"(?:{first[0]}|\\(?<!\\\\)\\*+{first[1]})"
    return re.compile(start + "".join(rf"\\*+(?:{sign}|{code})" for sign, code in others))


def trouble_of(error: Exception, keys: Collection[str]) -> Trouble:
    """What it means that a request ended in one of FAILURES."""
    if isinstance(error, openai.APIStatusError):
        body = _body(error.response, keys)
        return of_status(error.status_code, body, retry_after(error.response.headers), keys)
    cause = _root(error)
    if isinstance(cause, UnwelcomeError):
        return Trouble("garbage", str(cause))
    if isinstance(cause, MALFORMED):
        return Trouble("endpoint", "the address cannot be used: check the URL")
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        return Trouble("gone", "there is no such host")
    if isinstance(cause, aiohttp.ClientSSLError):
        return Trouble("gone", one_line(f"no secure connection: {cause}", keys))
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | httpx2.ConnectError):
        return Trouble("gone", "nothing listens there")
    if isinstance(cause, TimeoutError | httpx2.TimeoutException):
        return Trouble("busy", "no reply in time", weight=2)
    return Trouble("busy", "the connection was dropped")


def _body(response: httpx2.Response, keys: Collection[str]) -> object:
    """The body of an error: decoded where it is JSON, and without keys that it may echo, however spelled."""
    text = shown(response, keys).strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait, or None."""
    milliseconds = seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    return seconds(headers.get("retry-after"), now=time.time())


def _root(error: BaseException) -> BaseException:
    """The exception that the others were made from."""
    while (cause := error.__cause__) is not None and not isinstance(
        error, aiohttp.ClientError | TimeoutError
    ):
        error = cause
    return error
