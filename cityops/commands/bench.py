"""``cityops bench``: a benchmark suite, our numbers beside published ones and peers."""

from pathlib import Path
from typing import Annotated

import typer

from cityops.options import Seed, positive, whole_from

EXAMPLE = "Example: cityops bench des --threads 1 --json des.json"


def bench(
    suite: Annotated[
        str, typer.Argument(metavar="SUITE", help="arcs, des, location, paths, records or waste.")
    ],
    *,
    instances: Annotated[
        Path | None, typer.Option("--instances", metavar="DIR", help="Folder of instances.")
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(
            "--references",
            metavar="CSV",
            help="Known values: columns set, instance, value (or best, bks).",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", parser=positive, metavar="S", help="Seconds for each case."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option("--threads", parser=whole_from(1), metavar="N", help="Threads of ours."),
    ] = None,
    seed: Seed = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the rows as JSON too.")
    ] = None,
) -> None:
    """Run a benchmark suite; peers are timed in the same run, on the same work."""
    from benchmarks import run_suite

    run_suite(
        suite,
        instances=instances,
        references=references,
        time_limit=time_limit,
        threads=threads,
        seed=seed,
        json_path=json,
    )
