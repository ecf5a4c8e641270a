"""How fast one drives: speed limits as mapped, and a table by class where none is mapped.

``maxspeed`` texts follow https://wiki.openstreetmap.org/wiki/Key:maxspeed: a bare number is km/h;
``mph`` and ``knots`` are units; ``none`` is no limit; ``walk`` is walking speed; ``DE:urban`` and
``DE:zone:30`` name a country's rule; ``signals`` and ``variable`` say nothing; several values
(``50;30``, OSMnx lists) are averaged, as OSMnx does when it joins ways.

A :class:`SpeedTable` says what to drive where no limit is mapped. Two presets:

``default``
    The class speeds of GraphHopper's car profile (CarAverageSpeedParser.java, Apache-2.0), which
    its authors tuned on European towns; living streets 10 km/h as in OSRM's car.lua. Mapped limits
    are driven as they stand. Trucks never exceed 80 km/h, the limit of most European countries;
    cyclists ride 15 km/h and push at 4 (OSRM bicycle.lua), walkers walk 5 km/h (OSRM foot.lua).
``china-urban``
    The middle design speed of each class in CJJ 37-2012, Code for Design of Urban Road
    Engineering, table 3.2.1: expressway (trunk) 100/80/60, arterial (primary) 60/50/40, secondary
    50/40/30, branch (tertiary) 40/30/20. Streets without a centre line are 30 km/h in towns, and
    motorways at most 120 km/h (100 for trucks): Regulation on the Implementation of the Road
    Traffic Safety Law, articles 45 and 78. Electric bicycles 15 km/h there (Road Traffic Safety
    Law, article 58).

Both are starting points: replace them by what your city measures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["SPEED_PRESETS", "SpeedTable", "parse_maxspeed", "speed_table"]

KMH_PER_MPH: Final = 1.609344
KMH_PER_KNOT: Final = 1.852
WALK_KMH: Final = 5.0
_FASTEST_LIMIT_KMH: Final = 200.0

# Limits by country and kind of road: https://wiki.openstreetmap.org/wiki/Default_speed_limits
_COUNTRY_KMH: Final[dict[str, dict[str, float]]] = {
    "AT": {"urban": 50, "rural": 100, "trunk": 100, "motorway": 130},
    "BE": {"urban": 50, "rural": 70, "motorway": 120},
    "CH": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 120},
    "CN": {"urban": 50, "rural": 70, "motorway": 120},
    "CZ": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "DE": {"urban": 50, "rural": 100, "motorway": math.inf, "bicycle_road": 30},
    "DK": {"urban": 50, "rural": 80, "motorway": 130},
    "ES": {"urban": 50, "rural": 90, "motorway": 120},
    "FI": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 120},
    "FR": {"urban": 50, "rural": 80, "motorway": 130},
    "GB": {
        "nsl_restricted": 30 * KMH_PER_MPH,
        "nsl_single": 60 * KMH_PER_MPH,
        "nsl_dual": 70 * KMH_PER_MPH,
        "motorway": 70 * KMH_PER_MPH,
    },
    "HU": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "IT": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "NL": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 100},
    "NO": {"urban": 50, "rural": 80, "motorway": 110},
    "PL": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 140},
    "PT": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 120},
    "RO": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 130},
    "RU": {"urban": 60, "rural": 90, "living_street": 20, "motorway": 110},
    "SE": {"urban": 50, "rural": 70, "motorway": 110},
    "SK": {"urban": 50, "rural": 90, "motorway": 130},
    "TR": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 120},
    "UA": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
}
_ANY_COUNTRY_KMH: Final[dict[str, float]] = {
    "urban": 50,
    "rural": 80,
    "trunk": 100,
    "motorway": 120,
    "living_street": 20,
    "bicycle_road": 30,
    "school": 30,
    "walk": WALK_KMH,
}
_NUMBER: Final = re.compile(
    r"^(\d+(?:\.\d+)?)\s*(km/?h|kmph|kph|mph|mp/h|knots?|kn)?(?:\s*@.*)?$", re.IGNORECASE
)
_RULE: Final = re.compile(r"^(?:([a-z]{2})(?:-[a-z]+)?:)?([a-z_]+?)[:_]?(\d+)?$", re.IGNORECASE)


def parse_maxspeed(value: object) -> float | None:
    """Km/h of one ``maxspeed`` value; ``inf`` for no limit, None where it says nothing.

    Parameters
    ----------
    value
        A text, a number of km/h, or a list of either (averaged; "none" in a list is left out).

    Returns
    -------
    float or None
        Between 1 and 200, or ``inf``; None for absent, unreadable or absurd values.

    Examples
    --------
    >>> parse_maxspeed("50"), parse_maxspeed("30 mph"), parse_maxspeed("none")
    (50.0, 48.28032, inf)
    >>> parse_maxspeed("DE:urban"), parse_maxspeed("DE:zone:30"), parse_maxspeed("60; 40")
    (50.0, 30.0, 50.0)
    >>> parse_maxspeed("signals") is None
    True
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return _plausible(float(value))
    if isinstance(value, Iterable):
        return _mean([parse_maxspeed(one) for one in value])
    return None


