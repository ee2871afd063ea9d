"""A bounded pool: so many workers walk one iterator in its order, each item taken when a worker is free.

Knows nothing of what an item is. Nothing is held but the items in hand. What is in hand comes to its own
end whatever becomes of the rest: a reply in flight is paid for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeVar, cast

from codeclm.errors import CodecError

T = TypeVar("T")


async def walk(
    items: Iterable[T],
    work: Callable[[T], Awaitable[None]],
    width: int,
    troubled: Callable[[CodecError], None] = lambda error: None,
) -> None:
    """Do `work` for every item, at most `width` at once.

    When one raises a CodecError, `troubled` hears of it and no further item is begun; those in hand
    come to their own end, and the first error is raised then.
    """
    errors: list[CodecError] = []
    shared = iter(items)

    async def worker() -> None:
        try:
            for item in _while_well(shared, errors):
                await work(item)
        except CodecError as error:
            errors.append(error)
            troubled(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(worker())
    if errors:
        raise errors[0]


async def together(*steps: Awaitable[T]) -> list[T]:
    """All at once. Where some raise, it is told when all have come to their end, a CodecError first."""
    ends = await asyncio.gather(*steps, return_exceptions=True)
    errors = [end for end in ends if isinstance(end, BaseException)]
    for error in sorted(errors, key=lambda error: not isinstance(error, CodecError)):
        raise error
    return cast("list[T]", ends)


def _while_well(items: Iterator[T], errors: list[CodecError]) -> Iterator[T]:
    while not errors:
        try:
            item = next(items)
        except StopIteration:
            return
        yield item
