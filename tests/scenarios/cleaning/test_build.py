"""From a [cleaning] table to what the simulation takes."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from scenarios import load_scenario
from scenarios.cleaning.build import build_cleaning


def test_every_side_that_the_routes_serve_is_a_piece(write):
    built = build_cleaning(load_scenario(write()))
    question = built.question
    assert len(built.pieces) == question.streets.problem.n_tasks == 120
    np.testing.assert_allclose(built.pieces.length_m.sum(), question.task_km * 1000)
    assert built.days == 4
    assert built.first_weekday == 0
    assert not built.warnings


def test_figures_by_class_and_profiles_reach_the_pieces(write):
    built = build_cleaning(load_scenario(write()))
    pieces, network = built.pieces, built.network
    names = np.array([network.names[code] for code in network.name[pieces.edge]])
    kinds = np.array([network.class_names[code] for code in network.road_class[pieces.edge]])
    assert set(pieces.growth_g_m_h[kinds == "primary"]) == {2.0}
    assert set(pieces.growth_g_m_h[kinds == "residential"]) == {1.0}
    # growth is a mean over the week; at the market it is five times what it is elsewhere
    rows = pieces.hour_factor[pieces.profile]
    assert rows[names != "Column 2"].mean() == pytest.approx(1.0)
    market, elsewhere = rows[names == "Column 2"][0], rows[names != "Column 2"][0]
    np.testing.assert_allclose(market[24 + 8 : 24 + 12], 5 * elsewhere[24 + 8 : 24 + 12])
    np.testing.assert_allclose(market[:32], elsewhere[:32])
    shares = pieces.parked_share[pieces.parked].mean(axis=1)
    assert set(np.round(shares[kinds == "residential"], 9)) == {0.4}


def test_ways_to_the_dump_and_back_are_the_quickest_ones(write):
    built = build_cleaning(load_scenario(write()))
    roads, network = built.roads, built.network
    places = [place.node for place in (*built.question.depots, *built.question.dumps)]
    ends = network.head[built.pieces.edge]
    at_dump = int(np.flatnonzero(ends == places[1])[0])
    assert roads.to_facility.seconds[0, at_dump, 1] == 0.0
    for piece in (0, 17, 60):
        way = min(
            (
                network.path((int(built.pieces.edge[piece]), 1.0), (int(edge), 1.0))
                for edge in np.flatnonzero(network.head == places[1])
            ),
            key=lambda found: found.time_s,
        )
        assert roads.to_facility.seconds[0, piece, 1] == pytest.approx(way.time_s, abs=1e-3)
        assert roads.to_facility.metres[piece, 1] == pytest.approx(way.length_m, abs=0.1)


def test_leaves_fall_on_the_streets_that_are_named_week_by_week(write):
    table = '\n[cleaning.leaves]\nstreets = ["Row 1"]\nfactor = [3]\n'
    path = write(("[cleaning.weather]", table + "\n[cleaning.weather]"))
    built = build_cleaning(load_scenario(path))
    factors = built.weather.factors(np.zeros(4, dtype=np.int64), len(built.pieces.hour_factor))
    network, pieces = built.network, built.pieces
    names = np.array([network.names[code] for code in network.name[pieces.edge]])
    by_piece = factors[pieces.profile]
    assert set(by_piece[names == "Row 1"].ravel()) == {3.0}
    assert set(by_piece[names != "Row 1"].ravel()) == {1.0}


def test_without_a_dump_site_the_hopper_is_emptied_at_the_depot(write):
    dump = '[[routes.cleaning.dump]]\nname = "Tip"\nlon = 112.8260\nlat = 28.3540\n'
    built = build_cleaning(load_scenario(write((dump, ""))))
    assert built.facilities.dumps.tolist() == [True]
    assert built.facilities.names == ["Yard"]


def test_a_street_that_is_not_swept_cannot_have_a_market(write):
    with pytest.raises(InputError, match='no street that is swept is named "Colum 2"'):
        build_cleaning(load_scenario(write(('streets = ["Column 2"]', 'streets = ["Colum 2"]'))))
