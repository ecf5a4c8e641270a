"""Pages of a PDF: text, lines and shapes in millimetres from the upper left corner.

Text is set in Noto Sans SC (SIL Open Font License 1.1), Latin and Chinese alike. The font comes in
a package of its own; the glyphs that are used are embedded, so that a page looks the same wherever
it is opened. It has no bold cut: bold is the outline drawn a little thicker. Equal pages give
equal bytes: the file names no moment at which it was made.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = ["HEIGHT", "WIDTH", "Pages", "text_width", "wrapped"]

WIDTH, HEIGHT = 210.0, 297.0  # A4, mm
_MM = 72.0 / 25.4
_UNKNOWN = "\u25a1"  # what stands for a sign that the font has not
_CURVE = 1.0  # how far a quadratic curve may lie from the font's cubic one, of 1000 an em
_BOLD = 0.017  # stroke of bold letters, in their size
Anchor = Literal["left", "middle", "right"]


def text_width(text: str, size: float) -> float:
    """Width of a text in mm.

    Parameters
    ----------
    text
        Of one line.
    size
        Of the letters, points.

    Examples
    --------
    >>> round(text_width("清扫", 10), 2)  # two squares of 10 pt
    7.06
    """
    advances = _advances()
    units = sum(advances.get(ord(sign), 1000) for sign in text)
    return units / 1000.0 * size / _MM


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break a text into lines: at spaces, and between Chinese signs.

    Parameters
    ----------
    text
        Of any length.
    size
        Points.
    width
        Of a line at most, mm; a longer word is cut.

    Examples
    --------
    >>> wrapped("Turn left onto Kaisaniemenkatu", 9, 30)
    ['Turn left onto', 'Kaisaniemenkatu']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if text_width((line + piece).rstrip(), size) <= width or not line.strip():
            line += piece
        else:
            lines.append(line.rstrip())
            line = piece.lstrip()
        while text_width(line.rstrip(), size) > width and len(line) > 1:
            cut = len(line) - 1
            while cut > 1 and text_width(line[:cut], size) > width:
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterable[str]:
    """Parts between which a line may end; closing marks stay with what is before them."""
    piece = ""
    for sign in text:
        wide = ord(sign) > 0x2E80
        closing = sign in "，。、；：？！）》”’」』,.;:?!)"
        if piece and not closing and (wide or piece[-1] == " " or ord(piece[-1]) > 0x2E80):
            yield piece
            piece = ""
        piece += sign
    yield piece


class Pages:
    """Pages that are drawn on one after the other, and written at the end.

    Parameters
    ----------
    title
        Of the document, shown by the program that opens it.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._pages: list[list[Callable[[Any, str], None]]] = []
        self._signs: set[str] = set(_UNKNOWN)

    def __len__(self) -> int:
        return len(self._pages)

    def new_page(self) -> None:
        """Begin a page; all that follows is drawn on it."""
        self._pages.append([])

    def extend(self, other: Pages) -> None:
        """Add the pages of another document.

        Parameters
        ----------
        other
            Stays as it is.
        """
        self._pages += other._pages
        self._signs |= other._signs

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9.0,
        *,
        colour: str = "#000000",
        bold: bool = False,
        anchor: Anchor = "left",
        page: int = -1,
    ) -> None:
        """Write one line; `y` is its base.

        Parameters
        ----------
        x, y
            mm.
        text, size
            The words, and points.
        colour
            As ``#rrggbb``.
        bold
            Whether the letters are thicker.
        anchor
            Which end of the line `x` is.
        page
            On which page, from 0 on; the newest if not given.
        """
        known = _advances()
        shown = "".join(sign if ord(sign) in known else _UNKNOWN for sign in text)
        self._signs.update(shown)
        share = {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor]
        left = (x - share * text_width(shown, size)) * _MM

        def draw(canvas: Any, font: str) -> None:  # noqa: ANN401 - reportlab is untyped
            canvas.saveState()
            line = canvas.beginText(left, (HEIGHT - y) * _MM)
            line.setFont(font, size)
            line.setFillColor(colour)
            if bold:
                canvas.setStrokeColor(colour)
                canvas.setLineWidth(_BOLD * size)
                line.setTextRenderMode(2)
            line.textOut(shown)
            canvas.drawText(line)
            canvas.restoreState()

        self._pages[page].append(draw)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, *, colour: str, width: float = 0.2
    ) -> None:
        """Draw a straight line.

        Parameters
        ----------
        x0, y0, x1, y1, width
            mm.
        colour
            As ``#rrggbb``.
        """
        self.paths([[(x0, y0), (x1, y1)]], colour=colour, width=width)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        line: float = 0.25,
    ) -> None:
        """Draw a rectangle; `x` and `y` are its upper left corner.

        Parameters
        ----------
        x, y, width, height, line
            mm; `line` is the width of the stroke.
        fill, stroke
            As ``#rrggbb``.
        """

        def draw(canvas: Any, _: str) -> None:  # noqa: ANN401
            _colours(canvas, fill, stroke, line)
            canvas.rect(
                x * _MM, (HEIGHT - y - height) * _MM, width * _MM, height * _MM,
                stroke=int(stroke is not None), fill=int(fill is not None),
            )  # fmt: skip

        self._pages[-1].append(draw)

    def circle(self, x: float, y: float, radius: float, *, fill: str, stroke: str) -> None:
        """Draw a circle around (`x`, `y`).

        Parameters
        ----------
        x, y, radius
            mm.
        fill, stroke
            As ``#rrggbb``.
        """

        def draw(canvas: Any, _: str) -> None:  # noqa: ANN401
            _colours(canvas, fill, stroke, 0.15)
            canvas.circle(x * _MM, (HEIGHT - y) * _MM, radius * _MM, stroke=1, fill=1)

        self._pages[-1].append(draw)

    def polygon(self, points: Sequence[tuple[float, float]], *, fill: str, stroke: str) -> None:
        """Draw a filled outline.

        Parameters
        ----------
        points
            Corners in mm.
        fill, stroke
            As ``#rrggbb``.
        """

        def draw(canvas: Any, _: str) -> None:  # noqa: ANN401
            _colours(canvas, fill, stroke, 0.2)
            path = canvas.beginPath()
            _trace(path, points)
            path.close()
            canvas.drawPath(path, stroke=1, fill=1)

        self._pages[-1].append(draw)

    def paths(
        self,
        lines: Sequence[Sequence[tuple[float, float]]],
        *,
        colour: str,
        width: float,
        dash: tuple[float, float] | None = None,
        box: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Draw many lines in one go.

        Parameters
        ----------
        lines
            Points of each, mm.
        colour
            As ``#rrggbb``.
        width
            Of the stroke, mm.
        dash
            Lengths of stroke and gap, mm; a whole line where not given.
        box
            Left, top, width and height of what is shown, mm; all where not given.
        """

        def draw(canvas: Any, _: str) -> None:  # noqa: ANN401
            canvas.saveState()
            if box is not None:
                clip = canvas.beginPath()
                clip.rect(
                    box[0] * _MM, (HEIGHT - box[1] - box[3]) * _MM, box[2] * _MM, box[3] * _MM
                )
                canvas.clipPath(clip, stroke=0, fill=0)
            _colours(canvas, None, colour, width)
            canvas.setLineCap(1 if dash is None else 0)
            canvas.setLineJoin(1)
            if dash is not None:
                canvas.setDash([part * _MM for part in dash])
            path = canvas.beginPath()
            for points in lines:
                _trace(path, points)
            canvas.drawPath(path, stroke=1, fill=0)
            canvas.restoreState()

        self._pages[-1].append(draw)

    def write(self, path: Path) -> None:
        """Write all pages.

        Parameters
        ----------
        path
            The file.
        """
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        signs = "".join(sorted(self._signs))
        font = f"NotoSansSC-{crc32(signs.encode()):08x}"  # one name, one set of glyphs
        pdfmetrics.registerFont(TTFont(font, io.BytesIO(_embedded(signs, font))))
        size = (WIDTH * _MM, HEIGHT * _MM)
        canvas = Canvas(str(path), pagesize=size, invariant=1, pageCompression=1)
        canvas.setTitle(self.title)
        canvas.setAuthor("cityops")
        canvas.setCreator("cityops")
        canvas.setSubject("")
        for page in self._pages:
            for draw in page:
                draw(canvas, font)
            canvas.showPage()
        canvas.save()


def _colours(canvas: Any, fill: str | None, stroke: str | None, line: float) -> None:  # noqa: ANN401
    if fill is not None:
        canvas.setFillColor(fill)
    if stroke is not None:
        canvas.setStrokeColor(stroke)
        canvas.setLineWidth(line * _MM)


def _trace(path: Any, points: Sequence[tuple[float, float]]) -> None:  # noqa: ANN401
    path.moveTo(points[0][0] * _MM, (HEIGHT - points[0][1]) * _MM)
    for x, y in points[1:]:
        path.lineTo(x * _MM, (HEIGHT - y) * _MM)


# ---- the font


@cache
def _advances() -> dict[int, int]:
    """Advance of each sign, of 1000 an em."""
    with _font() as font:
        cmap, widths = font.getBestCmap(), font["hmtx"].metrics
        return {code: int(widths[name][0]) for code, name in cmap.items()}


def _font() -> Any:  # noqa: ANN401 - fontTools is untyped
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_zh_cn import sans_path

    return TTFont(sans_path(), lazy=True, recalcTimestamp=False)


@cache
def _embedded(signs: str, face: str) -> bytes:
    """Give a TrueType font of these signs: PDFs of reportlab take no other outlines.

    reportlab knows fonts by the name of their face, which is why that is given, too.
    """
    from fontTools import subset

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=signs)
    stream = io.BytesIO()
    with _font() as font:
        cutter.subset(font)
        _to_quadratic(font)
        for record in font["name"].names:
            if record.nameID == 6:  # the face's name in PDF files
                record.string = face
        font.save(stream)
    return stream.getvalue()


def _to_quadratic(font: Any) -> None:  # noqa: ANN401
    """Replace the outlines of a font, cubic curves, by TrueType's quadratic ones."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _CURVE, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    del font["CFF "]
    glyf.compile(font)
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for name in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
        "maxStackElements", "maxSizeOfInstructions", "maxComponentElements",
    ):  # fmt: skip
        setattr(limits, name, 0)
    limits.recalc(font)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
