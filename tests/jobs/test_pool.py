import asyncio
from concurrent.futures import Future

import pytest

from codeclm.errors import BudgetReached, CodecError, EndpointError, ProjectError
from codeclm.jobs.paced import Paced
from codeclm.jobs.pool import together, walk
from codeclm.llm.model import Reply
from codeclm.store.writer import MOST
from codeclm.testing import ScriptedModel


async def test_everything_is_done_once_and_at_most_so_many_at_once():
    done, inside, peak = [], 0, 0

    async def work(item):
        nonlocal inside, peak
        inside += 1
        peak = max(peak, inside)
        await asyncio.sleep(0)
        inside -= 1
        done.append(item)

    await walk(range(50), work, 7)
    assert sorted(done) == list(range(50))
    assert peak == 7


async def test_items_are_taken_in_order_and_only_when_wanted():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    async def work(item):
        assert len(taken) <= item + 3
        await asyncio.sleep(0)

    await walk(items(), work, 3)
    assert taken == list(range(100))


async def test_after_an_error_nothing_is_begun_and_what_is_in_hand_ends():
    begun, ended = [], []

    async def work(item):
        begun.append(item)
        await asyncio.sleep(0.001 * item)
        if item == 1:
            raise EndpointError("wrong key")
        ended.append(item)
        if item == 3:
            raise BudgetReached("later")

    with pytest.raises(EndpointError, match="wrong key"):
        await walk(range(1, 50), work, 3)
    assert begun == [1, 2, 3]
    assert ended == [2, 3]


async def test_no_items_are_no_work():
    await walk([], None, 4)


async def test_nothing_is_asked_faster_than_it_is_written():
    class Slow:
        backlog, asked, failed = MOST, [], None

        def hurry(self):
            self.asked.append(Future())
            return self.asked[-1]

    writer, model = Slow(), ScriptedModel([Reply("said", "said")] * 2)
    paced = Paced(model, writer)
    asking = [asyncio.create_task(paced.complete(None)) for _ in range(2)]
    await asyncio.sleep(0.03)
    assert not model.history
    assert len(writer.asked) == 1
    writer.backlog = MOST - 1
    writer.asked[0].set_result(None)
    assert [(await each).text for each in asking] == ["said", "said"]
    writer.failed = ProjectError("the disk is full")
    with pytest.raises(ProjectError, match="disk is full"):
        await paced.complete(None)
    assert len(model.history) == 2


async def test_of_steps_together_each_comes_to_its_end_and_the_worst_error_is_told():
    ended = []

    async def step(seconds, error=None):
        await asyncio.sleep(seconds)
        ended.append(seconds)
        if error:
            raise error
        return seconds

    assert await together(step(0.01), step(0)) == [0.01, 0]
    ended.clear()
    with pytest.raises(CodecError, match="stop"):
        await together(step(0, ValueError()), step(0.01, CodecError("stop")), step(0.02))
    assert ended == [0, 0.01, 0.02]
