"""Travel models refuse what they cannot drive on, and say so."""

from __future__ import annotations

import numpy as np
import pytest

from networks import InputError, helsinki_extract, read_osm, read_turn_rules, with_turns
from sim.dispatch import MatrixTravel, PlaneTravel, StreetTravel


def test_streets_with_turn_costs_are_refused():
    network = read_osm(helsinki_extract())
    turning = with_turns(network, read_turn_rules(helsinki_extract(), network))
    with pytest.raises(InputError, match="turn costs"):
        StreetTravel(turning)


def test_lights_on_other_streets_are_refused():
    network = read_osm(helsinki_extract())
    with pytest.raises(InputError, match="other streets"):
        StreetTravel(network, read_osm(helsinki_extract(), mode="walk"))


def test_a_station_far_from_every_street_is_named_with_its_distance():
    travel = StreetTravel(read_osm(helsinki_extract()))
    with pytest.raises(InputError, match=r"1 of 2 stations .* m from the nearest one"):
        travel.locate([24.94, 25.5], [60.17, 60.5], what="stations")


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (np.zeros((2, 3)), "shape"),
        (np.array([[0.0, -1.0], [1.0, 0.0]]), "negative or missing"),
        (np.array([[0.0, np.nan], [1.0, 0.0]]), "negative or missing"),
    ],
)
def test_a_matrix_that_is_none_is_refused(times, message):
    with pytest.raises(InputError, match=message):
        MatrixTravel(times, np.zeros(2), np.zeros(2))


def test_points_beside_the_places_of_a_matrix_are_refused():
    travel = MatrixTravel(np.zeros((2, 2)), np.array([0.0, 50.0]), np.zeros(2))
    with pytest.raises(InputError, match="none of the matrix's places"):
        travel.locate([25.0], [0.0], what="stations")


def test_the_law_of_distance_is_smooth_where_it_changes():
    # Kolesar, Walker & Hausner 1975: the two branches meet with equal value and slope at v^2 / a.
    law = PlaneTravel(acceleration_ms2=0.5, cruising_ms=12.0)
    at = 12.0**2 / 0.5
    below, here, above = law.time_s([at - 1e-3, at, at + 1e-3])
    assert here == pytest.approx(2 * 12.0 / 0.5)
    assert (here - below) == pytest.approx(above - here, rel=1e-5)
    with pytest.raises(InputError, match="not both positive"):
        PlaneTravel(0.0, 10.0)
