"""Placement instances in the forms in which they are published, told apart by what they hold.

===================  =========================================================================
form                 what is in the file, and whose it is
===================  =========================================================================
pmed                 ``n m p`` and m edges; the last of parallel edges counts (Beasley 1985)
cap                  ``m n``, capacity and cost of m sites, demand and costs of n customers
                     (Beasley 1988); the word ``capacity`` stands for no limit
single source        ``m n``, capacities, opening costs, demands, costs (Holmberg et al. 1999)
two echelons         ``plants stations sources`` and their tables (Fernandes et al. 2014)
TSPLIB               points; distances rounded down (Reinelt 1991; Duran-Mateluna et al. 2023)
maximal cover        points in degrees with demands; ``NAME_p_radius.txt`` beside them hold the
                     best known plans (as published with AILS-MCLP)
San Francisco        a table of distances with the columns of pysal/spopt's example
Utrecht              driving times between postcodes, with published deployments (ELASPY)
===================  =========================================================================

A file of none of these forms gives a `Skipped`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from networks import InputError
from optimize.location import FacilityLocation, PCenter, PMedian, TwoEchelon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from optimize.location import Problem

__all__ = ["Case", "Skipped", "known_value", "read_cases"]

_UNKNOWN = "is not of a form that is known here"
LADDER = (5, 10, 20, 50, 100, 200, 300, 400, 500)
"""Numbers of sites tried on points for which nobody names any."""


@dataclass(frozen=True, eq=False)
class Case:
    """A problem with its name and what is known of it.

    Parameters
    ----------
    name
        The file's stem, and what tells several cases of a file apart.
    family
        Cases that are added up together.
    problem
        Builds it.
    known, known_source
        Best known value, and who knows it.
    """

    name: str
    family: str
    problem: Callable[[], Problem]
    known: float | None = None
    known_source: str = ""


@dataclass(frozen=True)
class Skipped:
    """A file that is not an instance, and why."""

    name: str
    why: str


def read_cases(
    folder: Path, references: Mapping[tuple[str, str], float]
) -> Iterator[Case | Skipped]:
    """Find the cases of a folder and the folders in it, in the order of their names.

    Parameters
    ----------
    folder
        Where to look.
    references
        Known values by (set, instance); see `known_value`.
    """
    for path in sorted(folder.rglob("*"), key=_natural):
        if not path.is_file() or any(part.startswith(".") for part in path.parts[-2:]):
            continue
        try:
            yield from _cases_of(path, references)
        except InputError as fault:
            yield Skipped(path.name, str(fault))


def known_value(
    references: Mapping[tuple[str, str], float], word: str, instance: str, p: int | None = None
) -> tuple[float | None, str]:
    """Find the value of an instance in the sets whose name has a word.

    Parameters
    ----------
    references
        Values by (set, instance), an instance of several values as ``NAME-p100``.
    word
        In the set's name, hyphens and capitals aside: ``pmedian``, ``pcenter``, ``cap``...
    instance
        Its name.
    p
        Number of open sites, where that tells values apart.

    Returns
    -------
    tuple
        Value, or None, and the set's name.
    """
    wanted = {instance} if p is None else {f"{instance}-p{p}"}
    for (group, name), value in references.items():
        if name in wanted and word in group.lower().replace("-", ""):
            return value, group
    return None, ""


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort pmed2 before pmed10."""
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _cases_of(path: Path, references: Mapping[tuple[str, str], float]) -> Iterator[Case | Skipped]:
    from benchmarks.location_tables import sf_cases, street_cover_cases, utrecht_cases

    text = _text(path)
    head = text[:2000]
    if "EDGE_WEIGHT_TYPE" in head and "MCLP" in head:
        yield from street_cover_cases(path, references)
    elif "EDGE_WEIGHT_TYPE" in head:
        yield from _tsplib_cases(path, text, references)
    elif head.startswith("distance,name,DestinationName"):
        yield from sf_cases(path)
    elif head.startswith("postal code,x,y,inhabitants"):
        yield from utrecht_cases(path)
    elif _is_known(path, head):
        return
    else:
        yield from _number_cases(path, text, references)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is no text") from None


