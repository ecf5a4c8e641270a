"""Suite `records`: Toronto's later fires beside what the earlier ones foretold."""

import numpy as np
import pytest

from benchmarks import Options, records, run_suite
from benchmarks.records import arrival_error
from benchmarks.toronto import FILE, FIRST, SPLIT, at_night, read_fires
from benchmarks.toronto_judged import study
from networks import InputError


@pytest.fixture(scope="module")
def place(shared_data):
    path = shared_data / "incidents" / FILE
    if not path.is_file():
        pytest.skip("Toronto's record is not beside this checkout")
    return path


@pytest.fixture(scope="module")
def found(place):
    # The number of points that the full comparison chooses, without the comparison.
    return study(place, counts=(80,), reps=8, seed=0)


def test_the_record_is_read_whole(place):
    fires = read_fires(place)
    assert len(fires) + fires.left_out == 15_628
    assert fires.left_out == 1
    assert fires.time.min() >= FIRST
    assert (np.diff(fires.time.astype(np.int64)) >= 0).all()
    assert 0 < fires.response_s.min() < fires.response_s.max() <= 3600


def test_nothing_of_the_later_years_is_fitted_to(found):
    assert (found.earlier.time < SPLIT).all()
    assert (found.later.time >= SPLIT).all()
    expected = found.fitted.profile.rate_per_h.sum() * 52.18
    assert expected == pytest.approx(len(found.earlier) / 8, rel=0.005)


def test_the_mean_response_is_foretold_within_three_percent(found):
    mean = found.of("all", "response_mean_min")[0]
    assert mean.count == len(found.later) == 5087
    assert mean.recorded == pytest.approx(found.later.response_s.mean() / 60)
    assert mean.simulated == pytest.approx(mean.recorded, rel=0.03)


def test_hours_and_squares_are_foretold_within_half_a_minute(found):
    for by, fewest in (("hour", 24), ("area", 20)):
        rows = found.of(by, "response_mean_min")
        assert len(rows) >= fewest
        assert np.mean([abs(r.simulated - r.recorded) for r in rows]) < 0.5
        assert np.corrcoef([r.simulated for r in rows], [r.recorded for r in rows])[0, 1] > 0.6


def test_weeks_cluster_more_than_poisson(found):
    assert found.arrivals["week"].ratio > 1.2
    assert found.arrivals["week"].p_value < 0.01
    assert found.arrivals["hour of the week"].ratio == pytest.approx(1.1, abs=0.1)


def test_rows_stand_beside_what_was_recorded(found):
    rows = {row.metric: row for row in records.rows_of(found)}
    assert {row.case for row in rows.values()} == {"toronto-fires"}
    for name in ("mean_response_min", "p90_response_min", "within_target", "arrivals"):
        assert rows[name].reference is not None
        assert "recorded 2019-2022" in rows[name].reference_source
    error = rows["response_by_area_error_min"]
    assert error.ratio == pytest.approx(error.reference / error.value)


def test_an_absent_record_is_shown_as_absent(tmp_path):
    rows = list(records.cases(Options(instances=tmp_path)))
    assert len(rows) == 1
    assert rows[0].value is None
    assert "the record is absent" in rows[0].reference_source
    assert [row.metric for row in run_suite("records", instances=tmp_path)] == ["mean_response_min"]


def test_a_record_without_places_is_refused(tmp_path):
    import pandas as pd

    path = tmp_path / FILE
    pd.DataFrame({"latitude": [43.7]}).to_parquet(path)
    with pytest.raises(InputError, match="column 'longitude' is missing"):
        read_fires(path)


def test_the_night_wraps_over_midnight():
    hours = np.array([22, 23, 0, 6, 7, 12])
    assert at_night(hours, (23, 7)).tolist() == [0, 1, 1, 1, 0, 0]
    assert at_night(hours, (0, 6)).tolist() == [0, 0, 1, 0, 0, 0]


def test_totals_do_not_count_as_an_error_of_the_shape():
    assert arrival_error([2, 4, 6], [1, 2, 3]) == pytest.approx(0)
    assert arrival_error([3, 1], [1, 1]) == pytest.approx(0.5)
