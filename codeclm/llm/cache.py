"""The call log as a cache: a request that was answered once is never sent, nor paid, again.

Knows a CallLog, not where the log is.
"""

from __future__ import annotations

import asyncio
import time

from codeclm.errors import BudgetReached, CodecError
from codeclm.llm.model import Call, CallLog, ChatModel, Reply, Request


class CachedModel:
    """Answers from the log; asks `inner` for the rest, and logs what came of it.

    Two requests of one key in flight at once are one call. A failure is logged and answers nothing.
    """

    def __init__(self, inner: ChatModel, log: CallLog) -> None:
        self._inner = inner
        self._log = log
        self._asked: dict[str, asyncio.Future[Reply | None]] = {}

    async def complete(self, request: Request) -> Reply:
        """The stored reply, with `cached` set, or a new one."""
        key = request.key
        while (first := self._asked.get(key)) is not None:
            # None: the one who asked gave up, so somebody else must ask.
            if (shared := await asyncio.shield(first)) is not None:
                return shared._replace(cached=True)
        stored = self._log.get(key)
        if stored is not None:
            return stored if stored.cached else stored._replace(cached=True)
        return await self._ask(key, request)

    async def _ask(self, key: str, request: Request) -> Reply:
        asked: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._asked[key] = asked
        started, reply = time.time(), None
        try:
            reply = await self._inner.complete(request)
        except BudgetReached:
            raise
        except CodecError as error:
            self._log.put(Call(request, None, error=str(error), started=started))
            raise
        else:
            self._log.put(Call(request, reply, started=started))
            return reply
        finally:
            del self._asked[key]
            asked.set_result(reply)
