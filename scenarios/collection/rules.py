"""What must fit together in [collection], and in [routes.NAME] tables that collect from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.collection.fleet import pause_table, trucks_of
from scenarios.collection.points import streams_of
from scenarios.collection.schema import CollectionSpec, CollectSpec
from scenarios.faults import did_you_mean
from scenarios.hours import DAY_S, clock_s, day_index
from scenarios.routing.fleet import plan_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios.collection.schema import TruckSpec
    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_collect_routes", "check_collection", "collection_files"]


def collection_files(
    document: dict[str, Any],
) -> Iterator[tuple[KeyPath, dict[str, Any], str]]:
    """Find the file that [collection] names: its key, the table, and the key in it."""
    table = document.get("collection")
    if isinstance(table, dict) and isinstance(table.get("points"), str) and table["points"].strip():
        yield ("collection", "points"), table, "points"


def check_collection(document: dict[str, Any], faults: FaultList) -> None:
    """Note what does not fit together in [collection].

    Parameters
    ----------
    document
        The merged scenario.
    faults
        Takes what is found.
    """
    table = document.get("collection")
    if not isinstance(table, dict):
        return
    path: KeyPath = ("collection",)
    try:
        spec = CollectionSpec.model_validate(table)
    except ValidationError:
        return  # each wrong value is noted where the whole scenario is read
    _where(spec, faults)
    names = [stream.name for stream in spec.stream]
    for number, name in enumerate(names):
        if name in names[:number]:
            faults.add(
                (*path, "stream", number, "name"), f'"{name}" is there twice', "name each once"
            )
    if isinstance(spec.kg_day_per_km, dict):
        for name in spec.kg_day_per_km:
            if name not in streams_of(spec):
                faults.add(
                    (*path, "kg_day_per_km", name),
                    f'there is no stream "{name}"',
                    did_you_mean(name, streams_of(spec), what="there are", quote='"'),
                )


def _where(spec: CollectionSpec, faults: FaultList) -> None:
    """Note a table that says in no way where waste stands, or in more than one."""
    if spec.points is None and spec.every_m is None:
        faults.add(
            ("collection",), "does not say where waste stands",
            'add points = "points.csv", or every_m = 150 to lay points along the streets',
        )  # fmt: skip
    elif spec.points is not None and spec.every_m is not None:
        faults.add(("collection", "every_m"), "is given beside points", "keep one of them")
    elif spec.points is not None:
        _beside(spec, ("classes", "kg_day_per_km"), "every_m", "points", faults)
    else:
        _beside(spec, ("layer", "crs"), "points", "every_m", faults)


def _beside(
    spec: CollectionSpec, keys: tuple[str, ...], of: str, given: str, faults: FaultList
) -> None:
    """Note keys of one way to say where waste stands that are given beside the other."""
    for key in keys:
        if getattr(spec, key) != CollectionSpec.model_fields[key].get_default():
            faults.add(
                ("collection", key), f"belongs to {of}, and {given} is given",
                "leave it out: nothing would follow from it",
            )  # fmt: skip


def check_collect_routes(
    document: dict[str, Any], table: dict[str, Any], path: KeyPath, faults: FaultList
) -> None:
    """Note what does not fit together in a table whose single values are sound.

    Parameters
    ----------
    document
        The merged scenario.
    table
        Of the routes.
    path
        Its key.
    faults
        Takes what is found.
    """
    if not isinstance(document.get("collection"), dict):
        faults.add(path, "there is no [collection]", "add one: it says where which waste stands")
    try:
        spec = CollectSpec.model_validate(table)
    except ValidationError:
        return  # each wrong value is noted where the whole scenario is read
    _Rules(spec, path, faults, _streams(document)).check()


def _streams(document: dict[str, Any]) -> tuple[str, ...]:
    """Streams of the scenario; empty where its table is not sound."""
    try:
        return streams_of(CollectionSpec.model_validate(document.get("collection")))
    except ValidationError:
        return ()


class _Rules:
    """The rules of one table."""

    def __init__(
        self, spec: CollectSpec, path: KeyPath, faults: FaultList, streams: tuple[str, ...]
    ) -> None:
        self.spec, self.path, self.faults, self.streams = spec, path, faults, streams

    def check(self) -> None:
        """Note all faults."""
        spec = self.spec
        self._names("depot", [one.name for one in spec.depot])
        self._names("facility", [one.name for one in spec.facility])
        self._names("vehicle", [one.name for one in spec.vehicle])
        self._known_streams()
        self._depots()
        self._money()
        sound = [self._pause(keys, truck) for keys, truck in self._tables()]
        if all(sound):
            self._facilities()
        self._openings()
        self._week()

    def _add(self, keys: Sequence[str | int], message: str, mend: str | None = None) -> None:
        self.faults.add((*self.path, *keys), message, mend)

    def _tables(self) -> list[tuple[tuple[str | int, ...], TruckSpec | None]]:
        """Tables that say what a truck can: its own, or the one of all."""
        own: list[tuple[tuple[str | int, ...], TruckSpec | None]] = [
            (("vehicle", number), truck) for number, truck in enumerate(self.spec.vehicle)
        ]
        return own or [((), None)]

    def _names(self, key: str, names: Sequence[str]) -> None:
        words = {"depot": "depot", "facility": "facility", "vehicle": "kind of truck"}
        for number, name in enumerate(names):
            if name in names[:number]:
                self._add(
                    (key, number, "name"), f'"{name}" is there twice',
                    f"give each {words[key]} a name of its own",
                )  # fmt: skip

    def _known_streams(self) -> None:
        rows: list[tuple[tuple[str | int, ...], list[str]]] = [(("stream",), self.spec.stream)]
        rows += [(("vehicle", k, "streams"), v.streams) for k, v in enumerate(self.spec.vehicle)]
        rows += [(("facility", k, "streams"), f.streams) for k, f in enumerate(self.spec.facility)]
        for keys, names in rows:
            for number, name in enumerate(names):
                if self.streams and name not in self.streams:
                    self._add(
                        (*keys, number), f'there is no stream "{name}"',
                        did_you_mean(name, self.streams, what="there are", quote='"'),
                    )  # fmt: skip

    def _depots(self) -> None:
        spec, names = self.spec, [depot.name for depot in self.spec.depot]
        if len(names) > 1 and not spec.vehicle:
            self._add(
                ("depot", 1), "is a second depot, and nothing says which trucks leave from it",
                'add [[routes.NAME.vehicle]] name = "...", depot = "..." for each kind',
            )  # fmt: skip
        for number, truck in enumerate(spec.vehicle):
            if truck.depot is None and len(names) > 1:
                self._add(
                    ("vehicle", number), f'does not say from which depot "{truck.name}" leaves',
                    f'add depot = "{names[0]}", say',
                )  # fmt: skip
            elif truck.depot is not None and truck.depot not in names:
                self._add(
                    ("vehicle", number, "depot"), f'there is no depot "{truck.depot}"',
                    did_you_mean(truck.depot, names, what="there are", quote='"'),
                )  # fmt: skip
        if spec.vehicle and spec.vehicles is not None:
            self._add(
                ("vehicles",), "is given beside [[vehicle]] tables",
                "give count in each of them instead",
            )  # fmt: skip

    def _money(self) -> None:
        spec = self.spec
        for keys, truck in self._tables():
            hour = spec.cost_h if truck is None or truck.cost_h is None else truck.cost_h
            for key in ("cost_route", "cost_km"):
                own = None if truck is None else getattr(truck, key)
                cost = getattr(spec, key) if own is None else own
                if cost and hour is None:
                    self._add(
                        (*keys, key) if own is not None else (key,),
                        "needs cost_h, what an hour of a truck costs, to be weighed against hours",
                        "add cost_h = ... to the table, in the same money",
                    )

    def _pause(self, keys: tuple[str | int, ...], truck: TruckSpec | None) -> bool:
        """Note a break that cannot be; whether it can."""
        spec = self.spec

        def own(key: str) -> Any:  # noqa: ANN401 - as the table has it
            value = None if truck is None else getattr(truck, key)
            return getattr(spec, key) if value is None else value

        minutes, pair = own("break_min"), pause_table(spec, truck)
        lunch, after = pair.lunch, pair.break_after_h
        key = "break_after_h" if lunch is None else "lunch"
        if minutes == 0:
            says_none = pair is spec and truck is not None and truck.break_min == 0
            if says_none or (lunch is None and after is None):
                return True
            fault = key, "needs break_min, how long it is", "add break_min = 45"
        elif minutes >= 60 * own("shift_h"):
            said = f"a break of {minutes:g} min is as long as the shift of {own('shift_h'):g} h"
            fault = "break_min", said, "give minutes, and less of them"
        else:
            found = _moment_fault(lunch, after, is_open=own("leaves_until") is not None)
            if found is None:
                return True
            fault = found
        self._add((*keys, fault[0]), *fault[1:])
        return False

    def _facilities(self) -> None:
        """Every kind of truck needs a facility that takes all its streams."""
        spec = self.spec
        if not spec.facility or any(truck.depot not in (None, *(d.name for d in spec.depot))
                                    for truck in spec.vehicle):  # fmt: skip
            return
        for number, truck in enumerate(trucks_of(spec)):
            own = set(truck.streams or self.streams)
            if own and not any(not site.streams or own <= set(site.streams)
                               for site in spec.facility):  # fmt: skip
                self._add(
                    ("vehicle", number) if spec.vehicle else ("facility",),
                    f"no facility takes all of {', '.join(sorted(own))}",
                    "give each stream trucks of its own, or a facility more streams",
                )

    def _openings(self) -> None:
        """Note visits that do not fit into the hours of their facility."""
        for number, site in enumerate(self.spec.facility):
            if site.opens is None and site.closes is None:
                continue
            opens = clock_s(site.opens or "00:00")
            closes = DAY_S if site.closes is None else clock_s(site.closes)
            open_s = closes - opens + (DAY_S if closes <= opens else 0)
            visit_s = 60 * (self.spec.visit_min if site.visit_min is None else site.visit_min)
            if visit_s > open_s:
                self._add(
                    ("facility", number, "opens" if site.closes is None else "closes"),
                    f'"{site.name}" is open for {open_s / 60:g} min, less than a visit of '
                    f"{visit_s / 60:g} min",
                    "give longer hours, or a shorter visit_min",
                )

    def _week(self) -> None:
        spec = self.spec
        if spec.is_week and spec.days_of_waste != 1.0:
            self._add(
                ("days_of_waste",), "is of a plan of one day, and this one is of several",
                "leave it out: what lies there follows from the days between",
            )  # fmt: skip
        for key in ("balance", "compactness"):
            if spec.is_week and getattr(spec, key):
                self._add(
                    (key,), "is of plans of one day, and this one is of several", "leave it out"
                )
        indexes = [day_index(day) for day in spec.days]
        for number, day in enumerate(spec.days):
            if indexes[number] in indexes[:number]:
                self._add(("days", number), f'"{day}" is there twice', "name each day once")
        if spec.frequency is None:
            return
        days = len(plan_days(spec))
        items = spec.frequency.items() if isinstance(spec.frequency, dict) else None
        for key, times in items or [("", spec.frequency)]:
            if times > days:
                self._add(
                    ("frequency", key) if key else ("frequency",),
                    f"asks for {times} times a week, and days names {days}",
                    "add days, or ask for fewer times",
                )


def _moment_fault(
    lunch: list[str] | None, after: list[float] | None, *, is_open: bool
) -> tuple[str, str, str] | None:
    """Say what is wrong with the times at which a break begins: the key, and the words.

    Parameters
    ----------
    lunch, after
        Times of the clock, and hours since leaving.
    is_open
        Whether it is open when a truck leaves.
    """
    if lunch is not None and after is not None:
        return "break_after_h", "is given beside lunch", "keep one of them"
    if lunch is not None:
        is_one = clock_s(lunch[0]) == clock_s(lunch[1])
        same = "lunch", "begins and ends at one time", "give two times of day"
        return same if is_one else None
    if after is None:
        return (
            "break_min", "needs a time at which the break begins",
            'add lunch = ["11:00", "12:00"], or break_after_h = [3, 4.5]',
        )  # fmt: skip
    if not 0 <= after[0] <= after[1]:
        return (
            "break_after_h", f"is [{after[0]:g}, {after[1]:g}]",
            "give the earliest hour after leaving first, then the latest",
        )  # fmt: skip
    counts = (
        "break_after_h", "counts from leaving, and leaves_until leaves that open",
        'give times of the clock, as lunch = ["11:00", "12:00"]',
    )  # fmt: skip
    return counts if is_open else None
