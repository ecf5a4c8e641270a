"""Directions on drawn junctions of known angles, and on the streets of Helsinki and Changsha."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from networks import (
    InputError,
    Position,
    RawNodes,
    RawStreets,
    TurnCosts,
    TurnRules,
    Words,
    build_network,
    directions_along,
    helsinki_extract,
    read_lines,
    read_osm,
    read_turn_rules,
    with_turns,
)
from networks.direction_texts import COMPASS, KINDS, LANGUAGES, say
from networks.kernels import HOUR_S

LAT = 60.0
DEG_M = 111_412.0


def draw(places, streets):
    """Streets between places in metres: (from, to, name[, one-way])."""
    x, y = np.array(list(places.values()), float).T
    number = {name: k for k, name in enumerate(places)}
    raw = RawStreets(
        np.array([number[street[0]] for street in streets]),
        np.array([number[street[1]] for street in streets]),
        backward=np.array([len(street) < 4 for street in streets]),
        speed_kmh=np.full(len(streets), 36.0),
        name=Words.of([street[2] for street in streets]),
        road_class=Words.of(["residential"] * len(streets)),
    )
    lon = 25.0 + x / (DEG_M * np.cos(np.radians(LAT)))
    return build_network(RawNodes(np.arange(len(x)), lon, LAT + y / DEG_M), raw), number


def route(network, number, stops, **options):
    """Steps of a way over some places, from the middle of its first street to the last's."""
    from networks.paths import describe

    edges = [
        int(np.flatnonzero((network.tail == number[a]) & (network.head == number[b]))[0])
        for a, b in itertools.pairwise(stops)
    ]
    legs = [(edge, 0.0, 1.0) for edge in edges]
    legs[0], legs[-1] = (edges[0], 0.5, 1.0), (edges[-1], 0.0, 0.5)
    time_s = sum((b - a) * network.time_s[e] for e, a, b in legs)
    return directions_along(network, describe(network, time_s, legs), **options)


def said(steps, lang="en"):
    return [step.text(lang) for step in steps]


def crossing(course, other=-100.0, names=("Elm Road", "Oak Road")):
    """From the west into a junction, and out of it at an angle; another street leads elsewhere."""
    points = {"west": (-200.0, 0.0), "centre": (0.0, 0.0)}
    for name, angle in (("out", course), ("other", other)):
        points[name] = (200.0 * np.cos(np.radians(angle)), 200.0 * np.sin(np.radians(angle)))
    streets = [
        ("west", "centre", names[0]),
        ("centre", "out", names[1]),
        ("centre", "other", "Ash Road"),
        ("out", "other", "Back Road"),
        ("west", "other", "Far Road"),
    ]
    return draw(points, streets)


@pytest.mark.parametrize(
    ("course", "english", "chinese"),
    [
        (0, "Continue onto Oak Road", "直行进入Oak Road"),
        (30, "Continue onto Oak Road", "直行进入Oak Road"),
        (90, "Turn left onto Oak Road", "左转进入Oak Road"),
        (50, "Turn left onto Oak Road", "左转进入Oak Road"),
        (-90, "Turn right onto Oak Road", "右转进入Oak Road"),
        (150, "Turn sharp left onto Oak Road", "向左后方转入Oak Road"),
        (-150, "Turn sharp right onto Oak Road", "向右后方转入Oak Road"),
        (176, "Make a U-turn onto Oak Road", "掉头进入Oak Road"),
    ],
)
def test_a_turn_is_said_by_its_angle(course, english, chinese):
    network, number = crossing(course)
    steps = route(network, number, ["west", "centre", "out"])
    assert said(steps) == ["Head east on Elm Road", english, "Arrive on Oak Road"]
    assert said(steps, "zh") == ["沿Elm Road向东出发", chinese, "到达Oak Road"]
    assert steps[1].angle_deg == pytest.approx(course, abs=1.0)


@pytest.mark.parametrize(("course", "side"), [(12, "left"), (-12, "right")])
def test_at_a_fork_one_keeps_to_a_side(course, side):
    network, number = crossing(course, other=-course)
    steps = route(network, number, ["west", "centre", "out"])
    assert steps[1].text() == f"Keep {side} onto Oak Road"


def test_going_on_along_the_same_street_is_no_step():
    network, number = crossing(10, names=("Elm Road", "Elm Road"))
    steps = route(network, number, ["west", "centre", "out"])
    assert said(steps) == ["Head east on Elm Road", "Arrive on Elm Road"]
    assert (steps[0].first, steps[0].last) == (0, 2)


