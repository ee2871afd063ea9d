"""A model that is asked no faster than what comes of it is written, and not where it cannot be written.

Knows neither what is asked nor what is written.
"""

from __future__ import annotations

import asyncio

from codeclm.llm.model import ChatModel, Reply, Request
from codeclm.store import Writer
from codeclm.store.writer import MOST


class Paced:
    """Asks while writes keep pace, so that memory stays bounded, and while they succeed.

    Where the log answers, asking waits for a whole commit: two threads that are busy at once would hand
    the interpreter to each other at every statement.
    """

    def __init__(self, model: ChatModel, writer: Writer) -> None:
        self._model = model
        self._writer = writer
        self._written: asyncio.Future[None] | None = None

    async def complete(self, request: Request) -> Reply:
        """The reply, as ChatModel has it. Raises the first error of the writes since the last flush: where
        one failed, as on a full disk, nothing more shall be paid for."""
        while self._writer.backlog >= MOST:
            written = self._written
            if written is None or written.done():
                written = self._written = asyncio.wrap_future(self._writer.hurry())
            await asyncio.wait([written])
            written.exception()  # looked at: it is told below
        if (failed := self._writer.failed) is not None:
            raise failed
        return await self._model.complete(request)
