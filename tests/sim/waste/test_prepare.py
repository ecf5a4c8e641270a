"""Tables that do not fit each other are refused; those that do lie in arrays as they should."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from sim.waste import Deliveries, Haulers, Orders, Outages
from sim.waste import layout as at
from sim.waste.prepare import prepare

COLLECT, UNLOAD, BREAK = range(3)
PLAN = [(0, 0, 0.0, np.inf, [(COLLECT, 0), (BREAK, -1), (COLLECT, 1), (UNLOAD, 1)])]
STATION = {"compactors": [0, 1, 0], "bays": [0, 1, 1]}


def refused(city, words, **parts):
    with pytest.raises(InputError, match=words):
        prepare(**city(**{"plans": PLAN} | parts).given)


def test_what_is_named_and_not_there_is_refused(city):
    refused(city, "vehicle 1 is named", plans=[(1, 0, 0.0, 9.0, [])])
    refused(city, "day 1 is named", plans=[(0, 1, 0.0, 9.0, [])])
    refused(city, "stand 7 is named", plans=[(0, 0, 0.0, 9.0, [(COLLECT, 7)])])
    refused(city, "facility 9 is named", plans=[(0, 0, 0.0, 9.0, [(BREAK, 9)])])
    refused(city, "place 50 is named", stands={"place": [0, 1, 50]})
    refused(city, "facility 5 is named", trucks={"depot": [5]})
    refused(city, "stream 1 is named", stands={"stream": [0, 0, 1]})
    refused(city, "days = 0", days=0)


def test_waste_that_has_nowhere_to_go_is_refused(city):
    refused(city, "where its stream is not accepted", plans=[(0, 0, 0.0, 9.0, [(UNLOAD, 0)])])
    plans = [(0, 0, 0.0, 9.0, [(COLLECT, 0)])]
    nowhere = {"accepts": [[False], [False]]}
    refused(city, "no facility accepts it", facilities=nowhere, plans=plans)
    refused(city, "no hauler", n_facilities=3, facilities=STATION)
    refused(
        city, "cannot carry a container", n_facilities=3, facilities=STATION,
        haulers={"pool": [1], "home": [0], "kg": 9.0},
    )  # fmt: skip
    refused(
        city, "no facility takes from it", n_facilities=3,
        facilities=STATION | {"sends_to": np.zeros((3, 3), bool)},
        haulers={"pool": [1], "home": [0]},
    )  # fmt: skip
    refused(city, "pool is no station", haulers={"pool": [1], "home": [0]})
    refused(city, "no hauler takes them", orders=Orders([0.0], [0], [0], [5.0]))
    refused(city, "does not accept it", deliveries=Deliveries([0.0], [0], [0], [5.0]))


def test_a_truck_collects_its_own_stream_only(city):
    refused(
        city, "another stream than its own", stands={"stream": [0, 1, 0]},
        facilities={"accepts": [[False, False], [True, True]], "bays": [0, 1]},
    )  # fmt: skip


def test_steps_know_the_next_break_of_their_own_route(city):
    plans = [*PLAN, (0, 0, 100.0, np.inf, [(COLLECT, 2)])]
    world = prepare(**city(plans=plans).given)
    assert world.step[:, at.NEXT_BREAK].tolist() == [1, 1, -1, -1, -1]


def test_routes_lie_by_truck_and_time_and_know_their_limit(city):
    plans = [(0, 0, 500.0, 100.0, []), (0, 0, 20.0, np.inf, [])]
    world = prepare(**city(plans=plans).given)
    assert world.route_order.tolist() == [1, 0]
    assert world.route[:, at.R_LEAVE].tolist() == [20_000, 500_000]
    assert world.route[:, at.R_LIMIT].tolist() == [at.NEVER, 2_400_000]


def test_an_hour_that_an_outage_touches_is_out(city):
    outages = Outages([1], [3599.0], [7201.0])
    world = prepare(**city(plans=PLAN).given, outages=outages)
    assert np.flatnonzero(world.outage[1]).tolist() == [0, 1, 2]
    assert not world.outage[0].any()


def test_sums_of_factors_run_over_two_weeks(city):
    factor = np.arange(168.0) / 100.0
    world = prepare(**city(plans=PLAN, filling={"hour_factor": factor[None]}).given)
    assert world.ahead.shape == (1, 337)
    assert world.ahead[0, 3] == 0 + 10 + 20
    assert world.ahead[0, 336] == 2 * world.ahead[0, 168]


def test_haulers_may_be_left_out(city):
    given = city(plans=PLAN).given
    none = prepare(**given)
    also = prepare(**given | {"haulers": Haulers([], [])})
    assert none.hauler.shape == also.hauler.shape == (0, 4)
