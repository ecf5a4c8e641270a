"""Draw the picture of docs/toronto.md; `docs/toronto.py` calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.toronto import TARGET_S
from sim.dispatch.profile import exposure_h, hour_of_week

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.toronto_judged import Study

__all__ = ["draw"]

RECORDED, SIMULATED, PALE = "#b8442f", "#23566b", "#9fb8c1"


def draw(found: Study, path: Path) -> None:
    """Draw the four panels."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(2, 2, figsize=(11, 7.6), layout="constrained")
        _draw_week(axes[0, 0], found)
        _draw_hours(axes[0, 1], found)
        _draw_areas(axes[1, 0], found)
        _draw_distribution(axes[1, 1], found)
        figure.savefig(path, dpi=110)
        plt.close(figure)


def _draw_week(ax: Axes, found: Study) -> None:
    begin, end = found.later.time[0], found.later.time[-1]
    days = exposure_h(begin, end + np.timedelta64(1, "D"))
    counts = np.bincount(hour_of_week(found.later.time), minlength=168) / days
    ax.step(np.arange(169), [*counts, counts[-1]], where="post", color=RECORDED, lw=0.8,
            label="recorded 2019–2022")  # fmt: skip
    ax.plot(np.arange(168) + 0.5, found.fitted.profile.rate_per_h, color=SIMULATED, lw=2.2,
            label="fitted on 2011–2018")  # fmt: skip
    ax.set_xticks(np.arange(7) * 24 + 12, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    for day in range(8):
        ax.axvline(24 * day, color="0.9", lw=0.8, zorder=0)
    ax.tick_params(axis="x", length=0)
    ax.set(xlim=(0, 168), ylim=(0, None), ylabel="fires an hour", title="Fires by hour of the week")
    ax.legend(frameon=False, loc="upper left", ncols=2)
    ax.set_ylim(0, 1.22 * counts.max())


def _draw_hours(ax: Axes, found: Study) -> None:
    hours = np.arange(24)
    for measure, name in (("response_p90_min", "90th percentile"), ("response_mean_min", "mean")):
        rows = sorted(found.of("hour", measure), key=lambda row: int(row.group))
        ax.fill_between(hours, [r.low for r in rows], [r.high for r in rows], color=PALE, alpha=0.5,
                        lw=0, label="simulated, 95 %" if name == "mean" else None)  # fmt: skip
        ax.plot(hours, [r.simulated for r in rows], color=SIMULATED, lw=1.8,
                label="simulated" if name == "mean" else None)  # fmt: skip
        ax.plot(hours, [r.recorded for r in rows], "o", color=RECORDED, ms=4.5,
                label="recorded 2019–2022" if name == "mean" else None)  # fmt: skip
        middle = float(np.mean([r.simulated for r in rows[10:18]]))
        ax.text(13.5, middle + 0.72, name, ha="center", color=SIMULATED)
    ax.set(xlim=(-0.5, 23.5), ylim=(4, 9), xlabel="hour of the day", ylabel="minutes",
           title="Response time by hour of the day")  # fmt: skip
    ax.set_xticks(range(0, 24, 3))
    ax.legend(frameon=False, loc="upper right", ncols=3)


def _draw_areas(ax: Axes, found: Study) -> None:
    rows = found.of("area", "response_mean_min")
    low = min(min(r.low, r.recorded) for r in rows) - 0.1
    high = max(max(r.high, r.recorded) for r in rows) + 0.1
    ax.plot([low, high], [low, high], color="0.7", lw=1, zorder=0)
    for row in rows:
        color = RECORDED if row.missed else SIMULATED
        ax.plot([row.recorded] * 2, [row.low, row.high], color=color, lw=1, alpha=0.45)
        ax.scatter(row.recorded, row.simulated, s=6 + row.count / 5, color=color, alpha=0.85, lw=0)
    for row in sorted(rows, key=lambda r: -abs(r.recorded - r.simulated))[:6]:
        ax.annotate(row.group, (row.recorded, row.simulated), xytext=(7, -3),
                    textcoords="offset points", fontsize=8, color="0.25")  # fmt: skip
    ax.plot([], [], "o", color=SIMULATED, ms=5, label="record within the simulated 95 %")
    ax.plot([], [], "o", color=RECORDED, ms=5, label="outside")
    ax.set(xlim=(low, high), ylim=(low, high), xlabel="recorded mean, minutes",
           ylabel="simulated mean, minutes", title="Mean response by square of 5 km")  # fmt: skip
    ax.legend(frameon=False, loc="lower right")


def _draw_distribution(ax: Axes, found: Study) -> None:
    grid = np.linspace(0, 12, 241)
    minutes = np.sort(found.later.response_s / 60.0)
    simulated = np.sort(found.response_sample_s / 60.0)
    for values, color, width, name in (
        (simulated, SIMULATED, 3.2, "simulated"),
        (minutes, RECORDED, 1.2, "recorded 2019–2022"),
    ):
        share = np.searchsorted(values, grid, side="right") / len(values)
        ax.plot(grid, 100.0 * share, color=color, lw=width, label=name)
    ax.axvline(TARGET_S / 60.0, color="0.6", lw=1, ls="--")
    ax.text(TARGET_S / 60.0 + 0.15, 8, "6:24", color="0.4")
    ax.set(xlim=(0, 12), ylim=(0, 101), xlabel="minutes from alarm to arrival",
           ylabel="% of fires reached", title="Distribution of response times")  # fmt: skip
    ax.legend(frameon=False, loc="center right")
