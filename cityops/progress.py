"""Progress bars on the standard error; none where nobody looks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenarios.run import Progress

__all__ = ["replication_bar"]


@contextmanager
def replication_bar(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show replications as they finish, with the mean response time so far.

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
    mean = step.response_min
    if mean is None:
        return ""
    if mean.n < 2:
        return f"mean response {mean.mean:.2f} min"
    return f"mean response {mean.mean:.2f} ± {mean.half_width:.2f} min"
