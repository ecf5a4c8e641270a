"""Pictures of a placement for slides: the map, before and after, ways, one more or one fewer.

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
from cityops.report.figures import Slide, chinese_font, line_parts, style
from cityops.report.maps import district_map, scale_bar_m
from cityops.report.placement_charts import (
    closing_rows,
    curve_of,
    curve_takeaway,
    reach_curve,
    reach_end,
    short,
)
from cityops.report.placement_contents import answer, areas_takeaway, gap_said
from cityops.report.placement_map import (
    catchment_ground,
    dot_sizes,
    marks,
    ring_ground,
    ring_legend,
    uncovered,
)
from cityops.report.placement_reading import PlacementFolder
from cityops.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from cityops.report.maps import DistrictMap
    from cityops.report.placement_map import Ground

__all__ = ["write_placement_figures"]

LOG = logging.getLogger("cityops.report")
MARKERS = {"circle": "o", "square": "s", "x": "X", "diamond": "D"}
MOST_BARS = 14


class PlacementSlide(Slide):
    """A picture of a placement; its small print says how good the plan is."""

    run: PlacementFolder

    def foot(self, *notes: str) -> None:
        """Write what was asked, the proof, whose map data it is, and notes in small print."""
        run, words = self.run, self.words
        proven = bool(run.manifest["proven"])
        gap = run.manifest["gap"]
        proof = words("pl.proven") if proven else words("pl.gap_of", gap=gap_said(float(gap or 0)))
        parts = [run.title(words.lang), words(f"pl.model.{run.asked['model']}"), proof, *notes]
        text = "  ·  ".join(part for part in parts if self.plain(part).strip())
        self.text(0.05, 0.03, text, fontsize=11, color=palette.FAINT)
        self.tag()


def write_placement_figures(folder: Path, lang: str = "en") -> list[Path]:
    """Draw the pictures of a placement into its folder `figures`.

    Parameters
    ----------
    folder
        As `cityops optimize` fills it.
    lang
        "en" or "zh"; Chinese falls back to English where no font has it.

    Returns
    -------
    list of Path
        The files written: plan, before and after, ways, curve, closing, whichever there is data
        for.

    Raises
    ------
    InputError
        If the folder is no placement, or the language is not known.
    """
    from matplotlib import rc_context

    run, words = PlacementFolder.load(Path(folder)), Words(lang)
    chinese = chinese_font()
    if words.lang == "zh" and chinese is None:
        LOG.warning("No Chinese font was found: the pictures are labelled in English.")
        words = Words("en")
    district = district_map(run, words)
    painters: dict[str, Callable[[PlacementSlide, DistrictMap], bool]] = {
        "plan": _plan,
        "before_after": _before_after,
        "ways": _ways,
        "curve": _curve,
        "closing": _closing,
    }
    written = []
    place = run.folder / "figures"
    place.mkdir(parents=True, exist_ok=True)
    with rc_context(rc=style(chinese)), warnings.catch_warnings():
        # A name may hold a sign that no font at hand has; it is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        for name, paint in painters.items():
            slide = PlacementSlide(run, words, chinese)
            if paint(slide, district):
                path = place / f"{name}.png"
                slide.figure.savefig(path, metadata={"Software": None})
                written.append(path)
    return written


def _headline(slide: PlacementSlide, number: int = 1) -> str:
    """First sentences of the answer, without their HTML."""
    pieces = answer(slide.run, slide.words)[:number]
    text = slide.words("stop_list").join(pieces)
    return text.replace("<b>", "").replace("</b>", "")


# ---- maps


def _plan(slide: PlacementSlide, district: DistrictMap) -> bool:
    run, words = slide.run, slide.words
    slide.head(run.headline(words.lang), _headline(slide))
    is_wide = district.frame.width > 1.15 * district.frame.height
    axes = slide.axes(0.05, 0.07, 0.72 if is_wide else 0.46, 0.75)
    _draw(axes, slide, district, catchment_ground(run))
    axes.legend(
        handles=_mark_handles(slide), loc="upper left", bbox_to_anchor=(1.015, 1.0),
        frameon=False, fontsize=14, labelspacing=0.6, handlelength=1.4, borderaxespad=0,
    )  # fmt: skip
    if not is_wide:
        _figures_beside(slide)
    slide.foot()
    return True


def _figures_beside(slide: PlacementSlide) -> None:
    """Write the telling figures right of an upright map."""
    from cityops.report.placement_contents import cards

    for row, card in enumerate(cards(slide.run, slide.words)[:4]):
        y = 0.6 - 0.145 * row
        slide.text(0.66, y, card.label, fontsize=14, color=palette.MUTED)
        value = f"{card.digits}{'' if card.unit == '%' else ' '}{card.unit}".strip()
        slide.text(0.66, y - 0.052, value, fontsize=25, fontweight="bold")
        slide.text(0.66, y - 0.088, card.interval, fontsize=12, color=palette.FAINT)


def _before_after(slide: PlacementSlide, district: DistrictMap) -> bool:
    run, words = slide.run, slide.words
    n_before = int(run.manifest["n_existing"])
    if not n_before:
        return False
    slide.head(words("pl.change"), areas_takeaway(run, words) or _headline(slide))
    n_after = int(run.manifest["n_open"])
    for left, when, n in ((0.05, "before", n_before), (0.51, "after", n_after)):
        axes = slide.axes(left, 0.14, 0.44, 0.62)
        _draw(axes, slide, district, ring_ground(run, when), before=when == "before", pair=True)
        axes.set_anchor("C")
        title = words(f"pl.pair.{when}", n=n, things=run.things(words, n))
        slide.text(left + 0.22, 0.785, title, fontsize=16, fontweight="bold", ha="center")
    _ring_handles(slide)
    slide.foot()
    return True


def _draw(
    axes: Axes,
    slide: PlacementSlide,
    district: DistrictMap,
    grounds: Sequence[Ground],
    *,
    before: bool = False,
    pair: bool = False,
) -> None:
    """Draw ground, streets, uncovered demand and sites."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.path import Path as Outline

    for ground in grounds:
        if ground.rings:
            outline = Outline.make_compound_path(
                *(Outline(ring, closed=True) for ring in ground.rings)
            )
            axes.add_collection(
                PathCollection(
                    [outline], facecolors=[ground.colour], edgecolors="white", linewidths=0.7
                )
            )
    for rank in (2, 1, 0):
        axes.add_collection(
            LineCollection(
                line_parts(district.streets[rank]),
                colors=palette.STREETS[rank],
                linewidths=palette.STREET_WIDTHS[rank] * 0.65,
                alpha=0.6,
            )
        )
    out = uncovered(slide.run, slide.words)
    if len(out) and not pair:
        axes.scatter(
            out["x"], out["y"], s=dot_sizes(slide.run, out["weight"]) ** 2 * 0.7,
            color=palette.WARM, alpha=0.75, linewidths=0, zorder=3,
        )  # fmt: skip
    for mark in marks(slide.run, slide.words, before=before):
        if pair and mark.key == "candidate":
            continue
        axes.plot(
            mark.table["x"], mark.table["y"], MARKERS[mark.symbol], color=mark.colour,
            markersize=mark.size * 0.8, markeredgecolor="white",
            markeredgewidth=1.3 if mark.size > 6 else 0.0, linestyle="none", zorder=4,
        )  # fmt: skip
    _frame(axes, slide, district)


