"""The charts as pictures for slides: 16:9, large type, one idea each.

Chinese needs a font that has it; where there is none the pictures are labelled in English, with a
note in the log.
"""

from __future__ import annotations

import logging
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cityops.report import palette
from cityops.report.charts import (
    curve_end_min,
    grouped_units,
    hour_rows,
    status_shares,
    targets_min,
    within_curve,
)
from cityops.report.contents import (
    areas_takeaway,
    hours_takeaway,
    response_takeaway,
    slowest_areas,
    units_takeaway,
)
from cityops.report.formats import hour_text, level_text
from cityops.report.map_charts import few_calls, map_layers
from cityops.report.maps import district_map, scale_bar_m
from cityops.report.reading import RunFolder
from cityops.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from cityops.report.map_charts import Layer
    from cityops.report.maps import DistrictMap

LOG = logging.getLogger("cityops.report")
LONGEST_NAME = 21
SIZE_IN = (40 / 3, 7.5)
DPI = 144


def write_figures(run_folder: Path, lang: str = "en") -> list[Path]:
    """Draw the pictures of a finished run into its folder `figures`.

    Parameters
    ----------
    run_folder
        A finished run.
    lang
        "en" or "zh"; Chinese falls back to English where no font has it.

    Returns
    -------
    list of Path
        The files written: response times, hours, area map, units, whichever the run has data for.

    Raises
    ------
    InputError
        If the folder is no finished run, or the language is not known.
    """
    from matplotlib import rc_context

    run = RunFolder.load(Path(run_folder))
    words = Words(lang)
    chinese = chinese_font()
    if words.lang == "zh" and chinese is None:
        LOG.warning("No Chinese font was found: the pictures are labelled in English.")
        words = Words("en")
    painters: dict[str, Callable[[Slide], bool]] = {
        "response_times": _response,
        "by_hour": _hours,
        "area_map": _map,
        "utilisation": _units,
    }
    written = []
    folder = run.folder / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    with rc_context(rc=style(chinese)), warnings.catch_warnings():
        # A name may hold a sign that no font at hand has; it is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        for name, paint in painters.items():
            slide = Slide(run, words, chinese)
            if paint(slide):
                path = folder / f"{name}.png"
                slide.figure.savefig(path, metadata={"Software": None})
                written.append(path)
    return written


def style(chinese: str | None) -> Any:  # noqa: ANN401 - Matplotlib names every setting in its type
    """Matplotlib's settings for a slide; Latin letters come before a Chinese font's."""
    return {
        "font.family": ["DejaVu Sans"] if chinese is None else ["DejaVu Sans", chinese],
        "font.size": 14,
        "text.color": palette.INK,
        "axes.edgecolor": palette.GRID,
        "axes.labelcolor": palette.MUTED,
        "axes.labelsize": 14,
        "xtick.color": palette.MUTED,
        "ytick.color": palette.MUTED,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.axisbelow": True,
        "xtick.major.pad": 8,
        "ytick.major.pad": 8,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }


def chinese_font() -> str | None:
    """Name of an installed font that has Chinese, or None."""
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in palette.CJK_FONTS if name in installed), None)


