"""What OpenStreetMap tags say about one way: who may use it, in which direction, how fast.

Access follows the hierarchy of https://wiki.openstreetmap.org/wiki/Key:access: the most specific
key present decides (a car asks ``motorcar``, ``motor_vehicle``, ``vehicle``, ``access``), with a
direction's own key (``motor_vehicle:forward``) before the general one; without any, the class
decides. ``no``, ``private``, ``agricultural`` and the like are closed. ``destination``,
``delivery`` and ``customers`` are open: whoever serves a city has business there, and through
traffic is not told apart. ``private`` can be opened, for crews that hold the key.

One-way follows https://wiki.openstreetmap.org/wiki/Key:oneway: implied by roundabouts and
motorways, walkers ignore it, ``oneway:bicycle`` and opposite cycle lanes free cyclists of it.
Reversible lanes are left out, since nobody knows their direction at a given hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from networks.network import MODES
from networks.speeds import parse_maxspeed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLASSES", "WayRules", "class_modes", "node_blocks", "way_name", "way_rules"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROADS: Final = _words(
    "trunk trunk_link primary primary_link secondary secondary_link tertiary tertiary_link "
    "unclassified residential living_street service road"
)
CLASSES: Final[dict[str, frozenset[str]]] = {
    "car": _ROADS | {"motorway", "motorway_link"},
    "truck": _ROADS | {"motorway", "motorway_link"},
    "bike": _ROADS | {"cycleway", "path", "track", "pedestrian", "footway", "steps"},
    "walk": _ROADS | {"path", "track", "pedestrian", "footway", "steps", "corridor", "platform"},
}
"""Classes that are open to a mode unless their tags say otherwise."""

# Classes that explicit tags may open: motor_vehicle=yes on a track, foot=yes on a cycleway.
_OPENABLE: Final[dict[str, frozenset[str]]] = {
    "car": frozenset({"track", "pedestrian"}),
    "truck": frozenset({"track", "pedestrian"}),
    "bike": frozenset({"bridleway"}),
    "walk": frozenset({"cycleway", "bridleway"}),
}
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "truck": ("hgv", "motor_vehicle", "vehicle", "access"),
    "bike": ("bicycle", "vehicle", "access"),
    "walk": ("foot", "access"),
}
_OPEN: Final = frozenset({"yes", "permissive", "designated", "official"})
_PRIVATE: Final = frozenset({"private", "permit", "residents", "employees", "staff"})
_CLOSED: Final = _PRIVATE | {
    "no",
    "agricultural",
    "forestry",
    "military",
    "emergency",
    "restricted",
    "psv",
    "bus",
    "use_sidepath",
    "dismount",
    "discouraged",
    "unknown",
}
# Service ways that lead nowhere a crew would drive through (as in OSMnx's drive_service network).
_NO_THROUGH_SERVICE: Final = frozenset(
    {"parking_aisle", "parking", "private", "emergency_access", "drive-through"}
)
_ROUND: Final = frozenset({"roundabout", "circular"})
_MOTOR_BARRIERS: Final = _words(
    "bollard block chain cycle_barrier motorcycle_barrier jersey_barrier planter log debris "
    "stile turnstile kissing_gate full-height_turnstile horse_stile bar"
)
_ANY_BARRIERS: Final = frozenset({"wall", "fence", "hedge", "guard_rail", "retaining_wall"})
_NO_STREET: Final = _words(
    "construction proposed planned abandoned disused razed raceway bus_guideway busway elevator "
    "bridleway escape"
)
_FIRST_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class WayRules:
    """One way's rules, a value a direction (forward, backward).

    Parameters
    ----------
    modes
        Bits of :data:`networks.MODES`.
    limit_kmh
        Mapped limit, NaN unknown, inf none.
    lanes
        0 unknown.
    """

    modes: tuple[int, int]
    limit_kmh: tuple[float, float]
    lanes: tuple[int, int]


def way_rules(tags: Mapping[str, str], *, mode: str = "car", private: bool = False) -> WayRules:
    """Rules of a way.

    Parameters
    ----------
    tags
        The way's tags; ``highway`` must be there.
    mode
        Whose limit is asked for: trucks obey ``maxspeed:hgv``.
    private
        Open private ways.

    Examples
    --------
    >>> way_rules({"highway": "residential", "oneway": "yes", "maxspeed": "30"}).limit_kmh
    (30.0, 30.0)
    >>> way_rules({"highway": "footway"}).modes == (MODES["walk"] | MODES["bike"],) * 2
    True
    """
    modes = [0, 0]
    if tags.get("area") != "yes":
        for one, bit in MODES.items():
            directions = _directions(tags, one)
            for i, side in enumerate(("forward", "backward")):
                if directions[i] and _allowed(tags, one, side, private=private):
                    modes[i] |= bit
    forward, backward = _directions(tags, "car")
    return WayRules(
        modes=(modes[0], modes[1]),
        limit_kmh=(_limit(tags, "forward", mode), _limit(tags, "backward", mode)),
        lanes=(
            _lanes(tags, "forward", two_way=backward),
            _lanes(tags, "backward", two_way=forward),
        ),
    )


def class_modes(road_class: str) -> int:
    """Bits of the modes that a class is open to by itself; all for classes OSM does not have.

    Examples
    --------
    >>> class_modes("motorway") == MODES["car"] | MODES["truck"], class_modes("Hauptstrasse")
    (True, 15)
    """
    known = any(road_class in classes for classes in CLASSES.values())
    if not known and road_class not in _NO_STREET:
        return sum(MODES.values())
    return sum(bit for mode, bit in MODES.items() if road_class in CLASSES[mode])


def way_name(tags: Mapping[str, str], lang: str = "") -> str:
    """Name of a street in a language where mapped, else its name, else its road number."""
    keys = (f"name:{lang}", "name", "ref") if lang else ("name", "ref")
    return next((tags[key] for key in keys if key in tags), "")


def node_blocks(tags: Mapping[str, str], mode: str, *, private: bool = False) -> bool:
    """Whether a node (a bollard, a locked gate) stops a mode.

    Examples
    --------
    >>> node_blocks({"barrier": "bollard"}, "car"), node_blocks({"barrier": "bollard"}, "walk")
    (True, False)
    """
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    verdict = _verdict(tags, _KEYS[mode], "", private=private)
    if verdict is not None:
        return not verdict
    motor = mode in {"car", "truck"}
    return barrier in _ANY_BARRIERS or (motor and barrier in _MOTOR_BARRIERS)


def _allowed(tags: Mapping[str, str], mode: str, side: str, *, private: bool) -> bool:
    road_class = tags["highway"]
    keys = _KEYS[mode]
    if road_class in CLASSES[mode]:
        if mode in {"bike", "walk"} and tags.get("motorroad") == "yes":
            return False
        motor = mode in {"car", "truck"}
        if motor and road_class == "service" and tags.get("service") in _NO_THROUGH_SERVICE:
            return False
        verdict = _verdict(tags, keys, side, private=private)
        return verdict is None or verdict
    if road_class in _OPENABLE[mode]:
        # Only a key of the vehicle's own opens a class, not a general access=yes.
        return any(tags.get(key) in _OPEN for key in keys[:-1])
    return False


def _verdict(
    tags: Mapping[str, str], keys: tuple[str, ...], side: str, *, private: bool
) -> bool | None:
    for key in keys:
        value = tags.get(f"{key}:{side}") or tags.get(key)
        if value is None:
            continue
        parts = [part.strip() for part in value.split(";")]
        return not all(part in _CLOSED and not (private and part in _PRIVATE) for part in parts)
    return None


def _directions(tags: Mapping[str, str], mode: str) -> tuple[bool, bool]:
    if mode == "walk":
        return _oneway(tags.get("oneway:foot")) or (True, True)
    if mode == "bike":
        own = _oneway(tags.get("oneway:bicycle"))
        if own is not None:
            return own
        sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
        if any(tags.get(key, "").startswith("opposite") for key in sides):
            return True, True
    stated = _oneway(tags.get("oneway"))
    if stated is not None:
        return stated
    implied = tags.get("junction") in _ROUND or tags.get("highway") == "motorway"
    return True, not implied


def _oneway(value: str | None) -> tuple[bool, bool] | None:
    if value in {"yes", "true", "1"}:
        return True, False
    if value in {"-1", "reverse"}:
        return False, True
    if value in {"no", "false", "0", "alternating"}:
        return True, True
    if value == "reversible":
        return False, False
    return None


def _limit(tags: Mapping[str, str], side: str, mode: str) -> float:
    truck = (f"maxspeed:hgv:{side}", "maxspeed:hgv") if mode == "truck" else ()
    for key in (*truck, f"maxspeed:{side}", "maxspeed", "maxspeed:type", "source:maxspeed"):
        limit = parse_maxspeed(tags.get(key))
        if limit is not None:
            return limit
    return float("nan")


def _lanes(tags: Mapping[str, str], side: str, *, two_way: bool) -> int:
    own = _first_number(tags.get(f"lanes:{side}"))
    if own:
        return own
    total = _first_number(tags.get("lanes"))
    return -(-total // 2) if two_way else total


def _first_number(text: str | None) -> int:
    found = _FIRST_NUMBER.search(text or "")
    return min(int(found[0]), 32) if found else 0
