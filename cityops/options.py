"""Options that mean the same in every command."""

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = [
    "HalfWidth",
    "Lang",
    "Out",
    "Replace",
    "Reps",
    "Resume",
    "ScenarioArgument",
    "Seed",
    "Workers",
    "share",
]


def share(text: str) -> float:
    """Read a share, written ``2%`` or ``0.02``.

    Raises
    ------
    typer.BadParameter
        If it is none, or not between 0 and 1.
    """
    try:
        value = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no share; write 2% or 0.02') from None
    if not 0.0 < value < 1.0:
        raise typer.BadParameter(f"{text} must lie between 0 and 100 %")
    return value


ScenarioArgument = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of one in the library."),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, metavar="K", help="Seed of all that is drawn; the scenario's if not given."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Where results go; runs/NAME if not given."),
]
Workers = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="W",
        help="4 (threads), processes:4 or dask://host:8786; all processors if not given.",
    ),
]
Lang = Annotated[
    Literal["en", "zh"], typer.Option("--lang", help="Language of reports and tables.")
]
Reps = Annotated[
    int | None,
    typer.Option("--reps", min=1, metavar="N", help="Number of replications."),
]
HalfWidth = Annotated[
    float | None,
    typer.Option(
        "--half-width",
        parser=share,
        metavar="SHARE",
        help="Replications until the mean response time is known to, say, 2%.",
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Take the place of an older run.")]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on from a run that was stopped, or add replications to one."),
]
