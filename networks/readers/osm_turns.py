"""Turn restrictions of OpenStreetMap extracts, matched to the edges of a network.

Relations ``type=restriction`` as in https://wiki.openstreetmap.org/wiki/Relation:restriction:
``no_*`` bans the way from ``from`` over ``via`` (a junction, or streets in order) to ``to``.
``only_*`` bans all else: whoever leaves ``from`` at the junction must follow ``via``, and at its
end ``to``. The most specific key decides (``restriction:hgv`` before ``restriction`` for a truck),
``except`` frees the vehicles that it names, and none holds for walkers but ``restriction:foot``.
Rules that hold at some hours (``restriction:conditional``, ``day_on``, ``hour_on``) are obeyed at
all hours unless they are to be left out: a short detour is better than a forbidden turn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from networks.readers.files import existing_file
from networks.turn_rules import TurnRules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from networks.network import RoadNetwork

__all__ = ["read_turn_rules"]

_ENDINGS: Final = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
# From the most specific to the most general name of a mode's vehicle.
_VEHICLES: Final[dict[str, tuple[str, ...]]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle"),
    "truck": ("hgv", "goods", "motor_vehicle", "vehicle"),
    "bike": ("bicycle", "vehicle"),
    "walk": ("foot",),
}
_NO: Final = frozenset(
    f"no_{turn}" for turn in ("left_turn", "right_turn", "straight_on", "u_turn", "entry", "exit")
)
_ONLY: Final = frozenset(
    f"only_{turn}" for turn in ("left_turn", "right_turn", "straight_on", "u_turn")
)
_ROUND: Final = frozenset({"roundabout", "circular"})
_HOURS: Final = ("day_on", "day_off", "hour_on", "hour_off")


@dataclass(frozen=True)
class _Relation:
    """One restriction as it is read: ids of ways and of the junction."""

    number: int
    kind: str
    timed: bool
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]


def read_turn_rules(
    path: str | PathLike[str], network: RoadNetwork, *, timed: bool = True
) -> TurnRules:
    """Read where one may not turn, and which edges are roundabouts.

    Parameters
    ----------
    path
        The extract that the network was read from.
    network
        Its streets, with OpenStreetMap's node and way ids; its mode decides which rules hold.
    timed
        Obey rules that hold at some hours only, at all hours.

    Returns
    -------
    TurnRules
        ``.words()`` says what was obeyed and what was not.

    Raises
    ------
    InputError
        If the file is absent or unreadable.
    """
    place = existing_file(path, _ENDINGS)
    streets = _Streets(network)
    banned: list[tuple[int, ...]] = []
    numbers: list[int] = []
    unmatched: Counter[str] = Counter()
    applied = at_hours = 0
    try:
        for number, tags, members in _relations(place):
            kind, by_hour = _kind(tags, network.mode)
            relation = _relation(number, kind, members, timed=by_hour)
            found = _reason(relation, tags, network.mode, timed=timed) or streets.match(relation)
            if isinstance(found, str):
                unmatched[found] += 1
                continue
            applied += 1
            at_hours += relation.timed
            banned += found
            numbers += [number] * len(found)
        roundabout = np.isin(network.source_id, _roundabout_ways(place))
    except RuntimeError as error:
        raise InputError(
            f"it cannot be read as OpenStreetMap data ({error})",
            file=place,
            mend="download the extract again, and check that its name says its format",
        ) from error
    rules = TurnRules.of(network, banned, relation=numbers, roundabout=roundabout)
    left = dict(sorted(unmatched.items()))
    return replace(rules, applied=applied, timed=at_hours, unmatched=left)


# ---- what the file says


_Members = tuple[tuple[str, str, int], ...]


def _relations(place: PathLike[str]) -> Iterator[tuple[int, dict[str, str], _Members]]:
    import osmium

    reader = osmium.FileProcessor(str(place), osmium.osm.RELATION)
    for relation in reader.with_filter(osmium.filter.KeyFilter("type")):
        tags = dict(relation.tags)
        if not isinstance(relation, osmium.osm.Relation) or (
            tags["type"].split(":")[0] != "restriction"
        ):
            continue
        members = tuple((member.role, member.type, member.ref) for member in relation.members)
        yield relation.id, tags, members


def _roundabout_ways(place: PathLike[str]) -> list[int]:
    import osmium

    reader = osmium.FileProcessor(str(place), osmium.osm.WAY)
    return [
        way.id
        for way in reader.with_filter(osmium.filter.KeyFilter("junction"))
        if way.tags.get("junction") in _ROUND
    ]


def _kind(tags: Mapping[str, str], mode: str) -> tuple[str, bool]:
    """Find what a relation demands of a mode ("": nothing), and whether at some hours only."""
    keys = [f"restriction:{vehicle}" for vehicle in _VEHICLES[mode]]
    # An older form names the vehicle in the type: type=restriction:hgv with a plain restriction.
    named = tags["type"].partition(":")[2]
    if named in _VEHICLES[mode] or (mode != "walk" and not named):
        keys.append("restriction")
    for key in keys:
        if key in tags:
            return tags[key], any(hour in tags for hour in _HOURS)
        if f"{key}:conditional" in tags:
            return tags[f"{key}:conditional"].partition("@")[0].strip(), True
    return "", False


def _relation(number: int, kind: str, members: _Members, *, timed: bool) -> _Relation:
    ways: dict[str, list[int]] = {"from": [], "via": [], "to": []}
    node: int | None = None
    for role, member_type, ref in members:
        if role == "via" and member_type == "n":
            node = ref
        elif role in ways and member_type == "w":
            ways[role].append(ref)
    via = () if node is not None else tuple(ways["via"])
    return _Relation(number, kind, timed, tuple(ways["from"]), tuple(ways["to"]), node, via)


def _reason(relation: _Relation, tags: Mapping[str, str], mode: str, *, timed: bool) -> str:
    """Why a relation is left out before its streets are looked for, "" if it is not."""
    exempt = {word.strip() for word in tags.get("except", "").split(";")}
    if not relation.kind or exempt & set(_VEHICLES[mode]):
        return "other_vehicles"
    if relation.kind not in _NO | _ONLY:
        return "unknown_kind"
    if relation.timed and not timed:
        return "at_hours"
    nowhere = relation.via_node is None and not relation.via_ways
    if nowhere or not relation.sources or not relation.targets:
        return "incomplete"
    return ""


# ---- matched to the streets


class _Streets:
    """A network's edges by OpenStreetMap's ids."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.by_way: dict[int, list[int]] = {}
        for edge, way in enumerate(network.source_id.tolist()):
            self.by_way.setdefault(way, []).append(edge)
        self.node_of = {number: node for node, number in enumerate(network.node_id.tolist())}
        self.tail, self.head = network.tail.tolist(), network.head.tolist()

    def out_of(self, node: int) -> range:
        return range(int(self.network.indptr[node]), int(self.network.indptr[node + 1]))

    def match(self, relation: _Relation) -> str | list[tuple[int, ...]]:
        """Find the sequences that a relation bans, or why it bans none."""
        # Of many sources (no_entry) or targets (no_exit), those that are here count.
        if not all(
            any(way in self.by_way for way in group)
            for group in (relation.sources, relation.targets)
        ) or not all(way in self.by_way for way in relation.via_ways):
            return "not_here"
        if relation.via_node is not None and relation.via_node not in self.node_of:
            return "not_here"
        rows: list[tuple[int, ...]] = []
        for source, target in product(relation.sources, relation.targets):
            found = self._between(relation, source, target)
            if len(found) > 1:
                return "ambiguous"
            rows += found
        if not rows:
            return "not_joined"
        if relation.kind in _ONLY:
            return [ban for row in rows for ban in self._all_else(row)]
        return rows

    def _between(self, relation: _Relation, source: int, target: int) -> list[tuple[int, ...]]:
        """Ways to drive from one street over the junction or the streets between to another."""
        starts, goals = self.by_way.get(source, []), self.by_way.get(target, [])
        rows: list[tuple[int, ...]]
        if relation.via_node is not None:
            node = self.node_of[relation.via_node]
            rows = [(e, f) for e in starts for f in goals if self.head[e] == node == self.tail[f]]
        else:
            rows = [row for e in starts for row in self._over(e, relation.via_ways, goals)]
        back = self.network.reverse
        if source == target and relation.kind.endswith("u_turn"):
            return [row for row in rows if len(row) > 2 or back[row[0]] == row[1]]
        # Straight ahead is meant on one street's own two parts, turning back on none.
        return [row for row in rows if back[row[0]] != row[-1] or relation.kind.endswith("u_turn")]

    def _over(
        self, start: int, via: Sequence[int], goals: Sequence[int]
    ) -> Iterator[tuple[int, ...]]:
        """Drive all streets between, in order and never back, until a goal begins."""
        aim: dict[int, list[int]] = {}
        for goal in goals:
            aim.setdefault(self.tail[goal], []).append(goal)
        begin: tuple[int, ...] = (start,)
        pending = [(begin, 0, {self.tail[start], self.head[start]})]
        while pending:
            row, done, seen = pending.pop()
            node = self.head[row[-1]]
            if done == len(via) and node in aim:
                yield from ((*row, goal) for goal in aim[node])
                continue
            for edge in self.out_of(node):
                way = int(self.network.source_id[edge])
                on = done > 0 and way == via[done - 1]
                next_one = done < len(via) and way == via[done]
                if (on or next_one) and self.head[edge] not in seen:
                    pending.append(((*row, edge), done + next_one, seen | {self.head[edge]}))

    def _all_else(self, row: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Every way to leave an obligatory sequence."""
        return [
            (*row[:k], other)
            for k in range(1, len(row))
            for other in self.out_of(self.head[row[k - 1]])
            if other != row[k]
        ]
