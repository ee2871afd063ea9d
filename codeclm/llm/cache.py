"""The call log as a cache: a request that was answered once is never sent, nor paid, again.

Knows a CallLog, not where the log is.
"""

from __future__ import annotations

from codeclm.llm.model import CallLog, ChatModel, Reply, Request


class CachedModel:
    """Answers from the log; asks `inner` for the rest, and logs what came of it.

    Two requests of one key in flight at once are one call. A failure is logged and answers nothing.
    """

    def __init__(self, inner: ChatModel, log: CallLog) -> None:
        self._inner = inner
        self._log = log

    async def complete(self, request: Request) -> Reply:
        """The stored reply, with `cached` set, or a new one."""
        raise NotImplementedError
