"""What goes to whom: proxies, and the headers that each of them sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from codeclm.llm.transport import FAILURES, Link

KEY = "sk-verysecret-0123456789"


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[str]]]:
    """A server that hears a request's head and hangs up; yields its address and what it heard."""
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


async def fails(url: str) -> None:
    link = Link(url, KEY, timeout=5)
    with pytest.raises(FAILURES):
        await link.post("/chat/completions", {})
    await link.close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_is_used_and_never_told_the_key(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    async with listening() as (proxy, heard):
        monkeypatch.setenv(variable, proxy)
        await fails("https://models.example.org/v1")
    assert heard[0].startswith("CONNECT models.example.org:443 ")
    assert "secret" not in heard[0]


async def test_this_machine_and_those_excepted_are_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with listening() as (proxy, heard), listening() as (server, asked):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "models.invalid")
        await fails(f"{server}/v1")
        await fails("http://models.invalid/v1")
    assert not heard
    assert asked[0].startswith("POST /v1/chat/completions ")
    assert f"Authorization: Bearer {KEY}" in asked[0]


async def test_a_request_that_takes_too_long_is_given_up() -> None:
    hung_up = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    silent = await asyncio.start_server(wait, "127.0.0.1", 0)
    async with silent:
        link = Link(f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}", None, timeout=0.05)
        with pytest.raises(TimeoutError):
            await link.get("/models")
        await link.close()
        await hung_up.wait()
