"""What does not fit together in a scenario of waste is said, all of it at once."""

from __future__ import annotations

import pytest

from scenarios import load_scenario
from scenarios.faults import ScenarioError

KITCHEN = '[[routes.kitchen.facility]]\nname = "Station"'
CASES = [
    ((KITCHEN, KITCHEN.replace("Station", "X")), None, 'there is no [[waste.facility]] "X"'),
    (
        (KITCHEN, KITCHEN.replace("Station", "Plant")),
        ('accepts = ["kitchen", "other", "construction"]', 'accepts = ["other", "construction"]'),
        '"Plant" does not accept "kitchen", which these routes collect',
    ),
    (("pit_t = 10", "pit_t = 0.5"), None, "is 0.5 t, less than a container of 1 t"),
    (
        ("effort = 1", 'effort = 1\nselect = "risk"\nselect_share = 1'),
        None,
        "is 1 for routes that select by risk",
    ),
    (("effort = 1", "effort = 1\nahead_h = 500"), None, "give whole hours from 1 to 168"),
    (
        ('accepts = ["kitchen", "other"]\ntip_min', 'accepts = ["kitchen"]\ntip_min'),
        ('accepts = ["kitchen", "other", "construction"]', 'accepts = ["kitchen", "construction"]'),
        '[routes.other] collects "other", which no facility accepts',
    ),
    (
        ('takes = "Station"\nload_t = 2', 'takes = "Station"\nload_t = 2\ncount = 0'),
        None,
        'no hauler takes the containers of station "Station"',
    ),
    (('opens = "05:00-19:00"', 'opens = "sat 05:00-19:00"'), None, '"Station" never opens within'),
    (("order_t = 8", "order_t = -8"), None, "must be above 0, is -8"),
    (("t_day = 16", "t_day = -1"), None, "must be at least 0, is -1"),
    (('stream = "other"\nper_day', 'stream = "othr"\nper_day'), None, 'there is no stream "othr"'),
    (
        ('accepts = ["kitchen", "other", "construction"]', 'accepts = ["kitchen", "construction"]'),
        None,
        '"other" goes into station "Station", and no facility behind it accepts it',
    ),
    (
        ("buffer = 3", 'buffer = 3\nsends_to = ["Station"]'),
        None,
        '"Station" is a station: containers of "Station" go where waste ends',
    ),
    (("press_t_h = 8\n", ""), None, "press_t_h of the station is missing"),
    (("gate_fee = 50", "gate_fee = 50\nbuffer = 2"), None, "is for a transfer station, and kind"),
    (('takes = "Station"', 'takes = "Statin"'), None, 'there is no station "Statin"; did you mean'),
    (("load_t = 2\n", "load_t = 0.5\n"), None, "less than a full container of 1 t"),
    (("effort = 1", 'effort = 1\nselect = "treshold"'), None, "did you mean threshold?"),
    (("effort = 1", 'effort = 1\nselect = { kitchn = "risk" }'), None, 'no routes "kitchn"'),
    (('routes = ["kitchen", "other"]', 'routes = ["kitchen", "othr"]'), None, 'no routes "othr"'),
    (('streets = ["Row 3"]', ""), None, "says not on which streets"),
    (("horizon_h = 96", "horizon_h = 90"), None, "collection of waste is simulated in whole days"),
    (("gate_fee = 50", "intake_t_day = 0"), None, '"Plant" takes nothing at all'),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "said"), CASES, ids=[c[2] for c in CASES])
def test_a_fault_is_said_with_its_place_and_mend(write, first, second, said):
    path = write(*(edit for edit in (first, second) if edit is not None))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    fault = next(fault for fault in caught.value.faults if said in str(fault))
    assert fault.mend
    assert "scenario.toml:" in str(fault)


def test_all_faults_are_said_at_once(write):
    edits = (
        ("press_t_h = 8\n", ""),
        ('takes = "Station"', 'takes = "Statin"'),
        ('opens = "05:00-19:00"', 'opens = "sun 05:00-19:00"'),
        ('stream = "other"\nper_day', 'stream = "othr"\nper_day'),
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(*edits))
    assert len(caught.value.faults) == len(edits)
    text = str(caught.value)
    assert "[[waste.facility]] #1 press_t_h" in text
    assert "[[waste.hauler]] #1 takes" in text
    assert "[[waste.delivery]] #1 stream" in text
