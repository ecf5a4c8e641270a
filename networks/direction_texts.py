"""The words of directions, in English and Chinese: one table a language, nothing else."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["COMPASS", "KINDS", "LANGUAGES", "compass", "plain_name", "say", "street_words"]

LANGUAGES: Final = ("en", "zh")

KINDS: Final = (
    "depart",
    "continue",
    "left",
    "right",
    "slight-left",
    "slight-right",
    "sharp-left",
    "sharp-right",
    "u-turn",
    "roundabout",
    "arrive",
)
"""What a step may ask for."""

# Kind, and the kind with "-stay" where the street keeps its name.
_SENTENCES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "depart": "Head {compass} on {street}",
        "continue": "Continue onto {street}",
        "left": "Turn left onto {street}",
        "right": "Turn right onto {street}",
        "slight-left": "Keep left onto {street}",
        "slight-right": "Keep right onto {street}",
        "sharp-left": "Turn sharp left onto {street}",
        "sharp-right": "Turn sharp right onto {street}",
        "u-turn": "Make a U-turn onto {street}",
        "roundabout": "At the roundabout take the {exit} exit onto {street}",
        "arrive": "Arrive on {street}",
        "continue-stay": "Continue on {street}",
        "left-stay": "Turn left to stay on {street}",
        "right-stay": "Turn right to stay on {street}",
        "slight-left-stay": "Keep left to stay on {street}",
        "slight-right-stay": "Keep right to stay on {street}",
        "sharp-left-stay": "Turn sharp left to stay on {street}",
        "sharp-right-stay": "Turn sharp right to stay on {street}",
        "u-turn-stay": "Make a U-turn on {street}",
        "roundabout-stay": "At the roundabout take the {exit} exit to stay on {street}",
        "roundabout-within": "Enter the roundabout {street}",
    },
    "zh": {
        "depart": "沿{street}向{compass}出发",
        "continue": "直行进入{street}",
        "left": "左转进入{street}",
        "right": "右转进入{street}",
        "slight-left": "靠左进入{street}",
        "slight-right": "靠右进入{street}",
        "sharp-left": "向左后方转入{street}",
        "sharp-right": "向右后方转入{street}",
        "u-turn": "掉头进入{street}",
        "roundabout": "在环岛从第{exit}个出口驶出,进入{street}",
        "arrive": "到达{street}",
        "continue-stay": "继续沿{street}行驶",
        "left-stay": "左转,继续沿{street}行驶",
        "right-stay": "右转,继续沿{street}行驶",
        "slight-left-stay": "靠左,继续沿{street}行驶",
        "slight-right-stay": "靠右,继续沿{street}行驶",
        "sharp-left-stay": "向左后方转弯,继续沿{street}行驶",
        "sharp-right-stay": "向右后方转弯,继续沿{street}行驶",
        "u-turn-stay": "在{street}掉头",
        "roundabout-stay": "在环岛从第{exit}个出口驶出,继续沿{street}行驶",
        "roundabout-within": "驶入环岛{street}",
    },
}

COMPASS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    ),
    "zh": ("北", "东北", "东", "东南", "南", "西南", "西", "西北"),
}
"""Eight directions, clockwise from north."""

_ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

# Streets without a name, by OpenStreetMap's class.
_CLASSES: Final[dict[str, tuple[str, str]]] = {
    "motorway": ("motorway", "高速公路"),
    "trunk": ("trunk road", "快速路"),
    "primary": ("main road", "主干路"),
    "secondary": ("secondary road", "次干路"),
    "tertiary": ("local road", "支路"),
    "unclassified": ("minor road", "一般道路"),
    "residential": ("residential street", "居民区道路"),
    "living_street": ("living street", "生活街道"),
    "service": ("service road", "内部道路"),
    "road": ("street", "道路"),
    "pedestrian": ("pedestrian street", "步行街"),
    "footway": ("footway", "人行道"),
    "cycleway": ("cycleway", "自行车道"),
    "path": ("path", "小路"),
    "track": ("track", "机耕道"),
    "steps": ("flight of steps", "台阶"),
}
_LINK: Final = ("slip road", "匝道")
_STREET: Final = ("street", "道路")


_IDENTIFIER: Final = re.compile(r"(?<!\d)\d{6,}(?!\d)[-_]?")


def plain_name(name: str) -> str:
    """Name of a street without the source's identifiers, which are on no sign.

    Examples
    --------
    >>> plain_name("902352035-临水路"), plain_name("389264585-389264606"), plain_name("G319")
    ('临水路', '', 'G319')
    """
    return _IDENTIFIER.sub("", name).strip(" -_")


def street_words(name: str, road_class: str, lang: str = "en") -> str:
    """Name of a street, or what kind of unnamed street it is.

    Examples
    --------
    >>> street_words("人民路", "primary", "zh"), street_words("", "primary_link")
    ('人民路', 'an unnamed slip road')
    >>> street_words("", "service", "zh")
    '无名内部道路'
    """
    if name:
        return name
    words = _LINK if road_class.endswith("_link") else _CLASSES.get(road_class, _STREET)
    return f"无名{words[1]}" if lang == "zh" else f"an unnamed {words[0]}"


def compass(course_deg: float, lang: str = "en") -> str:
    """Name of a course.

    Parameters
    ----------
    course_deg
        Degrees from east, counter-clockwise.

    Examples
    --------
    >>> compass(90.0), compass(-45.0, "zh")
    ('north', '东南')
    """
    return COMPASS[lang][round((90.0 - course_deg) / 45.0) % 8]


def say(kind: str, street: str, lang: str, *, course_deg: float = 0.0, exit_number: int = 0) -> str:
    """Say what to do.

    Parameters
    ----------
    kind
        One of :data:`KINDS`, with ``-stay`` where the street keeps its name.
    street
        Name of the street, in words.
    course_deg
        Course of departure, degrees from east, counter-clockwise.
    exit_number
        Exit of a roundabout.

    Examples
    --------
    >>> say("left", "Renmin Road", "en"), say("left", "人民路", "zh")
    ('Turn left onto Renmin Road', '左转进入人民路')
    """
    number = str(exit_number)
    if lang == "en":
        known = 0 < exit_number < len(_ORDINALS)
        number = _ORDINALS[exit_number] if known else f"{exit_number}th"
    return _SENTENCES[lang][kind].format(
        street=street, compass=compass(course_deg, lang), exit=number
    )
