"""A cold cache of compiled kernels is told in one line."""

import pytest

import optimize
from cityops.compiling import COMPILING, say_if_cold


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(optimize, "__path__", [str(tmp_path)])
    made = tmp_path / "location" / "cover" / "__pycache__"
    made.mkdir(parents=True)
    return made


def test_a_cold_cache_is_told_and_a_warm_one_is_not(folder, capsys):
    say_if_cold("max-cover")
    assert capsys.readouterr().err == COMPILING + "\n"
    (folder / "kernels.transpose-104.py311.nbi").touch()
    say_if_cold("max-cover")
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("folder")
def test_a_model_without_kernels_of_its_own_says_nothing(capsys):
    say_if_cold("two-echelon")
    say_if_cold(None)
    assert capsys.readouterr().err == ""
