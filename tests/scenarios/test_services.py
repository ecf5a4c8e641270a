"""Services that a run simulates, behind one face."""

from __future__ import annotations

from importlib import import_module

import pandas as pd
import pytest

from networks.errors import InputError
from scenarios import load_scenario
from scenarios.services import SERVICES, build_service, check_simulated, higher_is_better, label


@pytest.mark.parametrize("name", SERVICES)
def test_what_one_reads_first_of_a_service_is_among_its_measures(name):
    kind = SERVICES[name]
    known = import_module(kind.measures).MEASURES
    assert {kind.key_figure, *kind.key_measures, *kind.by_class} <= set(known)
    assert all(len(words) == 4 and words[2] and words[3] for words in known.values())


def test_a_name_means_the_same_in_every_service():
    seen = {}
    for kind in SERVICES.values():
        for measure, words in import_module(kind.measures).MEASURES.items():
            assert tuple(seen.setdefault(measure, words)) == tuple(words), measure


def test_measures_are_named_in_both_languages_and_unknown_ones_by_themselves():
    assert label("within_target") == "Within target time"
    assert label("within_target", "zh") == "达标率"
    assert label("flights") == "flights"
    assert higher_is_better("within_target") is True
    assert higher_is_better("flights") is None


def test_a_replication_comes_through_the_service(small):
    scenario = load_scenario("scenario.toml")
    service = build_service(scenario)
    result = service.replicate(0, "kernel")
    assert result.figure("response_mean_min") > 0
    assert set(result.counts) == {"incidents"}
    assert service.network is not None
    table = service.arranged(result.measures.assign(replication=0), 1)
    first = result.measures.set_index(["measure", "by", "group"])["value"]
    again = table.set_index(["measure", "by", "group"])["value"]
    pd.testing.assert_series_equal(again[first.index], first)


def test_a_scenario_of_another_service_is_refused(small):
    scenario = load_scenario("scenario.toml")
    check_simulated(scenario, "dispatch")
    with pytest.raises(InputError, match='its service is "dispatch", not "cleaning"'):
        check_simulated(scenario, "cleaning")
