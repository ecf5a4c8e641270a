"""Opening what a user named: every fault becomes one clear error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from networks.errors import InputError
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

__all__ = ["existing_file", "existing_path"]


def existing_path(path: str | PathLike[str]) -> Path:
    """Return the path of a file or folder that exists.

    Raises
    ------
    InputError
        If nothing is there, naming the nearest file in the same folder.
    """
    place = Path(path).expanduser()
    if place.exists():
        return place
    folder = place.parent
    if not folder.is_dir():
        raise InputError("its folder does not exist", file=place, mend=f"create or mend {folder}")
    hint = did_you_mean(place.name, [one.name for one in folder.iterdir()])
    raise InputError(f"there is no such file{hint}", file=place, mend="mend the path")


def existing_file(path: str | PathLike[str], endings: Sequence[str] = ()) -> Path:
    """Return the path of a file that exists, is no folder and has one of the endings.

    Raises
    ------
    InputError
        If one of these does not hold.
    """
    place = existing_path(path)
    if place.is_dir():
        raise InputError("this is a folder", file=place, mend="name a file in it")
    if endings and not place.name.lower().endswith(tuple(endings)):
        raise InputError(
            "this kind of file is not read here",
            file=place,
            mend=f"use a file that ends in {', '.join(endings)}",
        )
    return place
