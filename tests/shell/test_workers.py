"""Work spread over processes: the order, the count, and what happens when something dies."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from preflight.errors import CannotJudge
from preflight.shell import workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

needs_two_cores = pytest.mark.skipif(workers.cores() < 2, reason="on one core all work is done in this process")


class Refused(Exception):  # noqa: N818 - a name for this test
    """What a piece of work may raise."""


def doubled(items: Sequence[int]) -> list[int]:
    return [2 * item for item in items]


def last_first(items: Sequence[int]) -> list[int]:
    time.sleep(0.2 if items[0] == 0 else 0.0)  # the first chunk is finished last
    return list(items)


def where(items: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in items]


def refuse_450(items: Sequence[int]) -> list[int]:
    if 450 in items:
        message = "no"
        raise Refused(message)
    return list(items)


def die_at_450(items: Sequence[int]) -> list[int]:
    assert multiprocessing.parent_process() is not None, "this would end the tests"
    if 450 in items:
        os._exit(9)
    return list(items)


@pytest.fixture
def one_core() -> Iterator[None]:
    """Leave this process a single core for a while."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot bind a process to a core")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(0, id="nothing to do"),
        pytest.param(1, id="one item"),
        pytest.param(workers.CHUNK, id="one full chunk"),
        pytest.param(workers.SERIAL - 1, id="the most that is done in this process"),
        pytest.param(workers.SERIAL, id="the least that is spread"),
        pytest.param(1001, id="a last chunk of one item"),
    ],
)
def test_results_come_in_order_and_the_progress_adds_up(count: int) -> None:
    told: list[int] = []
    assert workers.spread(doubled, range(count), told.append) == [2 * item for item in range(count)]
    assert sum(told) == count
    assert len(told) == -(-count // workers.CHUNK)


def test_the_order_is_that_of_the_items_whoever_finishes_first() -> None:
    assert workers.spread(last_first, range(500), lambda _: None) == list(range(500))


@needs_two_cores
def test_much_work_is_done_elsewhere_and_little_work_here() -> None:
    assert os.getpid() not in workers.spread(where, range(500), lambda _: None)
    assert set(workers.spread(where, range(workers.SERIAL - 1), lambda _: None)) == {os.getpid()}


@pytest.mark.usefixtures("one_core")
def test_on_one_core_all_work_is_done_here() -> None:
    told: list[int] = []
    assert set(workers.spread(where, range(500), told.append)) == {os.getpid()}
    assert told == [100] * 5


@pytest.mark.parametrize("count", [451, 5000], ids=["near the end", "with much left to do"])
def test_what_the_work_raises_is_raised_and_the_rest_is_not_waited_for(count: int) -> None:
    told: list[int] = []
    with pytest.raises(Refused, match=r"^no$"):
        workers.spread(refuse_450, range(count), told.append)
    assert sum(told) < count
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("one_core")
def test_what_the_work_raises_is_raised_on_one_core_too() -> None:
    with pytest.raises(Refused, match=r"^no$"):
        workers.spread(refuse_450, range(500), lambda _: None)


@needs_two_cores
def test_a_process_that_dies_is_never_a_pass() -> None:
    with pytest.raises(CannotJudge) as caught:
        workers.spread(die_at_450, range(1000), lambda _: None)
    assert caught.value.message == "a process that judged vendors died (out of memory, or killed from outside)"
    assert caught.value.fix == "Run it again with more memory, or on fewer vendors at a time."
    assert multiprocessing.active_children() == []


WAITING = """
import os, sys, time
from preflight.shell import workers
def work(items):
    os.write(1, b"at work\\n")  # in one piece: others write, too
    time.sleep(600)
    return list(items)
workers.spread(work, range(1000), lambda _: None)
"""


@needs_two_cores
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes cannot find what was given by -c")
def test_processes_end_with_the_one_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(min(workers.cores(), 10)):
            assert process.stdout.readline() == b"at work\n"
        process.kill()
        # They write to the same pipe, so that it ends with the last of them.
        assert process.communicate(timeout=30)[0].replace(b"at work\n", b"") == b""


def test_an_error_of_the_progress_is_not_swallowed() -> None:
    def told(_: int) -> None:
        message = "the terminal is gone"
        raise BrokenPipeError(message)

    with pytest.raises(BrokenPipeError, match="the terminal is gone"):
        workers.spread(doubled, range(1000), told)
    assert multiprocessing.active_children() == []


def test_there_is_a_core() -> None:
    assert workers.cores() >= 1
