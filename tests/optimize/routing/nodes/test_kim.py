"""The waste collection instances of Kim, Kim and Sahoo (2006)."""

from dataclasses import replace

import numpy as np
import pytest

from networks import InputError
from optimize.routing.nodes.check import check_routes
from optimize.routing.nodes.kim import least_vehicles, read_kim
from optimize.routing.nodes.solution import timetable

HEADINGS = (
    "Stop_ID\tX(feet)\tY(feet)\tEarly_St_Time (HHMM)\tLate_St_Time (HHMM)\tSvice_Time(Sec)\t"
    'Load (Yards)\t"Stop_Type(0: Depot, 1: regular stop, 2: Landfill\n'
)
TINY = (
    "10.5 \t\t\t\t// vehicle capacity (yards), real number\r\n"
    "12\t//\ttotal\tyardage\tallowed\r\n"
    "500// stops\n3600\t// lunch\n40 \t// speed: MPH\n" + HEADINGS
    + "0   5280.00   0.00  0400 1500 0  9999.00 0\n"
    "1\t5280\t52800\t0\t2400\t1600\t9999\t2\t\t\t\n"
    "2   10560.00   0.00  0730 2400 180    6.00 1\n"
    "\n"
    "3   5280.00   10560.00  0000 0705 30     5.50 1 // a note\n"
)  # fmt: skip
TABLE = {  # of the page: stops, yards of a vehicle, yards and stops a day, hours of the depot
    102: (280.0, 400.0, 500, 11),
    277: (200.0, 2200.0, 500, 9),
    335: (243.0, 400.0, 500, 9),
    444: (200.0, 400.0, 500, 9),
    804: (280.0, 10000.0, 500, 11),
}


@pytest.fixture
def tiny(tmp_path):
    def write(old="", new=""):
        assert not old or old in TINY
        path = tmp_path / "4_stop.txt"
        path.write_text(TINY.replace(old, new, 1) if old else TINY, encoding="latin-1")
        return path

    return write


def test_spaces_tabs_notes_and_empty_lines_are_read(tiny):
    instance = read_kim(tiny())
    problem = instance.problem
    assert instance.stop_id == (0, 1, 2, 3)
    assert problem.stop_place.tolist() == [2, 3]
    assert problem.facility_place.tolist() == [1]
    assert problem.amount.tolist() == [[60], [55]]
    assert problem.window.tolist() == [[27000, 86400], [0, 25500]]  # 7:30, 24:00; 0:00, 7:05
    assert problem.facility_s.tolist() == [1600]
    (kind,) = problem.kinds
    assert kind.capacity.tolist() == [105]
    assert kind.max_load.tolist() == [120]
    assert (kind.leave, kind.home_by, kind.max_stops) == ((14400, 54000), 54000, 500)
    assert kind.lunch == (39600, 43200, 3600)
    assert kind.empty_home


def test_a_mile_of_blocks_takes_90_seconds_at_40_miles_an_hour(tiny):
    problem = read_kim(tiny()).problem
    assert problem.seconds[0][0].tolist() == [0, 900, 90, 180]
    assert problem.seconds[0][2, 3] == 270  # a mile across, two along
    assert problem.metres[0][0, 2] == 1609


def test_the_way_of_the_page_takes_its_time(shared_data):
    """From stop 0 to stop 1 in 102_stop.txt it has 15,387 feet and 262.3 s, rounded up here."""
    instance = read_kim(shared_data / "waste" / "kim2006" / "102_stop.txt")
    feet = abs(instance.x_ft[0] - instance.x_ft[1]) + abs(instance.y_ft[0] - instance.y_ft[1])
    assert feet == 15387
    assert instance.problem.seconds[0][0, 1] == 263


@pytest.mark.parametrize("many", sorted(TABLE))
def test_the_files_have_what_the_table_of_the_page_has(shared_data, many):
    instance = read_kim(shared_data / "waste" / "kim2006" / f"{many}_stop.txt")
    problem, (kind,) = instance.problem, instance.problem.kinds
    capacity, yards, stops, hours = TABLE[many]
    assert len(instance.stop_id) == many  # the depot and the landfills are of the stops
    assert problem.n_stops + problem.n_facilities + 1 == many
    assert kind.capacity[0] / 10 == capacity
    assert kind.max_load[0] / 10 == yards
    assert kind.max_stops == stops
    assert kind.home_by - kind.leave[0] == 3600 * hours


def test_102_stops_need_3_vehicles_whatever_their_routes(shared_data):
    """897 yards, and 400 a vehicle a day: a plan with 2 breaks a rule of the page."""
    instance = read_kim(shared_data / "waste" / "kim2006" / "102_stop.txt")
    assert instance.problem.amount.sum() == 8970
    assert least_vehicles(instance) == 3


@pytest.mark.parametrize(
    ("many", "miles", "vehicles"),
    [(277, 527.3, 3), (335, 205.0, 6), (444, 87.0, 10), (804, 769.5, 5)],
)
def test_published_distances_need_so_many_vehicles(shared_data, many, miles, vehicles):
    instance = read_kim(shared_data / "waste" / "kim2006" / f"{many}_stop.txt")
    assert least_vehicles(instance, miles) == vehicles


def test_miles_are_those_of_the_routes_driven(tiny):
    instance = read_kim(tiny())
    route = timetable(instance.problem, 0, [1, -1, 0, -1])
    # 2 miles, 8 to the landfill, 10 + 1 back to stop 0, 11, 10 home
    assert instance.miles([route]) == pytest.approx(2 + 8 + 11 + 11 + 10)
    assert check_routes(instance.problem, [route]).value == pytest.approx(42 * 1609.344, abs=3)


def test_a_route_that_goes_home_full_or_without_lunch_breaks_a_rule(tiny):
    problem = read_kim(tiny()).problem
    route = timetable(problem, 0, [1, 0])
    rules = {fault.rule for fault in check_routes(problem, [route]).faults}
    assert rules == {"empty home", "capacity"}
    late = replace(problem, window=np.array([[45000, 86400], [0, 25500]]))
    driven = timetable(late, 0, [1, -1, 0, -1])
    assert driven.lunch is not None
    hungry = replace(driven, lunch=None)
    assert {fault.rule for fault in check_routes(late, [hungry]).faults} == {"lunch"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("10.5 ", "none ", "no instance"),
        ("Stop_ID", "Name", "no instance"),
        ("0730", "0760", "0760 is no time HHMM"),
        ("0730", "2500", "2500 is no time HHMM"),
        ("0730 2400", "2400 0730", "ends before it begins"),
        ("6.00 1", "6.00 5", "type 5"),
        ("6.00 1", "6.00", "8 numbers"),
        ("6.00 1", "-6.00 1", "negative"),
        ("6.00 1", "nan 1", "8 numbers"),
        ("6.00 1", "six 1", "not all numbers"),
        ("9999.00 0", "9999.00 1", "one depot"),
        ("9999\t2", "9\t1", "one depot, a landfill"),
        ("40 \t", "0 \t", "a speed"),
        ("    6.00", "   10.60", "fits no truck"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tiny, old, new, says):
    with pytest.raises(InputError, match=says):
        read_kim(tiny(old, new))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_kim(tmp_path / "none.txt")
