"""What must fit together in a scenario of waste, before any street is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.closing_times import ends_before_it_begins
from scenarios.faults import did_you_mean
from scenarios.merge import WASTE_LISTS
from scenarios.profiles import BUILT_IN
from scenarios.waste.document import (
    collected_streams,
    days_of,
    head_of,
    hours_of_run,
    job_of,
    no_intake,
    stream_names,
    tables_of,
)
from scenarios.waste.schema import ORDERS, WasteSpec, of_routes
from scenarios.whole_days import check_whole_days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_waste"]

_STATION_KEYS = ("compactors", "press_t_h", "pit_t", "container_t", "buffer")


def check_waste(document: dict[str, Any], faults: FaultList) -> None:
    """Note all that does not fit together.

    Parameters
    ----------
    document
        The merged scenario.
    faults
        Takes what is found.
    """
    head = document.get("scenario")
    is_service = isinstance(head, dict) and head.get("service") == "waste"
    table = document.get("waste")
    if is_service and not isinstance(table, dict):
        faults.add(
            ("scenario", "service"),
            'is "waste", and there is no [waste]',
            "add one with routes and [[waste.facility]] (docs/waste-simulation.md)",
        )
    if is_service and isinstance(head, dict):
        check_whole_days(head, "collection of waste", faults)
    if not isinstance(table, dict):
        return
    if is_service and not isinstance(document.get("collection"), dict):
        faults.add(
            ("waste",), "there is no [collection]", "add one: it says where which waste comes up"
        )
    for key in WASTE_LISTS:
        _unique(table.get(key), key, faults)
    try:
        spec = WasteSpec.model_validate(table)
    except ValidationError:
        return  # each wrong value is noted where the whole scenario is read
    _Checker(document, spec, faults).check()


def _unique(items: object, key: str, faults: FaultList) -> None:
    seen: set[str] = set()
    for number, item in enumerate(items if isinstance(items, list) else []):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and name in seen:
            faults.add(("waste", key, number, "name"), f'"{name}" is used twice', "rename one")
        elif isinstance(name, str):
            seen.add(name)


class _Checker:
    """Goes through a table whose single values are sound."""

    def __init__(self, document: dict[str, Any], spec: WasteSpec, faults: FaultList) -> None:
        self.document = document
        self.spec = spec
        self.faults = faults
        self.streams = stream_names(document)
        self.facilities = [facility.name for facility in spec.facility]

    def check(self) -> None:
        self._routes()
        self._by_routes()
        self._profiles()
        for number, facility in enumerate(self.spec.facility):
            self._facility(number, facility.name)
        self._accepted()
        self._haulers()
        self._outages()
        self._bans()
        self._deliveries()
        self._orders()

    # ---- routes

    def _routes(self) -> None:
        tables = self.document.get("routes")
        tables = tables if isinstance(tables, dict) else {}
        collecting = [
            n for n, t in tables.items() if isinstance(t, dict) and job_of(t) == "collect"
        ]
        for number, name in enumerate(self.spec.routes):
            path: KeyPath = ("waste", "routes", number)
            if name not in tables:
                mend = did_you_mean(name, collecting, what="there are", quote='"')
                if not collecting:
                    mend = f'add a [routes.{name}] table with job = "collect"'
                self.faults.add(path, f'there are no routes "{name}"', mend)
            elif name not in collecting:
                self.faults.add(
                    path,
                    f"names [routes.{name}], which collects no waste",
                    'name a table with job = "collect"',
                )
        if len(set(self.spec.routes)) < len(self.spec.routes):
            self.faults.add(("waste", "routes"), "names the same routes twice", "name each once")

    def _by_routes(self) -> None:
        for key in ("plan", "days", "select", "select_share", "ahead_h"):
            value = getattr(self.spec, key)
            for name in value if isinstance(value, dict) else ():
                if name not in self.spec.routes:
                    mend = did_you_mean(name, self.spec.routes, what="routes are", quote='"')
                    self.faults.add(("waste", key, name), f'there are no routes "{name}"', mend)
        for name in self.spec.routes:
            share = of_routes(self.spec.select_share, name, 0.7)
            if of_routes(self.spec.select, name, "fixed") == "risk" and not 0 < share < 1:
                self.faults.add(
                    ("waste", "select_share"),
                    f"is {share:g} for routes that select by risk",
                    "give a probability between 0 and 1, as 0.1",
                )
        if isinstance(self.spec.plan, str) and len(self.spec.routes) > 1:
            one = self.spec.routes[0]
            self.faults.add(
                ("waste", "plan"),
                f"is one plan for {len(self.spec.routes)} routes",
                f'say of which it is, as {{ {one} = "{Path(self.spec.plan).name}" }}',
            )

    def _profiles(self) -> None:
        own = self.document.get("hour_profile")
        known = [*(own if isinstance(own, dict) else ()), *BUILT_IN]
        spec = self.spec
        named: list[tuple[KeyPath, object]] = [(("waste", "filling", "hours"), spec.filling.hours)]
        named += [
            (("waste", "filling", "by_kind", kind), word)
            for kind, word in spec.filling.by_kind.items()
        ]
        named += [
            (("waste", "delivery", number, "hours"), delivery.hours)
            for number, delivery in enumerate(spec.delivery)
        ]
        if spec.orders is not None:
            named.append((("waste", "orders", "hours"), spec.orders.hours))
        for path, word in named:
            self._known(word, known, path, "hour profile", "profiles are")
        days = days_of(self.document)
        if len(spec.filling.day_factors) > days:
            self.faults.add(
                ("waste", "filling", "day_factors"),
                f"has {len(spec.filling.day_factors)} days, and the run has {days}",
                "give one factor a day from the first on; days after the last have 1",
            )
        for path, table in (
            (("waste", "filling", "deposit_l"), spec.filling.deposit_l),
            *(
                (("waste", "facility", number, "intake_t_day"), facility.intake_t_day)
                for number, facility in enumerate(spec.facility)
            ),
        ):
            for name in table if isinstance(table, dict) else ():
                self._stream(name, (*path, name))

    # ---- facilities

    def _facility(self, number: int, name: str) -> None:
        facility = self.spec.facility[number]
        path: KeyPath = ("waste", "facility", number)
        for place, stream in enumerate(facility.accepts):
            self._stream(stream, (*path, "accepts", place))
        if (facility.lon is None) != (facility.lat is None):
            self.faults.add(path, "gives one of lon and lat", "give both")
        missing = [key for key in _STATION_KEYS if getattr(facility, key) is None]
        if facility.kind == "station" and missing:
            self.faults.add(
                (*path, missing[0]),
                f"{' and '.join(missing)} of the station {'is' if len(missing) == 1 else 'are'} "
                "missing",
                "give compactors, press_t_h, pit_t, container_t and buffer (full containers in "
                "the yard)",
            )
        elif facility.kind == "station":
            if not any(h.takes == name and h.count for h in self.spec.hauler):
                self.faults.add_after_drop(
                    "hauler",
                    path,
                    f'no hauler takes the containers of station "{name}"',
                    f'add [[waste.hauler]] takes = "{name}", count = 1',
                )
            if facility.pit_t and facility.container_t and facility.pit_t < facility.container_t:
                self.faults.add(
                    (*path, "pit_t"),
                    f"is {facility.pit_t:g} t, less than a container of {facility.container_t:g} t",
                    "count what a press takes before the container is full as pit",
                )
            self._sends(number)
        else:
            keys = (*_STATION_KEYS, "sends_to")
            given = [key for key in keys if getattr(facility, key) not in (None, [])]
            if given:
                self.faults.add(
                    (*path, given[0]),
                    f'is for a transfer station, and kind is "{facility.kind}"',
                    'leave it out, or write kind = "station"',
                )
        self._opens(number)
        if no_intake(facility.intake_t_day):
            self.faults.add(
                (*path, "intake_t_day"),
                f'"{name}" takes nothing at all',
                "give more than 0, or leave the facility out",
            )

    def _sends(self, number: int) -> None:
        """Note what is no facility behind a station, and a stream that none behind it takes."""
        station = self.spec.facility[number]
        for place, other in enumerate(station.sends_to):
            to: KeyPath = ("waste", "facility", number, "sends_to", place)
            self._known(other, self.facilities, to, "facility", "are")
            if any(f.name == other and f.kind == "station" for f in self.spec.facility):
                self.faults.add(
                    to,
                    f'"{other}" is a station: containers of "{station.name}" go where waste ends',
                    "name an incinerator, landfill, kitchen plant or recycler, or leave "
                    "sends_to out",
                )
        behind = [
            other
            for other in self.spec.facility
            if other.kind != "station" and (not station.sends_to or other.name in station.sends_to)
        ]
        for place, stream in enumerate(station.accepts):
            if stream in self.streams and not any(stream in other.accepts for other in behind):
                self.faults.add(
                    ("waste", "facility", number, "accepts", place),
                    f'"{stream}" goes into station "{station.name}", and no facility behind it '
                    "accepts it",
                    "let an incinerator, landfill or plant accept it, or name one in sends_to",
                )

    def _opens(self, number: int) -> None:
        """Note a facility that never opens in the days of the run."""
        facility = self.spec.facility[number]
        path: KeyPath = ("waste", "facility", number, "opens")
        if not any(hours_of_run(self.document, facility.opens)):
            self.faults.add(
                path,
                f'"{facility.name}" never opens within the {days_of(self.document)} days of the '
                "run",
                'give hours of days that the run has, as "mon-sat 06:00-18:00"',
            )

    def _accepted(self) -> None:
        """Note streams that routes collect, and no facility accepts."""
        tables = self.document.get("routes")
        for number, name in enumerate(self.spec.routes):
            table = tables.get(name) if isinstance(tables, dict) else None
            for stream in collected_streams(table, self.streams):
                if not any(stream in facility.accepts for facility in self.spec.facility):
                    self.faults.add_after_drop(
                        "facility",
                        ("waste", "routes", number),
                        f'[routes.{name}] collects "{stream}", which no facility accepts',
                        f'write it into accepts of a [[waste.facility]]: accepts = ["{stream}"]',
                    )
            for place, given in enumerate(tables_of(table, "facility")):
                self._unloaded(name, place, str(given.get("name")), table)

    def _unloaded(self, name: str, place: int, word: str, table: object) -> None:
        """Note a facility of routes that is none of [waste], or does not accept what they bring."""
        path: KeyPath = ("routes", name, "facility", place, "name")
        if not self._known(word, self.facilities, path, "[[waste.facility]]", "there are"):
            return
        facility = next(f for f in self.spec.facility if f.name == word)
        for stream in collected_streams(table, self.streams):
            if stream not in facility.accepts:
                self.faults.add(
                    path,
                    f'"{word}" does not accept "{stream}", which these routes collect',
                    f"it accepts {', '.join(facility.accepts)}",
                )

    # ---- the rest

    def _haulers(self) -> None:
        stations = [f.name for f in self.spec.facility if f.kind == "station"]
        for number, hauler in enumerate(self.spec.hauler):
            path: KeyPath = ("waste", "hauler", number)
            if hauler.takes != ORDERS:
                self._known(hauler.takes, [*stations, ORDERS], (*path, "takes"), "station", "are")
            elif hauler.home is None:
                self.faults.add(
                    (*path, "home"),
                    f'"{hauler.name}" takes orders, and has no home',
                    "name a facility or a depot of the routes",
                )
            if not any(hours_of_run(self.document, hauler.hours)):
                self.faults.add(
                    (*path, "hours"),
                    f'"{hauler.name}" has no hours within the days of the run',
                    'give hours as "mon-sat 06:00-22:00"',
                )
            station = next((f for f in self.spec.facility if f.name == hauler.takes), None)
            full = None if station is None else station.container_t
            if full is not None and hauler.load_t < full:
                self.faults.add(
                    (*path, "load_t"),
                    f"is {hauler.load_t:g} t, less than a full container of {full:g} t",
                    "give a larger hauler or a smaller container_t",
                )

    def _outages(self) -> None:
        start = head_of(self.document).get("start")
        for number, outage in enumerate(self.spec.outage):
            path: KeyPath = ("waste", "outage", number)
            self._known(outage.facility, self.facilities, (*path, "facility"), "facility", "are")
            if ends_before_it_begins({"from": outage.from_, "until": outage.until}, start):
                self.faults.add(
                    (*path, "until"),
                    "is not after the moment at which the outage begins",
                    "give hours since the start of the run for a moment in a later week",
                )

    def _bans(self) -> None:
        for number, ban in enumerate(self.spec.ban):
            ways = [key for key in ("streets", "classes", "bbox") if getattr(ban, key)]
            if len(ways) != 1:
                self.faults.add(
                    ("waste", "ban", number),
                    "says not on which streets" if not ways else f"gives {' and '.join(ways)}",
                    "give one of streets, classes, bbox",
                )

    def _deliveries(self) -> None:
        for number, delivery in enumerate(self.spec.delivery):
            path: KeyPath = ("waste", "delivery", number)
            known = self._known(
                delivery.facility, self.facilities, (*path, "facility"), "facility", "are"
            )
            known &= self._stream(delivery.stream, (*path, "stream"))
            facility = next((f for f in self.spec.facility if f.name == delivery.facility), None)
            if known and facility and delivery.stream not in facility.accepts:
                self.faults.add(
                    (*path, "stream"),
                    f'"{facility.name}" does not accept "{delivery.stream}"',
                    f"it accepts {', '.join(facility.accepts)}",
                )

    def _orders(self) -> None:
        orders, sites = self.spec.orders, self.spec.site
        if orders is None:
            if sites:
                self.faults.add(
                    ("waste", "site", 0), "sites give orders, and there is no [waste.orders]",
                    "add one with stream and order_t",
                )  # fmt: skip
            return
        if not sites and orders.file is None:
            self.faults.add(
                ("waste", "orders"), "nobody orders: there are neither sites nor a file",
                "add [[waste.site]] name, lon, lat, t_day, or file",
            )  # fmt: skip
        if not any(h.takes == ORDERS and h.count for h in self.spec.hauler):
            self.faults.add_after_drop(
                "hauler", ("waste", "orders"), "no hauler takes orders",
                f'add [[waste.hauler]] takes = "{ORDERS}", home, count',
            )  # fmt: skip
        if not any(orders.stream in facility.accepts for facility in self.spec.facility):
            self.faults.add(
                ("waste", "orders", "stream"),
                f'"{orders.stream}" is ordered, and no facility accepts it',
                f'write it into accepts of a [[waste.facility]]: accepts = ["{orders.stream}"]',
            )

    def _stream(self, word: str, path: KeyPath) -> bool:
        return self._known(word, self.streams, path, "stream", "streams are")

    def _known(
        self, word: object, names: Iterable[str], path: KeyPath, what: str, label: str
    ) -> bool:
        names = list(names)
        if not isinstance(word, str) or word in names:
            return True
        if self.faults.add_dropped(what, word, path, what):
            return False
        plural = {"facility": "facilities are", "station": "stations are"}.get(what, label)
        mend = did_you_mean(word, names, what=plural, quote='"')
        self.faults.add(path, f'there is no {what} "{word}"', mend)
        return False