def test_a_street_that_turns_at_a_junction_is_stayed_on():
    network, number = crossing(90, names=("Elm Road", "Elm Road"))
    steps = route(network, number, ["west", "centre", "out"])
    assert said(steps)[1] == "Turn left to stay on Elm Road"
    assert said(steps, "zh")[1] == "左转,继续沿Elm Road行驶"


def test_back_on_the_same_street_is_a_u_turn():
    network, number = crossing(90)
    steps = route(network, number, ["west", "centre", "west"])
    assert said(steps)[1] == "Make a U-turn on Elm Road"
    assert said(steps, "zh")[1] == "在Elm Road掉头"


def test_a_bend_without_a_choice_is_no_turn():
    places = {"a": (-200, 0), "b": (0, 0), "c": (0, 200)}
    streets = [("a", "b", "Elm Road"), ("b", "c", "Elm Road")]
    network, number = draw(places, streets)
    assert len(route(network, number, ["a", "b", "c"])) == 2
    network, number = draw(places, [streets[0], ("b", "c", "Oak Road")])
    assert said(route(network, number, ["a", "b", "c"]))[1] == "Turn left onto Oak Road"


def test_streets_without_a_name_are_said_by_their_class():
    network, number = crossing(90, names=("Elm Road", ""))
    steps = route(network, number, ["west", "centre", "out"])
    assert said(steps)[1] == "Turn left onto an unnamed residential street"
    assert said(steps, "zh")[1] == "左转进入无名居民区道路"


DUAL = {
    "w1": (-200, 0), "m1": (0, 0), "e1": (200, 0),
    "w2": (-200, 20), "m2": (0, 20), "e2": (200, 20), "s": (0, -200),
}  # fmt: skip


@pytest.mark.parametrize("gap", ["", "Cross Road"])
def test_two_lefts_over_a_median_are_one_u_turn(gap):
    streets = [
        ("w1", "m1", "Renmin Road", "one-way"), ("m1", "e1", "Renmin Road", "one-way"),
        ("e2", "m2", "Renmin Road", "one-way"), ("m2", "w2", "Renmin Road", "one-way"),
        ("m1", "m2", gap), ("e1", "e2", "End"), ("w2", "w1", "End"), ("s", "m1", "Cross Road"),
    ]  # fmt: skip
    network, number = draw(DUAL, streets)
    steps = route(network, number, ["w1", "m1", "m2", "w2"])
    assert said(steps)[1:] == ["Make a U-turn on Renmin Road", "Arrive on Renmin Road"]
    # From the side street the gap is crossed, and the turn comes behind it.
    steps = route(network, number, ["s", "m1", "m2", "w2"])
    assert said(steps)[1] == "Turn left onto Renmin Road"
    assert len(steps) == 3


def roundabout():
    """Four arms at a small roundabout, driven counter-clockwise from the south."""
    arms = {"s": -90, "e": 0, "n": 90, "w": 180}
    places, streets = {}, []
    for name, angle in arms.items():
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        places[f"{name}-ring"], places[name] = (20.0 * c, 20.0 * s), (200.0 * c, 200.0 * s)
        streets.append((name, f"{name}-ring", f"{name.upper()} Road"))
    ring = [f"{name}-ring" for name in arms]
    streets += [(a, b, "", "one-way") for a, b in itertools.pairwise([*ring, ring[0]])]
    network, number = draw(places, streets)
    mask = np.isin(network.tail, [number[p] for p in ring]) & np.isin(
        network.head, [number[p] for p in ring]
    )
    return network, number, TurnRules.of(network, [], roundabout=mask)


@pytest.mark.parametrize(
    ("out", "english", "chinese"), [("e", "first", 1), ("n", "second", 2), ("w", "third", 3)]
)
def test_exits_of_a_roundabout_are_counted(out, english, chinese):
    network, number, rules = roundabout()
    arms = ["s", "e", "n", "w"]
    ring = [f"{arm}-ring" for arm in arms[: arms.index(out) + 1]]
    steps = route(network, number, ["s", *ring, out], rules=rules)
    street = f"{out.upper()} Road"
    assert said(steps) == [
        "Head north on S Road",
        f"At the roundabout take the {english} exit onto {street}",
        f"Arrive on {street}",
    ]
    assert steps[1].text("zh") == f"在环岛从第{chinese}个出口驶出,进入{street}"
    assert steps[1].exit == chinese


