"""The suite of arc routing on an instance of its own and on a file."""

import pytest

from benchmarks.arcs import cases, grid_problem
from benchmarks.suite import Options
from networks import InputError

TINY = """ NOMBRE : tiny
 VERTICES : 3
 CAPACIDAD : 5
 LISTA_ARISTAS_REQ :
 ( 1, 2)  coste 4 demanda 2
 ( 2, 3)  coste 5 demanda 3
 LISTA_ARISTAS_NOREQ :
 ( 1, 3)  coste 6
 DEPOSITO :   1
"""


def test_a_known_value_is_reached_and_its_gap_is_zero(tmp_path):
    (tmp_path / "tiny.dat").write_text(TINY)
    (tmp_path / "notes.txt").write_text("not an instance")
    (tmp_path / "FORMAT.txt").write_text("VERTICES : <integer>\nDEPOSITO : <integer>\n")
    options = Options(instances=tmp_path, references={("own", "tiny"): 15.0}, time_limit=5)
    rows = {row.metric: row for row in cases(options)}
    assert rows["gap"].value == 0.0
    assert rows["value"].value == 15.0
    assert rows["value_scan"].ratio >= 1.0


def test_a_folder_has_the_means_of_its_gaps(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.dat").write_text(TINY)
    known = {("own", "one"): 15.0, ("own", "two"): 12.0}
    rows = [
        row
        for row in cases(Options(instances=tmp_path, references=known, time_limit=0.5, seed=1))
        if row.case == f"{tmp_path.name}-mean"
    ]
    means = {row.metric: row.value for row in rows}
    assert means["gap"] == pytest.approx(12.5)  # 0 % and 25 %
    assert means["reached"] == 1.0


def test_a_folder_without_instances_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no instance"):
        list(cases(Options(instances=tmp_path)))


def test_the_grid_is_the_same_for_a_seed():
    one, two = grid_problem(5, 1), grid_problem(5, 1)
    assert one.demand.tolist() == two.demand.tolist()
    assert grid_problem(5, 2).demand.tolist() != one.demand.tolist()
