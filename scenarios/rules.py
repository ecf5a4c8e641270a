"""What must fit together in a scenario: names that are used exist, and the whole makes sense.

The rules look at the merged document itself, not at the validated models, so that they find their
faults even where single values are wrong too: a user sees everything at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.closing_times import ends_before_it_begins
from scenarios.faults import did_you_mean
from scenarios.profiles import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_rules"]

_NUMBER = (int, float)
_MOST_INCIDENTS = 5_000_000  # of one replication


def check_rules(document: dict[str, Any], faults: FaultList) -> None:
    """Note all that does not fit together.

    Parameters
    ----------
    document
        The merged scenario, with CSV rows in place.
    faults
        Takes what is found.
    """
    _clock(document, faults)
    _streets_or_travel(document, faults)
    for key in ("station", "hospital", "area", "unit"):
        _unique(document, key, faults)
    service = _table(document, "scenario").get("service")
    if service == "placement":
        _only_placements(document, faults)
        return
    if service == "routes":
        _only_routes(document, faults)
        return
    if service in {"cleaning", "waste"}:  # the rest is in the rules of each
        _areas(document, faults)
        return
    _units(document, faults)
    _classes(document, faults)
    _amount(document, faults)
    _areas(document, faults)
    _policy(document, faults)


def _only_routes(document: dict[str, Any], faults: FaultList) -> None:
    """Check a scenario that asks for routes, and simulates nothing."""
    if not _table(document, "routes"):
        faults.add(
            ("scenario", "service"),
            'is "routes", and there is no [routes.NAME]',
            "add one, as [routes.cleaning]",
        )
    _areas(document, faults)


def _only_placements(document: dict[str, Any], faults: FaultList) -> None:
    """Check a scenario that asks where things should be, and simulates nothing."""
    if not _table(document, "placement"):
        faults.add(
            ("scenario", "service"),
            'is "placement", and there is no [placement.NAME]',
            "add one, as [placement.toilets]",
        )
    for name, table in _table(document, "incident_class").items():
        if isinstance(table, dict):
            profiles = [*_table(document, "hour_profile"), *BUILT_IN]
            path: KeyPath = ("incident_class", name, "hours")
            word = table.get("hours")
            _known(word, profiles, path, "hour profile", "profiles are", faults)
    _areas(document, faults)


def _table(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _items(document: dict[str, Any], *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    value = _table(document, *keys[:-1]).get(keys[-1])
    if isinstance(value, list):
        yield from ((i, item) for i, item in enumerate(value) if isinstance(item, dict))


def _names(document: dict[str, Any], key: str) -> list[str]:
    names = (item.get("name") for _, item in _items(document, key))
    return [name for name in names if isinstance(name, str)]


def _clock(document: dict[str, Any], faults: FaultList) -> None:
    head = _table(document, "scenario")
    horizon, warmup = head.get("horizon_h", 168.0), head.get("warmup_h", 0.0)
    if isinstance(horizon, _NUMBER) and isinstance(warmup, _NUMBER) and 0 < horizon <= warmup:
        faults.add(
            ("scenario", "warmup_h" if "warmup_h" in head else "horizon_h"),
            f"the warm-up ({warmup:g} h) takes the whole horizon ({horizon:g} h)",
            "horizon_h counts from the start, warm-up included; make it longer",
        )


def _streets_or_travel(document: dict[str, Any], faults: FaultList) -> None:
    travel = document.get("travel")
    if travel is None:
        if "network" not in document:
            faults.add(
                ("network",), "no streets are given", 'add [network] source = "roads.osm.pbf"'
            )
        _network(document, faults)
        return
    if "network" in document:
        faults.add(
            ("travel",), "both [network] and [travel] are given", "keep one: units drive on one"
        )
    if isinstance(travel, dict):
        ways = [key for key in ("matrix_csv", "law") if key in travel]
        if len(ways) != 1:
            faults.add(("travel",), "needs either matrix_csv or law", "give one of them")
        if "matrix_csv" in travel and "places_csv" not in travel:
            faults.add(
                ("travel", "places_csv"),
                "is missing: where are the matrix's places",
                "name a CSV with lon, lat in the matrix's order",
            )


def _network(document: dict[str, Any], faults: FaultList) -> None:
    for number, item in _items(document, "network", "closure"):
        ways = [key for key in ("street", "source_ids", "bbox") if key in item]
        if len(ways) != 1:
            faults.add(
                ("network", "closure", number),
                "says not which streets are closed" if not ways else f"gives {' and '.join(ways)}",
                "give one of street, source_ids, bbox",
            )
        if ends_before_it_begins(item, _table(document, "scenario").get("start")):
            begin, end = (
                f"hour {moment:g}" if isinstance(moment, _NUMBER) else moment
                for moment in (item.get("from", 0), item.get("until"))
            )
            faults.add(
                ("network", "closure", number, "until"),
                f"{end} is not after {begin}, when the closure begins",
                "give hours since the start of the run for a moment in a later week",
            )
        if _is_empty_box(item.get("bbox")):
            faults.add(
                ("network", "closure", number, "bbox"),
                "is empty",
                "give west, south, east, north in degrees",
            )
    network = _table(document, "network")
    if "synthetic" in network and network.get("source") not in {"synthetic", None}:
        return  # a real network takes its place: that is how one line turns it into the real one
    _overlaps(document, faults)


def _is_empty_box(box: object) -> bool:
    if not (isinstance(box, list) and len(box) == 4 and all(isinstance(v, _NUMBER) for v in box)):
        return False
    return bool(box[0] >= box[2] or box[1] >= box[3])


def _overlaps(document: dict[str, Any], faults: FaultList) -> None:
    from scenarios.hours import HoursError, hours_of_week

    taken: dict[int, str] = {}
    for number, item in _items(document, "network", "period"):
        text, name = item.get("hours"), item.get("name")
        if not isinstance(text, str):
            continue
        try:
            named = hours_of_week(text)
        except HoursError:
            continue
        for hour, inside in enumerate(named):
            if inside and hour in taken:
                faults.add(
                    ("network", "period", number, "hours"),
                    f'shares hours of the week with period "{taken[hour]}"',
                    "an hour has one speed; keep the periods apart",
                )
                break
        taken |= {hour: str(name) for hour, inside in enumerate(named) if inside}


def _unique(document: dict[str, Any], key: str, faults: FaultList) -> None:
    seen: set[str] = set()
    for number, item in _items(document, key):
        name = item.get("name")
        if isinstance(name, str) and name in seen:
            faults.add((key, number, "name"), f'"{name}" is used twice', "rename one")
        elif isinstance(name, str):
            seen.add(name)


def _units(document: dict[str, Any], faults: FaultList) -> None:
    types, stations = list(_table(document, "unit_type")), _names(document, "station")
    if not stations:
        faults.add(("station",), "there are no stations", "add [[station]] name, lon, lat")
    total = 0
    for number, item in _items(document, "unit"):
        path: KeyPath = ("unit", number)
        _known(item.get("type"), types, (*path, "type"), "unit type", "[unit_type.*] has", faults)
        if stations:
            _known(
                item.get("station"), stations, (*path, "station"), "station", "stations are", faults
            )
        count = item.get("count", 1)
        total += count > 0 if isinstance(count, int) else 1  # a wrong count is its own fault
    if total == 0:
        faults.add(("unit",), "there are no units", "add [[unit]] type, station, count")


def _known(
    word: object,
    names: Iterable[str],
    path: KeyPath,
    what: str,
    label: str,
    faults: FaultList,
) -> bool:
    names = list(names)
    if not isinstance(word, str) or word in names:
        return True
    if faults.add_dropped(what.replace(" ", "_"), word, path, what):
        return False
    mend = did_you_mean(word, names, what=label, quote='"')
    faults.add(path, f'there is no {what} "{word}"', mend)
    return False


def _classes(document: dict[str, Any], faults: FaultList) -> None:
    classes = _table(document, "incident_class")
    record = "record" in document
    if not classes:
        faults.add(
            ("incident_class",),
            "there are no incident classes",
            "add [incident_class.NAME] with rate_per_day, needs, on_scene_min, target_min",
        )
    for name, table in classes.items():
        if isinstance(table, dict):
            _one_class(document, name, table, faults, record=record)
    rates = [t.get("rate_per_day") for t in classes.values() if isinstance(t, dict)]
    if classes and not record and all(rate == 0 for rate in rates):
        faults.add(
            ("incident_class",),
            "every rate_per_day is 0: nothing would happen",
            "give one above 0, or a [record]",
        )


def _amount(document: dict[str, Any], faults: FaultList) -> None:
    """Note rates that no memory holds."""
    head = _table(document, "scenario")
    days = head.get("horizon_h", 168.0)
    factor = _table(document, "demand").get("factor", 1.0)
    rates = {
        name: table["rate_per_day"]
        for name, table in _table(document, "incident_class").items()
        if isinstance(table, dict) and isinstance(table.get("rate_per_day"), _NUMBER)
    }
    if "record" in document or not rates or not isinstance(days, _NUMBER):
        return
    expected = sum(rates.values()) * days / 24.0 * (factor if isinstance(factor, _NUMBER) else 1.0)
    if expected > _MOST_INCIDENTS:
        largest = max(rates, key=lambda name: rates[name])
        faults.add(
            ("incident_class", largest, "rate_per_day"),
            f"{expected:.3g} incidents are expected in the horizon of {days:g} h",
            f"{_MOST_INCIDENTS:,} are the most; lower the rates or horizon_h",
        )


def _one_class(
    document: dict[str, Any],
    name: str,
    table: dict[str, Any],
    faults: FaultList,
    *,
    record: bool,
) -> None:
    path: KeyPath = ("incident_class", name)
    if not record and "rate_per_day" not in table:
        faults.add((*path, "rate_per_day"), "is missing", "incidents a day, as 4.5")
    profiles = [*_table(document, "hour_profile"), *BUILT_IN]
    _known(table.get("hours"), profiles, (*path, "hours"), "hour profile", "profiles are", faults)
    _needs(document, path, table, faults)
    probability = table.get("transport_prob", 0)
    if isinstance(probability, _NUMBER) and probability > 0:
        if not any(True for _ in _items(document, "hospital")):
            faults.add_after_drop(
                "hospital",
                (*path, "transport_prob"),
                "patients are taken to hospital, and there is none",
                "add [[hospital]] name, lon, lat, or set it to 0",
            )
        if "handover_min" not in table:
            faults.add(
                (*path, "handover_min"),
                "is missing: how long does the hand-over at the hospital take",
                "give minutes or a distribution",
            )
    transporting = table.get("transport_types", [])
    if isinstance(transporting, list):
        needed = list(_table(table, "needs"))
        for number, word in enumerate(transporting):
            _known(word, needed, (*path, "transport_types", number), "need", "needs are", faults)


def _needs(
    document: dict[str, Any], path: KeyPath, table: dict[str, Any], faults: FaultList
) -> None:
    needs = table.get("needs")
    if not isinstance(needs, dict):
        return
    if not any(isinstance(count, int) and count > 0 for count in needs.values()):
        faults.add((*path, "needs"), "nobody is needed", "give e.g. { ambulance = 1 }")
    types = list(_table(document, "unit_type"))
    manned = {
        item.get("type")
        for _, item in _items(document, "unit")
        if not isinstance(item.get("count", 1), int) or item.get("count", 1) > 0
    }
    for kind, count in needs.items():
        known = _known(
            kind, types, (*path, "needs", kind), "unit type", "[unit_type.*] has", faults
        )
        if known and count != 0 and kind not in manned and manned <= set(types):
            faults.add_after_drop(
                "unit",
                (*path, "needs", kind),
                f'"{kind}" is needed, and no unit has that type',
                f'add [[unit]] type = "{kind}" or drop the need',
            )


def _areas(document: dict[str, Any], faults: FaultList) -> None:
    table = document.get("areas")
    if isinstance(table, dict):
        ways = [key for key in ("file", "grid_m", "inhabitants") if key in table]
        if len(ways) > 1:
            faults.add(("areas", ways[1]), f"{' and '.join(ways)} are given", "keep one")
    if table is not None and any(True for _ in _items(document, "area")):
        faults.add(("areas",), "both [areas] and [[area]] are given", "keep one")
    if "travel" in document and isinstance(table, dict) and "grid_m" in table:
        faults.add(("areas", "grid_m"), "a grid lies over streets, and there are none", "use file")


def _policy(document: dict[str, Any], faults: FaultList) -> None:
    policy = _table(document, "policy")
    for key, rule, option in (
        ("preference", "dispatch", "preference"),
        ("compliance", "relocation", "compliance"),
    ):
        if policy.get(rule) == option and not policy.get(key):
            faults.add(
                ("policy", key), f'is missing, and {rule} is "{option}"', f"add [policy.{key}]"
            )
    compliance = policy.get("compliance")
    types, stations = list(_table(document, "unit_type")), _names(document, "station")
    for kind, levels in compliance.items() if isinstance(compliance, dict) else ():
        path: KeyPath = ("policy", "compliance", kind)
        _known(kind, types, path, "unit type", "[unit_type.*] has", faults)
        for number, level in enumerate(levels if isinstance(levels, list) else []):
            if isinstance(level, list):
                if len(level) != number + 1:
                    faults.add(
                        (*path, number),
                        f"names {len(level)} stations for {number + 1} free units",
                        "level k names k stations",
                    )
                for place, station in enumerate(level):
                    _known(
                        station, stations, (*path, number, place), "station", "stations are", faults
                    )
