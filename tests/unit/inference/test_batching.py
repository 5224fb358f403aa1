"""What waits, and what is taken together."""

import asyncio
import time

import numpy as np
import pytest

from helioscribe.domain.errors import DeadlineError, OverloadedError, PluginError, UnavailableError
from helioscribe.inference.batching import Bounds, WorkQueue
from helioscribe.inference.works import Work, answered


def make(items=1, width=2, **changes):
    return Work(
        **{"graph": "g", "tensors": {"x": np.zeros((max(1, items), width), np.float32)}, "items": items} | changes
    )


@pytest.fixture
def queue():
    return WorkQueue(Bounds(requests=4, waiting_bytes=1000, batch_bytes=100))


def take(queue, most=8):
    return queue.take(lambda graph: most)


async def test_alike_run_together_up_to_the_items(queue):
    works = [make(3), make(3), make(3)]
    queue.put(works)
    assert take(queue) == works[:2]
    assert take(queue) == works[2:]
    assert take(queue) == []


async def test_a_lane_that_awakes_finds_what_came_along(queue):
    lane = asyncio.ensure_future(queue.wait())
    await asyncio.sleep(0)  # now it waits
    first, second = make(1), make(1)
    queue.put([first])
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, queue.put, [second])
    assert await lane
    assert take(queue) == [first, second]


async def test_and_up_to_the_bytes(queue):
    works = [make(1, width=12), make(1, width=12), make(1, width=12)]
    queue.put(works)
    assert take(queue) == works[:2]


async def test_a_smaller_one_behind_may_fill_the_batch(queue):
    works = [make(5), make(5), make(3)]
    queue.put(works)
    assert take(queue) == [works[0], works[2]]


@pytest.mark.parametrize("changes", [{"width": 3}, {"graph": "h"}, {"items": 0}, {"alone": True}])
async def test_others_run_on_their_own(queue, changes):
    first, other = make(), make(**changes)
    queue.put([first, other])
    assert take(queue) == [first]
    assert take(queue) == [other]


async def test_the_urgent_go_first_and_equals_in_their_order(queue):
    late, usual, urgent, second = make(priority=3, items=0), make(items=0), make(priority=1, items=0), make(items=0)
    for work in (late, usual, urgent, second):
        queue.put([work])
    assert [take(queue)[0] for _ in range(4)] == [urgent, usual, second, late]


async def test_too_many_are_refused_and_those_that_belong_together_all(queue):
    queue.put([make(), make(), make(), make()])
    with pytest.raises(OverloadedError, match="4 requests with 0 MiB wait already"):
        queue.put([make()])
    queue.put([make()], again=True)
    assert len(queue) == 5


async def test_too_many_bytes_are_refused_but_one_large_request_passes(queue):
    queue.put([make(200)])
    with pytest.raises(OverloadedError, match="MiB wait already"):
        queue.put([make()])
    take(queue, 1000)
    queue.put([make()])


async def test_what_is_late_or_given_up_is_dropped_before_it_runs(queue):
    late, gone, fine = make(deadline=time.monotonic() - 1), make(), make()
    queue.put([late, gone, fine])
    gone.answer.cancel()
    assert take(queue) == [fine]
    with pytest.raises(DeadlineError, match="before it was run"):
        await late.answer
    assert queue._bytes == 0


async def test_waiting_ends_with_the_deadline_or_the_first_answer():
    with pytest.raises(DeadlineError):
        await answered([make()], time.monotonic() + 0.05)
    work = make()
    asyncio.get_running_loop().call_later(0.02, work.finish, {"y": np.ones(1)})
    assert (await answered([work], None))["y"] == 1
    work.fail(PluginError("too late"))
    assert (await answered([work], None))["y"] == 1


async def test_where_one_piece_fails_the_others_are_not_run(queue):
    bad, other = works = [make(8), make(8)]
    queue.put(works)
    bad.fail(PluginError("broken"))
    with pytest.raises(PluginError, match="broken"):
        await answered(works, None)
    assert take(queue) == []


async def test_a_closed_queue_takes_nothing_and_gives_what_it_has(queue):
    work = make()
    queue.put([work])
    queue.close()
    with pytest.raises(UnavailableError, match="being unloaded"):
        queue.put([make()])
    assert await queue.wait()
    assert take(queue) == [work]
    assert not await queue.wait()
