"""Where the units of one replication were, from moment to moment, for playing a day back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.dispatch.closures import timeline

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from sim.dispatch.closures import TimedClosure, Timeline
    from sim.dispatch.log import Log

__all__ = ["DAY_S", "unit_tracks"]

DAY_S = 86_400.0
_COLUMNS = (
    "status",
    "start_s",
    "end_s",
    "from_edge",
    "from_fraction",
    "to_edge",
    "to_fraction",
)


class _Line(NamedTuple):
    """A way on the plane: points and the share of its driving time at each."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    share: NDArray[np.float64]


def unit_tracks(
    log: Log,
    network: RoadNetwork,
    *,
    from_s: float,
    length_s: float = DAY_S,
    week_start_s: float,
    closures: tuple[TimedClosure, ...] = (),
) -> pd.DataFrame:
    """Positions of all units over a part of a replication.

    Parameters
    ----------
    log
        What happened.
    network
        The streets that it happened on.
    from_s, length_s
        The part that is wanted, seconds.
    week_start_s
        Second of the week at which the clock starts.
    closures
        Streets that closed and reopened meanwhile.

    Returns
    -------
    DataFrame
        unit, t_s, x, y (metres on the network's plane), status, sorted by unit and time. Between
        two rows a unit goes in a straight line; a row's status holds until the next.
    """
    import pandas as pd

    intervals = log.intervals
    end_s = from_s + length_s
    kept = intervals[(intervals["end_s"] > from_s) & (intervals["start_s"] < end_s)]
    kept = kept.sort_values(["unit", "start_s"], kind="stable")
    lines = _Lines(network, week_start_s, timeline(closures))
    columns = [kept[name].tolist() for name in _COLUMNS]
    pieces = [
        _piece(status, start_s, stop_s, lines.line(start_s, ends), from_s, end_s)
        for status, start_s, stop_s, *ends in zip(*columns, strict=True)
    ]
    units = np.repeat(kept["unit"].to_numpy(), [len(piece) for piece in pieces])
    rows = np.concatenate(pieces) if pieces else np.empty((0, 4))
    table = pd.DataFrame(
        {
            "unit": units.astype(np.int32),
            "t_s": rows[:, 0].round(1),
            "x": rows[:, 1].round(1),
            "y": rows[:, 2].round(1),
            "status": rows[:, 3].astype(np.int8),
        }
    )
    return table.drop_duplicates(ignore_index=True)


def _piece(
    status: int, start_s: float, end_s: float, line: _Line, from_s: float, until_s: float
) -> NDArray[np.float64]:
    """Rows (t_s, x, y, status) of one interval, cut to the wanted part."""
    time = start_s + line.share * (end_s - start_s)
    inside = (time > from_s) & (time < until_s)
    stops = np.concatenate([[max(start_s, from_s)], time[inside], [min(end_s, until_s)]])
    x, y = np.interp(stops, time, line.x), np.interp(stops, time, line.y)
    return np.column_stack([stops, x, y, np.full(len(stops), status)])


class _Lines:
    """Ways between positions, kept: units drive the same ones again and again."""

    def __init__(self, network: RoadNetwork, week_start_s: float, closures: Timeline) -> None:
        self.network = network
        self.week_start_s = week_start_s
        self.closures = closures
        self.known: dict[tuple[int, float, int, float, int, int], _Line] = {}
        self.open: dict[tuple[int, ...], RoadNetwork] = {}

    def line(self, start_s: float, ends: list[float]) -> _Line:
        """Find the way between two positions as it is driven at the hour of its start."""
        week_s = (self.week_start_s + start_s) % 604_800.0
        edge, fraction, to, to_fraction = int(ends[0]), ends[1], int(ends[2]), ends[3]
        closed = self.closures.set_at(start_s)
        key = (edge, fraction, to, to_fraction, self.network.period_at(week_s), closed)
        if key not in self.known:
            streets = self._open_streets(closed, edge, to)
            self.known[key] = self._find(streets, edge, fraction, to, to_fraction, week_s)
        return self.known[key]

    def _open_streets(self, closed: int, edge: int, to: int) -> RoadNetwork:
        """Streets that a trip may use: of the closed ones only those where it begins and ends."""
        street = self.network.street
        shut = self.closures.edges(closed)
        shut = shut[(street[shut] != street[edge]) & (street[shut] != street[to])]
        key = tuple(shut.tolist())
        if not key:
            return self.network
        if key not in self.open:
            self.open[key] = self.network.closed(shut)
        return self.open[key]

    def _find(
        self,
        net: RoadNetwork,
        edge: int,
        fraction: float,
        to: int,
        to_fraction: float,
        week_s: float,
    ) -> _Line:
        from networks import Position
        from networks.paths import cut

        here, there = Position(edge, fraction), Position(to, to_fraction)
        if here == there:
            return self._on_plane([cut(net, edge, fraction, fraction)], np.ones(1))
        way = net.path(here, there, depart_week_s=week_s)
        if not way.found:  # streets closed behind it: it stands where it began
            return self._on_plane([cut(net, edge, fraction, fraction)], np.ones(1))
        times = net.edge_times_s(net.period_at(week_s))[way.edges] * (way.leave - way.enter)
        parts = [
            cut(net, e, a, b)
            for e, a, b in zip(
                way.edges.tolist(), way.enter.tolist(), way.leave.tolist(), strict=True
            )
        ]
        return self._on_plane(parts, times)

    def _on_plane(
        self,
        parts: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
        times_s: NDArray[np.float64],
    ) -> _Line:
        """Join parts of streets; time runs along a part with its length."""
        xs, ys, shares, spent = [], [], [], 0.0
        for (lon, lat), time_s in zip(parts, times_s.tolist(), strict=True):
            x, y = self.network.projection.to_xy(lon, lat)
            along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
            within = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(along))
            xs.append(x)
            ys.append(y)
            shares.append(spent + within * time_s)
            spent += time_s
        share = np.concatenate(shares)
        return _Line(np.concatenate(xs), np.concatenate(ys), share / spent if spent > 0 else share)
