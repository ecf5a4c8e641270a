"""Words of a [routes.NAME] table against the streets: classes, names, restrictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.routing.schema import OTHER
from scenarios.streets import check_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from networks import RoadNetwork, TurnRules
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.routing.schema import RoutesSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["check_words", "note_no_street", "read_restrictions"]


def check_words(network: RoadNetwork, spec: RoutesSpec, path: KeyPath, faults: FaultList) -> None:
    """Note classes and streets that vehicles, windows and frequencies name and nobody knows.

    Parameters
    ----------
    network, spec
        The streets and the table.
    path, faults
        Key of the table; takes what is found.
    """
    streets = {name.strip().lower() for name in network.names if name}
    for keys, word in _classes(spec):
        check_class(word, network, (*path, *keys), faults)
    for number, window in enumerate(spec.window):
        for at, name in enumerate(window.streets):
            if name.strip().lower() not in streets:
                note_no_street(network, name, (*path, "window", number, "streets", at), faults)
    for word in spec.frequency if isinstance(spec.frequency, dict) else ():
        if word == OTHER or word.strip().lower() in streets or _is_class(word, network):
            continue
        note_no_street(network, word, (*path, "frequency", word), faults, classes=True)


def _classes(spec: RoutesSpec) -> Iterable[tuple[KeyPath, str]]:
    """Classes that vehicles and windows name, each with its key."""
    figures: list[tuple[KeyPath, object]] = [(("sweep_kmh",), spec.sweep_kmh)]
    for number, vehicle in enumerate(spec.vehicle):
        figures.append((("vehicle", number, "sweep_kmh"), vehicle.sweep_kmh))
        for at, word in enumerate(vehicle.classes):
            yield ("vehicle", number, "classes", at), word
    for keys, figure in figures:
        for word in figure if isinstance(figure, dict) else ():
            if word != OTHER:
                yield (*keys, word), word
    for number, window in enumerate(spec.window):
        for at, word in enumerate(window.classes):
            yield ("window", number, "classes", at), word


def _is_class(word: str, network: RoadNetwork) -> bool:
    from networks.speeds import SPEED_PRESETS

    return word in {*network.class_names, *SPEED_PRESETS["default"].class_kmh}


def note_no_street(
    network: RoadNetwork, name: str, keys: KeyPath, faults: FaultList, *, classes: bool = False
) -> None:
    """Note that no street has a name, and which it is most like.

    Parameters
    ----------
    network
        The streets.
    name
        That nobody has.
    keys, faults
        Where it stands; takes the fault.
    classes
        Whether a class might stand there, too.
    """
    names = [n for n in network.names if n]
    if classes:
        names += [c for c in network.class_names if c]
    mend = did_you_mean(name, names, quote='"')
    faults.add(
        keys,
        f'no {"class or " if classes else ""}street is named "{name}"',
        mend if mend.startswith("did") else "write it as the map does",
    )


def read_restrictions(
    scenario: Scenario, network: RoadNetwork, path: KeyPath, faults: FaultList
) -> TurnRules:
    """Read where one may not turn from the extract that the streets come from.

    Parameters
    ----------
    scenario, network
        Whose streets, and they themselves.
    path, faults
        Key that asks for it; takes what is wrong.

    Raises
    ------
    ScenarioError
        If the source of the streets holds no restrictions.
    """
    from networks import helsinki_extract, read_turn_rules

    spec = scenario.spec.network
    assert spec is not None  # noqa: S101 - refused by the rules
    source = str(helsinki_extract()) if spec.source == "helsinki" else spec.source
    if not source.endswith((".pbf", ".osm", ".osm.gz", ".osm.bz2")):
        faults.add(
            path,
            "these streets hold no turn restrictions",
            "only an extract of OpenStreetMap as [network] source does; leave the key out",
        )
        faults.stop()
    try:
        return read_turn_rules(source, network)
    except InputError as error:
        faults.add(path, error.message, error.mend)
        faults.stop()
        raise
