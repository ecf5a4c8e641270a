"""Reading the waste collection instances of Kim, Kim and Sahoo (2006).

Kim, B.-I., Kim, S. and Sahoo, S. 2006, Waste collection vehicle routing problem with time windows,
Computers & Operations Research 33(12). The rules below are those of the page on which the authors
publish the instances; in brackets what of its words they rest on.

* **Ways.** Manhattan distance, driven at the file's speed ("we recommend readers to use the default
  speed provided and the Manhattan distance"; its example, 15,387 feet at 40 miles an hour, takes
  262.3 s, and here too). Seconds are rounded up, so that what is in time here is in time exactly.
* **Stops.** HHMM is the time of the day, 2400 its end. A window is of the *begin* of service
  ("earliest and latest allowable service starting time"), at landfills too; who is early waits.
* **Trucks.** Any number of equal ones, which leave the depot no earlier than it opens and are back
  before it closes ("ready time and due depot return time"). Hours of the depot are the only limit
  of time that the files have.
* **Load.** Between two visits at a landfill the capacity in yards ("pick up materials until they
  are full"). A day: the yards and the number of regular stops that the file allows a vehicle
  ("cannot handle more than the total yards allowed for a vehicle or the total number of stops").
* **Landfills.** Any of them, as often as one likes, its service time each visit. "Each vehicle is
  assumed to start from a depot and finish at the depot with zero volume": emptied before home.
* **Lunch.** An hour that begins between 11:00 and 12:00 (the file: "lunch time should start between
  11:00am and 12:00 pm"; the page: "between 11 a.m. and 1 p.m.", which is the whole of it), taken
  between services, on any route that is out then. Neither page nor file speaks of routes that are
  home before 12:00 or leave after it; these have none here.
* **Aim.** Fewest vehicles, then the least distance ("minimize number of vehicles; minimize travel
  time"). Compactness and balance, the page's third and fourth, have no numbers there.

**Which figures are consistent.** A figure (vehicles, miles) cannot be of these rules if the
vehicles may not load what there is, or if driving the miles, serving all, the fewest visits at
landfills and lunch take longer than the depot is open for so many vehicles: `least_vehicles` says
how many there must be. 102 stops hold 897 yards and a vehicle may have 400: no plan has 2 vehicles,
whatever its distance. Published distances of 205.1, 527.3, 205.0, 87.0 and 769.5 miles (102, 277,
335, 444 and 804 stops) need at least 3, 3, 6, 10 and 5 vehicles. Plans of these numbers of vehicles
are found, and pass the checker (``cityops bench waste``), so the rules can be kept; that the
published ones kept all of them cannot be known from the page, as it shows none.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.problem import NodeProblem, TruckKind

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from optimize.routing.nodes.solution import NodeRoute

__all__ = ["KimInstance", "least_vehicles", "read_kim"]

FEET_A_MILE = 5280.0
METRES_A_FOOT = 0.3048
LUNCH_FROM, LUNCH_UNTIL = 11 * 3600, 12 * 3600
YARDS = 10
"""Parts of a yard that amounts are whole numbers of."""

_HEADS = ("capacity", "yards a day", "stops a day", "lunch", "speed")
_COLUMNS = 8
_DEPOT, _STOP, _LANDFILL = 0, 1, 2


@dataclass(frozen=True, eq=False)
class KimInstance:
    """An instance, and where its places are.

    Parameters
    ----------
    problem
        Amounts are tenths of a yard; the cost is the distance in metres.
    x_ft, y_ft : float64[n]
        Of each place, in feet: the depot, then the file's stops and landfills in order.
    stop_id
        The file's number of each place.
    speed_mph
        Miles an hour.
    """

    problem: NodeProblem
    x_ft: NDArray[np.float64]
    y_ft: NDArray[np.float64]
    stop_id: tuple[int, ...]
    speed_mph: float

    def miles(self, routes: Iterable[NodeRoute]) -> float:
        """Distance of all routes in miles, from the file's feet and not from rounded metres."""
        total = 0.0
        for route in routes:
            kind = self.problem.kinds[route.kind]
            visit = np.asarray(route.visit)
            place = np.empty(len(visit), dtype=np.int64)
            place[visit >= 0] = self.problem.stop_place[visit[visit >= 0]]
            place[visit < 0] = self.problem.facility_place[-1 - visit[visit < 0]]
            way = np.array([kind.start, *place.tolist(), kind.end])
            total += float(np.abs(np.diff(self.x_ft[way])).sum())
            total += float(np.abs(np.diff(self.y_ft[way])).sum())
        return total / FEET_A_MILE


