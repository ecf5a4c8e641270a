"""Tables for the terminal."""

from __future__ import annotations

from cityops.tables import aligned


def test_numbers_stand_to_the_right_and_chinese_counts_double():
    assert aligned([["指标", "均值"], ["km", "12"]]).splitlines() == ["指标  均值", "km      12"]


def test_the_last_of_many_columns_is_words_and_stands_to_the_left():
    rows = [["a", "1", "2", "better"], ["bb", "10", "20", "no"]]
    assert aligned(rows).splitlines() == ["a    1   2  better", "bb  10  20  no"]