def _is_known(path: Path, head: str) -> bool:
    """Whether a file only holds values or plans of instances beside it."""
    lines = head.split("\n")
    if lines[0].startswith(("f:", "Data file")):
        return True
    return path.name == "os" and all(line.strip().isdigit() for line in lines[:3])


# ---- files of numbers


def _number_cases(
    path: Path, text: str, references: Mapping[tuple[str, str], float]
) -> Iterator[Case]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    words = [word for line in lines for word in line]
    unlimited = words.count("capacity")
    try:
        numbers = np.array([0.0 if w == "capacity" else float(w) for w in words])
    except ValueError:
        raise InputError(_UNKNOWN) from None
    if len(numbers) < 3 or not np.isfinite(numbers).all() or (numbers[:3] < 0).any():
        raise InputError(_UNKNOWN)
    first = [int(number) for number in numbers[:3]]
    if len(lines[0]) == 3 and len(numbers) == 3 + 3 * first[1]:
        yield from _pmed_cases(path, numbers, references)
    elif len(lines[0]) == 3 and len(numbers) == _two_echelon_size(*first):
        yield from _two_echelon_case(path, numbers)
    elif len(lines[0]) == 2 and len(numbers) == 2 + 2 * first[0] + first[1] * (1 + first[0]):
        if len(lines) > 3 and len(lines[1]) == first[0] and len(lines[3]) == first[1]:
            yield from _single_source_case(path, numbers, references)
        else:
            yield from _cap_case(path, numbers, unlimited, references)
    else:
        raise InputError(_UNKNOWN)


def _pmed_cases(
    path: Path, numbers: NDArray[np.float64], references: Mapping[tuple[str, str], float]
) -> Iterator[Case]:
    n, _, p = (int(number) for number in numbers[:3])
    edges = numbers[3:].reshape(-1, 3)
    if len(edges) and not (edges[:, :2].min() >= 1 and edges[:, :2].max() <= n):
        raise InputError(f"an edge ends at a node that is not one of {n}")
    if not 1 <= p <= n:
        raise InputError(f"p is {p}, and there are {n} nodes")

    def cost() -> NDArray[np.float64]:
        return _way_lengths(n, edges)

    cost = lru_cache(1)(cost)
    name = path.stem
    known, source = known_value(references, "pmedian", name)
    if known is None:
        known, source = _value_beside(path.parent / "pmedopt.txt", name)
    yield Case(name, "pmed", lambda: PMedian(cost(), np.ones(n), p), known, source)
    known, source = known_value(references, "pcenter", name)
    yield Case(f"{name}-pcenter", "pcenter", lambda: PCenter(cost(), p), known, source)


