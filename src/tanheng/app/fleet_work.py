"""Work of a fleet in processes of its own, which are gone when it ends, however it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

from tanheng.app.library import Library

_SHARED: dict[str, Any] = {}
Job = TypeVar("Job")
Done = TypeVar("Done")


def cores() -> int:
    """How many processes this one may keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parts(items: Sequence[Job], most: int) -> list[Sequence[Job]]:
    """Items in parts of at most `most`, at least one for each core."""
    size = max(1, min(most, -(-len(items) // cores())))
    return [items[at : at + size] for at in range(0, len(items), size)]


def spread(function: Callable[[Job], Done], jobs: Iterable[Job], apart: bool) -> Iterator[Done]:
    """The results in the order of the jobs; in processes of their own where `apart` and there are cores."""
    if not apart or cores() < 2:
        yield from map(function, jobs)
        return
    before, begun = set(active_children()), deque[Future[Done]]()
    # never by fork: a copy of a process in which DuckDB has threads falls over
    pool = ProcessPoolExecutor(cores(), get_context("spawn"), initializer=_begin)
    try:
        for job in jobs:
            begun.append(pool.submit(function, job))
            # a job holds data; more of them than can be worked on would only fill the memory
            if len(begun) > 2 * cores():
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    except BaseException:
        # whoever gives up does not wait for what was begun; told to end, a child removes its own folders
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


def _begin() -> None:
    _SHARED["begun"] = True
    # Ctrl-C reaches every process of a terminal; only the first decides what becomes of the work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)


def shared(library: Library) -> Library:
    """In a process of a fleet, the same library for every job, so that it is read once."""
    # only a process that `spread` began: it ends with one piece of work, which has one library
    if not _SHARED.get("begun"):
        return library
    found: Library = _SHARED.setdefault("library", library)
    return found


def _leave(*_: Any) -> None:
    raise SystemExit(1)


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """While this lasts, being told to end (SIGTERM, SIGHUP) is as Ctrl-C: temporary folders are removed."""
    kinds = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {kind: signal.signal(kind, _interrupt) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
