"""Where replications run: threads, processes, a Dask cluster, or any executor of the caller's.

Threads are the default, because compiled kernels let go of Python's lock.  There is no scheduler
here, only the choice of a `concurrent.futures.Executor`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeAlias, TypeVar

from networks.errors import InputError
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.context import BaseContext

__all__ = ["Pool", "Workers", "executor_for", "processors"]

Workers: TypeAlias = "int | str | Executor | None"

_P = ParamSpec("_P")
_T = TypeVar("_T")

_MEND = "write a number of threads, threads:N, processes:N or dask://host:port"


class Pool(NamedTuple):
    """An executor, and how many jobs it does at a time."""

    executor: Executor
    width: int


class _Here(Executor):
    """Does each job at once, in the thread that asks for it."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Do the job; a failure is kept for the one who asks for the result."""
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as failure:  # noqa: BLE001 - what an executor is for: raised at result()
            future.set_exception(failure)
        return future


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def executor_for(workers: Workers) -> Iterator[Pool]:
    """Open the executor that ``workers`` names, and close it at the end if it was opened here.

    Parameters
    ----------
    workers
        None for threads on all processors; a number of threads; ``"threads"``, ``"threads:4"``,
        ``"processes"``, ``"processes:4"``; ``"dask://host:8786"``; or an executor, which is used
        and left open.

    Raises
    ------
    InputError
        If a text names none of these, the number is below 1, or dask is not installed or does not
        answer.
    """
    if isinstance(workers, Executor):
        yield Pool(workers, getattr(workers, "_max_workers", None) or processors())
        return
    kind, count = _kind_and_count(workers)
    if kind == "dask":
        with _dask(str(workers)) as pool:
            yield pool
        return
    executor: Executor
    if kind == "processes":
        executor = ProcessPoolExecutor(
            count, _process_context(), initializer=_leave_ctrl_c_to_the_parent
        )
    elif count == 1:
        executor = _Here()
    else:
        executor = ThreadPoolExecutor(count, thread_name_prefix="replication")
    try:
        yield Pool(executor, count)
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)  # nobody waits after Ctrl-C
        raise
    executor.shutdown(wait=True, cancel_futures=True)


def _kind_and_count(workers: int | str | None) -> tuple[str, int]:
    if workers is None:
        return "threads", processors()
    text = str(workers)
    if text.startswith("dask://"):
        return "dask", 0
    kind, _, number = ("threads", ":", text) if _is_whole(text) else text.partition(":")
    if kind not in ("threads", "processes"):
        known = ["threads", "processes", "dask://host:8786"]
        raise InputError(f"no workers are called {text!r}{did_you_mean(kind, known)}", mend=_MEND)
    if number and not _is_whole(number):
        raise InputError(f"{number!r} is not a number of {kind}", mend=_MEND)
    count = int(number) if number else processors()
    if count < 1:
        raise InputError(f"{count} workers do no work", mend=_MEND)
    return kind, count


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _process_context() -> BaseContext:
    # Never a plain fork: it copies locks that another thread of this process may hold.
    offered = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in offered else "spawn")


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _dask(address: str) -> Iterator[Pool]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "a Dask cluster needs the package distributed", mend="pip install 'cityops[cluster]'"
        ) from None
    scheduler = "tcp://" + address.removeprefix("dask://")
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as failure:
        raise InputError(
            f"no Dask scheduler answers at {scheduler}: {failure}",
            mend="start one with dask scheduler, and workers with dask worker",
        ) from failure
    try:
        yield Pool(client.get_executor(), max(1, sum(client.ncores().values())))
    finally:
        client.close()
