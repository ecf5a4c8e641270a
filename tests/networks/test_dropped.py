from __future__ import annotations

from networks import DroppedPart, DroppedReport


def test_losses_add_up_and_are_said_in_both_languages():
    report = DroppedReport(
        (DroppedPart("not_connected", 3, 5, 1.0), DroppedPart("no_access", 0, 2, 0.5)), 8.5
    )
    assert (report.nodes, report.edges, report.km) == (3, 7, 1.5)
    assert "1.5 km of 10.0 km" in report.words()
    assert "closed to this mode" in report.words()
    assert "1.5 公里\uff08双向分别计\uff0c共 10.0 公里" in report.words("zh")
    assert not set("(),:;") & set(report.words("zh"))
    assert "km" not in report.words("zh")
    assert "不允许该方式通行" in report.words("zh")


def test_nothing_lost_is_said_too():
    assert DroppedReport().words() == "Nothing was left out."
    assert DroppedReport().words("zh") == "没有舍弃任何路段。"


def test_an_unknown_reason_is_shown_as_it_stands():
    assert "1.0 km too steep" in DroppedReport((DroppedPart("too steep", 1, 1, 1.0),)).words()


def test_a_small_loss_is_not_called_none():
    words = DroppedReport(
        (DroppedPart("loop", 0, 1, 0.004), DroppedPart("no_length", 0, 2))
    ).words()
    assert "0.004 km starting and ending at one place" in words
    assert "0 km without length" in words
