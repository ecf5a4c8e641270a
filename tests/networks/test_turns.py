"""Banned turns, however long, and turns that cost: exact against a search over histories."""

from __future__ import annotations

import heapq
import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError, Positions, SpeedProfile, helsinki_extract, read_osm
from networks.readers.osm_turns import read_turn_rules
from networks.turn_costs import TurnCosts
from networks.turn_rules import TurnRules
from networks.turns import TurnNetwork, default_costs, with_turns

few_cases = settings(max_examples=25, deadline=None)
COSTS = {
    "free": TurnCosts(),
    "no U-turn": TurnCosts(u_turn_width_m=np.inf),
    "car": TurnCosts.for_vehicle(),
    "lorry": TurnCosts.for_vehicle(2.5, traffic="left"),
}


class Reference:
    """All that may follow an edge, given the edges driven before it."""

    def __init__(self, network, rules, costs):
        self.network = network
        self.banned = set(rules.sequences())
        self.memory = max([len(row) for row in self.banned], default=2) - 1
        self.out = [
            list(range(network.indptr[v], network.indptr[v + 1])) for v in range(network.n_nodes)
        ]
        pairs = [(e, f) for e in range(network.n_edges) for f in self.out[network.head[e]]]
        first, second = np.array(pairs).T
        seconds = costs.seconds(network, first, second, rules.roundabout).tolist()
        self.seconds = dict(zip(pairs, seconds, strict=True))
        self.dead_end_s = costs.dead_end_s

    def follow(self, past):
        """Edges that may follow a history, with the seconds of the turn."""
        last = past[-1]
        back = int(self.network.reverse[last])
        onward = self.out[self.network.head[last]]
        some = {
            f: self.seconds[last, f]
            for f in onward
            if np.isfinite(self.seconds[last, f]) and (last, f) not in self.banned
        }
        if not set(some) - {back} and back >= 0 and (last, back) not in self.banned:
            some[back] = self.dead_end_s
        return {f: s for f, s in some.items() if not self._bans(past, f)}

    def _bans(self, past, edge):
        row = (*past, edge)
        return any(row[k:] in self.banned for k in range(len(row) - 1))

    def time_s(self, origin, goals):
        """Seconds from one position to some, all on the streets."""
        w, back = self.network.time_s, self.network.reverse
        best = []
        arrive = {}
        for j, (edge, at) in enumerate(goals):
            best.append(np.inf)
            arrive.setdefault(int(edge), []).append((j, at))
            if back[edge] >= 0:
                arrive.setdefault(int(back[edge]), []).append((j, 1.0 - at))
        order = itertools.count()
        heap = []
        begins = [(int(origin[0]), origin[1])]
        if back[origin[0]] >= 0:
            begins.append((int(back[origin[0]]), 1.0 - origin[1]))
        for edge, at in begins:
            rest_s = (1.0 - at) * w[edge] if at < 1.0 else 0.0
            heap.append((rest_s, next(order), (edge,)))
            for j, goal in arrive.get(edge, ()):
                if goal >= at:
                    best[j] = min(best[j], (goal - at) * w[edge] if goal > at else 0.0)
        heapq.heapify(heap)
        done = set()
        while heap:
            at_s, _, past = heapq.heappop(heap)
            if past in done or at_s == np.inf:
                continue
            done.add(past)
            for edge, turn_s in self.follow(past).items():
                begin_s = at_s + turn_s
                for j, goal in arrive.get(edge, ()):
                    best[j] = min(best[j], begin_s + (goal * w[edge] if goal > 0.0 else 0.0))
                now = (*past, edge)[-self.memory :]
                heapq.heappush(heap, (begin_s + w[edge], next(order), now))
        return best

    def drive_s(self, way):
        """Seconds of a path by its edges, turns with it; inf if a turn is not permitted."""
        edges = way.edges.tolist()
        total = float(np.sum((way.leave - way.enter) * self.network.time_s[way.edges]))
        for k in range(1, len(edges)):
            total += self.follow(tuple(edges[:k][-self.memory :])).get(edges[k], np.inf)
        return total


