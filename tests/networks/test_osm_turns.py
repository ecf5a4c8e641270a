"""Turn restrictions of OpenStreetMap: each kind on a crossing, and what real towns hold."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from networks import InputError, TurnRules, helsinki_extract, read_osm, read_turn_rules

# A crossing at 5 with arms 1 west, 2 south, 3 east, 4 north; 6 and 7 beside 3 and 4 make blocks.
NODES = {
    1: (24.938, 60.170),
    2: (24.940, 60.169),
    3: (24.942, 60.170),
    4: (24.940, 60.171),
    5: (24.940, 60.170),
    6: (24.942, 60.171),
    7: (24.944, 60.170),
}
WEST, SOUTH, EAST, NORTH, TOP, FAR = range(10, 16)
WAYS = {WEST: [1, 5], SOUTH: [2, 5], EAST: [5, 3], NORTH: [5, 4], TOP: [4, 6, 3], FAR: [3, 7]}


def write_town(folder, relations, ways=WAYS, way_tags=None):
    lines = ['<osm version="0.6">']
    lines += [
        f'<node id="{ref}" version="1" lon="{lon}" lat="{lat}"/>'
        for ref, (lon, lat) in NODES.items()
    ]
    for number, refs in ways.items():
        tags = {"highway": "residential", **(way_tags or {}).get(number, {})}
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{inner}{_tags(tags)}</way>')
    for i, (tags, members) in enumerate(relations):
        inner = "".join(
            f'<member type="{"node" if role == "via" and ref < 10 else "way"}" ref="{ref}" '
            f'role="{role}"/>'
            for role, ref in members
        )
        whole = _tags({"type": "restriction", **tags})
        lines.append(f'<relation id="{900 + i}" version="1">{inner}{whole}</relation>')
    path = folder / "town.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def at_crossing(start, goal, via=5):
    return [("from", start), ("via", via), ("to", goal)]


def banned(folder, tags, members, mode="car", **extra):
    """Banned sequences as nodes passed."""
    path = write_town(folder, [(tags, members)], **extra)
    network = read_osm(path, mode)
    rules = read_turn_rules(path, network)
    ids = network.node_id
    found = {
        (int(ids[network.tail[row[0]]]), *(int(ids[network.head[e]]) for e in row))
        for row in rules.sequences()
    }
    return found, rules


def test_a_ban_is_the_pair_of_edges_at_the_junction(tmp_path):
    found, rules = banned(tmp_path, {"restriction": "no_left_turn"}, at_crossing(WEST, NORTH))
    assert found == {(1, 5, 4)}
    assert rules.relation.tolist() == [900]
    assert rules.words() == "1 of 1 turn restrictions are obeyed."


def test_an_obligation_bans_all_else(tmp_path):
    found, rules = banned(tmp_path, {"restriction": "only_straight_on"}, at_crossing(WEST, EAST))
    assert found == {(1, 5, 4), (1, 5, 2), (1, 5, 1)}
    assert rules.applied == 1


def test_a_u_turn_is_banned_on_one_street(tmp_path):
    found, _ = banned(tmp_path, {"restriction": "no_u_turn"}, at_crossing(WEST, WEST))
    assert found == {(1, 5, 1)}


def test_a_ban_over_streets_names_all_of_them(tmp_path):
    members = [("from", WEST), ("via", NORTH), ("via", TOP), ("to", FAR)]
    found, _ = banned(tmp_path, {"restriction": "no_u_turn"}, members)
    assert found == {(1, 5, 4, 3, 7)}


def test_an_obligation_over_streets_holds_at_each_junction(tmp_path):
    members = [("from", WEST), ("via", EAST), ("to", FAR)]
    found, _ = banned(tmp_path, {"restriction": "only_straight_on"}, members)
    assert found == {(1, 5, 1), (1, 5, 2), (1, 5, 4), (1, 5, 3, 5), (1, 5, 3, 4)}


def test_no_entry_names_several_streets(tmp_path):
    members = [("from", WEST), ("from", SOUTH), ("via", 5), ("to", NORTH)]
    found, _ = banned(tmp_path, {"restriction": "no_entry"}, members)
    assert found == {(1, 5, 4), (2, 5, 4)}


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"restriction": "no_left_turn"}, {"car", "truck", "bike"}),
        ({"restriction": "no_left_turn", "except": "bicycle;hgv"}, {"car"}),
        ({"restriction": "no_left_turn", "except": "motor_vehicle"}, {"bike"}),
        ({"restriction:hgv": "no_left_turn"}, {"truck"}),
        ({"type": "restriction:hgv", "restriction": "no_left_turn"}, {"truck"}),
        ({"restriction:bicycle": "no_left_turn"}, {"bike"}),
        ({"restriction:foot": "no_left_turn"}, {"walk"}),
        (
            {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
            {"car", "truck", "bike"},
        ),
    ],
)
def test_each_rule_holds_for_its_vehicles(tmp_path, tags, modes):
    for mode in ("car", "truck", "bike", "walk"):
        found, rules = banned(tmp_path, tags, at_crossing(WEST, NORTH), mode)
        assert found == ({(1, 5, 4)} if mode in modes else set())
        assert rules.unmatched == ({} if mode in modes else {"other_vehicles": 1})


@pytest.mark.parametrize(
    ("tags", "members", "reason"),
    [
        ({"restriction": "no_left_turn"}, at_crossing(WEST, 77), "not_here"),
        ({"restriction": "no_left_turn"}, at_crossing(WEST, NORTH, via=9), "not_here"),
        ({"restriction": "no_left_turn"}, at_crossing(WEST, FAR), "not_joined"),
        ({"restriction": "no_left_turn"}, [("from", WEST), ("to", NORTH)], "incomplete"),
        ({"restriction": "no_left_turn"}, [("via", 5), ("to", NORTH)], "incomplete"),
        ({"restriction": "no_dancing"}, at_crossing(WEST, NORTH), "unknown_kind"),
    ],
)
def test_what_cannot_be_matched_is_counted(tmp_path, tags, members, reason):
    found, rules = banned(tmp_path, tags, members)
    assert not found
    assert rules.unmatched == {reason: 1}
    assert "0 of 1" in rules.words()
    assert "共 1 条" in rules.words("zh")


def test_a_street_that_runs_through_the_junction_is_ambiguous(tmp_path):
    ways = {k: v for k, v in WAYS.items() if k != EAST} | {WEST: [1, 5, 3]}
    tags = {"restriction": "no_left_turn"}
    _, rules = banned(tmp_path, tags, at_crossing(WEST, NORTH), ways=ways)
    assert rules.unmatched == {"ambiguous": 1}
    # Where it is one-way only one of its parts arrives.
    one_way = {WEST: {"oneway": "yes"}}
    ways[8] = [7, 2, 1]
    found, _ = banned(tmp_path, tags, at_crossing(WEST, NORTH), ways=ways, way_tags=one_way)
    assert found == {(1, 5, 4)}


def test_rules_by_hour_are_obeyed_all_day_or_left_out(tmp_path):
    tags = {"restriction": "no_left_turn", "hour_on": "07:00", "hour_off": "09:00"}
    path = write_town(tmp_path, [(tags, at_crossing(WEST, NORTH))])
    network = read_osm(path)
    assert "(1 hold at some hours only: obeyed all day)" in read_turn_rules(path, network).words()
    left = read_turn_rules(path, network, timed=False)
    assert (len(left), left.unmatched) == (0, {"at_hours": 1})


def test_helsinki_and_monaco_match_what_lies_in_their_networks(shared_data):
    for path, total, applied, n_rows in (
        (helsinki_extract(), 45, 31, 30),
        (shared_data / "networks" / "monaco.osm.pbf", 44, 34, 39),
    ):
        network = read_osm(path)
        rules = read_turn_rules(path, network)
        assert rules.applied + sum(rules.unmatched.values()) == total
        assert (rules.applied, len(rules)) == (applied, n_rows)
    assert rules.roundabout.sum() == 113
    assert (network.reverse[rules.roundabout] < 0).all()


def test_walkers_turn_as_they_like(shared_data):
    path = shared_data / "networks" / "monaco.osm.pbf"
    rules = read_turn_rules(path, read_osm(path, "walk"))
    assert len(rules) == 0


def test_a_file_that_is_none_is_said(tmp_path):
    path = write_town(tmp_path, [])
    network = read_osm(path)
    path.write_text("no", encoding="utf-8")
    with pytest.raises(InputError, match="OpenStreetMap data"):
        read_turn_rules(path, network)


def test_rules_say_what_they_permit(tmp_path):
    network = read_osm(write_town(tmp_path, []))
    first = int(np.flatnonzero(network.source_id == WEST)[0])
    onward = int(network.indptr[network.head[first]])
    rules = TurnRules.of(network, [[first, onward]])
    assert not rules.permit([first, onward])
    assert rules.permit([onward])
    assert TurnRules.none(network).words("zh") == "数据中没有转向限制。"
