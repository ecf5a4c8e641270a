"""Running a scenario: replications on all processors, and the folder that they fill.

The folder is written as ``NAME.partial`` and renamed when it is whole. Ctrl-C ends the
replications; those that are done are kept, and the folder is finished with them and marked
``interrupted``. A run that was killed leaves its ``.partial`` folder, from which ``resume`` goes
on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.folder import Run, is_run
from scenarios.hours import moment_s
from scenarios.output import (
    file_hashes,
    network_facts,
    resolved_text,
    versions,
    write_json,
    write_table,
)
from scenarios.partial import Partial, ReplicationResult, check_target, real_target
from scenarios.services import Engine, Service, build_service, label, service_kind
from scenarios.summary import summarise

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from scenarios.load import Scenario
    from sim.executors import Workers
    from sim.replicate import Replications
    from sim.statistics import Interval

__all__ = ["Progress", "finished_run", "run_scenario"]

_MOST_REPS = 1000


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    done, expected
        Replications.
    figure
        Mean of the service's key figure so far, with its interval; None before the first.
    what
        Which figure that is, in words.
    """

    done: int
    expected: int
    figure: Interval | None
    what: str


def run_scenario(
    scenario: Scenario,
    out: str | os.PathLike[str],
    *,
    workers: Workers = None,
    replace: bool = False,
    resume: bool = False,
    engine: Engine = "kernel",
    command: str = "",
    progress: Callable[[Progress], None] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> Run:
    """Run a scenario and write its run folder.

    Parameters
    ----------
    scenario
        What to run; it says seed and number of replications.
    out
        The run folder.
    workers
        As in `sim.executors.executor_for`; results do not depend on it.
    replace
        Take the place of an older run.
    resume
        Go on from the replications of a run that was stopped, or add to those of a finished one.
    engine
        "kernel", or the SimPy reference.
    command
        What the user typed, for the manifest.
    progress
        Called after each replication.
    finish
        Called with the folder, all tables written, before it gets its name: a report goes here.

    Raises
    ------
    InputError
        If the scenario cannot be run, or a folder is in the way.
    KeyboardInterrupt
        If Ctrl-C came before the first replication was done.
    """
    out = real_target(Path(out))
    check_target(out, replace=replace, resume=resume)
    started = _now()
    service = build_service(scenario)
    identity = _identity(service)
    partial = Partial(out)
    job = ReplicationJob(scenario, engine, service)
    try:
        head = scenario.spec.scenario
        most = head.reps if head.half_width is None else _MOST_REPS
        done = partial.begin(identity, resume=resume, most=most)
        replications = _replicate(job, done, workers, partial, progress)
    except BaseException:
        _clear_if_empty(partial)
        raise
    results = replications.results
    if not results:
        _clear_if_empty(partial)
        raise KeyboardInterrupt
    text = resolved_text(scenario)
    (partial.folder / "scenario.toml").write_text(text, encoding="utf-8")
    (partial.folder / "tables").mkdir(exist_ok=True)
    _write_results(partial.folder, results, head.level, service)
    service.write(partial.folder, engine)
    facts = {"interrupted": replications.interrupted, "precise": replications.precise}
    _write_manifest(partial.folder, service, results, identity, command, started, facts)
    if finish is not None:
        finish(partial.folder)
    partial.complete()
    return Run.load(out)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def finished_run(scenario: Scenario, out: Path) -> Run | None:
    """Find a finished run of the same scenario, seed and replications, made by this version.

    Parameters
    ----------
    scenario
        What should have run.
    out
        Where the run would lie.
    """
    if not is_run(out):
        return None
    run = Run.load(out)
    head = scenario.spec.scenario
    enough = head.half_width is None and run.manifest.get("reps") == head.reps
    identity = _identity(build_service(scenario))
    return run if enough and run.manifest.get("identity") == identity else None


# ---- replications


class ReplicationJob:
    """One replication from its number; small enough to travel to another process.

    Parameters
    ----------
    scenario, engine
        What to run, and on which engine.
    service
        The scenario made ready, where that is done already; another process does it once.
    """

    def __init__(self, scenario: Scenario, engine: Engine, service: Service | None = None) -> None:
        self.scenario = scenario
        self.engine: Engine = engine
        self._service = service

    def __getstate__(self) -> dict[str, Any]:
        return {"scenario": self.scenario, "engine": self.engine, "_service": None}

    @property
    def service(self) -> Service:
        """The scenario made ready."""
        if self._service is None:
            self._service = _built(_ByText(self.scenario, resolved_text(self.scenario)))
        return self._service

    def __call__(self, number: int) -> ReplicationResult:
        """Run a replication."""
        return self.service.replicate(number, self.engine)


class _ByText:
    """A scenario that is the same as another whose text is."""

    def __init__(self, scenario: Scenario, text: str) -> None:
        self.scenario = scenario
        self.text = text

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByText) and other.text == self.text