def _frame(axes: Axes, slide: PlacementSlide, district: DistrictMap) -> None:
    """Set the map's extent, its scale bar and whose data it is."""
    frame = district.frame
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
            ha="right", va="bottom", fontsize=10, color=palette.MUTED, zorder=6,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 2},
        )  # fmt: skip


def _mark_handles(slide: PlacementSlide) -> list[Any]:
    from matplotlib.lines import Line2D

    run, words = slide.run, slide.words
    exists = int(run.manifest["n_existing"]) > 0
    handles: list[Any] = []
    for mark in reversed(marks(run, words)):
        name = "open" if mark.key == "new" and not exists else mark.key
        handles.append(
            Line2D([], [], marker=MARKERS[mark.symbol], color=mark.colour, linestyle="none",
                   markersize=max(mark.size * 0.8, 5), markeredgecolor="white",
                   label=words(f"pl.key.{name}"))
        )  # fmt: skip
    if len(uncovered(run, words)):
        limit = run.limit_said(words)
        text = words("pl.key.out", limit=limit) if limit else words("pl.key.unserved")
        handles.append(
            Line2D([], [], marker="o", color=palette.WARM, linestyle="none", markersize=6,
                   alpha=0.75, label=text)
        )  # fmt: skip
    return handles


def _ring_handles(slide: PlacementSlide) -> None:
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=entry.colour, label=slide.plain(entry.text))
        for entry in ring_legend(slide.run, slide.words)
    ]
    handles += [handle for handle in _mark_handles(slide) if handle.get_markersize() > 6.5]
    slide.figure.legend(
        handles=handles, loc="center", bbox_to_anchor=(0.5, 0.095), ncols=len(handles),
        frameon=False, fontsize=12.5, handlelength=1.3, columnspacing=1.6,
    )  # fmt: skip


