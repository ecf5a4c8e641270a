"""Run sheets as PDF: a route's figures, its map and the list that a crew works off.

The list goes on over as many pages as it needs; its header stands on each of them, and no row is
cut in two. Numbers in the list are those of the plan, the map and the waypoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cityops.report import palette
from cityops.report.pdf_pages import HEIGHT, WIDTH, Pages, text_width, wrapped
from cityops.report.routes import day_and_vehicle, route_cells
from cityops.report.routes_map import colour_of
from cityops.report.routes_pdf_map import Box, draw_map, map_height
from cityops.report.words import RouteWords
from scenarios.routing.jobs import SERVED
from scenarios.routing.output import titles
from scenarios.routing.sheet import run_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cityops.report.words import Words
    from scenarios.routing.answer import Plan
    from scenarios.routing.sheet import SheetLine

__all__ = ["write_run_sheets"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 14.0, WIDTH - 14.0, 12.0, HEIGHT - 15.0
_SIZE, _LEADING = 9.0, 3.9
_PAD = 1.0
_MAP_LEAST, _MAP_MOST = 95.0, 185.0
_STOP, _RULE = "#fff1d6", "#d5dbe1"
# Columns: left edge, and where its text is anchored.
_TICK, _NUMBER, _CLOCK, _DO, _SIDE = _LEFT + 0.8, _LEFT + 13.0, _LEFT + 15.0, _LEFT + 26.0, 134.0
_KM, _MINUTES, _LOAD = 165.0, 176.0, _RIGHT - 1.0


def write_run_sheets(folder: Path, plan: Plan, *, lang: str = "en") -> None:
    """Write routes/route-NN.pdf for each route, and run-sheets.pdf with all of them.

    Parameters
    ----------
    folder
        Of the routes.
    plan
        The routes.
    lang
        "en" or "zh".
    """
    words = RouteWords(lang, job=plan.question.job)
    title = titles(plan.question)["title_zh" if lang == "zh" else "title"]
    (folder / "routes").mkdir(exist_ok=True)
    every = Pages(f"{words('rt.sheet')}{words('colon')}{title}")
    for row in plan.summary.to_dict("records"):
        number = int(row["route"])
        name = words("rt.route", n=number)
        own = Pages(f"{name} – {title}")
        _Sheet(own, plan, number, row, words, title).draw()
        every.extend(own)
        own.write(folder / "routes" / f"route-{number:02d}.pdf")
    every.write(folder / "run-sheets.pdf")


class _Sheet:
    """The pages of one route."""

    def __init__(
        self,
        pages: Pages,
        plan: Plan,
        route: int,
        row: Mapping[Any, Any],
        words: Words,
        title: str,
    ) -> None:
        self.pages, self.plan, self.route, self.row = pages, plan, route, row
        self.words, self.title = words, title
        self.colour = colour_of(route)
        self.y = _TOP

    def draw(self) -> None:
        """Draw head, map and list, then the footers, which say how many pages there are."""
        self.pages.new_page()
        self._head()
        self._figures()
        self._blanks()
        legs = self.plan.legs[self.plan.legs["route"] == self.route]
        network, wide = self.plan.question.network, _RIGHT - _LEFT
        box = Box(_LEFT, self.y, wide, map_height(network, legs, wide, _MAP_LEAST, _MAP_MOST))
        draw_map(
            self.pages, box, network, legs, colour=self.colour,
            left=self.plan.question.spec.traffic == "left", words=self.words,
        )  # fmt: skip
        self.y += box.height + 7.5
        self._columns()
        shown = -1
        for line in run_sheet(self.plan, self.route, self.words.lang):
            self._row(line, is_first=line.step != shown)
            shown = line.step
        for page in range(len(self.pages)):
            self._footer(page)

    # ---- first page

    def _head(self) -> None:
        pages, words, row = self.pages, self.words, self.row
        pages.rect(_LEFT, self.y, 2.6, 14.0, fill=self.colour)
        name = f"{words('rt.sheet')}{words('colon')}{words('rt.route', n=self.route)}"
        pages.text(_LEFT + 5.5, self.y + 6.8, name, 19, bold=True)
        clock = f"{row['start']}–{row['end']}"
        pages.text(_RIGHT, self.y + 6.8, clock, 19, bold=True, anchor="right")
        under = " · ".join([*day_and_vehicle(self.plan, row, words), self._depot()])
        room = _RIGHT - _LEFT - 10.0 - text_width(under, 9.5)
        pages.text(_LEFT + 5.5, self.y + 12.8, wrapped(self.title, 9.5, room)[0], 9.5,
                   colour=palette.MUTED)  # fmt: skip
        pages.text(_RIGHT, self.y + 12.8, under, 9.5, colour=palette.MUTED, anchor="right")
        self.y += 18.5

    def _depot(self) -> str:
        steps = self.plan.steps
        own = steps[(steps["route"] == self.route) & (steps["kind"] == "depot")]
        return f"{self.words('rt.depot')}{self.words('colon')}{own.iloc[0]['street']}"

    def _figures(self) -> None:
        row, words, pages = self.row, self.words, self.pages
        keys = ("hours", "swept", "deadhead", "dumps", "dirt")
        figures = [
            (f"rt.col.{key}", cell) for key, cell in zip(keys, route_cells(row), strict=True)
        ]
        wide = (_RIGHT - _LEFT) / len(figures)
        for k, (key, value) in enumerate(figures):
            x = _LEFT + k * wide
            pages.rect(x, self.y, wide - 1.5, 11.5, fill=palette.GROUND)
            pages.text(x + 2.0, self.y + 4.0, words(key), 7.5, colour=palette.MUTED)
            pages.text(x + 2.0, self.y + 9.6, value, 12.5, bold=True)
        self.y += 14.5

    def _blanks(self) -> None:
        """Lines to be filled in by hand."""
        keys = ("rt.pdf.vehicle", "rt.pdf.driver", "rt.pdf.date", "rt.pdf.signed")
        wide = (_RIGHT - _LEFT) / len(keys)
        for k, key in enumerate(keys):
            x = _LEFT + k * wide
            self.pages.text(x, self.y + 4.0, self.words(key), 8.5)
            start = x + text_width(self.words(key), 8.5) + 1.5
            self.pages.line(start, self.y + 4.6, x + wide - 4.0, self.y + 4.6,
                            colour=palette.INK)  # fmt: skip
        self.y += 8.5

    # ---- the list

    def _columns(self) -> None:
        """Header of the list."""
        words, pages = self.words, self.pages
        pages.rect(_LEFT, self.y, _RIGHT - _LEFT, 6.0, fill=palette.INK)
        base = self.y + 4.1
        for x, key, anchor in (
            (_NUMBER, "rt.pdf.no", "right"),
            (_CLOCK, "rt.col.time", "left"),
            (_DO, "rt.col.do", "left"),
            (_SIDE, "rt.col.side", "left"),
            (_KM, "rt.col.km", "right"),
            (_MINUTES, "rt.col.min", "right"),
            (_LOAD, "rt.col.load", "right"),
        ):
            pages.text(x, base, words(key), 8, colour="#ffffff", anchor=anchor)  # type: ignore[arg-type]
        self.y += 6.0

    def _row(self, line: SheetLine, *, is_first: bool) -> None:
        """One line of the run sheet, on a new page where it would not fit."""
        pages, moves = self.pages, line.kind in {"sweep", "drive"}
        room = (_SIDE if line.side else _KM - 11.0) - _DO - 2.0
        texts = wrapped(line.text, _SIZE, room)
        height = len(texts) * _LEADING + 2 * _PAD
        if self.y + height > _BOTTOM:
            self._next_page()
        if not moves and line.kind not in SERVED:
            pages.rect(_LEFT, self.y, _RIGHT - _LEFT, height, fill=_STOP)
        base = self.y + _PAD + 3.0
        bold = is_first and line.kind != "drive"
        ink = palette.MUTED if line.kind == "drive" else "#000000"
        if is_first and line.kind != "drive":
            pages.rect(_TICK, self.y + _PAD + 0.3, 3.2, 3.2, fill="#ffffff", stroke=palette.INK)
        if is_first:
            pages.text(_NUMBER, base, str(line.step), _SIZE, colour=ink, anchor="right")
        pages.text(_CLOCK, base, line.clock, _SIZE, colour=ink)
        for k, text in enumerate(texts):
            pages.text(_DO, base + k * _LEADING, text, _SIZE, colour=ink, bold=bold)
        pages.text(_SIDE, base, line.side, _SIZE, bold=bold)
        for x, value in (
            (_KM, f"{line.km:.2f}" if moves else ""),
            (_MINUTES, f"{line.minutes:.1f}" if line.minutes else ""),
            (_LOAD, f"{line.load:,.0f}"),
        ):
            pages.text(x, base, value, _SIZE, colour=ink, anchor="right")
        self.y += height
        pages.line(_LEFT, self.y, _RIGHT, self.y, colour=_RULE, width=0.12)

    def _next_page(self) -> None:
        """Go on, with a running head and the header of the list."""
        self.pages.new_page()
        self.y = _TOP
        self.pages.rect(_LEFT, self.y, 2.6, 5.0, fill=self.colour)
        name = self.words("rt.route", n=self.route)
        self.pages.text(_LEFT + 5.0, self.y + 4.0, name, 11, bold=True)
        room = _RIGHT - _LEFT - 10.0 - text_width(name, 11)
        said = wrapped(self.title, 8.5, room)[0]
        self.pages.text(_RIGHT, self.y + 4.0, said, 8.5, colour=palette.MUTED, anchor="right")
        self.y += 7.0
        self._columns()

    def _footer(self, page: int) -> None:
        words, network = self.words, self.plan.question.network
        y = HEIGHT - 9.0
        said = words("rt.pdf.page", n=page + 1, m=len(self.pages))
        self.pages.text(_RIGHT, y, f"{words('rt.route', n=self.route)} · {said}", 8,
                        anchor="right", page=page)  # fmt: skip
        left = " · ".join(part for part in ("cityops", network.attribution) if part)
        self.pages.text(_LEFT, y, left, 7, colour=palette.MUTED, page=page)
