"""Turns in arc routing: the line graph against walking by hand, forbidden turns, no turns."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from networks import InputError
from optimize.routing.arcs.check import check_arc_solution, check_walk
from optimize.routing.arcs.giant_tour import tour_arcs
from optimize.routing.arcs.layout import FAR, layout_of
from optimize.routing.arcs.lower_bound import _Relaxation, arc_lower_bound
from optimize.routing.arcs.problem import ArcProblem, VehicleKind
from optimize.routing.arcs.relaxed import relaxed
from optimize.routing.arcs.scanning import cost_of_routes, scan_arcs
from optimize.routing.arcs.solve import solve_arcs
from optimize.routing.arcs.turns import ArcTurns, Place, TurnWays, line_graph, turn_table

FREE = ArcTurns(np.zeros(0), np.zeros(0), np.zeros(0))


def _turned(draw, problem):
    """Give a problem random turns."""
    arcs = len(problem.tail)
    pairs = [(a, b) for a in range(arcs) for b in range(arcs) if problem.head[a] == problem.tail[b]]
    listed = draw(st.lists(st.sampled_from(pairs), max_size=12, unique=True)) if pairs else []
    cost = [draw(st.sampled_from([-1, 0, 1, 5])) for _ in listed]
    table = np.array(listed, dtype=np.int64).reshape(-1, 2)
    u_turn = draw(st.sampled_from([None, 0, 3]))
    return replace(problem, turns=ArcTurns(table[:, 0], table[:, 1], np.array(cost), u_turn))


def _turn(problem, a, b):
    """Cost of a turn by the words of the rule; None where it is forbidden."""
    turns = problem.turns
    listed = dict(
        zip(zip(turns.first.tolist(), turns.second.tolist(), strict=True), turns.cost, strict=True)
    )
    if problem.head[a] != problem.tail[b]:
        return None
    if (a, b) in listed:
        return None if listed[a, b] < 0 else int(listed[a, b])

    def back(c):
        return problem.head[c] == problem.tail[a] != problem.head[a] == problem.tail[c]

    if not back(b):
        return 0
    if turns.u_turn is not None:
        return turns.u_turn
    others = [
        c
        for c in range(len(problem.tail))
        if problem.tail[c] == problem.head[a]
        and (listed[a, c] >= 0 if (a, c) in listed else not back(c))
    ]
    return None if others else 0


def _walks(problem):
    """Least costs from entering each arc (or node, after them) to entering each other."""
    arcs = len(problem.tail)
    far = 10**6
    turn = [[_turn(problem, a, b) for b in range(arcs)] for a in range(arcs)]
    # until[a][b]: from entering arc a to entering arc b
    until = np.full((arcs, arcs), far)
    np.fill_diagonal(until, 0)
    for _ in range(arcs):
        for a, b, c in product(range(arcs), repeat=3):
            if turn[b][c] is not None:
                through = until[a, b] + int(problem.cost[b]) + turn[b][c]
                until[a, c] = min(until[a, c], through)

    def way(leave, enter):
        if leave.arc < 0:
            begin = [(b, 0) for b in range(arcs) if problem.tail[b] == leave.node]
        else:
            begin = [(b, c) for b, c in enumerate(turn[leave.arc]) if c is not None]
        if enter.arc >= 0:
            end = [(enter.arc, 0)]
        else:
            end = [(b, int(problem.cost[b])) for b in range(arcs) if problem.head[b] == enter.node]
        best = 0 if enter.arc < 0 and leave.node == enter.node else far
        for (b, c), (e, d) in product(begin, end):
            best = min(best, c + int(until[b, e]) + d)
        return best

    return way


def _begin(problem, arc):
    return Place(int(problem.tail[arc]), arc)


def _end(problem, arc):
    return Place(int(problem.head[arc]), arc)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_costs_on_the_line_graph_are_those_of_walking_arc_by_arc(problems, data):
    problem = _turned(data.draw, data.draw(problems(facilities=True)))
    way, ways = _walks(problem), TurnWays(problem)
    nodes = np.unique([problem.depot, *problem.facilities])
    table = turn_table(problem, nodes, 10**6)
    used = sorted({arc for pair in problem.task_arc.tolist() for arc in pair if arc >= 0})
    begins = [Place(int(v)) for v in nodes] + [_begin(problem, arc) for arc in used]
    ends = [Place(int(v)) for v in nodes] + [_end(problem, arc) for arc in used]
    for leave, enter in product(ends, begins):
        row = table.node_row[leave.node] if leave.arc < 0 else table.arc_row[leave.arc]
        column = table.node_row[enter.node] if enter.arc < 0 else table.arc_row[enter.arc]
        expected = way(leave, enter)
        assert table.dist[row, column] == expected
        found = ways.between(leave, enter)
        assert (found is None) == (expected == 10**6)
        if found is not None:
            arcs, turns = found
            assert problem.cost[arcs].sum() + turns.sum() == expected
            chain = [*([leave.arc] if leave.arc >= 0 else []), *arcs.tolist()]
            chain += [enter.arc] if enter.arc >= 0 else []
            checked = check_walk(problem, chain)
            assert checked.faults == ()
            assert checked.value == expected + sum(problem.cost[[p.arc for p in (leave, enter)
                                                                 if p.arc >= 0]])  # fmt: skip


def _least_with_turns(problem):
    """Least cost over all orders, directions, cuts into routes, and visits; None for no way."""
    far = 10**6
    way, depot = _walks(problem), Place(problem.depot)
    sites = [Place(int(f)) for f in problem.facilities]

    def over(a, b):
        return min(way(a, f) + problem.visit_cost + way(f, b) for f in sites)

    def home(a):
        return over(a, depot) if sites else way(a, depot)

    best = far
    ways = [[arc for arc in pair if arc >= 0] for pair in problem.task_arc.tolist()]
    for order in permutations(range(problem.n_tasks)):
        for chosen in product(*(ways[task] for task in order)):
            states = {(None, 0): 0}
            for task, arc in zip(order, chosen, strict=True):
                begin, end = _begin(problem, arc), _end(problem, arc)
                load = int(problem.demand[task])
                spent = int(problem.serve_cost[task, problem.task_arc[task].tolist().index(arc)])
                following = {}
                for (place, carried), cost in states.items():
                    new = way(depot, begin) + problem.route_cost
                    if place is None:
                        options = [(new, load)]
                    else:
                        options = [(home(place) + new, load)]
                        if carried + load <= problem.capacity:
                            options.append((way(place, begin), carried + load))
                        if sites:
                            options.append((over(place, begin), load))
                    for gap, now in options:
                        key = (end, now)
                        following[key] = min(following.get(key, far), cost + gap + spent)
                states = following
            best = min(best, *(cost + home(place) for (place, _), cost in states.items()))
    return None if best >= far else best


def _reached(problem):
    way, depot = _walks(problem), Place(problem.depot)
    return all(
        any(arc >= 0 and way(depot, _begin(problem, arc)) < 10**6 for arc in pair)
        for pair in problem.task_arc.tolist()
    )


@settings(deadline=None, max_examples=40)
@given(data=st.data(), facilities=st.booleans(), method=st.sampled_from(["genetic", "ruin"]))
def test_small_problems_with_turns_are_solved_to_the_least_cost_there_is(
    problems, data, facilities, method
):
    problem = _turned(data.draw, data.draw(problems(facilities=facilities, tasks=3)))
    least = _least_with_turns(problem)
    if least is None:
        with pytest.raises(InputError, match="cannot be reached"):
            layout_of(problem)
        return
    if facilities:  # a task that is reached over a facility only is refused
        assume(_reached(problem))
    solution = solve_arcs(problem, iterations=10 if method == "genetic" else 1, method=method)
    assert check_arc_solution(problem, solution).faults == ()
    # no search visits a facility for the sake of turning round there
    assert solution.value >= least if facilities else solution.value == least
    assert arc_lower_bound(problem) <= least
    for made in (scan_arcs(problem, scans=5), tour_arcs(problem, tours=5)):
        if made.status != "none":
            checked = check_arc_solution(problem, made)
            assert checked.faults == ()
            assert made.value >= least


@settings(deadline=None, max_examples=30)
@given(data=st.data(), facilities=st.booleans())
def test_free_turns_change_nothing(problems, data, facilities):
    plain = data.draw(problems(facilities=facilities))
    free = replace(plain, turns=FREE)
    one, other = layout_of(plain), layout_of(free)
    for name in ("step", "over", "start", "ending", "serve", "limits"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    first, second = (solve_arcs(p, iterations=2, method="ruin") for p in (plain, free))
    assert first.value == second.value
    assert cost_of_routes(free, other, second.routes) == second.value
    assert check_arc_solution(free, second).faults == ()


# A street 0 - 1 - 2, and a block north of its middle: 1 - 3, 3 - 4, 4 - 2; all two-way.
BLOCK = [(0, 1), (1, 2), (1, 3), (3, 4), (4, 2)]


def _block(first, second, cost, *, u_turn=0):
    ends = np.array(BLOCK + [(v, u) for u, v in BLOCK])
    return ArcProblem(
        "block", 5, ends[:, 0], ends[:, 1], np.full(10, 10), 0, [(2, -1)], [(12, 12)], [1], 1,
        turns=ArcTurns(np.array(first), np.array(second), np.array(cost), u_turn),
    )  # fmt: skip


def test_a_forbidden_left_turn_is_driven_round_the_block():
    left = _block([0], [2], [-1])
    # straight on to 2, back with a U-turn, and right into the street
    around = solve_arcs(left, iterations=3)
    assert check_arc_solution(left, around).faults == ()
    plain = solve_arcs(replace(left, turns=None), iterations=3)
    assert plain.value == 10 + 12 + 20
    assert around.value == plain.value + 20
    # without U-turns: 0-1-2-4-3-1, nothing leads into the street but a U-turn at its foot
    strict = _block([0], [2], [-1], u_turn=None)
    with pytest.raises(InputError, match="task 0 cannot be reached"):
        layout_of(strict)
    # where the left turn only costs, it is made as long as it is worth it
    dear = solve_arcs(_block([0], [2], [15]), iterations=3)
    assert dear.value == plain.value + 15


def _dead_end():
    """A street that ends at 2, where one turns round for 7."""
    turns = ArcTurns(np.zeros(0), np.zeros(0), np.zeros(0), 7)
    return ArcProblem(
        "end", 3, [0, 1, 1, 2], [1, 0, 2, 1], np.full(4, 10), 0, [(2, -1)], [(12, 12)], [1], 1,
        turns=turns,
    )  # fmt: skip


def test_the_lower_bound_counts_turns():
    end = _dead_end()
    assert arc_lower_bound(end) == 10 + 12 + 7 + 20 == solve_arcs(end, iterations=2).value
    assert arc_lower_bound(replace(end, turns=None)) == 42


def test_the_bound_of_several_kinds_counts_turns():
    end = _dead_end()
    one = replace(end, kinds=(VehicleKind("a", 0, 1), VehicleKind("b", 0, 2, route_cost=3)))
    assert arc_lower_bound(relaxed(one)) == arc_lower_bound(end) == 49
    # from the depot at 1: out along the street, round, and back
    several = replace(end, kinds=(VehicleKind("a", 0, 1), VehicleKind("b", 1, 2)))
    assert (
        arc_lower_bound(relaxed(several)) == 12 + 7 + 10 == solve_arcs(several, iterations=2).value
    )
    backs = replace(end.turns, reverse=np.array([1, 0, 3, 2]))
    assert arc_lower_bound(relaxed(replace(several, turns=backs))) == 29


@settings(deadline=None, max_examples=25)
@given(data=st.data(), facilities=st.booleans())
def test_the_bound_of_several_depots_with_turns_is_no_higher_than_routes(
    problems, data, facilities
):
    problem = _turned(data.draw, data.draw(problems(facilities=facilities)))
    kinds = tuple(
        VehicleKind(name, data.draw(st.integers(0, problem.n_nodes - 1)), problem.capacity)
        for name in "ab"
    )
    several = replace(problem, kinds=kinds)
    bound = arc_lower_bound(relaxed(several))
    assert bound >= arc_lower_bound(relaxed(replace(several, turns=None)))
    try:
        found = solve_arcs(several, iterations=1)
    except InputError:  # a street that turns let nobody come to
        return
    assert found.status != "none"
    assert bound <= found.value or found.left


def test_where_turns_take_too_long_the_bound_is_that_with_free_turns(monkeypatch):
    solve = _Relaxation._solve

    def slow(self, until):
        return solve(self, until) if self.turns is None else (0.0, None)

    monkeypatch.setattr(_Relaxation, "_solve", slow)
    assert arc_lower_bound(_dead_end()) == 42


def test_the_way_round_the_block_is_told_arc_by_arc():
    found = TurnWays(_block([0], [2], [-1])).between(Place(0), Place(1, 2))
    assert found is not None
    arcs, turns = found
    assert arcs.tolist() == [0, 1, 6]
    assert turns.tolist() == [0, 0, 0, 0]
    strict = TurnWays(_block([0], [2], [-1], u_turn=None))
    assert strict.between(Place(0), Place(1, 2)) is None


def test_the_checker_finds_a_planted_forbidden_turn():
    left = _block([0, 0], [2, 1], [-1, 4])
    checked = check_walk(left, [0, 2])
    assert checked.faults == ("the turn from arc 0 into arc 2 is forbidden",)
    assert check_walk(left, [0, 1]).value == 10 + 4 + 10
    assert check_walk(left, [0, 3]).faults == ("arc 3 does not begin where arc 0 ends",)
    planted = solve_arcs(replace(left, turns=None), iterations=3)
    assert any("the routes cost" in fault for fault in check_arc_solution(left, planted).faults)
    strict = _block([0], [2], [-1], u_turn=None)
    assert "route 1: there is no way on to task 0" in check_arc_solution(strict, planted).faults


def test_in_a_dead_end_one_turns_where_there_is_no_other_way_on():
    # 0 - 1 - 2 with the dead end 2, and a ring 0 -> 1 -> 3 -> 0
    tail, head = [0, 1, 1, 2, 1, 3], [1, 0, 2, 1, 3, 0]
    base = ArcProblem(
        "end", 4, tail, head, np.full(6, 10), 0, [(2, -1), (3, -1)], [(10, 10)] * 2, [1, 1], 2,
        turns=ArcTurns(np.zeros(0), np.zeros(0), np.zeros(0), None),
    )  # fmt: skip
    solution = solve_arcs(base, iterations=5)
    assert check_arc_solution(base, solution).faults == ()
    assert solution.value == 10 + 20 + 10
    trapped = replace(base, turns=ArcTurns([2], [3], [-1], None))
    with pytest.raises(InputError, match="cannot be reached"):
        layout_of(trapped)


@pytest.mark.parametrize("method", ["genetic", "ruin"])
@pytest.mark.parametrize("turns", [None, ArcTurns([1, 3], [2, 0], [-1, -1], None)])
def test_one_vehicle_is_not_enough_where_two_streets_do_not_go_together(method, turns):
    # two dead ends at the depot: too much for one vehicle, or no way from one to the other
    problem = ArcProblem(
        "two ends", 3, [0, 1, 0, 2], [1, 0, 2, 0], np.full(4, 10), 0, [(0, -1), (2, -1)],
        [(12, 12)] * 2, [1, 1], 1 if turns is None else 2, turns=turns,
    )  # fmt: skip
    two = solve_arcs(problem, iterations=2, method=method)
    assert check_arc_solution(problem, two).faults == ()
    assert len(two.routes) == 2
    one = solve_arcs(replace(problem, vehicles=1), iterations=2, method=method)
    assert one.status in {"none", "partial"}


def test_reverse_arcs_say_what_a_u_turn_is_where_streets_are_parallel():
    tail, head, cost = np.array([0, 1, 0, 1]), np.array([1, 0, 1, 0]), np.ones(4, dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    either = line_graph(tail, head, cost, ArcTurns(none, none, none, 7))
    assert either.turn.tolist() == [7] * 8
    paired = ArcTurns(none, none, none, 7, reverse=np.array([1, 0, 3, 2]))
    graph = line_graph(tail, head, cost, paired)
    assert [graph.cost_of(0, b) for b in (1, 3, 2)] == [7, 0, -1]


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (([0], [3], [1]), "does not begin where"),
        (([0, 0], [2, 2], [1, 2]), "listed twice"),
        (([0], [99], [1]), "not one of 10"),
    ],
)
def test_turns_that_do_not_fit_the_arcs_are_refused(turns, said):
    with pytest.raises(InputError, match=said):
        _block(*turns)


def test_turns_of_impossible_costs_are_refused():
    with pytest.raises(InputError, match="of one length"):
        ArcTurns(np.array([0]), np.array([1, 2]), np.array([0]))
    with pytest.raises(InputError, match="negative"):
        ArcTurns(np.array([0]), np.array([1]), np.array([-2]))
    with pytest.raises(InputError, match="negative"):
        ArcTurns(np.zeros(0), np.zeros(0), np.zeros(0), -1)
    tail, head = np.array([0, 1]), np.array([1, 0])
    with pytest.raises(InputError, match="does not lead back"):
        ArcTurns(np.zeros(0), np.zeros(0), np.zeros(0), 0, np.array([0, 1])).check(tail, head, "x")
    assert FAR > 0