def places(network, k, seed):
    draw = np.random.default_rng(seed)
    edge = draw.integers(0, network.n_edges, k)
    fraction = draw.choice([0.0, 1.0, *draw.random(8)], k)
    edge[: k // 3] = edge[0]
    nothing = np.zeros(k)
    return Positions(edge, fraction, nothing, nothing, nothing)


def random_rules(network, seed, size):
    """Bans of two to five edges along random walks, some the beginning of others."""
    draw = np.random.default_rng(seed)
    banned = []
    for _ in range(size):
        row = [int(draw.integers(0, network.n_edges))]
        while len(row) < 5:
            node = network.head[row[-1]]
            row.append(int(draw.integers(network.indptr[node], network.indptr[node + 1])))
        banned.append(row[: draw.integers(2, 6)])
        if draw.random() < 0.3:
            banned.append(row[draw.integers(0, 3) :])
    return TurnRules.of(network, banned, roundabout=draw.random(network.n_edges) < 0.1)


@few_cases
@given(
    st.integers(0, 30), st.integers(0, 10_000), st.sampled_from(sorted(COSTS)), st.integers(0, 60)
)
def test_matrices_and_paths_are_those_of_a_search_over_histories(town, seed, draw, kind, size):
    network = town(seed)
    rules = random_rules(network, draw, size)
    turning = with_turns(network, rules, COSTS[kind])
    reference = Reference(network, rules, COSTS[kind])
    origins, goals = places(network, 4, draw), places(network, 12, draw + 1)
    starts, ends = turning.positions(origins), turning.positions(goals)
    expected = np.array([reference.time_s(start, list(goals)) for start in origins])
    found = turning.matrix(starts, ends)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for i, j in ((0, 5), (1, 8), (2, 11), (3, 0)):
        way = turning.path(starts[i], ends[j])
        assert way.time_s == pytest.approx(expected[i, j], rel=1e-9, abs=1e-9)
        ends_inside = not {origins.fraction[i], goals.fraction[j]} & {0.0, 1.0}
        if way.found and ends_inside:
            assert reference.drive_s(way) == pytest.approx(way.time_s, rel=1e-9, abs=1e-9)
            assert rules.permit(way.edges)


@few_cases
@given(st.integers(0, 30), st.integers(0, 10_000))
def test_large_matrices_agree_with_single_searches(town, seed, draw):
    network = town(seed)
    rules = random_rules(network, draw, 30)
    turning = with_turns(network, rules, COSTS["car"])
    some = turning.positions(places(network, 40, draw))
    large = turning.matrix(some, some)
    small = turning.matrix(some.take(slice(0, 3)), some)
    assert large[:3] == pytest.approx(small, rel=1e-9, abs=1e-9)


@few_cases
@given(st.integers(0, 30), st.integers(0, 10_000))
def test_free_turns_leave_the_network_as_it_is(town, seed, draw):
    network = town(seed)
    turning = with_turns(network, None, TurnCosts())
    assert (turning.n_nodes, turning.n_edges) == (network.n_nodes, network.n_edges)
    some = places(network, 8, draw)
    there = turning.positions(some)
    assert turning.matrix(there, there) == pytest.approx(network.matrix(some, some), rel=1e-12)


@pytest.mark.parametrize("place", ["helsinki", "monaco"])
@pytest.mark.parametrize("kind", ["free", "car"])
def test_mapped_restrictions_are_obeyed_exactly(request, place, kind):
    path = helsinki_extract()
    if place == "monaco":
        path = request.getfixturevalue("shared_data") / "networks" / "monaco.osm.pbf"
    network = read_osm(path)
    rules = read_turn_rules(path, network)
    turning = with_turns(network, rules, COSTS[kind])
    reference = Reference(network, rules, COSTS[kind])
    origins, goals = places(network, 12, 1), places(network, 150, 2)
    near = rules.edges[:60]
    goals = Positions(*(np.concatenate([a, b]) for a, b in (
        (goals.edge, near), (goals.fraction, np.full(len(near), 0.5)),
        *[(goals.lon, np.zeros(len(near)))] * 3,
    )))  # fmt: skip
    expected = np.array([reference.time_s(start, list(goals)) for start in origins])
    found = turning.matrix(turning.positions(origins), turning.positions(goals))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert (expected > network.matrix(origins, goals) + 1.0).any()


def test_places_snap_to_the_same_points(town):
    network = town(3)
    turning = with_turns(network, random_rules(network, 5, 40), COSTS["car"])
    draw = np.random.default_rng(0)
    lon, lat = draw.uniform(24.9, 24.94, 200), draw.uniform(60.15, 60.17, 200)
    plain, turned = network.snap(lon, lat), turning.snap(lon, lat)
    assert np.array_equal(turning.base_positions(turned).edge, plain.edge)
    assert np.array_equal(turned.fraction, plain.fraction)
    assert np.array_equal(turned.lon, plain.lon)


def test_times_to_all_are_those_of_the_matrix(town):
    network = town(3)
    turning = with_turns(network, random_rules(network, 5, 40), COSTS["car"])
    some = turning.positions(places(network, 9, 4))
    matrix = turning.matrix(some, some)
    edges = some.edge
    for i, place in enumerate(some):
        ahead = turning.times_from(place)[turning.tail[edges]]
        whole = ahead + some.fraction * turning.time_s[edges]
        assert (whole >= matrix[i] - 1e-9).all()
        back = turning.times_from(place, reverse=True)[turning.head[edges]]
        whole = back + (1.0 - some.fraction) * turning.time_s[edges]
        assert (whole >= matrix[:, i] - 1e-9).all()
    nodes = turning.at_nodes(turning.times_from(some[0]))
    assert (nodes >= network.times_from(turning.base_positions(some)[0]) - 1e-9).all()


def test_isochrones_with_turns_lie_within_those_without(town):
    network = town(3)
    turning = with_turns(network, random_rules(network, 5, 40), COSTS["car"])
    place = places(network, 1, 4)
    (free,) = network.isochrones(place[0], [2.0])
    (turned,) = turning.isochrones(turning.positions(place)[0], [2.0])
    assert turned.area <= free.area * 1.0001


@few_cases
@given(st.integers(0, 30), st.integers(0, 10_000), st.integers(0, 600))
def test_by_the_clock_paths_and_matrices_agree(town, profile, seed, draw, hours):
    network = town(seed)
    network = network.with_times(20.0 * network.time_s)
    network = network.with_profile(profile(draw, network.n_edges, standstill=True))
    turning = with_turns(network, random_rules(network, draw, 30), COSTS["car"])
    some = turning.positions(places(network, 5, draw))
    week_s = 1007.0 * hours
    found = turning.matrix(some, some, depart_week_s=week_s)
    for i, j in ((0, 4), (3, 1), (2, 4)):
        way = turning.path(some[i], some[j], depart_week_s=week_s)
        assert way.time_s == pytest.approx(found[i, j], rel=1e-9)


@few_cases
@given(st.integers(0, 30), st.integers(0, 10_000))
def test_closures_and_other_times_take_effect_without_a_new_graph(town, profile, seed, draw):
    network = town(seed)
    rules = random_rules(network, draw, 30)
    turning = with_turns(network, rules, COSTS["car"])
    shut = np.random.default_rng(draw).integers(0, network.n_edges, 4)
    some = places(network, 6, draw)
    changed = network.closed(shut).with_profile(profile(draw, network.n_edges))
    there = turning.positions(some)
    anew = with_turns(changed, rules, COSTS["car"]).matrix(there, there, depart_week_s=8e4)
    assert np.array_equal(turning.retimed(changed).matrix(there, there, depart_week_s=8e4), anew)
    closed = turning.closed(turning.arc_of[shut])
    assert np.array_equal(
        closed.matrix(there, there), turning.retimed(network.closed(shut)).matrix(there, there)
    )
    slow = turning.with_speeds(np.full(turning.n_edges, 20.0))
    slow_base = turning.retimed(network.with_speeds(20.0))
    assert np.array_equal(slow.matrix(there, there), slow_base.matrix(there, there))


def test_a_network_with_turns_can_be_pickled(town):
    network = town(2)
    turning = with_turns(network, random_rules(network, 1, 9), COSTS["car"])
    again = pickle.loads(pickle.dumps(turning))  # noqa: S301 - our own bytes
    some = turning.positions(places(network, 5, 1))
    assert np.array_equal(again.matrix(some, some), turning.matrix(some, some))


def test_walkers_turn_freely_unless_asked(town):
    assert default_costs("walk").free
    assert not default_costs("car").free
    assert default_costs("truck").u_turn_width_m > default_costs("car").u_turn_width_m


def test_rules_of_another_network_are_refused(town):
    with pytest.raises(InputError, match="turn rules are for"):
        with_turns(town(1), TurnRules.none(town(2)))
    with pytest.raises(InputError, match="other streets"):
        with_turns(town(1)).retimed(town(2))
    with pytest.raises(InputError, match="does not begin where"):
        TurnRules.of(town(1), [[0, 0]])


def test_turns_take_the_same_time_at_any_hour(town):
    network = town(1)
    factor = np.full((1, network.n_edges), 0.5)
    slow = network.with_profile(SpeedProfile(np.zeros(168, int), factor))
    turning = with_turns(slow, None, COSTS["car"])
    assert isinstance(turning, TurnNetwork)
    turn = turning.edge_of < 0
    assert np.array_equal(turning.edge_times_s()[turn], turning.time_s[turn])
    assert np.array_equal(turning.edge_times_s()[~turn], 2.0 * turning.time_s[~turn])
