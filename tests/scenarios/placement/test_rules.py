"""What does not fit together in a placement is said at its key, all of it at once."""

from __future__ import annotations

import pytest

TEXT = """
[placement.clinics]
mode = "walk"
{keys}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
"""

WRONG = [
    ('model = "reliable-median"\np = 2', "failure: is missing: the chance"),
    ('model = "reliable-median"\np = 2\nfailure = 0.1', "penalty_min: is missing"),
    ('model = "max-cover"\nwithin_m = 100', "p: is missing: how many sites"),
    ('model = "max-cover"\np = 1\nwithin_m = 100\ndecay_to_m = 90', "decay_to_m: is 90"),
    (
        'model = "max-cover"\np = 1\nwithin_m = 9\nlevels = [{ within_m = 5, share = 1.0 }]',
        "levels: is given beside a radius",
    ),
    (
        'model = "max-cover"\np = 1\nlevels = [{ share = 1.0 }]',
        "levels[1]: needs one of within_min and within_m",
    ),
    ('model = "capacitated"\np = 2', "size: is missing: how much a site can serve"),
    (
        'model = "capacitated"\nsize = [{ name = "s", capacity = 5.0, cost = 2.0 }]',
        "travel_cost: is missing",
    ),
    (
        'model = "capacitated"\ntravel_cost = 1.0\nsize = [{ name = "huge", cost = 2.0 }]',
        'no standard bounds "huge"',
    ),
    ('model = "p-median"\np = 1\nstandard = "gb"', 'there is no standard "gb"'),
    ('model = "p-median"\np = 1\nstandard = "gb-51313-2018"', "could not be confirmed"),
    (
        'model = "max-cover"\np = 1\nwithin_min = 5\nstandard = "life-circle-10"',
        "standard: gives nothing that the table leaves open; it gives within_m",
    ),
    (
        'preset = "toilets"\nwithin_min = 5\nstreet_kinds = { commercial = ["primary"] }',
        "street_kinds: within_min is in minutes and street_kinds in metres",
    ),
    ('model = "p-median"\np = 1\nunit_type = "ambulance"', "unit_type: has no part in model"),
    (
        'model = "expected-cover"\nunits = 1\nbusy_fraction = 0.2\nwithin_m = 9\nunit_type = "a"',
        'there is no unit type "a"',
    ),
    (
        (
            'model = "set-cover"\nwithin_m = 9\nstreet_kinds = { busy = ["primary"] }\n'
            "kind_spacing_m = { busy = 100, bussy = 90 }"
        ),
        'there is no street kind "bussy"; did you mean "busy"?',
    ),
    (
        (
            'model = "set-cover"\nwithin_m = 9\nstreet_kinds = { busy = ["primary"] }\n'
            "kind_spacing_m = { busy = 100 }"
        ),
        "only demand that lies on streets has a street's kind",
    ),
    ('model = "p-median"\np = 1\ndiscount = 0.1', "discount: is of phases"),
    ('model = "p-center"\np = 1\nequity = { limit = 1.0 }', "equity: has no part in model"),
    (
        'model = "p-center"\np = 1\nqueue = { service_min = 1.0 }',
        "queue: has no part in model p-center",
    ),
    (
        'model = "p-median"\np = 1\nslot = [{ name = "a", hours = "daily 06:00-09:00" }]',
        "needs one of share and weight_column",
    ),
    (
        (
            'model = "p-median"\np = 1\nsite = [{ name = "a", lon = 112.82, lat = 28.35 }, '
            '{ name = "a", lon = 112.82, lat = 28.35 }]'
        ),
        '"a" is used twice',
    ),
    (
        'model = "p-median"\np = 1\nexisting = { file = "stations" }',
        "file: there are no stations",
    ),
    ('model = "p-median"\np = 1\nexisting = { file = "today.csv" }', 'no file "today.csv"'),
]


@pytest.mark.parametrize(("keys", "says"), WRONG, ids=[f"{says[:40]}" for _, says in WRONG])
def test_what_does_not_fit_is_named(faults, everywhere, keys, says):
    said = faults("clinics", TEXT.format(keys=keys))
    assert any(says in line for line in said), said
    assert all(line.startswith("scenario.toml:") for line in said)


def test_all_faults_come_at_once_with_their_lines(faults, everywhere):
    keys = 'model = "expected-cover"\nbackup = 2'
    said = faults("clinics", TEXT.format(keys=keys))
    assert len(said) == 4  # units, busy_fraction, a radius, and a key without a part
    assert said[-1].startswith("scenario.toml:12: [placement.clinics] backup: has no part")


def test_the_rules_of_one_table_hold_beside_wrong_values_of_another(faults, everywhere):
    other = "[placement.other]\nmodel = 3\n"
    said = faults("clinics", TEXT.format(keys='model = "p-median"') + other)
    assert len(said) == 2
    assert "p: is missing" in said[0]
    assert "[placement.other] model" in said[1]


def test_a_placement_without_streets_says_so(faults):
    head = '[scenario]\nname = "bare"\nservice = "placement"\n'
    said = faults("toilets", "[placement.toilets]\n", head=head)
    assert any("no streets are given" in line for line in said)


def test_a_shifted_file_is_warned_of(ask, grid, everywhere, place):
    from networks import wgs84_to_gcj02

    places = [place(k) for k in range(1, 26)]
    lon, lat = wgs84_to_gcj02([p[0] for p in places], [p[1] for p in places])
    rows = [f"{a:.6f},{b:.6f},1" for a, b in zip(lon, lat, strict=True)]
    (grid / "shifted.csv").write_text("lon,lat,weight\n" + "\n".join(rows) + "\n")
    text = TEXT.format(keys='model = "p-median"\np = 1').replace(
        'demand]\nsource = "all.csv"', 'demand]\nsource = "shifted.csv"\nmax_snap_m = 5000'
    )
    question = ask("clinics", text)
    assert any('crs = "gcj02"' in warning for warning in question.warnings)
