"""What must fit together in [routes.NAME] tables, before any street is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.collection.rules import check_collect_routes
from scenarios.faults import did_you_mean
from scenarios.hours import day_index
from scenarios.routing.fleet import kinds_of, plan_days
from scenarios.routing.jobs import terms_of
from scenarios.routing.schema import JOB_KEYS, RoutesSpec, of_class
from scenarios.routing.windows import open_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_routes", "depots_and_dumps"]


_HOLDS = {"sweep": "capacity_t", "water": "tank_m3"}


def _job_keys(job: str) -> list[str]:
    """Keys that only one job has; those of both jobs stand in the same order."""
    return [*JOB_KEYS[job], "fill" if job == "water" else "dump"]


def _routes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = document.get("routes")
    if isinstance(tables, dict):
        yield from ((name, t) for name, t in tables.items() if isinstance(t, dict))


def depots_and_dumps(document: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Find the places in the tables, for [scenario] crs to convert."""
    for _, table in _routes(document):
        for key in ("depot", "dump", "fill", "facility"):
            if isinstance(table.get(key), dict):
                yield [table[key]]
            if isinstance(table.get(key), list):
                yield [item for item in table[key] if isinstance(item, dict)]


def check_routes(document: dict[str, Any], faults: FaultList) -> None:
    """Note what does not fit together, in every table whose single values are sound.

    Parameters
    ----------
    document
        The merged scenario.
    faults
        Takes what is found.
    """
    for name, table in _routes(document):
        path = ("routes", name)
        if "network" not in document:
            faults.add(path, "there are no streets to route on", "add [network] source = ...")
        if table.get("job") == "collect":
            check_collect_routes(document, table, path, faults)
            continue
        try:
            spec = RoutesSpec.model_validate(table)
        except ValidationError:
            continue  # each wrong value is noted where the whole scenario is read
        _Rules(spec, path, faults).check()