@lru_cache(maxsize=4096)
def _parse_text(text: str) -> float | None:
    parts = [part.strip().strip("'\"") for part in re.split(r"[;|,\[\]]", text)]
    return _mean([_parse_one(part) for part in parts if part])


def _parse_one(text: str) -> float | None:
    number = _NUMBER.match(text)
    if number:
        unit = (number[2] or "km/h").lower()
        factor = KMH_PER_MPH if unit.startswith("mp") else 1.0
        return _plausible(float(number[1]) * (KMH_PER_KNOT if unit.startswith("kn") else factor))
    lowered = text.lower()
    if lowered in {"none", "unlimited"}:
        return math.inf
    if lowered in {"walk", "walking"}:
        return WALK_KMH
    return _country_rule(text)


def _country_rule(text: str) -> float | None:
    rule = _RULE.match(text)
    if rule is None:
        return None
    country, kind, number = (rule[1] or "").upper(), rule[2].lower(), rule[3]
    if number is not None:
        return _plausible(float(number)) if kind in {"zone", "urban", "rural"} or country else None
    if not country:
        return None
    return _COUNTRY_KMH.get(country, {}).get(kind, _ANY_COUNTRY_KMH.get(kind))


def _plausible(kmh: float) -> float | None:
    return kmh if 1.0 <= kmh <= _FASTEST_LIMIT_KMH or kmh == math.inf else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    finite = [value for value in known if value != math.inf]
    if finite:
        return sum(finite) / len(finite)
    return math.inf if known else None


@dataclass(frozen=True)
class SpeedTable:
    """What to drive, by class, where no limit is mapped.

    Parameters
    ----------
    class_kmh
        Speed by class (OSM ``highway`` values or the source's own), km/h.
    fallback_kmh
        For classes that the table lacks; ``x_link`` falls back on ``x`` first.
    limit_factor
        Mapped limits times this are driven.
    unlimited_kmh
        Driven where the map says that there is no limit.
    cap_kmh
        A mode never goes faster: km/h by mode.
    bike_kmh, walk_kmh
        Cyclists and walkers: by class, the entry ``""`` for all others.
    name
        For the record of a run.

    Examples
    --------
    >>> town = speed_table("default").replaced({"residential": 20})
    >>> town.kmh("residential"), town.kmh("residential", limit_kmh=40), town.kmh("primary_link")
    (20.0, 40.0, 60.0)
    """

    class_kmh: Mapping[str, float]
    fallback_kmh: float = 30.0
    limit_factor: float = 1.0
    unlimited_kmh: float = 120.0
    cap_kmh: Mapping[str, float] = field(default_factory=dict)
    bike_kmh: Mapping[str, float] = field(
        default_factory=lambda: {"": 15.0, "footway": 4.0, "pedestrian": 4.0, "steps": 2.0}
    )
    walk_kmh: Mapping[str, float] = field(default_factory=lambda: {"": WALK_KMH})
    name: str = "custom"

    def __post_init__(self) -> None:
        """Refuse speeds that nobody can drive."""
        for key, kmh in self.class_kmh.items():
            _positive(kmh, f"speed of class {key!r}")
        for key, kmh in (
            ("fallback_kmh", self.fallback_kmh),
            ("limit_factor", self.limit_factor),
            ("unlimited_kmh", self.unlimited_kmh),
        ):
            _positive(kmh, key)

    def replaced(self, class_kmh: Mapping[str, float]) -> SpeedTable:
        """Table with some classes' speeds replaced or added."""
        return replace(self, class_kmh={**self.class_kmh, **class_kmh}, name="custom")

    def kmh(self, road_class: str, limit_kmh: float | None = None, mode: str = "car") -> float:
        """Free-flow speed on one street in km/h."""
        limit = np.array([np.nan if limit_kmh is None else limit_kmh])
        return float(self.speeds(np.zeros(1, np.int64), (road_class,), limit, mode)[0])

    def speeds(
        self,
        road_class: NDArray[np.integer],
        class_names: Sequence[str],
        limit_kmh: ArrayLike,
        mode: str,
    ) -> NDArray[np.float64]:
        """Free-flow speed of each edge.

        Parameters
        ----------
        road_class
            Index of each edge into ``class_names``, int[m].
        class_names
            Names of the classes.
        limit_kmh
            Mapped limit of each edge, NaN unknown, inf unlimited, float64[m].
        mode
            One of :data:`networks.MODES`.

        Returns
        -------
        float64[m]
            km/h, positive and finite.
        """
        limit = np.asarray(limit_kmh, dtype=np.float64)
        if mode in {"walk", "bike"}:
            table = self.walk_kmh if mode == "walk" else self.bike_kmh
            own = _of_each(road_class, [table.get(name, table[""]) for name in class_names])
            return own if mode == "walk" else np.fmin(own, limit)
        by_class = _of_each(road_class, [self._of_class(name) for name in class_names])
        driven = np.where(np.isinf(limit), self.unlimited_kmh, limit * self.limit_factor)
        speed = np.where(np.isnan(limit), by_class, driven)
        return np.minimum(speed, self.cap_kmh.get(mode, np.inf))

    def _of_class(self, name: str) -> float:
        known = self.class_kmh.get(name)
        if known is None:
            known = self.class_kmh.get(name.removesuffix("_link"), self.fallback_kmh)
        return float(known)


