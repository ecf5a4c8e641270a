"""Waste of the grid of 36 junctions, collected by trucks that a plain rule sends out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

BASE = Path(__file__).resolve().parents[2] / "bad_input" / "base"
TABLES = """
[collection]
points = "points.csv"
stream = [
  { name = "kitchen", title_zh = "厨余", density_kg_l = 0.6 },
  { name = "other", title_zh = "其他", density_kg_l = 0.15 },
]

[routes.waste]
job = "collect"
title = "Waste of the grid"
title_zh = "网格垃圾收运"
stop_s = 30
bin_s = 10
shift_h = 6
break_min = 30
lunch = ["06:10", "07:00"]
at = "tuesday 05:00"
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }
facility = [
  { name = "Plant", lon = 112.8260, lat = 28.3540, visit_min = 10, streams = ["kitchen"] },
  { name = "Station", lon = 112.8290, lat = 28.3500, visit_min = 8, closes = "20:00" },
]

[[routes.waste.vehicle]]
name = "kitchen truck"
streams = ["kitchen"]
capacity_t = 1.2
volume_m3 = 3
count = 3

[[routes.waste.vehicle]]
name = "compactor"
title_zh = "压缩车"
streams = ["other"]
capacity_t = 2
volume_m3 = 4
compaction = 3
count = 3
max_stops = 60
"""


def points_csv(count: int = 40) -> str:
    """Points scattered over the grid: each has kitchen and other waste."""
    rng = np.random.default_rng(5)
    lines = ["name,lon,lat,kind,stream,bins,l_day,from,until"]
    for k in range(count):
        lon, lat = 112.8200 + 0.0098 * rng.random(), 28.3500 + 0.0088 * rng.random()
        for stream, litres in (("kitchen", 200), ("other", 700)):
            hours = "06:00,11:00" if k % 7 == 0 else ","
            kind = "market" if k % 10 == 0 else "household"
            lines.append(
                f"Yard {k + 1},{lon:.6f},{lat:.6f},{kind},{stream},{1 + k % 3},{litres},{hours}"
            )
    return "\n".join(lines) + "\n"


def lay_out(folder: Path, tables: str = TABLES) -> Path:
    """Write the scenario into a folder."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    (folder / "points.csv").write_text(points_csv(), encoding="utf-8")
    path = folder / "scenario.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(tables)
    return path


@pytest.fixture(scope="session")
def tables() -> str:
    """What the scenario says of waste."""
    return TABLES


@pytest.fixture(scope="session")
def laid_out():
    """Write the scenario into a folder, with other tables where they are given."""
    return lay_out


@pytest.fixture(scope="session")
def grid(tmp_path_factory) -> Path:
    """Scenario file that asks for routes of collection; read only."""
    return lay_out(tmp_path_factory.mktemp("waste"))


@pytest.fixture(scope="session")
def question(grid):
    """The question, made ready; read only."""
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes

    return build_routes(load_scenario(grid), "waste")


@pytest.fixture(scope="session")
def plan(question):
    """Routes of that scenario, each truck going to the nearest point that it can; read only."""
    from scenarios.collection.plan import plan_collection

    return plan_collection(question, nearest_first(question.problem))


def nearest_first(problem):
    """Fill truck after truck with the nearest stop that keeps the rules."""
    from optimize.routing.nodes.solution import NodeSolution, value_of

    todo, routes = set(range(problem.n_stops)), []
    for kind, truck in enumerate(problem.kinds):
        for _ in range(truck.count or problem.n_stops):
            route = _filled(problem, kind, todo)
            if route is not None:
                routes.append(route)
    status = "partial" if todo else "feasible"
    value = value_of(problem, routes)
    return NodeSolution(tuple(routes), value, status, 0.0, 0, left=tuple(sorted(todo)))


def _filled(problem, kind, todo):
    from optimize.routing.nodes.solution import timetable

    truck = problem.kinds[kind]
    own = [v for v in todo if problem.stops_of(truck)[v]]
    facility = -1 - int(np.flatnonzero(problem.facilities_of(truck))[0])
    visits, load, at, best = [], np.zeros(problem.n_measures, np.int64), truck.start, None
    while own and sum(v >= 0 for v in visits) < (truck.max_stops or problem.n_stops):
        own.sort(key=lambda v: (problem.seconds[0][at, problem.stop_place[v]], v))
        for stop in own:
            more = [] if (load + problem.amount[stop] <= truck.capacity).all() else [facility]
            found = timetable(problem, kind, [*visits, *more, stop, facility])
            if found is not None:
                break
        else:
            break
        visits += [*more, stop]
        load = problem.amount[stop] + (0 if more else load)
        at, best = problem.stop_place[stop], found
        own.remove(stop)
        todo.discard(stop)
    return best
