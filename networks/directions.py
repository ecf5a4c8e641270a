"""Directions: a path as steps that a crew can follow.

A step begins where the driver has to do something: turn, take an exit, meet another street's name.
Going on along the same street is no step, and neither is a bend where there is nowhere else to go.
A short unnamed piece between two turns (the gap in a median) belongs to the turn that it makes:
two lefts over it, back along the same street, are one U-turn. At roundabouts the exits that one
passes are counted, where the source says what is a roundabout (turn rules, or a class of that
name).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.direction_texts import LANGUAGES, plain_name, say, street_words
from networks.errors import InputError
from networks.kernels import clock, drive
from networks.paths import describe
from networks.turn_costs import STRAIGHT_DEG, U_TURN_DEG, edge_courses, turn_angles
from networks.turns import TurnNetwork

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork
    from networks.paths import Path
    from networks.turn_rules import TurnRules

__all__ = ["Step", "directions_along"]

_SHARP_DEG: Final = 135.0
_BEND_DEG: Final = 60.0
"""A street that bends less at a junction goes on, unless another goes straighter."""
_GAP_M: Final = 40.0
"""Pieces up to this length between two turns may belong to one turn."""
_GAP_BACK_DEG: Final = 150.0
_COURSE_M: Final = 15.0


@dataclass(frozen=True, eq=False)
class Step:
    """What to do, and the stretch until the next step.

    Parameters
    ----------
    kind
        One of :data:`networks.direction_texts.KINDS`.
    name, road_class
        Of the street that the step leads onto; names may be empty.
    stays
        Whether the street is the one before.
    exit
        Exit of a roundabout, counted from 1; 0 elsewhere, and where the trip ends within it.
    angle_deg
        Angle of the turn, positive left; of a departure the course from east.
    km, minutes
        Of the stretch, waiting at its turns included; 0 for the arrival.
    first, last
        The stretch's edges among the path's: ``path.edges[first:last]``.
    lon, lat
        Line of the stretch; of the arrival its point.
    """

    kind: str
    name: str
    road_class: str
    stays: bool
    exit: int
    angle_deg: float
    km: float
    minutes: float
    first: int
    last: int
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def street(self, lang: str = "en") -> str:
        """Name of the street, or what kind of unnamed street it is."""
        return street_words(self.name, self.road_class, lang)

    def text(self, lang: str = "en") -> str:
        """Say what to do, in words ("en", "zh").

        Raises
        ------
        InputError
            If there are no words in that language.
        """
        if lang not in LANGUAGES:
            raise InputError(
                f"directions cannot be said in {lang!r}", mend=f"use {' or '.join(LANGUAGES)}"
            )
        kind = f"{self.kind}-stay" if self.stays and self.name else self.kind
        if self.kind == "roundabout" and self.exit == 0:
            kind = "roundabout-within"
        return say(kind, self.street(lang), lang, course_deg=self.angle_deg, exit_number=self.exit)


def directions_along(
    network: RoadNetwork,
    path: Path,
    *,
    rules: TurnRules | None = None,
    depart_week_s: float | None = None,
) -> tuple[Step, ...]:
    """Turn a path into steps, from departure to arrival.

    Parameters
    ----------
    network
        The network on which the path was found.
    path
        As :meth:`networks.RoadNetwork.path` finds it.
    rules
        Say which edges are roundabouts; those of a :class:`networks.TurnNetwork` when not given.
    depart_week_s
        Second of the week of departure, as for the path.

    Returns
    -------
    tuple of Step
        Empty where there is no way. Their kilometres and minutes add up to the path's.

    Raises
    ------
    InputError
        If the rules belong to another network.
    """
    base = network.base if isinstance(network, TurnNetwork) else network
    if rules is None and isinstance(network, TurnNetwork):
        rules = network.rules
    if rules is not None and rules.n_edges != base.n_edges:
        raise InputError(
            f"the turn rules are for {rules.n_edges} edges, the network has {base.n_edges}"
        )
    if not path.found or len(path.edges) == 0:
        return ()
    minutes = _minutes(network, path, depart_week_s)
    moves = _joined(base, path, _moves(base, path, _roundabouts(base, rules)))
    starts = [move.leg for move in moves] + [len(path.edges)]
    steps = [
        _step(base, path, move, end, float(minutes[move.leg : end].sum()), before)
        for move, end, before in zip(moves, starts[1:], [None, *moves[:-1]], strict=True)
    ]
    last = steps[-1]
    arrival = replace(
        last, kind="arrive", stays=False, exit=0, angle_deg=0.0, km=0.0, minutes=0.0,
        first=len(path.edges), last=len(path.edges), lon=path.lon[-1:], lat=path.lat[-1:],
    )  # fmt: skip
    return (*steps, arrival)


# ---- what has to be done, edge by edge


@dataclass(frozen=True)
class _Move:
    """Something to do before a leg of the path; ``onto`` is the leg that names the street."""

    kind: str
    leg: int
    onto: int
    angle_deg: float
    exit: int = 0


def _roundabouts(network: RoadNetwork, rules: TurnRules | None) -> NDArray[np.bool_]:
    named = np.array(
        [word in {"roundabout", "circular"} for word in network.class_names], dtype=np.bool_
    )
    by_class = named[network.road_class] if len(named) else np.zeros(network.n_edges, np.bool_)
    return by_class if rules is None else by_class | rules.roundabout


def _moves(network: RoadNetwork, path: Path, roundabout: NDArray[np.bool_]) -> list[_Move]:
    edges = path.edges
    count = len(edges)
    moves = [_Move("depart", 0, 0, _course(network, path))]
    leg = 0
    if roundabout[edges[0]]:
        leg = _end_of_roundabout(edges, roundabout, 0)
        if leg < count:
            exits = _exits(network, edges[:leg], roundabout)
            moves.append(_Move("roundabout", leg, leg, 0.0, exits))
    leg += 1
    while leg < count:
        if roundabout[edges[leg]]:
            after = _end_of_roundabout(edges, roundabout, leg)
            exits = _exits(network, edges[leg:after], roundabout) if after < count else 0
            moves.append(_Move("roundabout", leg, min(after, count - 1), 0.0, exits))
            leg = after + 1
            continue
        kind, angle = _turn(network, int(edges[leg - 1]), int(edges[leg]))
        if kind:
            moves.append(_Move(kind, leg, leg, angle))
        leg += 1
    return moves


def _course(network: RoadNetwork, path: Path) -> float:
    """Course of the first metres of a trip, degrees from east."""
    x, y = network.projection.to_xy(path.lon, path.lat)
    if len(x) < 2:
        return float(edge_courses(network)[0][path.edges[0]])
    far = np.flatnonzero(np.hypot(x - x[0], y - y[0]) >= _COURSE_M)
    at = int(far[0]) if len(far) else len(x) - 1
    return float(np.degrees(np.arctan2(y[at] - y[0], x[at] - x[0])))


def _end_of_roundabout(edges: NDArray[np.int64], roundabout: NDArray[np.bool_], leg: int) -> int:
    while leg < len(edges) and roundabout[edges[leg]]:
        leg += 1
    return leg


def _exits(network: RoadNetwork, edges: NDArray[np.int64], roundabout: NDArray[np.bool_]) -> int:
    """Junctions at the ends of a roundabout's edges at which one could leave it."""
    return sum(
        any(not roundabout[edge] for edge in _out(network, int(network.head[passed])))
        for passed in edges
    )


