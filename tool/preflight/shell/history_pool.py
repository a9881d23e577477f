"""Processes that stay for a whole history: the next work is begun before the last is used, so that no core waits.

Otherwise it is as ``workers.spread``: results in the order of the items, and little work done here, without processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from preflight.errors import CannotJudge
from preflight.shell import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool:
    """Processes, started when there is enough to do for them and ended with the block.

    They are forked when no thread of ours and no git of this process is there that they would hold on to. While the
    block lasts, nobody looks for cycles here: a history is very many objects and none of those.
    """

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._collects = gc.isenabled()
        gc.disable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        if self._collects:
            gc.freeze()  # what is there now stays until the end anyway
            gc.enable()

    def begin(
        self, work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], progress: Callable[[int], None]
    ) -> Callable[[], list[Result]]:
        """Begin to apply ``work`` to all items, chunk by chunk; what is returned waits for the results.

        Little work is done only then, here. Waiting raises whatever ``work`` raises, and CannotJudge where a process
        died.
        """
        if len(items) < workers.SERIAL or workers.cores() == 1:
            return partial(workers.spread, work, items, progress, serial=len(items) + 1)
        if self._executor is None:
            method = "fork" if sys.platform == "linux" else "spawn"
            context = multiprocessing.get_context(method)
            self._executor = ProcessPoolExecutor(workers.cores(), context, initializer=workers.settle)
        chunks = [items[start : start + workers.CHUNK] for start in range(0, len(items), workers.CHUNK)]
        futures = {self._executor.submit(work, chunk): len(chunk) for chunk in chunks}
        return partial(_waited, futures, progress)


def _waited(futures: dict[Future[list[Result]], int], progress: Callable[[int], None]) -> list[Result]:
    try:
        pending = set(futures)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()  # raises early, so that a fault does not wait for the rest
                progress(futures[future])
        return [result for future in futures for result in future.result()]
    except BrokenProcessPool:
        message = "a process that compared versions died (out of memory, or killed from outside)"
        raise CannotJudge(message, fix="Run it again; what was done so far is kept.") from None
