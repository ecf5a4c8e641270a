"""Small cities with waste: by hand, and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from sim.waste import (
    Deliveries,
    Facilities,
    Filling,
    Haulers,
    Roads,
    Routes,
    Stands,
    Trucks,
    simulate,
)

COLLECT, UNLOAD, BREAK = range(3)


def routes_of(plans, **more):
    """Routes from lists: (truck, day, leave_s, shift_s, steps); a step is (kind, target) or (kind,
    target, earliest_s) or (kind, target, earliest_s, latest_s, length_s)."""
    first, steps = [0], []
    for *_, own in plans:
        steps += [(*step, 0.0, np.inf, 0.0)[: len(step)] + (0.0, np.inf, 0.0)[len(step) - 2 :]
                  for step in own]  # fmt: skip
        first.append(len(steps))
    vehicle, day, leave, shift = (np.array([plan[i] for plan in plans], float) for i in range(4))
    kind, target, earliest, latest, length = (
        np.array([step[i] for step in steps], float) for i in range(5)
    )
    return Routes(vehicle, day, leave, shift, first, kind, target, earliest, latest, length, **more)


class City:
    """A street: each stand at a place of its own, 60 s and 500 m apart from the next, then the
    facilities; every way is as long as the places are apart. Parts may be set; `log` simulates."""

    def __init__(self, n_stands=3, n_facilities=2, plans=(), **parts):
        n = n_stands + n_facilities
        apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        at = n_stands + np.arange(n_facilities)
        takes = np.zeros((n_facilities, 1), bool)
        takes[1:] = True
        stands = {"place": np.arange(n_stands), "stream": np.zeros(n_stands), "density_kg_l": 1.0}
        facilities = {"place": at, "accepts": takes, "bays": takes[:, 0] * 1}
        trucks = {"stream": [0], "depot": [0], "kg": 1000.0, "litres": 1e5}
        given = {
            "stands": Stands(**stands | parts.pop("stands", {})),
            "facilities": Facilities(**facilities | parts.pop("facilities", {})),
            "trucks": Trucks(**trucks | parts.pop("trucks", {})),
            "haulers": None,
            "roads": Roads(apart * 60.0, apart * 500.0),
            "routes": routes_of(plans, **parts.pop("select", {})),
            "filling": Filling(**{"litres_h": np.zeros(n_stands), "deposit_l": 0.0}
                               | parts.pop("filling", {})),
            "days": 1,
            "seed": 1,
        }  # fmt: skip
        if isinstance(parts.get("haulers"), dict):
            parts["haulers"] = Haulers(**parts["haulers"])
        self.given = given | parts

    def log(self, engine, **more):
        return simulate(**self.given | more, engine=engine)


@pytest.fixture(scope="session")
def city():
    """Make a `City`."""
    return City


@pytest.fixture(scope="session")
def make_routes():
    return routes_of


@pytest.fixture(scope="session")
def queue_city():
    """Make a facility with nothing but deliveries of others."""

    def made(times_s, bays, tip_s, days):
        n = len(times_s)
        return City(
            1, 2, facilities={"bays": [0, bays], "tip_s": tip_s}, days=days,
            deliveries=Deliveries(times_s, np.ones(n), np.zeros(n), np.ones(n)),
        )  # fmt: skip

    return made


@pytest.fixture(scope="session")
def engine(pytestconfig):
    """Name of the twin under test; one for the whole session, so that hypothesis may use it."""
    return pytestconfig.getoption("--engine")