def _out(network: RoadNetwork, node: int) -> range:
    return range(int(network.indptr[node]), int(network.indptr[node + 1]))


def _name(network: RoadNetwork, edge: int) -> str:
    key = ("names without numbers",)
    if key not in network.memo:
        network.memo[key] = [plain_name(name) for name in network.names]
    names = network.memo[key]
    assert isinstance(names, list)  # noqa: S101 - only put there above
    return str(names[network.name[edge]])


def _same_street(network: RoadNetwork, first: int, second: int) -> bool:
    one, other = _name(network, first), _name(network, second)
    if one or other:
        return one == other
    return bool(network.road_class[first] == network.road_class[second])


def _turn(network: RoadNetwork, first: int, second: int) -> tuple[str, float]:
    """Find what has to be done from one edge to the next ("" nothing), and the angle."""
    angle = float(turn_angles(network, first, second)[0])
    same = _same_street(network, first, second)
    back = int(network.reverse[first])
    others = [e for e in _out(network, int(network.head[first])) if e not in {second, back}]
    if second == back or not others:
        return "" if same and second != back else _by_angle(angle), angle
    other_angles = turn_angles(network, np.full(len(others), first), others)
    straighter = other_angles[np.abs(other_angles) < STRAIGHT_DEG]
    if same and abs(angle) < (STRAIGHT_DEG if len(straighter) else _BEND_DEG):
        return "", angle
    if abs(angle) < STRAIGHT_DEG and len(straighter):
        nearest = straighter[np.argmin(np.abs(straighter - angle))]
        return ("slight-left" if angle > nearest else "slight-right"), angle
    return _by_angle(angle), angle