@lru_cache(maxsize=2)
def _built(key: _ByText) -> Service:
    return build_service(key.scenario)


def _replicate(
    job: ReplicationJob,
    done: Mapping[int, ReplicationResult],
    workers: Workers,
    partial: Partial,
    progress: Callable[[Progress], None] | None,
) -> Replications[ReplicationResult]:
    from sim.replicate import replicate
    from sim.statistics import t_interval

    head = job.scenario.spec.scenario
    measure = service_kind(head.service).key_figure
    figures: dict[int, float] = {k: result.figure(measure) for k, result in done.items()}

    def kept(number: int, result: ReplicationResult) -> None:
        partial.keep(number, result)
        figures[number] = result.figure(measure)

    def told(finished: int, expected: int) -> None:
        if progress is not None:
            known = [figures[k] for k in range(finished) if figures.get(k, float("nan")) >= 0]
            mean = t_interval(known, head.level) if known else None
            progress(Progress(finished, expected, mean, label(measure)))

    return replicate(
        job,
        reps=None if head.half_width is not None else head.reps,
        half_width=head.half_width,
        key=lambda result: result.figure(measure),
        max_reps=_MOST_REPS,
        level=head.level,
        workers=workers,
        done=done,
        on_result=kept,
        progress=told,
    )


def _clear_if_empty(partial: Partial) -> None:
    """Leave no folder behind in which there is nothing to go on from."""
    known = (partial.folder / "identity.json").is_file()
    if known and not any((partial.folder / "replications").glob("*.json")):
        partial.abandon()


# ---- what is written


def _identity(service: Service) -> dict[str, str]:
    """Say what results depend on; the number of replications is no part of it."""
    return {**service.asked(), "version": versions().get("cityops", "")}


def _write_results(
    folder: Path, results: list[ReplicationResult], level: float, service: Service
) -> None:
    import pandas as pd

    measures = pd.concat(
        [result.measures.assign(replication=k) for k, result in enumerate(results)],
        ignore_index=True,
    )
    measures = service.arranged(measures, len(results))
    write_table(folder, "measures", measures)
    write_table(folder, "summary", summarise(measures, level))
    facts = {
        "replication": list(range(len(results))),
        "demand_hash": [result.demand_hash for result in results],
        **{what: [result.counts[what] for result in results] for what in results[0].counts},
    }
    write_table(folder, "replications", pd.DataFrame(facts))


def _write_manifest(
    folder: Path,
    service: Service,
    results: list[ReplicationResult],
    identity: dict[str, str],
    command: str,
    started: datetime,
    facts: dict[str, Any],
) -> None:
    head = service.scenario.spec.scenario
    finished = _now()
    demand = hashlib.sha256("".join(result.demand_hash for result in results).encode())
    manifest = {
        "command": command,
        "scenario": head.model_dump(
            include={"name", "title", "title_zh", "question", "question_zh", "synthetic"}
        ),
        "service": head.service,
        "seed": head.seed,
        "reps": len(results),
        "level": head.level,
        **facts,
        "horizon_s": head.horizon_h * 3600.0,
        "warmup_s": head.warmup_h * 3600.0,
        "week_start_s": float(moment_s(head.start)),
        "recorded": service.recorded,
        "demand_hash": demand.hexdigest(),
        "network": network_facts(service.network),
        **service.facts(),
        "versions": versions(),
        "input_hashes": file_hashes(service.scenario),
        "identity": identity,
        "warnings": list(service.warnings),
        "started": started.isoformat(),
        "finished": finished.isoformat(),
    }
    write_json(folder / "manifest.json", manifest)
    lines = [
        f"{started.isoformat()} {command or 'run'}",
        *(f"warning: {warning}" for warning in service.warnings),
        f"{finished.isoformat()} {len(results)} replications"
        + (" (interrupted)" if facts["interrupted"] else ""),
    ]
    (folder / "log.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
