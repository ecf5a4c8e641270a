"""The map on a run sheet: streets grey, what is swept on its side, the way between, and numbers.

Everything is drawn as lines in the frame that the route fills. A number is that of a row of the
list; where two would lie upon each other, stops come first, then every tenth, then the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityops.report import palette
from cityops.report.pdf_pages import text_width
from cityops.report.routes_map import beside

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cityops.report.pdf_pages import Pages
    from cityops.report.words import Words
    from networks import RoadNetwork

__all__ = ["Box", "draw_map", "map_height"]

_STREET, _DRIVEN = "#d3d9df", "#5b6875"
_SIDE = 0.55  # mm from the middle of the street to the side that is swept
_MARGIN = 7.0
_NUMBER = 5.2  # points
_ARROW_EVERY = 26.0  # mm of sweeping between arrow heads
_SCALES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Box:
    """Where on a page something lies: upper left corner, width and height in mm."""

    x: float
    y: float
    width: float
    height: float


class _Frame:
    """From metres to the page, the route in the middle of its box."""

    def __init__(self, x: NDArray[np.float64], y: NDArray[np.float64], box: Box) -> None:
        width, height = max(float(np.ptp(x)), 50.0), max(float(np.ptp(y)), 50.0)
        inner = (box.width - 2 * _MARGIN, box.height - 2 * _MARGIN)
        self.scale = min(inner[0] / width, inner[1] / height)  # mm a metre
        self.box = box
        self.x0 = float(x.min() + x.max()) / 2 - box.width / 2 / self.scale
        self.y1 = float(y.min() + y.max()) / 2 + box.height / 2 / self.scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.box.x + (x - self.x0) * self.scale, self.box.y + (self.y1 - y) * self.scale

    def line(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[tuple[float, float]]:
        return [self.at(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def map_height(
    network: RoadNetwork, legs: pd.DataFrame, width: float, least: float, most: float
) -> float:
    """Height in mm that suits a route: a long one from north to south gets a high map.

    Parameters
    ----------
    network
        The streets.
    legs
        Of the route.
    width, least, most
        Width of the map, and what its height must keep to, mm.
    """
    points = _points(network, legs)
    x, y = network.shape_xy[0][points], network.shape_xy[1][points]
    shape = (float(np.ptp(y)) + 1.0) / (float(np.ptp(x)) + 1.0)
    return min(max((width - 2 * _MARGIN) * shape + 2 * _MARGIN, least), most)


def draw_map(
    pages: Pages,
    box: Box,
    network: RoadNetwork,
    legs: pd.DataFrame,
    *,
    colour: str,
    left: bool,
    words: Words,
) -> None:
    """Draw the map of one route.

    Parameters
    ----------
    pages
        Drawn on the newest page.
    box
        Where.
    network
        The streets.
    legs
        Of the route: kind, edge, step, node.
    colour
        Of what is swept.
    left
        Whether one drives, and sweeps, on the left.
    words
        Of the legend.
    """
    moving = legs[legs["edge"] >= 0]
    points = _points(network, legs)
    frame = _Frame(network.shape_xy[0][points], network.shape_xy[1][points], box)
    clip = (box.x, box.y, box.width, box.height)
    pages.paths(_ground(network, frame), colour=_STREET, width=0.35, box=clip)
    driven = moving[moving["kind"] == "drive"]["edge"].tolist()
    swept = moving[moving["kind"] == "sweep"]
    off_m = _SIDE / frame.scale
    sides = [beside(network, int(edge), off_m, left=left) for edge in swept["edge"].tolist()]
    lines = [frame.line(x, y) for x, y in sides]
    pages.paths(lines, colour=colour, width=0.75, box=clip)
    ways = [frame.line(*_shape(network, int(edge))) for edge in driven]
    collected = legs[legs["kind"] == "collect"]
    if collected.empty:
        pages.paths(ways, colour=_DRIVEN, width=0.3, dash=(1.1, 0.8), box=clip)
        _arrows(pages, lines, colour)
    else:
        pages.paths(ways, colour=colour, width=0.5, box=clip)
        _arrows(pages, ways, colour)
    stops = legs[(legs["edge"] < 0) & (legs["kind"] != "collect")]
    taken = _stops(pages, network, frame, stops)
    _numbers(pages, frame, _beginnings(swept, lines) | _places(network, frame, collected), taken,
             colour)  # fmt: skip
    pages.rect(box.x, box.y, box.width, box.height, stroke=palette.FAINT)
    _north(pages, box)
    _scale_bar(pages, box, frame.scale)
    if network.attribution:
        _label(pages, box, network.attribution)
    _legend(pages, box, colour, words, set(legs["kind"].tolist()))


def _points(network: RoadNetwork, legs: pd.DataFrame) -> NDArray[np.int64]:
    edges = legs[legs["edge"] >= 0]["edge"].tolist()
    return np.concatenate([_part(network, int(edge)) for edge in edges])


def _part(network: RoadNetwork, edge: int) -> NDArray[np.int64]:
    return np.arange(network.shape_ptr[edge], network.shape_ptr[edge + 1], dtype=np.int64)


def _shape(network: RoadNetwork, edge: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    part = _part(network, edge)
    return network.shape_xy[0][part], network.shape_xy[1][part]


def _ground(network: RoadNetwork, frame: _Frame) -> list[list[tuple[float, float]]]:
    """Every street that may be seen, once."""
    box, (x, y) = frame.box, network.shape_xy
    first = network.shape_ptr[:-1]
    x1, y0 = frame.x0 + box.width / frame.scale, frame.y1 - box.height / frame.scale
    shown = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    shown &= (np.maximum.reduceat(x, first) >= frame.x0) & (np.minimum.reduceat(x, first) <= x1)
    shown &= (np.maximum.reduceat(y, first) >= y0) & (np.minimum.reduceat(y, first) <= frame.y1)
    return [frame.line(*_shape(network, edge)) for edge in np.flatnonzero(shown).tolist()]


def _arrows(pages: Pages, lines: list[list[tuple[float, float]]], colour: str) -> None:
    """Arrow heads along what is swept, one every few centimetres of it."""
    since = 0.5 * _ARROW_EVERY
    for line in lines:
        table = np.array(line)
        steps = np.hypot(*np.diff(table, axis=0).T)
        since += float(steps.sum())
        at = int(np.argmax(steps))
        if since < _ARROW_EVERY or steps[at] < 2.0:
            continue
        since = 0.0
        (x0, y0), (x1, y1) = line[at], line[at + 1]
        ux, uy = (x1 - x0) / steps[at], (y1 - y0) / steps[at]
        x, y = (x0 + x1) / 2 + 0.8 * ux, (y0 + y1) / 2 + 0.8 * uy
        head = [(x, y), (x - 2 * ux - 0.9 * uy, y - 2 * uy + 0.9 * ux),
                (x - 2 * ux + 0.9 * uy, y - 2 * uy - 0.9 * ux)]  # fmt: skip
        pages.polygon(head, fill=colour, stroke="#ffffff")


def _stops(
    pages: Pages, network: RoadNetwork, frame: _Frame, stops: pd.DataFrame
) -> list[tuple[float, float, float]]:
    """Depot, dump sites and other halts; returns where numbers may not lie."""
    taken: list[tuple[float, float, float]] = []
    places: dict[tuple[int, str], list[int]] = {}
    for row in stops.to_dict("records"):
        if row["kind"] != "wait":
            places.setdefault((int(row["node"]), str(row["kind"])), []).append(int(row["step"]))
    for (node, kind), numbers in places.items():
        x, y = frame.at(float(network.x[node]), float(network.y[node]))
        if kind == "depot":
            pages.rect(x - 1.7, y - 1.7, 3.4, 3.4, fill=palette.STATION, stroke="#ffffff")
        elif kind == "break":
            pages.polygon(_triangle(x, y), fill="#ffffff", stroke=palette.STATION)
        else:
            pages.polygon(_diamond(x, y, 2.2), fill="#f0a92b", stroke=palette.STATION)
        label = ", ".join(str(number) for number in numbers[:6])
        width = text_width(label, 6.5)
        pages.rect(x + 2.6, y - 1.5, width + 0.8, 3.0, fill="#ffffff")
        pages.text(x + 3.0, y + 0.8, label, 6.5, bold=True)
        taken += [(x, y, 2.6), (x + 3.0 + width / 2, y, width / 2 + 0.4)]
    return taken


def _diamond(x: float, y: float, half: float) -> list[tuple[float, float]]:
    return [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]


def _triangle(x: float, y: float) -> list[tuple[float, float]]:
    return [(x, y - 1.7), (x + 1.8, y + 1.4), (x - 1.8, y + 1.4)]


def _beginnings(
    swept: pd.DataFrame, lines: list[list[tuple[float, float]]]
) -> dict[int, tuple[float, float]]:
    """Where rows of streets begin."""
    first: dict[int, tuple[float, float]] = {}
    for step, line in zip(swept["step"].tolist(), lines, strict=True):
        if step not in first:
            (x0, y0), (x1, y1) = line[0], line[1]
            first[step] = (0.6 * x0 + 0.4 * x1, 0.6 * y0 + 0.4 * y1)
    return first


def _places(
    network: RoadNetwork, frame: _Frame, collected: pd.DataFrame
) -> dict[int, tuple[float, float]]:
    """Where points lie that are collected; the first row of those at one place."""
    places: dict[tuple[float, float], int] = {}
    for step, node in zip(collected["step"].tolist(), collected["node"].tolist(), strict=True):
        places.setdefault(frame.at(float(network.x[node]), float(network.y[node])), int(step))
    return {step: place for place, step in places.items()}


def _numbers(
    pages: Pages,
    frame: _Frame,
    first: dict[int, tuple[float, float]],
    taken: list[tuple[float, float, float]],
    colour: str,
) -> None:
    """Numbers of the rows where they begin, as many as can be read."""
    box, shown = frame.box, []
    for step in sorted(first, key=lambda step: (step % 10 != 0, step)):
        x, y = first[step]
        radius = max(1.25, text_width(str(step), _NUMBER) / 2 + 0.35)
        if all((x - a) ** 2 + (y - b) ** 2 > (radius + r + 0.1) ** 2 for a, b, r in taken):
            taken.append((x, y, radius))
            shown.append((step, x, y, radius))
    for step, x, y, radius in shown:
        if box.x < x < box.x + box.width and box.y < y < box.y + box.height:
            pages.circle(x, y, radius, fill="#ffffff", stroke=colour)
            pages.text(x, y + 0.65, str(step), _NUMBER, anchor="middle")


def _north(pages: Pages, box: Box) -> None:
    x, y = box.x + box.width - 6.0, box.y + 4.0
    pages.rect(x - 3.0, y - 2.5, 6.0, 13.0, fill="#ffffff")
    pages.polygon([(x, y - 1), (x + 2, y + 5.5), (x, y + 4.2), (x - 2, y + 5.5)],
                  fill=palette.INK, stroke=palette.INK)  # fmt: skip
    pages.text(x, y + 9.4, "N", 9, anchor="middle", bold=True)


def _scale_bar(pages: Pages, box: Box, scale: float) -> None:
    """Bar of a round length, about a fifth of the map."""
    metres = max((m for m in _SCALES if m * scale <= 0.22 * box.width), default=_SCALES[0])
    length = metres * scale
    x, y = box.x + 3.0, box.y + box.height - 3.0
    pages.rect(x - 1.5, y - 5.2, length + 3.0, 7.0, fill="#ffffff")
    ends = [[(x, y - 1.4), (x, y), (x + length, y), (x + length, y - 1.4)]]
    pages.paths(ends, colour=palette.INK, width=0.35)
    said = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    pages.text(x + length / 2, y - 1.5, said, 7, anchor="middle")


def _label(pages: Pages, box: Box, text: str) -> None:
    size = 6.5
    width = text_width(text, size) + 1.6
    x, y = box.x + box.width - width, box.y + box.height - 3.4
    pages.rect(x, y, width, 3.4, fill="#ffffff")
    pages.text(x + 0.8, y + 2.5, text, size, colour=palette.MUTED)


def _legend(pages: Pages, box: Box, colour: str, words: Words, kinds: set[str]) -> None:
    """One line below the map."""
    x, y = box.x, box.y + box.height + 4.2
    middle = y - 0.9

    def said(key: str, wide: float) -> None:
        nonlocal x
        pages.text(x + wide, y, words(key), 7.5, colour=palette.MUTED)
        x += wide + text_width(words(key), 7.5) + 5.0

    if "collect" in kinds:
        pages.line(x, middle, x + 7, middle, colour=colour, width=0.5)
        said("rt.pdf.driven", 8.5)
    else:
        pages.line(x, middle, x + 7, middle, colour=colour, width=0.75)
        said("rt.pdf.swept", 8.5)
        pages.paths([[(x, middle), (x + 7, middle)]], colour=_DRIVEN, width=0.3, dash=(1.1, 0.8))
        said("rt.pdf.driven", 8.5)
    pages.circle(x + 1.3, middle, 1.3, fill="#ffffff", stroke=colour)
    pages.text(x + 1.3, middle + 0.65, "7", _NUMBER, anchor="middle")
    said("rt.pdf.numbers", 3.8)
    pages.rect(x, middle - 1.3, 2.6, 2.6, fill=palette.STATION)
    said("rt.depot", 3.8)
    if "dump" in kinds:
        pages.polygon(_diamond(x + 1.5, middle, 1.5), fill="#f0a92b", stroke=palette.STATION)
        said("rt.dump", 4.2)
    if "break" in kinds:
        pages.polygon(_triangle(x + 1.8, middle), fill="#ffffff", stroke=palette.STATION)
        said("rt.break", 4.8)
