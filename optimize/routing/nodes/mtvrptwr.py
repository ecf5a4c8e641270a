"""Reading multi-trip instances with windows and release dates: MTVRPTWR in VRPLIB's words (.vrp).

The instances are those of Yang (2023, Transportation Science 57(1)) and Yang (2024, Operations
Research), release dates made as by Cattaruzza, Absi and Feillet (2016), in the form in which PyVRP
publishes them. How each word is understood:

* Nodes are numbered from 1, depots first; a vehicle begins and ends at the first depot. Where a
  vehicle may reload is listed (``VEHICLES_RELOAD_DEPOT_SECTION``); reloading takes no time, within
  the depot's window. Whether things are delivered or collected makes no difference here, as each
  trip has the capacity to itself; a route needs no reload before it goes home.
* A trip leaves its depot no earlier than the last release of what is on it.
* DIMACS rounding: every time and Euclidean distance is ten times the file's, fractions cut off.
  Driving time and distance are the same; the cost is the distance, and vehicles cost nothing.

Every published solution (42 files ``.sol``) is feasible under these rules, and costs what its file
says: ``tests/optimize/routing/nodes/test_mtvrptwr.py`` checks all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.problem import NodeProblem, TruckKind

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

__all__ = ["read_mtvrptwr", "read_mtvrptwr_routes"]

SCALE = 10
"""Of times and distances: tenths of the file's units."""

_SECTION = "_SECTION"


def read_mtvrptwr(path: str | os.PathLike[str]) -> NodeProblem:
    """Read an instance.

    Parameters
    ----------
    path
        File in VRPLIB's format, of type MTVRPTWR, MTVRPTW or VRPTW, with ``EUC_2D`` distances.

    Returns
    -------
    NodeProblem
        Places are the file's nodes in order; times and metres are tenths of its units.

    Raises
    ------
    InputError
        If there is no such file, it is none of these, or a line of it is not understood.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    return _Instance(path).problem()


def read_mtvrptwr_routes(
    path: str | os.PathLike[str], n_depots: int = 1
) -> tuple[tuple[NDArray[np.int64], ...], int]:
    """Read a published solution (.sol).

    Parameters
    ----------
    path
        File with a line a route, and its cost.
    n_depots
        How many of the numbers, from 0 on, are depots.

    Returns
    -------
    tuple of int64[k]
        What each route visits: a stop's number, or -1 - f for a reload at depot f.
    int
        The cost that the file states.

    Raises
    ------
    InputError
        If there is no such file, or it has no cost.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    routes: list[NDArray[np.int64]] = []
    cost: int | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        head, _, rest = line.partition(":")
        try:
            if head.strip().lower().startswith("route"):
                node = np.array([int(word) for word in rest.split()], dtype=np.int64)
                routes.append(np.where(node < n_depots, -1 - node, node - n_depots))
            elif head.strip().lower() == "cost":
                cost = int(rest)
        except ValueError:
            raise InputError(
                f"{line.strip()!r} is not understood", file=path, place=f"line {number}"
            ) from None
    if cost is None:
        raise InputError("there is no cost", file=path)
    return tuple(routes), cost