def _of_each(code: NDArray[np.integer], values: list[float]) -> NDArray[np.float64]:
    kmh: NDArray[np.float64] = np.array(values, dtype=np.float64)[code]
    return kmh


def _positive(value: float, what: str) -> None:
    if not (isinstance(value, (int, float)) and math.isfinite(value) and value > 0):
        raise InputError(f"{what} is {value!r}", place="speeds", mend="give a positive number")


SPEED_PRESETS: Final[dict[str, SpeedTable]] = {
    "default": SpeedTable(
        name="default",
        class_kmh={
            "motorway": 100.0,
            "motorway_link": 70.0,
            "trunk": 70.0,
            "trunk_link": 65.0,
            "primary": 65.0,
            "primary_link": 60.0,
            "secondary": 60.0,
            "secondary_link": 50.0,
            "tertiary": 50.0,
            "tertiary_link": 40.0,
            "unclassified": 30.0,
            "residential": 30.0,
            "living_street": 10.0,
            "service": 20.0,
            "road": 20.0,
            "track": 15.0,
            "pedestrian": 5.0,
        },
        fallback_kmh=30.0,
        unlimited_kmh=120.0,
        cap_kmh={"truck": 80.0},
    ),
    "china-urban": SpeedTable(
        name="china-urban",
        class_kmh={
            "motorway": 100.0,
            "motorway_link": 50.0,
            "trunk": 80.0,
            "trunk_link": 40.0,
            "primary": 50.0,
            "primary_link": 40.0,
            "secondary": 40.0,
            "secondary_link": 30.0,
            "tertiary": 30.0,
            "tertiary_link": 30.0,
            "unclassified": 30.0,
            "residential": 30.0,
            "living_street": 15.0,
            "service": 15.0,
            "road": 30.0,
            "track": 15.0,
            "pedestrian": 5.0,
        },
        fallback_kmh=30.0,
        unlimited_kmh=120.0,
        cap_kmh={"truck": 100.0},
    ),
}
"""Tables by name, for ``speeds = "..."`` in a scenario."""


def speed_table(speeds: str | SpeedTable | Mapping[str, float]) -> SpeedTable:
    """Table of a preset's name; a mapping of class speeds replaces those of ``default``.

    Raises
    ------
    InputError
        If no preset has the name, or a speed is not a positive number.
    """
    if isinstance(speeds, SpeedTable):
        return speeds
    if isinstance(speeds, Mapping):
        return SPEED_PRESETS["default"].replaced(speeds)
    preset = SPEED_PRESETS.get(speeds) if isinstance(speeds, str) else None
    if preset is None:
        hint = did_you_mean(str(speeds), SPEED_PRESETS)
        raise InputError(
            f"speed table {speeds!r} is not known{hint}",
            place="speeds",
            mend=f"use one of {', '.join(SPEED_PRESETS)}, or a table of km/h by class",
        )
    return preset