def least_vehicles(instance: KimInstance, miles: float = 0.0) -> int:
    """Fewest vehicles that any plan of an instance has.

    Parameters
    ----------
    instance
        As `read_kim` reads it.
    miles
        What all routes drive; more of them take more vehicles.

    Returns
    -------
    int
        The most that the loads, the number of stops and the hours of the depot ask for.
    """
    problem = instance.problem
    (kind,) = problem.kinds
    load = int(problem.amount.sum())
    visits = -(-load // int(kind.capacity[0]))
    work = miles * 3600.0 / instance.speed_mph + float(problem.service_s.sum())
    work += visits * int(problem.facility_s.min())
    least = 1
    if kind.max_load is not None:
        least = max(least, -(-load // int(kind.max_load[0])))
    if kind.max_stops is not None:
        least = max(least, -(-problem.n_stops // kind.max_stops))
    if kind.home_by is not None:
        pause = 0 if kind.lunch is None or not _must_lunch(kind) else kind.lunch[2]
        least = max(least, math.ceil(work / (kind.home_by - kind.leave[0] - pause)))
    return least


def _must_lunch(kind: TruckKind) -> bool:
    """Whether no route without lunch can be out as long as one with it."""
    if kind.lunch is None or kind.home_by is None:
        return False
    _, until, length = kind.lunch
    longest = kind.home_by - kind.leave[0] - length
    return max(until - kind.leave[0], kind.home_by - until) <= longest


def read_kim(path: str | os.PathLike[str]) -> KimInstance:
    """Read an instance.

    Parameters
    ----------
    path
        Five lines that begin with a number (capacity, yards a day, stops a day, lunch in seconds,
        miles an hour), a line of headings, then one a place, spaces or tabs between its columns.

    Raises
    ------
    InputError
        If there is no such file, it is not of this form, or a number in it makes no sense.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    lines = path.read_text(encoding="latin-1").splitlines()
    heads = [_first_number(lines, k) for k in range(len(_HEADS))]
    if any(one is None for one in heads) or not _headings(lines):
        raise InputError("this is no instance of Kim, Kim and Sahoo", file=path)
    rows = [
        _row(path, number, line)
        for number, line in enumerate(lines[len(_HEADS) + 1 :], len(_HEADS) + 2)
        if line.strip()
    ]
    return _instance(path, [float(one) for one in heads if one is not None], np.array(rows))


def _first_number(lines: list[str], at: int) -> float | None:
    """Give the number that a line begins with, whatever is said after it."""
    found = re.match(r"\s*(\d+(?:\.\d*)?)(?=\s|/|$)", lines[at]) if at < len(lines) else None
    return None if found is None else float(found[1])


def _headings(lines: list[str]) -> bool:
    return len(lines) > len(_HEADS) and lines[len(_HEADS)].strip().lower().startswith("stop_id")


def _row(path: Path, number: int, line: str) -> list[float]:
    """Give id, x, y, begin and end of the window in seconds, service, yards and type."""
    place = f"line {number}"
    words = line.partition("//")[0].split()
    try:
        row = [float(word) for word in words]
    except ValueError:
        raise InputError(f"{line.strip()!r} is not all numbers", file=path, place=place) from None
    if len(row) != _COLUMNS or not all(math.isfinite(one) for one in row):
        raise InputError(f"{_COLUMNS} numbers are needed", file=path, place=place)
    for column in (3, 4):
        hours, minutes = divmod(row[column], 100)
        if not 0 <= row[column] <= 2400 or minutes >= 60 or row[column] % 1:
            raise InputError(f"{words[column]} is no time HHMM", file=path, place=place)
        row[column] = 3600 * hours + 60 * minutes
    if row[3] > row[4]:
        raise InputError("the window ends before it begins", file=path, place=place)
    if row[5] < 0 or row[6] < 0:
        raise InputError("a service or a load is negative", file=path, place=place)
    if row[7] not in (_DEPOT, _STOP, _LANDFILL):
        raise InputError(f"there is no type {words[7]} of stop", file=path, place=place)
    return row


def _instance(path: Path, heads: list[float], rows: NDArray[np.float64]) -> KimInstance:
    capacity, yards_a_day, stops_a_day, lunch, speed = heads
    kinds = rows[:, 7] if len(rows) else np.zeros(0)
    depot = np.flatnonzero(kinds == _DEPOT)
    if len(depot) != 1 or speed <= 0 or not (kinds == _LANDFILL).any():
        raise InputError("one depot, a landfill and a speed are needed", file=path)
    rows = np.concatenate([rows[depot], np.delete(rows, depot, axis=0)])
    stop, landfill = np.flatnonzero(rows[:, 7] == _STOP), np.flatnonzero(rows[:, 7] == _LANDFILL)
    x, y = rows[:, 1], rows[:, 2]
    feet = np.abs(x[:, None] - x[None, :]) + np.abs(y[:, None] - y[None, :])
    window = rows[:, 3:5].astype(np.int64)
    opens, closes = window[0].tolist()
    kind = TruckKind(
        name="truck",
        start=0,
        end=0,
        capacity=_tenths(np.array([capacity])),
        leave=(opens, closes),
        home_by=closes,
        lunch=(LUNCH_FROM, LUNCH_UNTIL, int(lunch)) if lunch else None,
        max_stops=int(stops_a_day),
        max_load=_tenths(np.array([yards_a_day])),
        empty_home=True,
        cost_m=1,
    )
    problem = NodeProblem(
        name=path.stem,
        seconds=(_up(feet * (3600.0 / (FEET_A_MILE * speed))),),
        metres=(np.rint(feet * METRES_A_FOOT).astype(np.int64),),
        stop_place=stop,
        amount=_tenths(rows[stop, 6])[:, None],
        service_s=_up(rows[stop, 5]),
        window=window[stop],
        release_s=np.zeros(len(stop), dtype=np.int64),
        prize=np.full(len(stop), -1),
        facility_place=landfill,
        facility_s=_up(rows[landfill, 5]),
        facility_window=window[landfill],
        kinds=(kind,),
    )
    return KimInstance(problem, x, y, tuple(int(one) for one in rows[:, 0]), speed)


def _up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers no less than the values."""
    return np.asarray(np.ceil(values - 1e-9).astype(np.int64))


def _tenths(yards: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(YARDS * yards).astype(np.int64))
