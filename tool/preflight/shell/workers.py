"""All cores at work: a list of items, cut into chunks, done by processes that share nothing.

The order of the results is that of the items, whoever finishes first.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from preflight.errors import CannotJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

SERIAL = 200  # fewer items than this are done here: starting processes would cost more than they save
CHUNK = 100
GARBAGE = 50_000  # new objects after which a process looks for cycles; a document has thousands and none


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    work: Callable[[Sequence[Item]], list[Result]],
    items: Sequence[Item],
    progress: Callable[[int], None],
    *,
    serial: int = SERIAL,
    size: int = CHUNK,
) -> list[Result]:
    """Apply ``work`` to all items, chunk by chunk, and return all results in the order of the items.

    Fewer than ``serial`` are done here; a chunk has ``size`` of them: what takes long goes in smaller ones. ``work``
    has to be picklable where processes are not forked. Raises whatever ``work`` raises, and CannotJudge where a
    process dies: a verdict that nobody reached is not a pass.
    """
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    if len(items) < serial or cores() == 1:
        return [result for chunk in chunks for result in _counted(work(chunk), len(chunk), progress)]
    # Forked processes inherit the compiled rules; elsewhere each process compiles its own.
    method = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(cores(), mp_context=multiprocessing.get_context(method), initializer=settle)
    try:
        with _undisturbed():
            futures = [pool.submit(work, chunk) for chunk in chunks]
        _watch(futures, [len(chunk) for chunk in chunks], progress)
        return [result for future in futures for result in future.result()]
    except BrokenProcessPool:
        message = "a process that judged vendors died (out of memory, or killed from outside)"
        raise CannotJudge(message, fix="Run it again with more memory, or on fewer vendors at a time.") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Ctrl-C waiting, where that is possible: processes that begin, and that nobody knows yet, would never end."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle() -> None:
    """Begin a process: it looks seldom for cycles, of which there are few, and ends when told to, and not by Ctrl-C.

    Ctrl-C reaches every process of a terminal at once. One that ended while it held the lock of the queue would leave
    the others waiting; whoever began them sees to it that they end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End this process with the one that it works for, even where that was killed: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _counted(results: list[Result], done: int, progress: Callable[[int], None]) -> list[Result]:
    progress(done)
    return results


def _watch(futures: Sequence[Future[list[Result]]], sizes: Sequence[int], progress: Callable[[int], None]) -> None:
    size = dict(zip(futures, sizes, strict=True))
    pending = set(futures)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()  # raises early, so that a fault does not wait for the rest
            progress(size[future])