class _Rules:
    """The rules of one table."""

    def __init__(self, spec: RoutesSpec, path: KeyPath, faults: FaultList) -> None:
        self.spec = spec
        self.path = path
        self.faults = faults

    def check(self) -> None:
        """Note all faults."""
        if not self._keys_of_the_job():
            return  # whoever takes one job for the other has other figures in mind
        self._figures_by_class()
        self._names("depot", [depot.name for depot in self.spec.depot])
        self._names(self.spec.sites_key, [site.name for site in self.spec.sites])
        self._names("vehicle", [vehicle.name for vehicle in self.spec.vehicle])
        known = self._depots()
        self._costs()
        breaks = self._breaks()
        if known and breaks:
            self._classes_of_vehicles()
        self._windows()
        self._week()

    def _add(self, keys: Sequence[str | int], message: str, mend: str | None = None) -> None:
        self.faults.add((*self.path, *keys), message, mend)

    def _keys_of_the_job(self) -> bool:
        """Note keys that only the other job has; whether there are none."""
        spec = self.spec
        own, other = ("water", "sweep") if spec.is_water else ("sweep", "water")
        mine = dict(zip(_job_keys(other), _job_keys(own), strict=True))
        wrong: list[tuple[tuple[str | int, ...], str]] = [
            ((key,), key) for key in mine if getattr(spec, key) not in (None, [])
        ]
        there = _HOLDS[other]
        for number, vehicle in enumerate(spec.vehicle):
            if getattr(vehicle, there) is not None:
                wrong.append((("vehicle", number, there), there))
        for keys, key in wrong:
            self._add(
                keys,
                f'is a key of job = "{other}", and this is job = "{own}"',
                f'write {mine[key]} instead, or job = "{other}"',
            )
        return not wrong

    def _figures_by_class(self) -> None:
        keys: list[tuple[str | int, ...]] = [("sweep_kmh",), (self.spec.amount_key,)]
        figures = [self.spec.sweep_kmh, self.spec.amount_per_km]
        wanted = [self.spec.classes, self.spec.classes]
        for number, vehicle in enumerate(self.spec.vehicle):
            if vehicle.sweep_kmh is not None:
                keys.append(("vehicle", number, "sweep_kmh"))
                figures.append(vehicle.sweep_kmh)
                own = [word for word in self.spec.classes if word in vehicle.classes]
                wanted.append(own if vehicle.classes else self.spec.classes)
        for key, figure, words in zip(keys, figures, wanted, strict=True):
            for word in words:
                if of_class(figure, word) is None:
                    self._add(
                        key,
                        f'has no figure for class "{word}"',
                        "add it, or other = ... for all the rest",
                    )

    def _names(self, key: str, names: Sequence[str]) -> None:
        words = {"depot": "depot", "dump": "dump site", "fill": "fill point"}
        for number, name in enumerate(names):
            if name in names[:number]:
                self._add(
                    (key, number, "name"),
                    f'"{name}" is there twice',
                    f"give each {words.get(key, 'kind of vehicle')} a name of its own",
                )

    def _depots(self) -> bool:
        """Note vehicles whose depot is not known; whether there are none."""
        spec = self.spec
        names = [depot.name for depot in spec.depot]
        sound = True
        if len(names) > 1 and not spec.vehicle:
            self._add(
                ("depot", 1),
                "is a second depot, and nothing says which vehicles leave from it",
                'add [[routes.NAME.vehicle]] name = "...", depot = "..." for each kind',
            )
        for number, vehicle in enumerate(spec.vehicle):
            if vehicle.depot is None and len(names) > 1:
                self._add(
                    ("vehicle", number),
                    f'does not say from which depot "{vehicle.name}" leaves',
                    f'add depot = "{names[0]}", say',
                )
            elif vehicle.depot is not None and vehicle.depot not in names:
                sound = False
                self._add(
                    ("vehicle", number, "depot"),
                    f'there is no depot "{vehicle.depot}"',
                    did_you_mean(vehicle.depot, names, what="there are", quote='"'),
                )
        if spec.vehicle and spec.vehicles is not None:
            self._add(
                ("vehicles",),
                "is given beside [[vehicle]] tables",
                "give count in each of them instead",
            )
        return sound

    def _costs(self) -> None:
        spec = self.spec
        given: list[tuple[tuple[str | int, ...], float | None]] = [
            (("cost_route",), spec.cost_route),
            *((("vehicle", k, "cost_route"), v.cost_route) for k, v in enumerate(spec.vehicle)),
        ]
        for keys, cost in given:
            if cost and spec.cost_h is None:
                self._add(
                    keys,
                    "needs cost_h, what an hour of a vehicle costs, to be weighed against hours",
                    "add cost_h = ... to the table, in the same money",
                )

    def _breaks(self) -> bool:
        """Note breaks that do not fit their shift; whether all do."""
        spec, sound = self.spec, True
        rows: list[tuple[tuple[str | int, ...], Any]] = [((), None)]
        rows += [(("vehicle", number), vehicle) for number, vehicle in enumerate(spec.vehicle)]
        for keys, vehicle in rows:
            if vehicle is None and spec.vehicle:
                continue  # each kind is looked at below, with what it takes from the table

            def own(key: str, vehicle: Any = vehicle) -> Any:  # noqa: ANN401
                value = None if vehicle is None else getattr(vehicle, key)
                return getattr(spec, key) if value is None else value

            minutes, after, shift = own("break_min"), own("break_after_h"), own("shift_h")
            if minutes == 0:
                continue
            said = self._break_fault(minutes, after, shift)
            if said is not None:
                sound = False
                key = "break_min" if after is None or said[0].startswith("a break") else ""
                self._add((*keys, key or "break_after_h"), *said)
        return sound

    @staticmethod
    def _break_fault(
        minutes: float, after: list[float] | None, shift: float
    ) -> tuple[str, str] | None:
        if minutes >= 60 * shift:
            return (
                f"a break of {minutes:g} min is as long as the shift of {shift:g} h",
                "give minutes, and less of them",
            )
        if after is None:
            return (
                "needs break_after_h, when the break begins",
                "add the earliest and the latest hour after leaving, as break_after_h = [3, 4.5]",
            )
        early, late = after
        if not 0 <= early <= late:
            return (
                f"is [{early:g}, {late:g}]",
                "give the earliest hour after leaving first, then the latest",
            )
        if late + minutes / 60 > shift:
            words = (
                f"lets a break of {minutes:g} min begin {late:g} h after leaving, too late for a "
                f"shift of {shift:g} h"
            )
            return words, "let it begin earlier"
        return None

    def _classes_of_vehicles(self) -> None:
        spec = self.spec
        kinds = kinds_of(spec)
        for word in [] if spec.streets else spec.classes:
            if not any(kind.may_sweep(word) for kind in kinds):
                self._add(
                    ("vehicle",),
                    f'no vehicle may {terms_of(spec).do} class "{word}"',
                    "add it to the classes of one, or take it out of the table's",
                )

    def _windows(self) -> None:
        for number, window in enumerate(self.spec.window):
            if window.from_ == window.until:
                self._add(
                    ("window", number),
                    f"runs from {window.from_} until {window.until}, all day or no time at all",
                    "give two times of day",
                )
            elif not open_spans([window]):
                self._add(("window", number), "leaves no time of the day", "make it shorter")

    def _week(self) -> None:
        spec = self.spec
        indexes = [day_index(day) for day in spec.days]
        for number, day in enumerate(spec.days):
            if indexes[number] in indexes[:number]:
                self._add(("days", number), f'"{day}" is there twice', "name each day once")
        days = len(plan_days(spec))
        if spec.frequency is None:
            return
        items = spec.frequency.items() if isinstance(spec.frequency, dict) else None
        for key, times in items or [("", spec.frequency)]:
            if times > days:
                self._add(
                    ("frequency", key) if key else ("frequency",),
                    f"asks for {times} times a week, and days names {days}",
                    "add days, or ask for fewer times",
                )
        for word in spec.classes if items and not spec.streets else []:
            if of_class(spec.frequency, word) is None:
                self._add(
                    ("frequency",),
                    f'has no figure for class "{word}"',
                    "add it, or other = ... for all the rest",
                )
