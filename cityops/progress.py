"""Progress bars on the standard error; none where nobody looks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimize.location.solution import Progress as Search
    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.run import Progress

__all__ = ["replication_bar", "route_bar", "search_bar"]


@contextmanager
def replication_bar(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show replications as they finish, with the mean of the key figure so far.

    Parameters
    ----------
    title
        Name of the run.

    Yields
    ------
    callable or None
        To be called with each step; None where the standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figure]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, figure="reading")

        def show(step: Progress) -> None:
            bar.update(task, completed=step.done, total=step.expected, figure=_figure(step))

        yield show


def _figure(step: Progress) -> str:
    mean, what = step.figure, step.what[:1].lower() + step.what[1:]
    if mean is None:
        return ""
    return f"{what} {mean.mean:.2f}" + (f" ± {mean.half_width:.2f}" if mean.n >= 2 else "")


@contextmanager
def search_bar(title: str, time_limit_s: float) -> Iterator[Callable[[Search], None] | None]:
    """Show a search: seconds of its time limit, best value, bound and gap so far.

    Parameters
    ----------
    title
        Of the question.
    time_limit_s
        Seconds that it may take.

    Yields
    ------
    callable or None
        To be called with each step; None where the standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figure]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=time_limit_s, figure="reading streets and demand")

        def show(step: Search) -> None:
            bar.update(task, completed=min(step.seconds, time_limit_s), figure=search_words(step))

        yield show


@contextmanager
def route_bar(
    title: str, time_limit_s: float
) -> Iterator[Callable[[ArcProgress | NodeProgress, float | None], None] | None]:
    """Show a search for routes: best hours, bound and gap so far.

    Parameters
    ----------
    title
        Of the question.
    time_limit_s
        Seconds that it may take.

    Yields
    ------
    callable or None
        To be called with each step and the bound; None where the standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figure]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=time_limit_s, figure="reading streets")

        def show(step: ArcProgress | NodeProgress, bound: float | None) -> None:
            figure = f"{step.routes} routes, cost {step.value:,}"
            if bound is not None:
                gap = 100.0 * (step.value - bound) / max(1, step.value)
                figure = (
                    f"{step.routes} routes, {step.value / 3600:.2f} h, at least "
                    f"{bound / 3600:.2f} h, gap {gap:.1f} %"
                )
            bar.update(task, completed=min(step.seconds, time_limit_s), figure=figure)

        yield show


def search_words(step: Search) -> str:
    """Say how far a search is.

    Examples
    --------
    >>> from optimize.location.solution import Progress
    >>> search_words(Progress(80.0, 84.0, 1.5, "local search"))
    'value 80, bound 84, gap 5.0 % (local search)'
    """
    from math import isfinite

    from optimize.location.solution import relative_gap

    parts = [f"value {step.value:,.6g}" if isfinite(step.value) else "no plan yet"]
    if isfinite(step.bound):
        parts.append(f"bound {step.bound:,.6g}")
    gap = relative_gap(step.value, step.bound)
    if isfinite(gap):
        parts.append(f"gap {100 * gap:.1f} %")
    stage = f" ({step.stage})" if step.stage else ""
    return ", ".join(parts) + stage
