"""A server on loopback that answers with whatever bytes it is told to, and counts how many were taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Attack = Callable[[], Iterable[bytes]]


@dataclass
class RawServer:
    """`requests` are the heads and bodies as they came, `taken` the bytes that went out."""

    attack: Attack
    pause: float = 0.0
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    taken: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if b"content-length" in line
                ),
                0,
            )
            self.requests.append(head + await reader.readexactly(size))
            for chunk in self.attack():
                writer.write(chunk)
                await writer.drain()
                self.taken += len(chunk)
                await asyncio.sleep(self.pause)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(attack: Attack, pause: float = 0.0) -> AsyncIterator[RawServer]:
    """The server, with its address, for as long as it is needed."""
    raw = RawServer(attack, pause)
    server = await asyncio.start_server(raw.handle, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield raw
    finally:
        server.close()


def reply(body: bytes, status: str = "200 OK", **headers: str) -> Attack:
    """A whole response with this body."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return lambda: [f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1"), body]


def completion(content: str, **more: str) -> bytes:
    """A chat completion, put together by hand so that any content may be written into it as it is."""
    usage = more.pop("usage", '{"prompt_tokens": 3, "completion_tokens": 4}')
    finish = more.pop("finish", '"stop"')
    return (
        f'{{"choices": [{{"index": 0, "finish_reason": {finish}, '
        f'"message": {{"role": "assistant", "content": {content}}}}}], "usage": {usage}}}'
    ).encode()


def endless(head: bytes, chunk: bytes) -> Attack:
    """A response that never ends."""

    def going_on() -> Iterable[bytes]:
        yield head
        while True:
            yield chunk

    return going_on
