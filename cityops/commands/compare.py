"""``cityops compare``: what changes from one plan to another, with honest intervals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityops.options import Lang, Out, Replace, Reps, Seed, Workers

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Comparison, Run

EXAMPLE = "Example: cityops compare runs/today runs/one-crew-less"


def compare(
    base: Annotated[str, typer.Argument(metavar="A", help="Run folder or scenario: the base.")],
    others: Annotated[
        list[str],
        typer.Argument(metavar="B...", help="Run folders or scenarios to compare with it."),
    ],
    *,
    out: Out = None,
    seed: Seed = None,
    reps: Reps = None,
    workers: Workers = None,
    lang: Lang = "en",
    replace: Replace = False,
) -> None:
    """Compare runs under common random numbers: printed, and side by side in one report.

    A scenario that has no run yet is run first, into runs/NAME.
    """
    from cityops.report.comparison import write_comparison
    from cityops.tables import chance_words, differences
    from scenarios import compare_runs
    from scenarios.folder import check_free, whole_folder
    from scenarios.partial import check_writable, real_target

    folders = _Folders(seed, reps, workers, lang, replace=replace)
    runs = [folders.run(reference) for reference in (base, *others)]
    named = out or Path("runs") / ("compare-" + "-".join(run.folder.name for run in runs))
    target = real_target(named)
    check_writable(target)
    check_free(target, replace=replace)
    found = [compare_runs(runs[0], other) for other in runs[1:]]
    for comparison in found:
        print(_heading(comparison))
        print(differences(comparison))
        for note in comparison.notes:
            print(f"note: {note}")
        print()
    print(chance_words(found[0]))
    table = _table(found)
    with whole_folder(target) as folder:
        table.to_csv(folder / "differences.csv", index=False)
        page = write_comparison([run.folder for run in runs], table, folder, lang)
    print(f"report: {target / page.name}")


def _heading(comparison: "Comparison") -> str:
    return f"{comparison.other.name} against {comparison.base.name}"


def _table(found: "list[Comparison]") -> "pd.DataFrame":
    import pandas as pd

    tables = [c.table.assign(run=c.other.folder.name) for c in found]
    return pd.concat(tables, ignore_index=True)


class _Folders:
    """Finds the run of each argument, running scenarios that have none."""

    def __init__(
        self, seed: int | None, reps: int | None, workers: str | None, lang: str, *, replace: bool
    ) -> None:
        self.seed = seed
        self.reps = reps
        self.workers = workers
        self.lang = lang
        self.replace = replace

    def run(self, reference: str) -> "Run":
        """Find the run of one argument."""
        from scenarios import Run
        from scenarios.folder import is_run

        folder = Path(reference)
        if is_run(folder):
            return Run.load(folder)
        if folder.is_dir() and not (folder / "scenario.toml").is_file():
            return Run.load(folder)  # says what is missing
        return self._scenario(reference)

    def _scenario(self, reference: str) -> "Run":
        from cityops.commands.run import write_pages
        from cityops.progress import replication_bar
        from scenarios import load_scenario, run_scenario
        from scenarios.run import finished_run

        scenario = load_scenario(reference).with_settings(seed=self.seed, reps=self.reps)
        target = Path("runs") / scenario.name
        known = finished_run(scenario, target)
        if known is not None:
            return known
        with replication_bar(scenario.name) as progress:
            return run_scenario(
                scenario,
                target,
                workers=self.workers,
                replace=self.replace,
                command=f"cityops compare {reference}",
                progress=progress,
                finish=lambda folder: write_pages(folder, self.lang),
            )
