"""Maps of routes as SVG drawings: they need no script, and print as sharp as they show."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from cityops.report import palette

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.routing.answer import Plan

__all__ = ["COLOURS", "beside", "colour_of", "route_map"]

COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#7b3294", "#b3123f", "#8a6d00", "#3f7f93", "#a8528f",
)  # fmt: skip
_WIDTH = 1000.0
_MARGIN = 18.0
_ALONE = 2.2  # strokes of a map of one route, which is shown small


def colour_of(route: int) -> str:
    """Colour of a route; they come again after eight."""
    return COLOURS[(route - 1) % len(COLOURS)]


class _Frame:
    """From metres to the drawing."""

    def __init__(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        self.x0, self.y1 = float(x.min()), float(y.max())
        width, height = float(np.ptp(x)), float(np.ptp(y))
        self.scale = (_WIDTH - 2 * _MARGIN) / max(width, 0.6 * height, 1.0)
        self.width = width * self.scale + 2 * _MARGIN
        self.height = height * self.scale + 2 * _MARGIN

    def at(self, x: float, y: float) -> tuple[float, float]:
        return _MARGIN + (x - self.x0) * self.scale, _MARGIN + (self.y1 - y) * self.scale

    def path(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
        points = [self.at(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)


def route_map(plan: Plan, title: str, route: int | None = None) -> str:
    """Draw all routes, or one.

    Parameters
    ----------
    plan
        The routes.
    title
        Read out where the drawing is not seen.
    route
        Its number; all where not given.
    """
    network, left = plan.question.network, plan.question.spec.traffic == "left"
    stops = plan.legs[plan.legs["kind"] == "collect"]
    legs = plan.legs[plan.legs["edge"] >= 0]
    shown = legs if route is None else legs[legs["route"] == route]
    edges = shown["edge"].to_numpy(dtype=np.int64)
    points = np.concatenate([_points(network, int(edge)) for edge in edges])
    frame = _Frame(network.shape_xy[0][points], network.shape_xy[1][points])
    size = f'viewBox="0 0 {frame.width:.0f} {frame.height:.0f}"'
    label = f'role="img" aria-label="{escape(title)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="routes" {size} {label}>',
        f'<path d="{_ground(network, frame)}" fill="none" stroke="#d5dbe1" stroke-width="1.6"/>',
    ]
    bold = 1.0 if route is None else _ALONE
    dashes = f'stroke-dasharray="{4 * bold:g} {3 * bold:g}"' if stops.empty else ""
    for kind, style in (
        ("drive", f'stroke-width="{1.4 * bold:g}" {dashes}'),
        ("sweep", f'stroke-width="{3.4 * bold:g}" stroke-linecap="round"'),
    ):
        for number, rows in shown[shown["kind"] == kind].groupby("route", sort=True):
            lines = "".join(
                _line(network, frame, int(e), kind, bold, left=left) for e in rows["edge"].tolist()
            )
            parts.append(
                f'<path d="{lines}" fill="none" stroke="{colour_of(int(str(number)))}" {style}/>'
            )
    dots = stops if route is None else stops[stops["route"] == route]
    parts += _dots(network, frame, dots, 2.6 * bold)
    question = plan.question
    marks = [(place, "depot") for place in question.depots]
    for place, shape in [*marks, *((place, "dump") for place in question.dumps)]:
        x, y = frame.at(float(network.x[place.node]), float(network.y[place.node]))
        parts.append(_mark(x, y, shape, 8 * bold))
    return "".join([*parts, "</svg>"])


def _dots(network: RoadNetwork, frame: _Frame, stops: pd.DataFrame, radius: float) -> list[str]:
    """Points that are collected, each as a dot of its route."""
    found = []
    for number, node in zip(stops["route"].tolist(), stops["node"].tolist(), strict=True):
        x, y = frame.at(float(network.x[node]), float(network.y[node]))
        found.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour_of(int(number))}" '
            'stroke="#fff" stroke-width="0.8"/>'
        )
    return found


def _points(network: RoadNetwork, edge: int) -> NDArray[np.int64]:
    return np.arange(network.shape_ptr[edge], network.shape_ptr[edge + 1], dtype=np.int64)


def _ground(network: RoadNetwork, frame: _Frame) -> str:
    once = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    lines = []
    for edge in np.flatnonzero(once).tolist():
        part = _points(network, edge)
        x, y = network.shape_xy[0][part], network.shape_xy[1][part]
        left, top = frame.at(float(x.min()), float(y.max()))
        right, bottom = frame.at(float(x.max()), float(y.min()))
        if right >= 0 and left <= frame.width and bottom >= 0 and top <= frame.height:
            lines.append(frame.path(x, y))
    return "".join(lines)


def beside(
    network: RoadNetwork, edge: int, off_m: float, *, left: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Line of an edge on the side that is swept; in the middle of a one-way street.

    Parameters
    ----------
    network, edge
        The streets, and which of their edges.
    off_m
        Metres from the middle of the street to the line.
    left
        Whether one drives, and sweeps, on the left.

    Returns
    -------
    tuple of float64[k]
        x and y, m.
    """
    part = _points(network, edge)
    x, y = network.shape_xy[0][part], network.shape_xy[1][part]
    if network.reverse[edge] < 0:
        return x, y
    dx, dy = np.gradient(x), np.gradient(y)
    off = (-off_m if left else off_m) / np.maximum(np.hypot(dx, dy), 1e-9)
    return x + off * dy, y - off * dx


def _line(
    network: RoadNetwork, frame: _Frame, edge: int, kind: str, bold: float, *, left: bool
) -> str:
    """Line of an edge; what is swept lies a little to its side, so that both sides are seen."""
    off_m = 2.4 * bold / frame.scale if kind == "sweep" else 0.0
    return frame.path(*beside(network, edge, off_m, left=left))


def _mark(x: float, y: float, shape: str, r: float) -> str:
    if shape == "depot":
        return (
            f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" height="{2 * r:g}" rx="2" '
            f'fill="{palette.STATION}" stroke="#fff" stroke-width="2.5"/>'
        )
    q = 1.25 * r
    return (
        f'<path d="M{x:.1f} {y - q:.1f}l{q:g} {q:g}l-{q:g} {q:g}l-{q:g} -{q:g}z" fill="#f0a92b" '
        f'stroke="{palette.STATION}" stroke-width="1.6"/>'
    )