def _by_angle(angle: float) -> str:
    if abs(angle) < STRAIGHT_DEG:
        return "continue"
    if abs(angle) >= U_TURN_DEG:
        return "u-turn"
    sharp = "sharp-" if abs(angle) >= _SHARP_DEG else ""
    return f"{sharp}{'left' if angle > 0.0 else 'right'}"


# ---- short pieces between two turns


_TURNS: Final = frozenset(
    {"continue", "left", "right", "slight-left", "slight-right", "sharp-left", "sharp-right"}
)


def _joined(network: RoadNetwork, path: Path, moves: list[_Move]) -> list[_Move]:
    """Make one turn of two that a short piece joins; no turn, if it leads straight on."""
    kept = moves[:1]
    for move in moves[1:]:
        gap = kept[-1]
        joined = _over_gap(network, path, gap, move) if len(kept) > 1 else move
        if joined is not move:
            kept.pop()
        if joined is not None:
            kept.append(joined)
    return kept


def _over_gap(network: RoadNetwork, path: Path, gap: _Move, move: _Move) -> _Move | None:
    """One turn in place of two; the second itself where they stay two, None for straight on."""
    if gap.kind not in _TURNS or move.kind not in _TURNS:
        return move
    piece = slice(gap.leg, move.leg)
    length_m = float(np.sum((path.leave - path.enter)[piece] * network.length_m[path.edges[piece]]))
    first, between, last = (int(path.edges[leg]) for leg in (gap.leg - 1, gap.leg, move.leg))
    same = bool(_name(network, first)) and _same_street(network, first, last)
    named = bool(_name(network, between))
    if length_m > _GAP_M or (named and not same):
        return move
    total = gap.angle_deg + move.angle_deg
    if same and abs(total) >= _GAP_BACK_DEG:
        return _Move("u-turn", gap.leg, move.leg, 180.0)
    if named or abs(total) >= U_TURN_DEG:
        return move
    if _same_street(network, first, last) and abs(total) < STRAIGHT_DEG:
        return None
    return _Move(_by_angle(total), gap.leg, move.leg, total)


# ---- steps


def _minutes(network: RoadNetwork, path: Path, depart_week_s: float | None) -> NDArray[np.float64]:
    """Minutes of each leg, the turn before it included; float64[legs]."""
    share = path.leave - path.enter
    arcs = path.edges
    turns_s = np.zeros(len(arcs))
    if isinstance(network, TurnNetwork):
        arcs = network.arc_of[path.edges]
        turns_s[1:] = network.turn_costs_s(path.edges[:-1], path.edges[1:])
    if depart_week_s is None or network.n_periods == 1:
        period = 0 if depart_week_s is None else network.period_at(depart_week_s)
        return (turns_s + share * network.edge_times_s(period)[arcs]) / 60.0
    week = clock(network.profile.period_of_hour, depart_week_s)
    at_s = np.zeros(len(arcs) + 1)
    for leg, arc in enumerate(arcs.tolist()):
        start_s = at_s[leg] + turns_s[leg]
        at_s[leg + 1] = drive(start_s, share[leg], network.times_by_period[arc], week)
    return np.diff(at_s) / 60.0


def _step(
    network: RoadNetwork, path: Path, move: _Move, end: int, minutes: float, before: _Move | None
) -> Step:
    legs = range(move.leg, end)
    part = describe(
        network,
        60.0 * minutes,
        [(int(path.edges[k]), float(path.enter[k]), float(path.leave[k])) for k in legs],
    )
    onto = int(path.edges[move.onto])
    return Step(
        kind=move.kind,
        name=_name(network, onto),
        road_class=network.class_names[network.road_class[onto]],
        stays=before is not None and _same_street(network, int(path.edges[move.leg - 1]), onto),
        exit=move.exit,
        angle_deg=move.angle_deg,
        km=part.length_m / 1000.0,
        minutes=minutes,
        first=move.leg,
        last=end,
        lon=part.lon,
        lat=part.lat,
    )
