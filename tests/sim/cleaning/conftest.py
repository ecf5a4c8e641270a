"""Small cities to sweep: by hand, and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cleaning import Facilities, Pieces, Roads, Routes, Vehicles, Ways

SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)


class Town:
    """A town whose every part may be set; `log` simulates it."""

    def __init__(self, pieces, facilities, vehicles, roads, routes, **options):
        self.parts = [pieces, facilities, vehicles, roads, routes]
        self.pieces, self.facilities, self.vehicles, self.roads, self.routes = self.parts
        self.options = {"days": 1, "seed": 1} | options

    def log(self, engine="kernel", **options):
        from sim.cleaning import simulate

        return simulate(*self.parts, engine=engine, **(self.options | options))


def routes_of(plans, **more):
    """Routes from lists: (vehicle, day, leave_s, shift_s, steps); a step is (kind, target or edges,
    speed or length, earliest)."""
    kind, target, first, leg_first, leg_edge, speed, length, earliest = (
        [],
        [],
        [0],
        [0],
        [],
        [],
        [],
        [],
    )
    for *_, steps in plans:
        for what, where, number, begin in steps:
            kind.append(what)
            target.append(-1 if what == DRIVE else where)
            leg_edge += where if what == DRIVE else []
            leg_first.append(len(leg_edge))
            speed.append(number if what == SWEEP else np.nan)
            length.append(number if what == BREAK else 0.0)
            earliest.append(begin)
        first.append(len(kind))
    vehicle, day, leave, shift = (np.array([plan[i] for plan in plans], float) for i in range(4))
    return Routes(
        vehicle, day, leave, shift, first, kind, target, leg_first, leg_edge, speed,
        earliest_s=earliest, length_s=length, **more,
    )  # fmt: skip


def line_town(n_pieces=3, piece=None, facilities=None, vehicles=None, plans=(), **options):
    """A street of pieces of 100 m, one edge each (10 s); 60 s to and from every facility."""
    given = {"length_m": 100.0, "growth_g_m_h": 0.1, "standard_g_m": 1.0} | (piece or {})
    given["length_m"] = np.full(n_pieces, given["length_m"])
    pieces = Pieces(edge=np.arange(n_pieces), **given)
    facilities = facilities or Facilities([1, 1], [False, True], [False, True])
    f = len(facilities)
    away = 60.0 * (1 - np.eye(f))
    roads = Roads(
        np.full(n_pieces, 10.0), np.full(n_pieces, 100.0),
        Ways(np.full((n_pieces, f), 60.0), np.full((n_pieces, f), 500.0)),
        Ways(np.full((f, n_pieces), 60.0), np.full((f, n_pieces), 500.0)),
        Ways(away, away * 10.0),
    )  # fmt: skip
    vehicles = vehicles or Vehicles([0], [1000.0])
    return Town(pieces, facilities, vehicles, roads, routes_of(plans), **options)


@pytest.fixture(scope="session")
def town():
    """Make a `line_town`."""
    return line_town


@pytest.fixture(scope="session")
def make_routes():
    return routes_of


@pytest.fixture(scope="session")
def make_town():
    return Town


@pytest.fixture(scope="session")
def engine(pytestconfig):
    """Name of the twin under test; one for the whole session, so that hypothesis may use it."""
    return pytestconfig.getoption("--engine")