class Slide:
    """A picture with a title, a sentence under it, and small print at the bottom.

    Parameters
    ----------
    run, words
        What is shown, in which language.
    chinese
        A font with Chinese, or None.
    """

    def __init__(self, run: RunFolder, words: Words, chinese: str | None) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.run, self.words, self.chinese = run, words, chinese
        self.figure: Figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=palette.PAPER)
        FigureCanvasAgg(self.figure)

    def plain(self, text: str) -> str:
        """Text as the fonts at hand can show it: without Chinese if there is none."""
        if self.chinese is None:
            text = "".join(c for c in text if ord(c) < 0x2E80)
        return text.replace("$", r"\$")

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add a frame, in shares of the picture, with lines across and nothing else."""
        axes = self.figure.add_axes((left, bottom, width, height))
        axes.grid(axis="y", color=palette.GRID, linewidth=1)
        return axes

    def text(self, x: float, y: float, text: str, **more: Any) -> None:  # noqa: ANN401
        """Write on the picture, in shares of it."""
        self.figure.text(x, y, self.plain(text), **more)

    def head(self, title: str, takeaway: str = "") -> None:
        """Write the title and the sentence under it."""
        self.text(0.05, 0.925, title, fontsize=27, fontweight="bold", va="center")
        if takeaway:
            self.text(0.05, 0.862, takeaway, fontsize=16, color=palette.MUTED, va="center")

    def foot(self, *notes: str) -> None:
        """Write what was run, and notes, in small print."""
        run, words = self.run, self.words
        title = self.plain(run.title(words.lang)).strip() or run.name
        first = [title, words.counted("replications", run.reps)]
        self.text(0.05, 0.03, "  ·  ".join([*first, *notes]), fontsize=11, color=palette.FAINT)
        self.tag()

    def tag(self) -> None:
        """Say that a district is made up, where it is."""
        if self.run.synthetic:
            self.text(
                0.95, 0.925, self.words("synthetic"), fontsize=14, fontweight="bold",
                color="#7a4306", ha="right", va="center",
                bbox={"boxstyle": "round,pad=0.45", "facecolor": "#fff4dc", "edgecolor": "#f0a92b"},
            )  # fmt: skip


def _response(slide: Slide) -> bool:
    run, words = slide.run, slide.words
    curve = within_curve(run)
    if len(curve) < 3:
        return False
    slide.head(words("response.cdf"), response_takeaway(run, words))
    axes = slide.axes(0.09, 0.16, 0.86, 0.62)
    end = curve_end_min(curve)
    axes.fill_between(
        curve["minutes"], curve["low"], curve["high"], color=palette.ACCENT, alpha=0.18, linewidth=0
    )
    axes.plot(curve["minutes"], curve["mean"], color=palette.ACCENT, linewidth=3.2)
    axes.set(xlim=(0, end), ylim=(0, 1.02))
    targets = {t: names for t, names in targets_min(run).items() if t < end}
    for place, (target, names) in enumerate(targets.items()):
        axes.axvline(target, color=palette.FAINT, linewidth=1.2, linestyle=(0, (1, 2)))
        titles = [run.title_of("incident_class", name, words.lang) for name in names]
        label = words("target_of", name=words("comma").join(titles[:3]))
        axes.annotate(
            slide.plain(label), (target, 0.03 + 0.075 * (len(targets) - 1 - place)),
            xytext=(6 if target < 0.65 * end else -6, 0), textcoords="offset points",
            ha="left" if target < 0.65 * end else "right", fontsize=12.5, color=palette.MUTED,
        )  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.set_xlabel(words("axis.minutes"), labelpad=8)
    slide.foot(words("interval_band", level=level_text(run.level)) if run.reps > 1 else "")
    return True


def _hours(slide: Slide) -> bool:
    run, words = slide.run, slide.words
    if hour_rows(run, "response_mean_min").empty:
        return False
    slide.head(words("hours.response"), hours_takeaway(run, words))
    upper, lower = slide.axes(0.09, 0.38, 0.8, 0.41), slide.axes(0.09, 0.13, 0.8, 0.17)
    for measure, colour, key in (
        ("response_p90_min", palette.WARM, "p90"),
        ("response_mean_min", palette.ACCENT, "mean"),
    ):
        rows = hour_rows(run, measure)
        if rows.empty:
            continue
        x = rows["hour"] + 0.5
        solid = rows["low"].notna() & rows["high"].notna()
        upper.fill_between(
            x, rows["low"].clip(lower=0), rows["high"],
            where=solid.tolist(), color=colour, alpha=0.16, linewidth=0,
        )  # fmt: skip
        upper.plot(x, rows["mean"], color=colour, linewidth=3, marker="o", markersize=5)
        upper.annotate(
            words(key), (float(x.iloc[-1]), float(rows["mean"].iloc[-1])),
            xytext=(14, 0), textcoords="offset points", va="center",
            fontsize=14, color=colour, annotation_clip=False,
        )  # fmt: skip
    calls = hour_rows(run, "incidents")
    lower.bar(
        calls["hour"] + 0.5, calls["mean"] / (run.measured_s / 86_400), 0.86, color=palette.BARS
    )
    for axes in (upper, lower):
        axes.set_xlim(0, 24)
        axes.set_ylim(bottom=0)
        axes.set_xticks(range(0, 25, 3), [hour_text(hour) for hour in range(0, 25, 3)])
        axes.yaxis.set_major_locator(_few_ticks(5 if axes is upper else 3))
    upper.tick_params(labelbottom=False)
    slide.text(0.05, 0.805, words("axis.response_min"), fontsize=13, color=palette.MUTED)
    slide.text(0.05, 0.315, words("axis.calls_hour"), fontsize=13, color=palette.MUTED)
    slide.foot(words("interval_band", level=level_text(run.level)) if run.reps > 1 else "")
    return True


def _few_ticks(number: int) -> Any:  # noqa: ANN401 - a Matplotlib locator
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(number)


def _units(slide: Slide) -> bool:
    run, words = slide.run, slide.words
    shares = status_shares(run, words)
    if shares.empty:
        return False
    shares = grouped_units(run, shares, words.lang)
    slide.head(words("units.chart"), units_takeaway(run, words))
    axes = slide.axes(0.16, 0.13, 0.79, 0.63)
    axes.grid(visible=False)
    left = np.zeros(len(shares))
    rows = np.arange(len(shares))
    for code in (2, 3, 4, 5, 6, 7, 8, 1):
        if code in shares.columns and float(shares[code].max()) > 0:
            width = shares[code].to_numpy()
            axes.barh(
                rows, width, 0.72, left=left, color=palette.STATUS[code],
                edgecolor=palette.PAPER, linewidth=0.6, label=words.status(code),
            )  # fmt: skip
            left = left + width
    size = min(13.0, 330 / max(len(shares), 1))
    axes.set_yticks(rows, [slide.plain(str(name)) for name in shares.index], fontsize=size)
    axes.set(xlim=(0, 1), ylim=(-0.6, len(shares) - 0.4))
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.spines["bottom"].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=8, frameon=False, fontsize=12.5,
        handlelength=0.9, handleheight=0.9, handletextpad=0.5, columnspacing=1.4, borderaxespad=0.2,
    )  # fmt: skip
    slide.foot()
    return True


def _map(slide: Slide) -> bool:
    run, words = slide.run, slide.words
    district = district_map(run, words)
    layers = map_layers([run], words)
    if district.empty or not layers:
        return False
    slide.head(words("areas.response"), areas_takeaway(run, words))
    is_wide = district.frame.width > 1.15 * district.frame.height
    axes = slide.axes(0.05, 0.07, 0.72 if is_wide else 0.46, 0.75)
    draw_map(axes, district, layers[0], slide)
    few = bool(few_calls(run))
    _legend(axes, layers[0], district, slide, few=few)
    if not is_wide:
        _slowest(slide)
    slide.foot()
    return True


def _slowest(slide: Slide) -> None:
    """List the slowest areas at the right of the map."""
    sheet = slowest_areas(slide.run, slide.words)
    if sheet is None:
        return
    slide.text(0.66, 0.79, slide.words("areas.slowest"), fontsize=16, fontweight="bold")
    columns = ((0.66, "left"), (0.85, "right"), (0.95, "right"))
    lines = [[slide.words("area"), *sheet.heads[1:3]]]
    lines += [[row.name, *row.cells[:2]] for row in sheet.rows]
    for number, line in enumerate(lines):
        for (x, side), text in zip(columns, line, strict=True):
            shown = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
            colour = palette.INK if number else palette.MUTED
            size = 13 if number else 12
            slide.text(x, 0.75 - 0.045 * number, shown, fontsize=size, color=colour, ha=side)


def draw_map(axes: Axes, district: DistrictMap, layer: Layer, slide: Slide) -> None:
    """Draw areas, streets and places; the district sits at the left of the axes."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.path import Path as Outline

    frame = district.frame
    outlines, fills = [], []
    for area in district.areas:
        colour = layer.classes.colour(layer.values.get(area.name, math.nan))
        if area.rings:
            outlines.append(
                Outline.make_compound_path(*(Outline(r, closed=True) for r in area.rings))
            )
            fills.append(colour)
        else:
            axes.plot(area.x, area.y, "o", color=colour, markersize=12, markeredgecolor="white")
    if outlines:
        axes.add_collection(
            PathCollection(outlines, facecolors=fills, edgecolors="white", linewidths=0.8)
        )
    lines = [line_parts(points) for points in district.streets]
    for casing, alpha in ((1.4, 0.45), (0.0, 0.85)):
        for rank in (2, 1, 0):
            axes.add_collection(
                LineCollection(
                    lines[rank],
                    colors=palette.PAPER if casing else palette.STREETS[rank],
                    linewidths=palette.STREET_WIDTHS[rank] * 0.8 + casing,
                    alpha=alpha,
                )
            )
    for places, marker, colour, size in (
        (district.stations, "s", palette.STATION, 9),
        (district.hospitals, "P", palette.HOSPITAL, 13),
    ):
        axes.plot(
            [p.x for p in places], [p.y for p in places], marker, color=colour,
            markersize=size, markeredgecolor="white", markeredgewidth=1.3, linestyle="none",
        )  # fmt: skip
    axes.set(
        xlim=(frame.x0, frame.x0 + frame.width),
        ylim=(frame.y0, frame.y0 + frame.height),
        xticks=[], yticks=[], facecolor=palette.GROUND,
    )  # fmt: skip
    axes.set_aspect("equal", anchor="W")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    length = scale_bar_m(frame.width)
    x, y = frame.x0 + 0.02 * frame.width, frame.y0 + 0.03 * frame.height
    axes.plot([x, x + length], [y, y], color=palette.INK, linewidth=2.4, solid_capstyle="butt")
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.annotate(text, (x + length / 2, y), xytext=(0, 4), textcoords="offset points",
                  ha="center", fontsize=11)  # fmt: skip
    if district.attribution:
        axes.text(
            0.995, 0.008, slide.plain(district.attribution), transform=axes.transAxes,
            ha="right", va="bottom", fontsize=10, color=palette.MUTED,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 2},
        )  # fmt: skip


def line_parts(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Lines of a layer of streets, apart."""
    breaks = np.flatnonzero(np.isnan(points[:, 0]))
    return [line[~np.isnan(line[:, 0])] for line in np.split(points, breaks)]


def _legend(axes: Axes, layer: Layer, district: DistrictMap, slide: Slide, *, few: bool) -> None:
    """Colour classes, stations and hospitals, in a column right of the map."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    words = slide.words
    handles: list[Any] = [
        Patch(facecolor=entry.colour, label=slide.plain(entry.text))
        for entry in reversed(layer.legend)
    ]
    if few and layer.measure != "incidents":
        handles.append(Patch(facecolor=palette.FEW, label=words("areas.few")))
    for places, marker, colour, key in (
        (district.stations, "s", palette.STATION, "station"),
        (district.hospitals, "P", palette.HOSPITAL, "hospital"),
    ):
        if places:
            handles.append(
                Line2D([], [], marker=marker, color=colour, linestyle="none", markersize=10,
                       label=words(key))
            )  # fmt: skip
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.015, 1.0), frameon=False,
        fontsize=14, labelspacing=0.55, handlelength=1.5, handleheight=1.1, borderaxespad=0,
    )  # fmt: skip
