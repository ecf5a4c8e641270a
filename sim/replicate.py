"""Replications: the same question asked of many cities that differ only in their seed.

A fixed number of them, or as many as it takes until a mean is known to within a share of itself.
The second is the sequential procedure of Law 2015, Simulation Modeling and Analysis, 5th edition,
section 9.4.1 (from Law, Kelton and Koenig 1981): go on until half-width / |mean| is at most
g / (1 + g), so that the mean is then within the share g of the true one.

Results are looked at in the order of the replications, whichever finishes first, and those beyond
the one that ends the procedure are dropped.  So neither the number nor the kind of the workers
changes what comes out.
"""

from __future__ import annotations

import math
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from networks.errors import InputError
from sim.executors import executor_for
from sim.statistics import Interval, t_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from concurrent.futures import Future

    from sim.executors import Pool, Workers

__all__ = ["Replications", "replicate"]

T = TypeVar("T")


@dataclass(frozen=True)
class Replications(Generic[T]):
    """What the replications gave.

    Attributes
    ----------
    results
        Results of replications 0, 1, 2 ..., without a gap.
    interrupted
        Whether Ctrl-C ended them.
    precise
        Whether the wanted relative half-width was reached; None if none was wanted.
    interval
        Interval of the mean that the wanted half-width is about; None if none was wanted, or
        nothing is finished.
    """

    results: list[T]
    interrupted: bool = False
    precise: bool | None = None
    interval: Interval | None = None

    def __len__(self) -> int:
        """Return the number of replications."""
        return len(self.results)

    def __iter__(self) -> Iterator[T]:
        """Go through the results."""
        return iter(self.results)


def replicate(
    job: Callable[[int], T],
    *,
    reps: int | None = None,
    half_width: float | None = None,
    key: Callable[[T], float] | None = None,
    min_reps: int = 10,
    max_reps: int = 1000,
    level: float = 0.95,
    workers: Workers = None,
    done: Mapping[int, T] | None = None,
    on_result: Callable[[int, T], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replications[T]:
    """Run replications 0, 1, 2 ... of a job, on all processors.

    Whatever a job raises comes out as it is, with a note that names the replication: of several
    that of the first in their order.

    Parameters
    ----------
    job
        Gives the result of a replication from its number alone.
    reps
        How many; or
    half_width
        relative half-width, within (0, 1), that the mean of ``key(result)`` shall be known to.
    key
        The number of a result that ``half_width`` is about.
    min_reps, max_reps
        Bounds on the number of replications when ``half_width`` is given.
    level
        Confidence level of the interval behind ``half_width``.
    workers
        As in `sim.executors.executor_for`: None for threads on all processors, a number, a text
        or an executor.
    done
        Results at hand from an earlier run, by replication: those are not run again.
    on_result
        Called here, in the order of the replications, with the number and result of each that was
        run and counts.
    progress
        Called here with the number of replications finished and the number now expected.

    Returns
    -------
    Replications
        All that was asked for; after Ctrl-C those finished before, without a gap.

    Raises
    ------
    InputError
        If not exactly one of ``reps`` and ``half_width`` is given, or a number is out of range,
        or a result has no finite number for ``half_width`` to be about.
    TypeError
        If ``half_width`` is given without ``key``.
    """
    rule = _rule(reps, half_width, min_reps, max_reps, level)
    if rule.share is not None and key is None:
        raise TypeError("half_width needs key: which number of a result is it about?")
    results: list[T] = []
    numbers: list[float] = []
    interrupted = False
    try:
        with (
            executor_for(workers) as pool,
            closing(_in_order(job, rule.most, done or {}, pool)) as coming,
        ):
            for index, result, is_new in coming:
                if key is not None and rule.share is not None:
                    numbers.append(_number(key(result), index))
                if is_new and on_result is not None:
                    on_result(index, result)
                results.append(result)
                if progress is not None:
                    progress(len(results), rule.expected(numbers, len(results)))
                if rule.ends(numbers, len(results)):
                    break
    except KeyboardInterrupt:
        interrupted = True
    numbers = numbers[: len(results)]
    return Replications(
        results,
        interrupted,
        None if rule.share is None else rule.reached(numbers),
        t_interval(numbers, level) if numbers else None,
    )


@dataclass(frozen=True)
class _Rule:
    """When there are enough replications."""

    least: int
    most: int
    share: float | None  # of half-width to mean, None if their number is fixed
    level: float

    def ends(self, numbers: list[float], finished: int) -> bool:
        return finished >= self.most or self.reached(numbers)

    def reached(self, numbers: list[float]) -> bool:
        if self.share is None or len(numbers) < self.least:
            return False
        return t_interval(numbers, self.level).relative_half_width <= self.share

    def expected(self, numbers: list[float], finished: int) -> int:
        """How many it will take, as half-widths fall with the square root of their number."""
        if self.share is None:
            return self.most
        if finished < self.least:
            return self.least
        if self.reached(numbers):
            return finished
        lacking = t_interval(numbers, self.level).relative_half_width / self.share
        expected = finished * lacking**2
        return self.most if expected >= self.most else max(finished + 1, math.ceil(expected))


def _rule(
    reps: int | None, half_width: float | None, min_reps: int, max_reps: int, level: float
) -> _Rule:
    if (reps is None) == (half_width is None):
        raise InputError("give either a number of replications or a half-width")
    if half_width is None:
        assert reps is not None  # noqa: S101 - exactly one is None
        return _Rule(_at_least_1("reps", reps), reps, None, level)
    if not 0 < half_width < 1:
        raise InputError(
            f"half_width = {half_width} must lie between 0 and 1",
            mend="0.02 asks for 2 % of the mean",
        )
    least = max(2, _at_least_1("min_reps", min_reps))
    most = max(least, _at_least_1("max_reps", max_reps))
    # The mean in the denominator is itself off by up to the half-width (Law, section 9.4.1).
    return _Rule(least, most, half_width / (1 + half_width), level)


def _in_order(
    job: Callable[[int], T], most: int, done: Mapping[int, T], pool: Pool
) -> Generator[tuple[int, T, bool], None, None]:
    """Give replication, result, and whether it was run now; keep twice the pool's width at work."""
    ahead = 2 * pool.width if pool.width > 1 else 1
    running: deque[tuple[int, Future[T] | None]] = deque()
    following = 0
    try:
        while running or following < most:
            while following < most and len(running) < ahead:
                future = None if following in done else pool.executor.submit(job, following)
                running.append((following, future))
                following += 1
            index, future = running.popleft()
            if future is None:
                yield index, done[index], False
                continue
            try:
                result = future.result()
            except Exception as failure:
                failure.add_note(f"in replication {index}")
                raise
            yield index, result, True
    finally:
        for _, future in running:
            if future is not None:
                future.cancel()


def _number(value: float, index: int) -> float:
    if not math.isfinite(value):
        raise InputError(
            f"replication {index} has no number that the half-width could be about",
            mend="simulate a longer time, or ask for a number of replications",
        )
    return float(value)


def _at_least_1(name: str, value: int) -> int:
    if value < 1:
        raise InputError(f"{name} = {value} must be 1 or more")
    return value
