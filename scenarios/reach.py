"""What closures cut off: places that units drive between, and streets that nobody gets to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.schema import HospitalSpec, ScenarioSpec, StationSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["check_reach"]

_SHOWN = 3


def check_reach(network: RoadNetwork, spec: ScenarioSpec, faults: FaultList) -> list[str]:
    """Find what the closed streets cut off.

    Parameters
    ----------
    network
        The streets, closures in place.
    spec
        The scenario.
    faults
        Takes units' homes that a unit would leave for ever, or from which it reaches no hospital.

    Returns
    -------
    list of str
        Warnings: kilometres closed and cut off, and hospitals or stations that are apart.
    """
    shut = ~np.isfinite(network.time_s)
    if not shut.any() or spec.network is None:
        return []
    warnings = [_kilometres(network, shut)]
    homes = [s for s in spec.station if any(u.station == s.name and u.count for u in spec.unit)]
    places: list[StationSpec | HospitalSpec] = [*homes, *spec.hospital]
    limit = spec.network.max_snap_m
    at = network.snap([p.lon for p in places], [p.lat for p in places], limit)
    if len(at.missed):
        return warnings  # a fault of its own
    there = np.isfinite(network.matrix(at, at))
    np.fill_diagonal(there, val=True)
    n = len(homes)
    names = [f'station "{h.name}"' for h in homes] + [f'hospital "{h.name}"' for h in spec.hospital]
    keys: list[KeyPath] = [("station", spec.station.index(home)) for home in homes]
    taken = any(kind.transport_prob > 0 for kind in spec.incident_class.values())
    for home in range(n):
        _check_home(home, there, n, names, keys[home], faults, taken=taken)
    warnings += _apart(there, names)
    return warnings


def _check_home(
    home: int,
    there: NDArray[np.bool_],
    n: int,
    names: list[str],
    key: KeyPath,
    faults: FaultList,
    *,
    taken: bool,
) -> None:
    """Note a home that units leave for ever, or without any hospital."""
    mend = "close less, or move the station"
    hospitals = range(n, len(names))
    if len(names) > 1 and not np.delete(there[home] | there[:, home], home).any():
        faults.add(key, f"closures cut {names[home]} off from every other place", mend)
        return
    if taken and hospitals and not any(there[home, h] and there[h, home] for h in hospitals):
        faults.add(
            key, f"with these closures no unit of {names[home]} gets to a hospital and back", mend
        )
        return
    for other in hospitals if taken else ():
        if there[home, other] and not there[other, home]:
            faults.add(
                key,
                f"with these closures no unit gets back from {names[other]} to {names[home]}",
                mend,
            )


def _apart(there: NDArray[np.bool_], names: list[str]) -> list[str]:
    pairs = [
        (a, b)
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if not (there[a, b] and there[b, a])
    ]
    words = [f"closures part {names[a]} from {names[b]}" for a, b in pairs[:_SHOWN]]
    if len(pairs) > _SHOWN:
        words.append(f"closures part {len(pairs) - _SHOWN} more pairs of stations and hospitals")
    return words


def _kilometres(network: RoadNetwork, shut: NDArray[np.bool_]) -> str:
    """Say what is closed, and what is open but cannot be both reached and left."""
    from networks.components import component_of_node

    number = component_of_node(network)
    lost = ~shut & ((number[network.tail] != 1) | (number[network.head] != 1))
    closed_km = float(network.length_m[shut].sum()) / 1000.0
    words = (
        f"{closed_km:.1f} km are closed, each direction counted; places there are reached from the "
        "nearest open street"
    )
    if lost.any():
        lost_km = float(network.length_m[lost].sum()) / 1000.0
        words += (
            f"; {lost_km:.1f} km more are open and cut off: they cannot be both reached and left"
        )
    return words
