"""Run sheets as PDF: every row of the plan, in both languages, with glyphs that are inside."""

from __future__ import annotations

import pypdf
import pytest

from cityops.report.pdf_pages import Pages, text_width, wrapped
from cityops.report.routes_pdf import write_run_sheets
from scenarios.routing.sheet import run_sheet


@pytest.fixture(scope="module", params=["en", "zh"])
def sheets(request, tmp_path_factory, routed_plan):
    folder = tmp_path_factory.mktemp(request.param)
    write_run_sheets(folder, routed_plan, lang=request.param)
    return folder, request.param


def _embedded(reader: pypdf.PdfReader) -> set[bool]:
    fonts = [
        font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()
    ]
    used = [font for font in fonts if font["/Subtype"] == "/TrueType"]
    assert used
    return {"/FontFile2" in font["/FontDescriptor"] for font in used}


def test_each_route_has_its_sheet_and_all_are_in_one(sheets, routed_plan):
    folder, _ = sheets
    pages = 0
    for number in routed_plan.summary["route"]:
        pages += len(pypdf.PdfReader(folder / "routes" / f"route-{number:02d}.pdf").pages)
    assert len(pypdf.PdfReader(folder / "run-sheets.pdf").pages) == pages
    assert pages >= len(routed_plan.summary)


def test_every_line_of_the_run_sheet_is_on_the_pages(sheets, routed_plan):
    folder, lang = sheets
    for number in routed_plan.summary["route"]:
        reader = pypdf.PdfReader(folder / "routes" / f"route-{number:02d}.pdf")
        said = [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]
        for line in run_sheet(routed_plan, number, lang):
            first = wrapped(line.text, 9.0, 80.0)[0]
            assert any(first in text for text in said), first


def test_the_header_of_the_list_and_the_number_of_the_page_are_on_every_page(sheets):
    folder, lang = sheets
    reader = pypdf.PdfReader(folder / "routes" / "route-01.pdf")
    many = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert ("操作" if lang == "zh" else "What to do") in text
        said = f"第 {number} 页，共 {many} 页" if lang == "zh" else f"page {number} of {many}"
        assert said in text


def test_all_glyphs_are_inside_the_file(sheets):
    folder, lang = sheets
    reader = pypdf.PdfReader(folder / "routes" / "route-01.pdf")
    assert _embedded(reader) == {True}
    if lang == "zh":
        assert "网格清扫" in reader.pages[0].extract_text()


def test_equal_plans_give_equal_bytes(sheets, routed_plan, tmp_path):
    folder, lang = sheets
    write_run_sheets(tmp_path, routed_plan, lang=lang)
    for name in ("run-sheets.pdf", "routes/route-01.pdf"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_second_document_has_the_signs_that_the_first_one_lacked(tmp_path):
    for name, text in (("one", "Run sheet"), ("two", "行车单 Route")):
        pages = Pages(name)
        pages.new_page()
        pages.text(20, 20, text)
        pages.write(tmp_path / f"{name}.pdf")
        assert text in pypdf.PdfReader(tmp_path / f"{name}.pdf").pages[0].extract_text()


def test_a_sign_that_the_font_lacks_is_shown_as_a_box(tmp_path):
    pages = Pages("signs")
    pages.new_page()
    pages.text(20, 20, "a \U0001f9f9")
    pages.write(tmp_path / "signs.pdf")
    assert pypdf.PdfReader(tmp_path / "signs.pdf").pages[0].extract_text().strip() == "a \u25a1"


@pytest.mark.parametrize(
    "text",
    ["Keep left onto Pohjoinen Makasiinikatu", "在环岛从第2个出口驶出,进入普瑞大道", "x" * 90],
)
@pytest.mark.parametrize("width", [12.0, 30.0, 400.0])
def test_wrapped_lines_fit_and_lose_no_word(text, width):
    lines = wrapped(text, 9.0, width)
    assert all(text_width(line, 9.0) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
