"""Reading the instances of the literature: CARPLIB (.dat) and MCARPTIF (.txt).

CARPLIB is described by its authors (Belenguer and Benavent, Universitat de Valencia 2005); the
mixed format with intermediate facilities is that of Willemse and Joubert (2016).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.problem import ArcProblem

if TYPE_CHECKING:
    import os

__all__ = ["read_arc_problem"]

_PAIR = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)(.*)")
_FIELD = re.compile(r"([a-z_]+)\s+(-?\d+(?:\.\d+)?)", re.IGNORECASE)


def read_arc_problem(path: str | os.PathLike[str]) -> ArcProblem:
    """Read an instance; the format is told by its words.

    Raises
    ------
    InputError
        If there is no such file, or it is neither format, or a line of it is not understood.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    lines = path.read_text(encoding="latin-1").splitlines()
    words = {line.partition(":")[0].strip().upper() for line in lines if ":" in line}
    if not any(_PAIR.search(line) for line in lines):
        words = set()  # a description of the format, say
    if "VERTICES" in words:
        return _Reader(path, lines, _CARPLIB).problem()
    if "NODES" in words:
        return _Reader(path, lines, _MCARPTIF).problem()
    raise InputError("this is neither CARPLIB nor MCARPTIF", file=path)


_CARPLIB = {
    "NODES": "VERTICES", "CAPACITY": "CAPACIDAD", "DEPOT": "DEPOSITO", "VEHICLES": "VEHICULOS",
    "REQ_EDGES": "LISTA_ARISTAS_REQ", "NOREQ_EDGES": "LISTA_ARISTAS_NOREQ",
    "cost": "coste", "demand": "demanda",
}  # fmt: skip
_MCARPTIF = {
    "NODES": "NODES", "CAPACITY": "CAPACITY", "DEPOT": "DEPOT", "VEHICLES": "VEHICLES",
    "REQ_EDGES": "LIST_REQ_EDGES", "NOREQ_EDGES": "LIST_NOREQ_EDGES",
    "REQ_ARCS": "LIST_REQ_ARCS", "NOREQ_ARCS": "LIST_NOREQ_ARCS",
    "cost": "cost", "demand": "demand",
}  # fmt: skip


class _Reader:
    """Lines of one file into a problem."""

    def __init__(self, path: Path, lines: list[str], words: dict[str, str]) -> None:
        self.path = path
        self.words = words
        self.heads: dict[str, str] = {}
        self.tail: list[int] = []
        self.head: list[int] = []
        self.cost: list[int] = []
        self.task_arc: list[tuple[int, int]] = []
        self.serve: list[tuple[int, int]] = []
        self.demand: list[int] = []
        section = ""
        lists = {words[key]: key for key in words if key.startswith(("REQ", "NOREQ"))}
        for number, line in enumerate(lines, 1):
            pair = _PAIR.search(line)
            if pair is not None:
                self._street(section, pair, number)
            elif ":" in line:
                key, _, value = line.partition(":")
                key = key.strip().upper()
                section = lists.get(key, section)
                self.heads[key] = value.strip()

    def _street(self, section: str, pair: re.Match[str], number: int) -> None:
        if not section:
            raise InputError("a street stands before any list", file=f"{self.path}:{number}")
        u, v = int(pair[1]) - 1, int(pair[2]) - 1
        fields = {key.lower(): int(float(value)) for key, value in _FIELD.findall(pair[3])}
        cost = fields.get("trav_cost", fields.get("trave_cost", fields.get(self.words["cost"])))
        if cost is None:
            raise InputError("a street has no cost", file=f"{self.path}:{number}")
        serve = fields.get("serv_cost", cost)
        demand = fields.get(self.words["demand"], 0)
        arc = len(self.tail)
        edge = section.endswith("EDGES")
        for a, b in ((u, v), (v, u)) if edge else ((u, v),):
            self.tail.append(a)
            self.head.append(b)
            self.cost.append(cost)
        if section.startswith("REQ"):
            self.task_arc.append((arc, arc + 1 if edge else -1))
            self.serve.append((serve, serve))
            self.demand.append(demand)

    def _number(self, key: str) -> int:
        word = self.words.get(key, key)
        text = self.heads.get(word, "")
        if not re.fullmatch(r"-?\d+", text):
            raise InputError(f"{word} is missing or no whole number", file=self.path)
        return int(text)

    def problem(self) -> ArcProblem:
        """Put the problem together."""
        sites = self.heads.get("DUMPING_SITES", "")
        facilities = [int(item) - 1 for item in re.findall(r"\d+", sites)]
        dump = int(self.heads.get("DUMPING_COST", "0") or 0)
        most = self.heads.get("MAX_TRIP")
        return ArcProblem(
            name=self.path.stem,
            n_nodes=self._number("NODES"),
            tail=np.array(self.tail, dtype=np.int64),
            head=np.array(self.head, dtype=np.int64),
            cost=np.array(self.cost, dtype=np.int64),
            depot=self._number("DEPOT") - 1,
            task_arc=np.array(self.task_arc, dtype=np.int64).reshape(-1, 2),
            serve_cost=np.array(self.serve, dtype=np.int64).reshape(-1, 2),
            demand=np.array(self.demand, dtype=np.int64),
            capacity=self._number("CAPACITY"),
            route_cost=0 if facilities else dump,
            facilities=np.array(facilities, dtype=np.int64),
            visit_cost=dump if facilities else 0,
            most_cost=None if most is None else int(most),
        )