def _way_lengths(n: int, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    ends = np.sort(edges[:, :2].astype(np.int64) - 1, axis=1)
    key = ends[:, 0] * n + ends[:, 1]
    # the last of equal keys: the first when read backwards
    _, last = np.unique(key[::-1], return_index=True)
    kept = len(key) - 1 - last
    graph = csr_array((edges[kept, 2], (ends[kept, 0], ends[kept, 1])), shape=(n, n))
    return np.asarray(shortest_path(graph, method="D", directed=False), dtype=np.float64)


def _value_beside(path: Path, name: str) -> tuple[float | None, str]:
    """Value of an instance in a list of names and values."""
    if not path.is_file():
        return None, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name:
            return float(words[1]), path.name
    return None, ""


def _cap_case(
    path: Path,
    numbers: NDArray[np.float64],
    unlimited: int,
    references: Mapping[tuple[str, str], float],
) -> Iterator[Case]:
    m, n = int(numbers[0]), int(numbers[1])
    sites, rest = numbers[2 : 2 + 2 * m].reshape(m, 2), numbers[2 + 2 * m :].reshape(n, 1 + m)
    demand, cost = rest[:, 0].copy(), rest[:, 1:].copy()
    capacity = np.full(m, demand.sum()) if unlimited else sites[:, 0].copy()
    opening = sites[:, 1].copy()
    known, source = known_value(references, "cap", path.stem)
    yield Case(
        path.stem,
        "cap",
        lambda: FacilityLocation(cost, demand, capacity, opening),
        known,
        source,
    )


def _single_source_case(
    path: Path, numbers: NDArray[np.float64], references: Mapping[tuple[str, str], float]
) -> Iterator[Case]:
    m, n = int(numbers[0]), int(numbers[1])
    capacity, opening, demand, cost = np.split(numbers[2:], np.cumsum([m, m, n]))
    known, source = known_value(references, "sscflp", path.stem)
    if known is None:
        known, source = _value_in_order(path)
    yield Case(
        path.stem,
        "single-source",
        lambda: FacilityLocation(cost.reshape(n, m), demand, capacity, opening, single_source=True),
        known,
        source,
    )


def _value_in_order(path: Path) -> tuple[float | None, str]:
    """Value of instance p7: the seventh line of the file ``os`` beside it."""
    place, number = path.parent / "os", re.search(r"\d+$", path.stem)
    if number is None or not place.is_file():
        return None, ""
    values = place.read_text(encoding="utf-8").split()
    at = int(number.group()) - 1
    return (float(values[at]), "os") if 0 <= at < len(values) else (None, "")


def _two_echelon_size(plants: int, stations: int, sources: int) -> int:
    return 3 + sources + 2 * plants + plants * stations + 2 * stations + stations * sources


def _two_echelon_case(path: Path, numbers: NDArray[np.float64]) -> Iterator[Case]:
    k, m, n = (int(number) for number in numbers[:3])
    parts = np.split(numbers[3:], np.cumsum([n, 2 * k, k * m, 2 * m]))
    amount, plants, onward, stations, unit_cost = parts

    def problem() -> Problem:
        # what a source pays is of all its amount; the file's costs are of one unit
        return TwoEchelon(
            cost=unit_cost.reshape(m, n).T * amount[:, None],
            onward=onward.reshape(k, m).T,
            amount=amount,
            opening=stations.reshape(m, 2)[:, 1].copy(),
            plant_capacity=plants.reshape(k, 2)[:, 0].copy(),
            plant_opening=plants.reshape(k, 2)[:, 1].copy(),
            capacity=stations.reshape(m, 2)[:, 0].copy(),
        )

    yield Case(path.stem, "two-echelon", problem)


# ---- points


def _tsplib_cases(
    path: Path, text: str, references: Mapping[tuple[str, str], float]
) -> Iterator[Case]:
    if not re.search(r"EDGE_WEIGHT_TYPE\s*:\s*EUC_2D", text):
        raise InputError("its distances are not EUC_2D")
    body = text.split("NODE_COORD_SECTION", 1)[-1].split("EOF", 1)[0]
    try:
        points = np.array(body.split(), dtype=np.float64).reshape(-1, 3)[:, 1:]
    except ValueError:
        raise InputError("its coordinates cannot be read") from None
    n, name = len(points), path.stem

    def cost() -> NDArray[np.float64]:
        apart = points[:, None, :] - points[None, :, :]
        return np.asarray(np.floor(np.sqrt((apart**2).sum(axis=2))), dtype=np.float64)

    cost = lru_cache(1)(cost)
    asked = _numbers_asked(references, name)
    for p in asked or [p for p in LADDER if p < n]:
        known, source = known_value(references, "pmedian", name, p)

        def problem(p: int = p) -> Problem:
            return PMedian(cost(), np.ones(n), p)

        yield Case(f"{name}-p{p}", "tsplib", problem, known, source)


def _numbers_asked(references: Mapping[tuple[str, str], float], name: str) -> list[int]:
    found = {
        int(match.group(1))
        for _, instance in references
        if (match := re.fullmatch(rf"{re.escape(name)}-p(\d+)", instance))
    }
    return sorted(found)
