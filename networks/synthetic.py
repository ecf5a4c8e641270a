"""A district that does not exist: for tests, for scaling, and for trying a scenario without a map.

A river with few bridges, arterials, superblocks and local streets; a dense core, small towns and
open country. It is drawn from a seed alone, reproducible to the byte, from a thousand to a million
junctions. Whoever shows it must say that it is synthetic; its ``attribution`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import build_network
from networks.errors import InputError
from networks.projection import Projection
from networks.raw import RawNodes, RawStreets, Shapes, Words
from networks.readers.osm_rules import class_modes
from networks.town.ground import Ground, unit_random
from networks.town.names import line_names
from networks.town.river import River, cut_by_river
from networks.town.streets import CLASSES, LATTICE, Lines, draw_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from networks.network import RoadNetwork
    from networks.raw import Bools, Floats, Ints
    from networks.speeds import SpeedTable
    from networks.town.streets import Plan

__all__ = ["SYNTHETIC_ATTRIBUTION", "synthetic_district", "synthetic_population"]

SYNTHETIC_ATTRIBUTION: Final = "Synthetic streets: no real place"
_JUNCTIONS_A_KM2: Final = 50.0
_LANES: Final = (3, 3, 2, 1, 1, 1, 1)
_SHAPE_STEP_M: Final = 140.0
_BRIDGE_EVERY_M: Final = 7000.0
_BENT, _STRAIGHT, _BANK = 0, 1, 2
# How many people live along a metre of street, against a metre of residential street.
_HOMES: Final = {
    "residential": 1.0,
    "living_street": 1.5,
    "service": 0.3,
    "tertiary": 0.4,
    "secondary": 0.2,
    "unclassified": 0.2,
}
_HOMES_ELSEWHERE: Final = 0.05
_ROUNDS: Final = 4
_CLOSE_ENOUGH: Final = 0.01


def synthetic_district(
    nodes: int = 5000,
    seed: int = 0,
    *,
    area_km2: float | None = None,
    centre: tuple[float, float] = (112.82, 28.36),
    core: tuple[float, float] = (0.5, 0.32),
    towns: int | None = None,
    river: bool = True,
    bridges: int | None = None,
    mode: str = "car",
    speeds: str | SpeedTable | Mapping[str, float] = "china-urban",
) -> RoadNetwork:
    """Draw a district.

    Parameters
    ----------
    nodes
        Junctions wanted, 500 to 2,000,000; met to a few percent.
    seed
        The same numbers draw the same district.
    area_km2
        Within its outline; 50 junctions a square kilometre when not given.
    centre
        Longitude and latitude of its middle.
    core
        Where its dense core lies: shares of its width from the west and of its height from the
        south.
    towns
        Small towns in the country.
    river, bridges
        A river past the core, and the number of its bridges: one for every few kilometres of it,
        at least two, when not given.
    mode, speeds
        Who travels, and how fast on which class.

    Returns
    -------
    RoadNetwork
        Classes are OpenStreetMap's ``highway`` values; all streets but a few local ones are
        two-way.

    Raises
    ------
    InputError
        For numbers out of range.
    """
    if not 500 <= nodes <= 2_000_000:
        raise InputError(f"{nodes} junctions", place="nodes", mend="ask for 500 to 2,000,000")
    area_km2 = nodes / _JUNCTIONS_A_KM2 if area_km2 is None else area_km2
    if not 1.0 <= area_km2 <= 100_000.0:
        raise InputError(
            f"{area_km2:g} square kilometres", place="area_km2", mend="give 1 to 100,000"
        )
    if not (abs(centre[0]) <= 180.0 and abs(centre[1]) <= 80.0):
        raise InputError(f"{centre}", place="centre", mend="give longitude and latitude")
    if not all(0.15 <= share <= 0.85 for share in core):
        raise InputError(f"{core}", place="core", mend="give two shares between 0.15 and 0.85")
    towns = int(np.clip(area_km2 / 60.0, 2, 40)) if towns is None else towns
    ground = Ground(seed, float(area_km2), core, towns)
    town = _drawn(ground, River(ground) if river else None, bridges, nodes)
    plane = Projection(*centre)
    lon, lat = _degrees(plane, town.x, town.y)
    shapes = _shapes(ground, town)
    shape_lon, shape_lat = _degrees(plane, shapes.lon, shapes.lat)
    streets = town.streets
    lanes = np.array(_LANES)[streets.road_class]
    modes = np.array([class_modes(name) for name in CLASSES])[streets.road_class]
    return build_network(
        RawNodes(np.arange(len(lon), dtype=np.int64), lon, lat),
        RawStreets(
            tail=streets.tail,
            head=streets.head,
            forward=streets.forward,
            backward=streets.backward,
            lanes=lanes,
            modes=modes,
            road_class=Words(streets.road_class, CLASSES),
            name=Words(streets.name, town.names),
            shapes=Shapes(shapes.ptr, shape_lon, shape_lat),
        ),
        mode=mode,
        speeds=speeds,
        source=f"synthetic district of {area_km2:g} km2, seed {seed}",
        attribution=SYNTHETIC_ATTRIBUTION,
    )


@dataclass(frozen=True)
class _Streets:
    """Street pieces between junctions; ``name`` indexes the town's names, ``line`` the lattice."""

    tail: Ints
    head: Ints
    road_class: Ints
    forward: Bools
    backward: Bools
    name: Ints
    kind: Ints
    arterial: Ints  # lattice coordinate of a west-east arterial, else -1

    def taken(self, rows: Ints, **changes: Ints) -> _Streets:
        values = {one.name: getattr(self, one.name)[rows] for one in fields(self)}
        return _Streets(**{**values, **changes})

    @classmethod
    def joined(cls, parts: list[_Streets]) -> _Streets:
        names = [one.name for one in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @classmethod
    def two_way(cls, tail: Ints, head: Ints, road_class: Ints, name: Ints, kind: int) -> _Streets:
        both = np.ones(len(tail), np.bool_)
        same = np.full(len(tail), kind, dtype=np.int64)
        return cls(tail, head, road_class, both, both, name, same, np.full(len(tail), -1))


@dataclass(frozen=True)
class _Town:
    """Junctions in metres and on the unit square, street pieces, and their names."""

    x: Floats
    y: Floats
    u: Floats
    v: Floats
    streets: _Streets
    names: tuple[str, ...]
    river: River | None


def _drawn(ground: Ground, water: River | None, bridges: int | None, nodes: int) -> _Town:
    """Draw again with more or fewer junctions until about as many are left as wanted."""
    wanted = 1.15 * nodes
    for _ in range(_ROUNDS):
        town = _one_draw(ground, water, bridges, wanted)
        seen = len(np.unique(np.concatenate([town.streets.tail, town.streets.head])))
        if abs(seen / nodes - 1.0) < _CLOSE_ENOUGH:
            break
        wanted *= float(np.clip(nodes / max(seen, 1), 0.5, 2.0))
    return town


def _one_draw(ground: Ground, water: River | None, bridges: int | None, wanted: float) -> _Town:
    plan = draw_plan(ground, wanted)
    u, v = plan.u / LATTICE, plan.v / LATTICE
    x, y = ground.bent(u, v)
    streets, names = _attributes(ground, plan)
    inside = ground.inside(x, y)
    streets = streets.taken(np.flatnonzero(inside[streets.tail] & inside[streets.head]))
    town = _Town(x, y, u, v, streets, names, water)
    return town if water is None else _with_river(ground, water, bridges, town)


def _attributes(ground: Ground, plan: Plan) -> tuple[_Streets, tuple[str, ...]]:
    """Class, directions and name of every piece of a plan."""
    names = line_names(plan.along)
    first_upright = len(plan.along[0].across)
    line = plan.line + np.where(plan.upright, first_upright, 0)
    lines = Lines.joined(list(plan.along))
    road_class, block, order = lines.road_class[line], lines.block[line], lines.order[line]
    code = np.concatenate([names[0].code, names[1].code + len(names[0].words)])[line]
    chance = unit_random(ground.seed, "oneway", block * 2 + plan.upright)
    single = (block >= 0) & (road_class == CLASSES.index("residential")) & (chance < 0.12)
    wide = (block < 0) & ~plan.upright & (road_class <= CLASSES.index("secondary"))
    streets = _Streets(
        tail=plan.tail,
        head=plan.head,
        road_class=road_class,
        forward=~single | (order % 2 == 0),
        backward=~single | (order % 2 == 1),
        name=code,
        kind=np.full(len(line), _BENT, dtype=np.int64),
        arterial=np.where(wide, lines.across[line], -1),
    )
    return streets, (*names[0].words, *names[1].words)


def _with_river(ground: Ground, water: River, bridges: int | None, town: _Town) -> _Town:
    """Cut streets at the banks, lay a road along each bank, build the bridges."""
    streets = town.streets
    whole, banks = cut_by_river(water, town.x, town.y, streets.tail, streets.head)
    place = len(town.x) + np.arange(len(banks.x))
    stubs = streets.taken(banks.piece)
    stubs = streets.taken(
        banks.piece,
        tail=np.where(banks.from_tail, stubs.tail, place),
        head=np.where(banks.from_tail, place, stubs.head),
        kind=np.full(len(place), _STRAIGHT, dtype=np.int64),
    )
    a, b = banks.roads(longest_m=0.12 * ground.side_m)
    road = np.full(len(a), CLASSES.index("tertiary"), dtype=np.int64)
    names = (*town.names, "Binjiang West Road", "Binjiang East Road")
    bank_name = len(town.names) + np.where(banks.west[a], 0, 1)
    bank_roads = _Streets.two_way(place[a], place[b], road, bank_name, _BANK)
    number = bridges if bridges is not None else max(2, round(ground.side_m / _BRIDGE_EVERY_M))
    core_y = (ground.core[1] - 0.5) * ground.side_m
    cost = (1.0 + 0.5 * stubs.road_class) * (0.05 * ground.side_m + np.abs(banks.y - core_y))
    c, d = banks.bridges(stubs.arterial, cost, number, apart_m=ground.side_m / (2.2 * number + 1.0))
    spans = [f"{town.names[one].replace(' Road', '')} Bridge" for one in stubs.name[c]]
    spanned = _Streets.two_way(
        place[c], place[d], stubs.road_class[c], len(names) + np.arange(len(c)), _STRAIGHT
    )
    nowhere = np.full(len(place), np.nan)
    return _Town(
        x=np.concatenate([town.x, banks.x]),
        y=np.concatenate([town.y, banks.y]),
        u=np.concatenate([town.u, nowhere]),
        v=np.concatenate([town.v, nowhere]),
        streets=_Streets.joined([streets.taken(np.flatnonzero(whole)), stubs, bank_roads, spanned]),
        names=(*names, *spans),
        river=water,
    )


def _shapes(ground: Ground, town: _Town) -> Shapes:
    """Polylines in metres: bent as the ground, straight on stubs and bridges, along the bank."""
    streets = town.streets
    tail, head = streets.tail, streets.head
    length_m = np.hypot(town.x[head] - town.x[tail], town.y[head] - town.y[tail])
    between = np.clip(np.floor(length_m / _SHAPE_STEP_M), 0, 40).astype(np.int64)
    size = np.where(streets.kind == _STRAIGHT, 0, between) + 2
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    piece = np.repeat(np.arange(len(size)), size)
    share = (np.arange(ptr[-1]) - ptr[piece]) / (size[piece] - 1.0)
    a, b = tail[piece], head[piece]
    x = town.x[a] + share * (town.x[b] - town.x[a])
    y = town.y[a] + share * (town.y[b] - town.y[a])
    inner = (share > 0.0) & (share < 1.0)
    bent = np.flatnonzero(inner & (streets.kind[piece] == _BENT))
    a, b, t = a[bent], b[bent], share[bent]
    x[bent], y[bent] = ground.bent(
        town.u[a] + t * (town.u[b] - town.u[a]), town.v[a] + t * (town.v[b] - town.v[a])
    )
    if town.river is not None:
        bank = np.flatnonzero(inner & (streets.kind[piece] == _BANK))
        middle = town.river.middle_x(town.y)
        off = town.x - middle
        a, b, t = tail[piece[bank]], head[piece[bank]], share[bank]
        x[bank] = town.river.middle_x(y[bank]) + off[a] + t * (off[b] - off[a])
    return Shapes(ptr, x, y)


def _degrees(plane: Projection, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude to 1e-7 degrees, as OpenStreetMap keeps them."""
    lon, lat = plane.to_lonlat(x, y)
    return np.round(lon, 7), np.round(lat, 7)


def synthetic_population(
    network: RoadNetwork, inhabitants: int, seed: int = 0, *, areas: int = 128
) -> pd.DataFrame:
    """Spread inhabitants over a network's streets, for scenarios without a census.

    People live along local streets: each area holds about the same number of them, so that areas
    are small in town and large in the country.

    Parameters
    ----------
    network
        Any network with OpenStreetMap's classes.
    inhabitants
        In all.
    seed
        The same number gives the same people.
    areas
        How many areas; the next power of two.

    Returns
    -------
    DataFrame
        ``name``, ``lon``, ``lat`` (a junction in the middle of the area), ``inhabitants``.

    Raises
    ------
    InputError
        If there are fewer than two junctions an area, or no inhabitants.
    """
    import pandas as pd

    depth = int(np.ceil(np.log2(max(areas, 1))))
    if inhabitants < 1 or network.n_nodes < 2 ** (depth + 1):
        raise InputError(
            f"{inhabitants} inhabitants in {areas} areas on {network.n_nodes} junctions",
            mend="ask for fewer areas, or for someone to live in them",
        )
    by_class = np.array([_HOMES.get(name, _HOMES_ELSEWHERE) for name in network.class_names])
    homes = by_class[network.road_class] * network.length_m
    weight = np.bincount(network.tail, weights=homes, minlength=network.n_nodes).astype(np.float64)
    area = _equal_parts(network.x, network.y, weight + 1e-6, depth)
    n = 2**depth
    total = np.bincount(area, weights=weight, minlength=n).astype(np.float64)
    total *= 0.8 + 0.4 * unit_random(seed, "people", np.arange(n))
    people = np.floor(total / total.sum() * inhabitants).astype(np.int64)
    left = inhabitants - int(people.sum())
    people[np.argsort(-total, kind="stable")[:left]] += 1
    middle = np.array([_middle(network.x, network.y, weight, area == one) for one in range(n)])
    return pd.DataFrame(
        {
            "name": [f"{i + 1:03d} {_main_street(network, area, i)}".strip() for i in range(n)],
            "lon": network.lon[middle],
            "lat": network.lat[middle],
            "inhabitants": people,
        }
    )


def _equal_parts(x: Floats, y: Floats, weight: Floats, depth: int) -> Ints:
    """Halve by weight, again and again, across the longer side (a k-d tree)."""
    area = np.zeros(len(x), dtype=np.int64)
    groups = [np.arange(len(x))]
    for _ in range(depth):
        halves = []
        for group in groups:
            wide = np.ptp(x[group]) >= np.ptp(y[group])
            row = group[np.argsort((x if wide else y)[group], kind="stable")]
            share = np.cumsum(weight[row])
            cut = int(np.clip(np.searchsorted(share, share[-1] / 2.0), 1, len(row) - 1))
            halves += [row[:cut], row[cut:]]
        groups = halves
    for one, group in enumerate(groups):
        area[group] = one
    return area


def _middle(x: Floats, y: Floats, weight: Floats, mask: Bools) -> int:
    """Junction nearest to where an area's people live on average."""
    at = np.flatnonzero(mask)
    w = weight[at] + 1e-6
    cx, cy = np.average(x[at], weights=w), np.average(y[at], weights=w)
    return int(at[np.argmin(np.hypot(x[at] - cx, y[at] - cy))])


def _main_street(network: RoadNetwork, area: Ints, one: int) -> str:
    edges = np.flatnonzero((area[network.tail] == one) & (network.name > 0))
    if not len(edges):
        return ""
    longest = np.bincount(network.name[edges], weights=network.length_m[edges])
    return network.names[int(np.argmax(longest))]
