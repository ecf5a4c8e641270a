"""Colours and type of the report, shared by the page and by the pictures.

Statuses and runs take their hues from Okabe and Ito (2008), which people with any of the common
forms of colour blindness can tell apart; ordered values take ColorBrewer's YlGnBu and Purples
(Brewer 2002), whose lightness falls steadily, so that they survive a grey printer.
"""

from __future__ import annotations

INK = "#1b2733"
MUTED = "#5b6875"
FAINT = "#8b96a1"
GRID = "#e4e8ec"
PAPER = "#ffffff"
GROUND = "#f5f6f8"
ACCENT = "#0b5394"
ACCENT_BAND = "rgba(11,83,148,0.18)"
WARM = "#c2410c"
WARM_BAND = "rgba(194,65,12,0.16)"
BARS = "#9db4c8"
SYNTHETIC = "#b45309"

STREETS = ("#46525d", "#65717d", "#828e99")
STREET_WIDTHS = (1.9, 1.1, 0.6)

STATION = "#111827"
HOSPITAL = "#b3123f"

# One colour a status code: off duty, idle, turning out, to scene, on scene, to hospital,
# hand-over, returning, relocating.
STATUS = (
    "#e3e7eb",
    "#cdd5dc",
    "#f0c419",
    "#d55e00",
    "#7b3294",
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#cc79a7",
)

RUNS = ("#5b6875", "#0072b2", "#d55e00", "#009e73", "#7b3294", "#cc79a7")

ORDERED = ("#eef7c6", "#c9e8b6", "#8fd3bb", "#4fb8c4", "#2c8fbd", "#2460a5", "#14307c")
COUNTS = ("#f1eff6", "#dcd9ea", "#bfbbdb", "#9f9bc8", "#7f78b4", "#63459c", "#45117d")
FEW = "#dfe3e7"

# Light tints for neighbouring catchments, told apart by hue alone: sites and streets lie on them.
TINTS = (
    "#cfe2f3",
    "#fde3c8",
    "#d6ebd0",
    "#e7d8ec",
    "#fdf3c4",
    "#cfecea",
    "#f8d5dd",
    "#e5ddcf",
)

BETTER, WORSE, UNCLEAR = "#00735c", "#b8430a", "#6b7783"

FONT = (
    'Inter, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans CJK SC", "Noto Sans SC", '
    '"Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", sans-serif'
)
CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
)
