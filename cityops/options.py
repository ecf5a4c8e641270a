"""Options that mean the same in every command."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

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
    "gap_share",
    "one_of",
    "positive",
    "share",
    "whole_from",
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
        raise typer.BadParameter(f"{text} is no share between 0 and 100 %; write 2% or 0.02")
    return value


def gap_share(text: str) -> float:
    """Read a gap, written ``1%`` or ``0.01``; 0 is allowed.

    Raises
    ------
    typer.BadParameter
        If it is none, or not from 0 to below 1.
    """
    plain = text.removesuffix("%")
    return 0.0 if plain and not plain.strip("0.") else share(text)


def positive(text: str) -> float:
    """Read a number above 0.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise typer.BadParameter(f'"{text}" is no number above 0')
    return value


def whole_from(least: int) -> Callable[[str], int]:
    """Make a reader of whole numbers from a least one on."""

    def whole(text: str) -> int:
        if not text.removeprefix("-").isdecimal() or int(text) < least:
            raise typer.BadParameter(f'"{text}" is no whole number from {least} on')
        return int(text)

    return whole


def one_of(*allowed: str) -> Callable[[str], str]:
    """Make a reader of words that are allowed."""

    def word(text: str) -> str:
        if text not in allowed:
            near = get_close_matches(text, allowed, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}"
            raise typer.BadParameter(f'"{text}" is not allowed; {hint}')
        return text

    return word


ScenarioArgument = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of one in the library."),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        parser=whole_from(0),
        metavar="K",
        help="Seed of all that is drawn; the scenario's if not given.",
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
    str,
    typer.Option(
        "--lang",
        parser=one_of("en", "zh"),
        metavar="en|zh",
        help="Language of reports and tables.",
    ),
]
Reps = Annotated[
    int | None,
    typer.Option("--reps", parser=whole_from(1), metavar="N", help="Number of replications."),
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
Replace = Annotated[bool, typer.Option("--replace", help="Take the place of what is there.")]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on from a run that was stopped, or add replications to one."),
]
