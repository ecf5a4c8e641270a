from __future__ import annotations

import pickle

from networks import InputError


def test_an_error_names_file_place_and_mend():
    fault = InputError("speed -3 is negative", file="roads.csv", place="line 7", mend="use km/h")
    assert str(fault) == "roads.csv: line 7: speed -3 is negative; use km/h"
    assert isinstance(fault, ValueError)


def test_an_error_survives_the_way_between_processes():
    fault = InputError("x", file="a", place="b", mend="c")
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301 - our own
    assert (again.message, again.file, again.place, again.mend) == ("x", "a", "b", "c")
    assert str(again) == str(fault)
