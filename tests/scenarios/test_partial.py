"""Where a run may write: never over what is not a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from networks.errors import InputError
from scenarios import load_scenario, run_scenario
from scenarios.partial import Partial, check_target, real_target


def _mine(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("dear", encoding="utf-8")
    return folder


@pytest.mark.parametrize("out", ["new/../mine", "mine", "./mine", "new/deep/../../mine"])
@pytest.mark.parametrize("offer", [{}, {"replace": True}])
def test_a_folder_of_the_users_is_refused_by_whatever_name(out, offer, small):
    _mine(small / "mine")
    with pytest.raises(InputError):
        run_scenario(load_scenario("scenario.toml"), out, workers=1, **offer)
    assert (small / "mine" / "letter.txt").is_file()
    assert not (small / "new").exists()


def test_a_link_is_looked_at_where_it_leads(small):
    _mine(small / "mine")
    (small / "link").symlink_to(small / "mine")
    with pytest.raises(InputError, match="no run"):
        run_scenario(load_scenario("scenario.toml"), "link", workers=1, replace=True)
    assert (small / "mine" / "letter.txt").is_file()


def test_a_partial_folder_of_the_users_is_refused(small):
    _mine(small / "out.partial")
    for offer in ({"replace": True}, {"resume": True}, {}):
        with pytest.raises(InputError, match="no run left it"):
            run_scenario(load_scenario("scenario.toml"), "out", workers=1, **offer)
    assert (small / "out.partial" / "letter.txt").is_file()


def test_what_comes_to_lie_there_during_the_run_is_kept(tmp_path):
    partial = Partial(tmp_path / "out")
    partial.begin({"scenario": "a"}, resume=False)
    _mine(tmp_path / "out")
    with pytest.raises(InputError, match="is no run"):
        partial.complete()
    assert (tmp_path / "out" / "letter.txt").is_file()
    assert (tmp_path / "out.partial" / "identity.json").is_file()


def test_a_folder_called_old_is_kept(tmp_path):
    _mine(tmp_path / "out.old")
    (tmp_path / "out").mkdir()
    partial = Partial(tmp_path / "out")
    partial.begin({"scenario": "a"}, resume=False)
    partial.complete()
    assert (tmp_path / "out.old" / "letter.txt").is_file()
    assert (tmp_path / "out").is_dir()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_plain_name_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert real_target(Path("runs/today")) == Path("runs/today")
    assert real_target(Path("runs/../today")) == Path("today")
    assert real_target(Path()) == tmp_path
    assert real_target(Path("..")) == tmp_path.parent


def test_a_file_on_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        check_target(tmp_path / "file" / "out", replace=False, resume=False)


def test_fewer_replications_than_are_done_are_refused_and_none_is_lost(small):
    scenario = load_scenario("scenario.toml")
    run_scenario(scenario.with_settings(reps=3), "out", workers=1)
    with pytest.raises(InputError, match="3 replications are done, and only 2"):
        run_scenario(scenario.with_settings(reps=2), "out", workers=1, resume=True)
    assert len(list((small / "out" / "tables").glob("*.parquet"))) > 5
    assert not (small / "out.partial").exists()


def test_a_resumed_run_has_the_bytes_of_a_straight_one(small):
    scenario = load_scenario("scenario.toml")
    run_scenario(scenario.with_settings(reps=2), "resumed", workers=1)
    run_scenario(scenario.with_settings(reps=3), "resumed", workers=1, resume=True)
    run_scenario(scenario.with_settings(reps=3), "straight", workers=1)
    for table in ("measures", "summary", "replications"):
        resumed, straight = (
            (small / run / "tables" / f"{table}.parquet").read_bytes()
            for run in ("resumed", "straight")
        )
        assert resumed == straight
