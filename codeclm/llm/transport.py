"""The HTTP client under the model: how it is built, and what its exceptions and responses mean.

A chat completion is one POST with one JSON body and one JSON reply, so that aiohttp alone does: the
OpenAI client above it would take five times the CPU, and so bound how many calls a second a run makes
(`tests/bench/bench_throughput` compares the two). Everything that could send a key elsewhere is closed
here: redirects, the user's .netrc, proxies in front of this machine's own servers.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from codeclm.llm.keys import is_loopback
from codeclm.llm.pace import seconds
from codeclm.llm.troubles import Trouble, of_status, one_line
from codeclm.llm.wire import BadReplyError

_CONNECT = 10.0
"""Seconds for a connection to open."""
_IDLE = 4.0
"""Seconds after which an idle connection is not used again: common servers close theirs after five."""
_OPENAI = "https://api.openai.com/"
_OWNERS = {"OpenAI-Organization": "OPENAI_ORG_ID", "OpenAI-Project": "OPENAI_PROJECT_ID"}
"""Headers that say whom OpenAI shall bill, and the variables that hold their values."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server sent with a status of 2xx."""

    headers: Mapping[str, str]
    content: bytes


class StatusError(Exception):
    """A server answered with another status than 2xx."""

    def __init__(self, status: int, response: Response) -> None:
        super().__init__(status)
        self.status = status
        self.response = response


FAILURES = (StatusError, aiohttp.ClientError, OSError, UnicodeError)
"""What a request may end in. A time-out is an OSError; an address that cannot be, a UnicodeError."""


class Link:
    """Connections to one server, which send `key` and no other secret. To be made within an event loop.

    `timeout` is how many seconds a request may take as a whole.
    """

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        self.url = url
        tls = _trusted() if url.startswith("https:") else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE, ssl=tls),
            timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=_CONNECT),
            proxy=_proxy(url),
        )
        # With each request: what the session itself holds would go to the proxy too, the key included.
        self._headers = _headers(url, key)

    async def get(self, path: str) -> Response:
        """What the server has at a path below its URL. Raises FAILURES."""
        return await self._send("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> Response:
        """What the server makes of a JSON body. Raises FAILURES."""
        text = json.dumps(body, ensure_ascii=False)
        return await self._send("POST", path, text.encode("utf-8", "replace"))

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def _send(self, method: str, path: str, data: bytes | None) -> Response:
        url = self.url.rstrip("/") + path
        asked = self._session.request(method, url, data=data, headers=self._headers, allow_redirects=False)
        async with asked as answer:
            response = Response(answer.headers, await answer.read())
        if not 200 <= answer.status < 300:
            raise StatusError(answer.status, response)
        return response


def _headers(url: str, key: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "codeclm"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if url.startswith(_OPENAI):
        headers |= {name: os.environ[owner] for name, owner in _OWNERS.items() if owner in os.environ}
    return headers


def _trusted() -> Any:
    """The certificates that this system trusts; Python alone does not find them on every one."""
    import httpx2  # only for what is reached over TLS

    return httpx2.create_ssl_context()


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for a server."""
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.hostname or ""):
        return None
    found = getproxies()
    proxy = found.get(parts.scheme) or found.get("all") or ""
    return proxy if proxy.startswith(("http://", "https://")) else None


def decoded(response: Response, keys: Collection[str]) -> Any:
    """The JSON of a response, without keys that it may echo. BadReplyError: it is something else."""
    content = response.content
    for key in keys:
        content = content.replace(key.encode(), b"[key]")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        start = one_line(content[:80].decode("utf-8", "replace"))
        raise BadReplyError(f"the reply is not JSON: {start}") from None


def trouble_of(error: Exception, keys: Collection[str]) -> Trouble:
    """What it means that a request ended in one of FAILURES."""
    if isinstance(error, StatusError):
        response = error.response
        return of_status(error.status, _said(response), retry_after(response.headers), keys)
    if isinstance(error, aiohttp.InvalidURL | UnicodeError):
        return Trouble("endpoint", "the address cannot be used: check the URL")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Trouble("gone", "there is no such host")
    if isinstance(error, aiohttp.ClientSSLError):
        return Trouble("gone", one_line(f"no secure connection: {error}", keys))
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Trouble("gone", "nothing listens there")
    if isinstance(error, TimeoutError):
        return Trouble("busy", "no reply in time", weight=2)
    return Trouble("busy", "the connection was dropped")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait, or None."""
    milliseconds = seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    return seconds(headers.get("retry-after"), now=time.time())


def _said(response: Response) -> Any:
    """The body of a refusal: JSON where it is, else as text."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return response.content.decode("utf-8", "replace")