class _Instance:
    """Words and sections of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.words: dict[str, str] = {}
        self.sections: dict[str, list[tuple[int, list[float]]]] = {}
        section: list[tuple[int, list[float]]] | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = line.strip()
            if text.endswith(_SECTION):
                section = self.sections.setdefault(text.removesuffix(_SECTION), [])
            elif text == "EOF":
                break
            elif ":" in text:
                key, _, value = text.partition(":")
                self.words[key.strip().upper()] = value.strip()
                section = None
            elif text and section is not None:
                section.append((number, self._numbers(text, number)))
            elif text:
                raise self._wrong(f"{text!r} stands in no section", number)
        kind = self.words.get("TYPE", "").upper()
        if kind not in ("MTVRPTWR", "MTVRPTW", "VRPTW"):
            raise InputError(f"the type {kind!r} is none of multi-trip routing", file=path)
        if self.words.get("EDGE_WEIGHT_TYPE", "EUC_2D").upper() != "EUC_2D":
            raise InputError("only EUC_2D distances are read", file=path)
        self.n = self._whole("DIMENSION")

    def _numbers(self, text: str, number: int) -> list[float]:
        try:
            return [float(word) for word in text.split()]
        except ValueError:
            raise self._wrong(f"{text!r} is not all numbers", number) from None

    def _wrong(self, message: str, number: int) -> InputError:
        return InputError(message, file=self.path, place=f"line {number}")

    def _whole(self, key: str) -> int:
        text = self.words.get(key, "")
        if not text.isdecimal():
            raise InputError(f"{key} is missing or no whole number", file=self.path)
        return int(text)

    def table(self, name: str, columns: int, default: float | None = None) -> NDArray[np.float64]:
        """Numbers of each node, as float64[n, columns]."""
        if name not in self.sections:
            if default is None:
                raise InputError(f"{name}{_SECTION} is missing", file=self.path)
            return np.full((self.n, columns), default)
        found = np.full((self.n, columns), np.nan)
        for number, row in self.sections[name]:
            node = int(row[0])
            if len(row) != columns + 1 or node != row[0] or not 1 <= node <= self.n:
                raise self._wrong(f"{columns} numbers of a node up to {self.n} are needed", number)
            found[node - 1] = row[1:]
        missing = np.flatnonzero(np.isnan(found).any(axis=1))
        if len(missing):
            what = f"{name}{_SECTION}"
            raise InputError(f"node {missing[0] + 1} is missing", file=self.path, place=what)
        return found

    def depots(self) -> int:
        """How many of the first nodes are depots."""
        listed = [row[0] for _, row in self.sections.get("DEPOT", [(0, [1.0])]) if row[0] >= 0]
        if listed != list(range(1, len(listed) + 1)) or not listed:
            raise InputError("depots must be the first nodes, in order", file=self.path)
        return len(listed)

    def reloads(self, vehicles: int, depots: int) -> dict[tuple[int, ...], int]:
        """How many vehicles may reload at which depots."""
        reload: list[tuple[int, ...]] = [()] * vehicles
        for number, row in self.sections.get("VEHICLES_RELOAD_DEPOT", []):
            places = tuple(int(one) - 1 for one in row[1:])
            if not 1 <= row[0] <= vehicles or not all(0 <= one < depots for one in places):
                raise self._wrong("this is no vehicle with depots", number)
            reload[int(row[0]) - 1] = places
        return {places: reload.count(places) for places in dict.fromkeys(reload)}

    def problem(self) -> NodeProblem:
        """Put the problem together."""
        depots = self.depots()
        window = _tenths(self.table("TIME_WINDOW", 2))
        way = _way(self.table("NODE_COORD", 2))
        capacity = np.array([self._whole("CAPACITY")])
        vehicles = self._whole("VEHICLES") if "VEHICLES" in self.words else self.n - depots
        kinds = tuple(
            TruckKind(
                name="vehicle" if not places else "vehicle, reloading",
                start=0,
                end=0,
                capacity=capacity,
                count=many,
                leave=(int(window[0, 0]), int(window[0, 1])),
                home_by=int(window[0, 1]),
                cost_m=1,
                facilities=np.isin(np.arange(depots), places),
            )
            for places, many in self.reloads(vehicles, depots).items()
        )
        return NodeProblem(
            name=self.path.stem,
            seconds=(way,),
            metres=(way,),
            stop_place=np.arange(depots, self.n),
            amount=_whole_amounts(self.table("DEMAND", 1)[depots:], self.path),
            service_s=_tenths(self._service())[depots:],
            window=window[depots:],
            release_s=_tenths(self.table("RELEASE_TIME", 1, 0.0))[depots:, 0],
            prize=np.full(self.n - depots, -1),
            facility_place=np.arange(depots),
            facility_s=np.zeros(depots, dtype=np.int64),
            facility_window=window[:depots],
            kinds=kinds,
        )

    def _service(self) -> NDArray[np.float64]:
        """Service of each node, the file's one number for all where it has no section."""
        try:
            one = float(self.words.get("SERVICE_TIME", "0"))
        except ValueError:
            raise InputError("SERVICE_TIME is no number", file=self.path) from None
        return self.table("SERVICE_TIME", 1, one)[:, 0]


def _way(place: NDArray[np.float64]) -> NDArray[np.int64]:
    """Distances by DIMACS' rule, as int64[n, n]."""
    apart = place[:, None, :] - place[None, :, :]
    return _tenths(np.sqrt((apart**2).sum(axis=2)))


def _tenths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ten times the values, without fractions."""
    return np.asarray((SCALE * values).astype(np.int64))


def _whole_amounts(values: NDArray[np.float64], path: Path) -> NDArray[np.int64]:
    if (values != np.rint(values)).any():
        raise InputError("amounts must be whole numbers", file=path)
    return np.asarray(values.astype(np.int64))