# ---- charts


def _ways(slide: PlacementSlide, _: DistrictMap) -> bool:
    run, words = slide.run, slide.words
    slide.head(words("pl.cdf"), _headline(slide))
    axes = slide.axes(0.09, 0.16, 0.86, 0.62)
    end = reach_end(run)
    states = [("after", palette.ACCENT, "-")]
    if int(run.manifest["n_existing"]):
        states.insert(0, ("before", palette.FAINT, "--"))
    for when, colour, dash in states:
        at, shares = reach_curve(run, when, end)
        axes.plot(at, shares, dash, color=colour, linewidth=3.2, label=words(f"pl.{when}"))
    for limit in run.asked["limits"]:
        if limit < end:
            axes.axvline(limit, color=palette.FAINT, linewidth=1.2, linestyle=(0, (1, 2)))
    axes.set(xlim=(0, end), ylim=(0, 1.02))
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.set_xlabel(words(run.words_for(f"axis_{run.unit}"), mode=run.mode(words)), labelpad=8)
    if len(states) > 1:
        axes.legend(loc="lower right", frameon=False, fontsize=15)
    slide.foot()
    return True


def _curve(slide: PlacementSlide, _: DistrictMap) -> bool:
    run, words = slide.run, slide.words
    curve = curve_of(run, words)
    if curve is None:
        return False
    slide.head(words("pl.curve"), curve_takeaway(run, words))
    axes = slide.axes(0.09, 0.16, 0.86, 0.6)
    bound = np.array(curve.bound, dtype=np.float64)
    known = np.isfinite(bound)
    at, value = np.array(curve.places), np.array(curve.value)
    axes.fill_between(
        at[known], value[known], bound[known], color=palette.ACCENT, alpha=0.18, linewidth=0
    )
    axes.plot(at, value, color=palette.ACCENT, linewidth=3, marker="o", markersize=7)
    if curve.here is not None:
        place = curve.places.index(curve.here)
        axes.plot(curve.here, curve.value[place], "o", color=palette.WARM, markersize=13,
                  markeredgecolor="white", markeredgewidth=2)  # fmt: skip
        axes.annotate(
            words("pl.curve.here"), (curve.here, curve.value[place]), xytext=(10, -22),
            textcoords="offset points", fontsize=14, color=palette.WARM,
        )  # fmt: skip
    if curve.unit == "share":
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.set_xlabel(curve.x_title, labelpad=8)
    slide.text(0.05, 0.79, curve.y_title, fontsize=13, color=palette.MUTED)
    slide.foot(words("pl.curve.note"))
    return True


def _closing(slide: PlacementSlide, _: DistrictMap) -> bool:
    run, words = slide.run, slide.words
    found = closing_rows(run, words)
    if found is None:
        return False
    table, title, unit = found
    table = table.head(MOST_BARS).iloc[::-1]
    slide.head(words("pl.closing"), words("pl.closing.note"))
    axes = slide.axes(0.26, 0.16, 0.68, 0.63)
    axes.grid(visible=False)
    shown = table["shown"].to_numpy(dtype=np.float64)
    top = float(shown[np.isfinite(shown)].max(initial=0.0)) or 1.0
    length = np.where(np.isfinite(shown), shown, 1.1 * top)
    rows = np.arange(len(table))
    colours = [palette.ACCENT if math.isfinite(v) else palette.WARM for v in shown]
    axes.barh(rows, length, 0.66, color=colours)
    for row, value, end in zip(rows, shown, length, strict=True):
        said = (
            run.shown(words, float(value), unit)
            if math.isfinite(value)
            else words("pl.closing.none")
        )
        axes.annotate(said, (end, row), xytext=(6, 0), textcoords="offset points", va="center",
                      fontsize=12.5, color=palette.MUTED)  # fmt: skip
    axes.set_yticks(rows, [slide.plain(short(str(name))) for name in table["name"]], fontsize=13)
    axes.set(xlim=(0, 1.15 * top), xticks=[])
    axes.set_xlabel(title, labelpad=10)
    slide.foot()
    return True
