"""``cityops run``: simulate a scenario and write its run folder with the report."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from cityops.options import (
    HalfWidth,
    Lang,
    Out,
    Replace,
    Reps,
    Resume,
    ScenarioArgument,
    Seed,
    Workers,
)

if TYPE_CHECKING:
    from scenarios import Run

EXAMPLE = "Example: cityops run helsinki-centre --out runs/today --seed 7"


def run(
    scenario: ScenarioArgument,
    *,
    out: Out = None,
    seed: Seed = None,
    reps: Reps = None,
    half_width: HalfWidth = None,
    workers: Workers = None,
    lang: Lang = "en",
    replace: Replace = False,
    resume: Resume = False,
) -> int:
    """Simulate a scenario; its folder holds tables, maps, figures and report.html."""
    from cityops.progress import replication_bar
    from cityops.tables import key_figures
    from networks.errors import InputError
    from scenarios import load_scenario, run_scenario

    if reps is not None and half_width is not None:
        raise InputError("--reps and --half-width are both given", mend="keep one")
    loaded = load_scenario(scenario).with_settings(seed=seed, reps=reps, half_width=half_width)
    target = Path("runs") / loaded.name if out is None else out
    words = ["cityops", "run", scenario, *_settings(seed, reps, half_width)]
    if out is not None:
        words += ["--out", str(out)]
    if lang != "en":
        words += ["--lang", lang]
    with replication_bar(loaded.name) as progress:
        finished = run_scenario(
            loaded,
            target,
            workers=workers,
            replace=replace,
            resume=resume,
            command=shlex.join(words),
            progress=progress,
            finish=lambda folder: write_pages(folder, lang),
        )
    for warning in finished.manifest["warnings"]:
        print(f"warning: {warning}")
    print(key_figures(finished))
    print(_outcome(finished))
    return 130 if finished.manifest["interrupted"] else 0


def write_pages(folder: Path, lang: str) -> None:
    """Write the report of a run, and the figures where its service has some."""
    from cityops.report.build import write_report
    from cityops.report.cleaning import write_cleaning_report
    from cityops.report.figures import write_figures
    from cityops.report.reading import RunFolder
    from cityops.report.waste import write_waste_report

    writers = {"cleaning": write_cleaning_report, "waste": write_waste_report}
    write = writers.get(RunFolder.load(folder).service)
    if write is not None:
        write(folder, lang=lang)
        return
    write_report(folder, lang=lang)
    write_figures(folder, lang=lang)


def _settings(seed: int | None, reps: int | None, half_width: float | None) -> list[str]:
    given = (("--seed", seed), ("--reps", reps), ("--half-width", half_width))
    return [word for name, value in given if value is not None for word in (name, f"{value}")]


def _outcome(finished: "Run") -> str:
    lines = [f"report: {finished.folder / 'report.html'}"]
    if finished.manifest["interrupted"]:
        lines.insert(
            0,
            f"interrupted: kept the {finished.manifest['reps']} replications that were done; "
            "--resume goes on",
        )
    elif finished.manifest.get("precise") is False:
        lines.insert(0, "the wanted half-width was not reached within the replications allowed")
    return "\n".join(lines)