def test_a_trip_may_begin_or_end_within_a_roundabout():
    network, number, rules = roundabout()
    steps = route(network, number, ["s-ring", "e-ring", "n-ring", "n"], rules=rules)
    assert "second exit onto N Road" in steps[1].text()
    steps = route(network, number, ["s", "s-ring", "e-ring"], rules=rules)
    assert steps[1].text().startswith("Enter the roundabout")
    assert steps[1].text("zh").startswith("驶入环岛")


def test_every_kind_has_words_in_every_language():
    for lang in LANGUAGES:
        assert len(COMPASS[lang]) == 8
        stays = [f"{kind}-stay" for kind in KINDS if kind not in {"depart", "arrive"}]
        texts = [say(kind, "X", lang, exit_number=2) for kind in (*KINDS, *stays)]
        assert all("X" in text and "{" not in text for text in texts)
        assert len(set(texts)) == len(texts)
    assert "9th exit" in say("roundabout", "X", "en", exit_number=9)


def check_whole(steps, way):
    assert sum(step.km for step in steps) == pytest.approx(way.length_m / 1000.0)
    assert sum(step.minutes for step in steps) == pytest.approx(way.time_s / 60.0)
    assert (steps[0].kind, steps[-1].kind) == ("depart", "arrive")
    for one, two in itertools.pairwise(steps):
        assert one.last == two.first
        assert (one.lon[-1], one.lat[-1]) == (two.lon[0], two.lat[0])
    assert (steps[-1].lon[0], steps[-1].lat[0]) == (way.lon[-1], way.lat[-1])


@pytest.mark.parametrize("turns", [False, True])
def test_steps_in_helsinki_add_up_to_the_trip(turns):
    network = read_osm(helsinki_extract())
    rules = read_turn_rules(helsinki_extract(), network)
    shut = network.closed_at(np.arange(network.n_edges), [8])
    for seed in range(20):
        choose = np.random.default_rng(seed)
        places = [Position(int(choose.integers(network.n_edges)), 0.5) for _ in "ab"]
        target = shut
        if turns:
            target = with_turns(shut, rules, TurnCosts.for_vehicle(2.5))
            places = [Position(int(target.arc_of[place.edge]), 0.5) for place in places]
        for week_s in (None, 8 * HOUR_S - 60.0):
            way = target.path(*places, depart_week_s=week_s)
            steps = directions_along(target, way, depart_week_s=week_s)
            check_whole(steps, way)


def test_a_trip_in_helsinki_is_told_street_by_street():
    network = read_osm(helsinki_extract())
    starts, goals = ([24.9352, 60.1690], [24.9522, 60.1676])
    some = network.snap([starts[0], goals[0]], [starts[1], goals[1]])
    steps = directions_along(network, network.path(some[0], some[1]))
    assert said(steps) == [
        "Head north-east on an unnamed service road",
        "Turn left onto Simonkatu",
        "Turn right onto Mannerheimintie",
        "Continue onto Eteläesplanadi",
        "Turn left onto Eteläranta",
        "Arrive on Eteläranta",
    ]
    assert said(steps, "zh")[2] == "右转进入Mannerheimintie"


def test_yuelu_is_told_in_chinese(shared_data):
    network = read_lines(
        shared_data / "networks" / "changsha" / "yuelu_roads.geojson",
        {"oneway": "lanespec"},
        oneway_values={"lanespec(1)": "forward", "lanespec([1 1])": "both"},
    )
    told = []
    for seed in range(8):
        choose = np.random.default_rng(seed)
        places = [Position(int(choose.integers(network.n_edges)), 0.5) for _ in "ab"]
        way = network.path(*places)
        steps = directions_along(network, way)
        check_whole(steps, way)
        told += said(steps, "zh")
    assert any(text.startswith("左转进入") and text.endswith("路") for text in told)
    # Identifiers in place of names are on no sign.
    assert not any(part.isdigit() and len(part) > 5 for text in told for part in text.split("-"))


def test_no_way_has_no_steps(town):
    network = town(1).closed(np.ones(town(1).n_edges, bool))
    assert directions_along(network, network.path(Position(0, 0.9), Position(9, 0.5))) == ()


def test_a_trip_of_no_length_departs_and_arrives(town):
    network = town(1)
    steps = directions_along(network, network.path(Position(0, 0.4), Position(0, 0.4)))
    assert [step.kind for step in steps] == ["depart", "arrive"]


def test_other_languages_and_rules_are_refused(town):
    network = town(1)
    way = network.path(Position(0, 0.4), Position(9, 0.4))
    with pytest.raises(InputError, match="'fr'"):
        directions_along(network, way)[0].text("fr")
    with pytest.raises(InputError, match="turn rules are for"):
        directions_along(network, way, rules=TurnRules.none(town(2)))
