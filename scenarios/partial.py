"""A run at work: its ``NAME.partial`` folder, what a stopped run left in it, and its completion."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from networks.errors import InputError
from scenarios.folder import PARTIAL, Run, is_run
from scenarios.merge import shown_path
from scenarios.output import write_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Partial", "ReplicationResult", "check_target", "check_writable", "real_target"]

_KEPT = "replications"


@dataclass(frozen=True)
class ReplicationResult:
    """What a replication hands back.

    Parameters
    ----------
    measures
        measure, by, group, value, unit.
    demand_hash
        Hash of what was asked of the city: equal hashes met the same incidents, dirt, bins.
    counts
        How many of what there were.
    """

    measures: pd.DataFrame
    demand_hash: str
    counts: dict[str, int]

    def figure(self, measure: str) -> float:
        """Value of a measure of all together; NaN if there is none."""
        table = self.measures
        rows = table[(table["measure"] == measure) & (table["by"] == "all")]
        return float(rows["value"].iloc[0]) if len(rows) else float("nan")


def real_target(out: Path) -> Path:
    """Say where a folder lies once every ".." and link on the way is followed.

    ``new/../data`` is ``data``, whether ``new`` is there or not: it must be looked at as such
    before anything is written.
    """
    if out.name and ".." not in out.parts and not out.is_symlink():
        return out
    resolved = out.resolve()
    shown = Path(shown_path(resolved))
    return shown if shown.name not in {"", ".."} else resolved


def check_target(out: Path, *, replace: bool, resume: bool) -> None:
    """Refuse to overwrite what the user did not offer.

    Parameters
    ----------
    out
        The run folder, as `real_target` gives it.
    replace, resume
        What the user offered.

    Raises
    ------
    InputError
        If the folder, or what a stopped run left beside it, is in the way.
    """
    shown, partial = shown_path(out), out.with_name(out.name + PARTIAL)
    if replace and resume:
        raise InputError(
            "--replace and --resume are both given", mend="start anew, or go on: keep one"
        )
    if out.is_file():
        raise InputError("a file of this name is in the way", file=shown, mend="give another --out")
    if out.exists() and replace and not is_run(out) and any(out.iterdir()):
        raise InputError(
            "this folder is no run, and --replace would delete it",
            file=shown,
            mend="give another --out",
        )
    if out.exists() and not (replace or resume):
        raise InputError(
            "this folder exists",
            file=shown,
            mend="give another --out, --replace it, or --resume to add replications",
        )
    check_writable(out)
    if partial.exists() and not _is_ours(partial):
        raise InputError(
            "this is in the way, and no run left it",
            file=shown_path(partial),
            mend="give another --out",
        )
    if partial.exists() and not (replace or resume):
        raise InputError(
            "a run that was stopped left this",
            file=shown_path(partial),
            mend="go on with --resume, or start anew with --replace",
        )


def check_writable(out: Path) -> None:
    """Refuse a folder that cannot be made: a file is on the way to it, or nobody may write there.

    Raises
    ------
    InputError
        If so.
    """
    above = next(folder for folder in out.absolute().parents if os.path.lexists(folder))
    if not above.is_dir():
        message = f'"{shown_path(above)}" is a file, no folder can be made in it'
    elif not os.access(above, os.W_OK | os.X_OK):
        message = f'nobody may write into "{shown_path(above)}"'
    else:
        return
    raise InputError(message, file=shown_path(out), mend="give another --out")


def _is_ours(partial: Path) -> bool:
    """Whether a run left this folder, or there is nothing in it to lose."""
    if not partial.is_dir():
        return False
    return (partial / "identity.json").is_file() or not any(partial.iterdir())


class Partial:
    """The folder of a run at work.

    Parameters
    ----------
    out
        Where the run will lie when it is whole.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out.with_name(out.name + PARTIAL)
        self._made = [folder for folder in out.absolute().parents if not folder.exists()]

    def begin(
        self, identity: dict[str, Any], *, resume: bool, most: int | None = None
    ) -> dict[int, ReplicationResult]:
        """Make the folder; hand back the replications that an earlier run left.

        Parameters
        ----------
        identity
            What results depend on: scenario, inputs, seed, version.
        resume
            Whether to look for them.
        most
            How many are wanted; more than these would have to be thrown away.

        Raises
        ------
        InputError
            If an earlier run was another one or had more replications, or nothing can be written.
        """
        done: dict[int, ReplicationResult] = {}
        if resume:
            done = self._left_behind(identity)
            if most is not None and len(done) > most:
                raise InputError(
                    f"{len(done)} replications are done, and only {most} are asked for",
                    file=shown_path(self.out),
                    mend=f"resume with --reps {len(done)} or more, or give another --out",
                )
        elif self.folder.exists():
            shutil.rmtree(self.folder)
        try:
            (self.folder / _KEPT).mkdir(parents=True, exist_ok=True)
            write_json(self.folder / "identity.json", identity)
        except OSError as error:
            raise InputError(
                f"this folder cannot be made ({(error.strerror or 'refused').lower()})",
                file=shown_path(self.out),
                mend="give another --out",
            ) from None
        for number, result in done.items():
            if not (self.folder / _KEPT / f"{number:06d}.json").is_file():
                self.keep(number, result)
        return done

    def keep(self, number: int, result: ReplicationResult) -> None:
        """Put a finished replication on disk; the JSON comes last and says that it is whole."""
        base = self.folder / _KEPT / f"{number:06d}"
        result.measures.to_parquet(base.with_suffix(".parquet"), index=False)
        facts = {"demand_hash": result.demand_hash, **result.counts}
        write_json(base.with_suffix(".json"), facts)

    def complete(self) -> None:
        """Drop the working files and give the folder its name; an older run makes way.

        Raises
        ------
        InputError
            If something else than a run has come to lie there meanwhile; nothing is lost then.
        """
        there = os.path.lexists(self.out)
        empty = there and self.out.is_dir() and not any(self.out.iterdir())
        if there and not empty and not is_run(self.out):
            raise InputError(
                "this is in the way, and is no run",
                file=shown_path(self.out),
                mend=f"move it, then --resume; all replications are in {self.folder.name}",
            )
        shutil.rmtree(self.folder / _KEPT)
        (self.folder / "identity.json").unlink()
        old = self._name_for_old()
        if there:
            os.replace(self.out, old)  # noqa: PTH105 - says that it replaces
        self.folder.rename(self.out)
        if there:
            shutil.rmtree(old)

    def _name_for_old(self) -> Path:
        """Find a name beside the folder that nothing has."""
        number = 0
        while os.path.lexists(old := self.out.with_name(f"{self.out.name}.old{number or ''}")):
            number += 1
        return old

    def abandon(self) -> None:
        """Take the folder away, with the empty folders around it that this run made."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in self._made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _left_behind(self, identity: dict[str, Any]) -> dict[int, ReplicationResult]:
        if self.folder.exists():
            return self._from_partial(identity)
        if self.out.exists():
            return self._from_finished(identity)
        raise InputError(
            "there is nothing to go on from", file=shown_path(self.out), mend="leave out --resume"
        )

    def _from_partial(self, identity: dict[str, Any]) -> dict[int, ReplicationResult]:
        import pandas as pd

        known = self.folder / "identity.json"
        if not known.is_file():
            return {}
        self._same(json.loads(known.read_text(encoding="utf-8")), identity, self.folder)
        done = {}
        for file in sorted((self.folder / _KEPT).glob("*.json")):
            facts = json.loads(file.read_text(encoding="utf-8"))
            table = pd.read_parquet(file.with_suffix(".parquet"))
            demand_hash = facts.pop("demand_hash")
            done[int(file.stem)] = ReplicationResult(table, demand_hash, facts)
        return done

    def _from_finished(self, identity: dict[str, Any]) -> dict[int, ReplicationResult]:
        run = Run.load(self.out)
        self._same(run.manifest.get("identity", {}), identity, self.out)
        done = {}
        for facts in run.table("replications").to_dict("records"):
            number, demand_hash = int(facts.pop("replication")), str(facts.pop("demand_hash"))
            table = run.measures[run.measures["replication"] == number]
            measures = table.drop(columns="replication").reset_index(drop=True)
            counts = {str(what): int(count) for what, count in facts.items()}
            done[number] = ReplicationResult(measures, demand_hash, counts)
        return done

    def _same(self, earlier: dict[str, Any], identity: dict[str, Any], where: Path) -> None:
        differing = [key for key in identity if earlier.get(key) != identity[key]]
        if differing:
            raise InputError(
                f"the run that lies here had another {' and another '.join(differing)}",
                file=shown_path(where),
                mend="start anew with --replace, or give another --out",
            )
