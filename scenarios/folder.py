"""A run folder: what a finished run left on disk, and how to read it.

A folder that exists is complete. While a run is at work its folder is called ``NAME.partial``.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from networks.errors import InputError
from scenarios.merge import shown_path

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import pandas as pd

    from scenarios.load import Scenario

__all__ = ["PARTIAL", "Run", "check_free", "is_run", "whole_folder"]

PARTIAL = ".partial"
MARK = "differences.csv"  # by which the folder of a comparison is known


def is_run(folder: Path) -> bool:
    """Whether a folder is a run folder."""
    return (folder / "manifest.json").is_file() and (folder / "tables").is_dir()


def check_free(folder: Path, *, replace: bool, mark: str = MARK, what: str = "comparison") -> None:
    """Refuse a folder that is in the way.

    Parameters
    ----------
    folder
        Where something is to be written.
    replace
        Whether an older one of the same kind may go.
    mark
        A file by which the older one is known.
    what
        Its kind, for messages.

    Raises
    ------
    InputError
        If a file or another folder is there.
    """
    shown = shown_path(folder)
    if folder.is_file():
        raise InputError("a file of this name is in the way", file=shown, mend="give another --out")
    if not folder.exists():
        return
    if not replace:
        raise InputError(
            "this folder exists", file=shown, mend="give another --out, or --replace it"
        )
    if any(folder.iterdir()) and not (folder / mark).is_file():
        raise InputError(
            f"this folder is no {what}, and --replace would delete it",
            file=shown,
            mend="give another --out",
        )


@contextmanager
def whole_folder(target: Path, *, mark: str = MARK, what: str = "comparison") -> Iterator[Path]:
    """Fill a folder under its partial name; it gets its own name when all is there."""
    partial = target.with_name(target.name + PARTIAL)
    if partial.exists():
        if any(partial.iterdir()) and not (partial / mark).is_file():
            raise InputError(
                f"this is in the way, and no {what} left it",
                file=shown_path(partial),
                mend="give another --out",
            )
        shutil.rmtree(partial)
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise InputError(
            f"this folder cannot be made ({(error.strerror or 'refused').lower()})",
            file=shown_path(target),
            mend="give another --out",
        ) from None
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial)
        raise
    if target.exists():
        check_free(target, replace=True, mark=mark, what=what)
        shutil.rmtree(target)
    partial.rename(target)


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Parameters
    ----------
    folder
        Where it lies.
    manifest
        What ran: command, versions, seed, hashes, times.
    """

    folder: Path
    manifest: dict[str, Any]

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Run:
        """Open a run folder.

        Raises
        ------
        InputError
            If it is none, or one that is not finished.
        """
        path = Path(folder)
        shown = shown_path(path)
        if path.name.endswith(PARTIAL):
            raise InputError(
                "this run is not finished", file=shown, mend="go on with cityops run --resume"
            )
        if not is_run(path):
            what = "this folder is no run" if path.is_dir() else "there is no such run folder"
            raise InputError(what, file=shown, mend="make one with cityops run SCENARIO")
        try:
            manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        except ValueError:
            raise InputError(
                "manifest.json is damaged", file=shown, mend="run the scenario again"
            ) from None
        return cls(path, manifest)

    @property
    def name(self) -> str:
        """Name of the scenario that ran."""
        head = self.manifest.get("scenario", {})
        return str(head.get("name", self.folder.name))

    @property
    def service(self) -> str:
        """Name of the service that was simulated."""
        return str(self.manifest.get("service", "dispatch"))

    @property
    def level(self) -> float:
        """Confidence level of its intervals."""
        return float(self.manifest.get("level", 0.95))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """measure, by, group, unit, n, mean, low, high, half_width."""
        return self.table("summary")

    @cached_property
    def measures(self) -> pd.DataFrame:
        """measure, by, group, unit, value, replication."""
        return self.table("measures")

    def table(self, name: str) -> pd.DataFrame:
        """Read a table: summary, measures, responses, intervals, units, stations, ...

        Raises
        ------
        InputError
            If the run did not write it.
        """
        import pandas as pd

        path = self.folder / "tables" / f"{name}.parquet"
        if not path.is_file():
            known = sorted(file.stem for file in path.parent.glob("*.parquet"))
            raise InputError(
                f'it has no table "{name}"',
                file=shown_path(self.folder),
                mend=f"tables are {', '.join(known)}",
            )
        return pd.read_parquet(path)

    def map(self, name: str) -> dict[str, Any]:
        """Read a map as GeoJSON: streets, areas, stations.

        Raises
        ------
        InputError
            If the run did not write it.
        """
        path = self.folder / "maps" / f"{name}.geojson"
        if not path.is_file():
            raise InputError(
                f'it has no map "{name}"',
                file=shown_path(self.folder),
                mend="maps are streets, areas, stations",
            )
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it ran, every default filled in."""
        from scenarios.load import load_scenario

        return load_scenario(self.folder / "scenario.toml")
