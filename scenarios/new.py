"""``cityops new``: the commented template and a variant of it, ready to run and to compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from networks.errors import InputError
from scenarios.merge import LIBRARY, shown_path

if TYPE_CHECKING:
    import os

__all__ = ["write_new"]

_TEMPLATE = LIBRARY / "own-city.toml"
_VARIANT = """\
# A variant: only what differs from scenario.toml. Compare the two with
#   cityops compare {folder}/scenario.toml {folder}/night.toml

extends = "scenario.toml"

[scenario]
name = "{name}-night"
title = "{name}: one ambulance more at night"
title_zh = "{name}：夜间多一辆救护车"
question = "What do we gain if the southern ambulance stays for the night?"
question_zh = "南站救护车夜间值守能带来多少改善？"

[[unit]]                          # a unit of a known name: the keys given here override
name = "A-south"
shifts = "always"

# [[unit]]
# name = "C"
# drop = true                     # takes a unit of the base away
"""


def write_new(folder: str | os.PathLike[str], *, replace: bool = False) -> list[Path]:
    """Write a scenario to start from, and a variant to compare it with.

    Parameters
    ----------
    folder
        Made if it does not exist.
    replace
        Overwrite the two files if they exist.

    Returns
    -------
    list of Path
        The files written: the scenario, then the variant.

    Raises
    ------
    InputError
        If the folder cannot be made, or the files exist and may not be replaced.
    """
    target = Path(folder)
    name = target.resolve().name or "own-city"
    files = [target / "scenario.toml", target / "night.toml"]
    if target.exists() and not target.is_dir():
        raise InputError("this is a file", file=shown_path(target), mend="name a folder")
    for path in files:
        if path.exists() and not replace:
            raise InputError(
                "this file exists", file=shown_path(path), mend="name another folder, or --replace"
            )
    base = _TEMPLATE.read_text(encoding="utf-8").replace('"own-city"  ', f'"{name}"  ', 1)
    base = base.replace("runs/own-city", f"runs/{name}")
    variant = _VARIANT.format(folder=shown_path(target), name=name)
    try:
        target.mkdir(parents=True, exist_ok=True)
        files[0].write_text(base, encoding="utf-8")
        files[1].write_text(variant, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", file=shown_path(target), mend="name another"
        ) from None
    return files
