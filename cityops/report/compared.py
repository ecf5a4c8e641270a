"""What a comparison tells of each service: which figures, over what time, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cityops.report import (
    cleaning,
    cleaning_assumptions,
    cleaning_charts,
    contents,
    waste,
    waste_assumptions,
    waste_charts,
    waste_map,
)
from cityops.report.assumptions import assumptions
from cityops.report.map_charts import area_map, area_values, map_layers
from scenarios.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cityops.report.assumptions import Assumed
    from cityops.report.charts import Figure
    from cityops.report.map_charts import Layer, LegendEntry, PlaceKey
    from cityops.report.maps import DistrictMap
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

    Draw = Callable[[RunFolder, DistrictMap], Figure | None]

__all__ = ["UNITS", "Compared", "compared"]

DAY_S = 86_400
UNITS = ("min", "share", "count", "km")


class Compared(NamedTuple):
    """How runs of one service are set side by side.

    Parameters
    ----------
    key
        Measures of all together, in their order.
    by_class, classes
        Measures by class, the first of them by area, too; and what classes are called there.
    totals, per_s
        Measures that grow with the length of the run, and the seconds for which they are told.
    units
        Which figures come first, by their units.
    words
        Keys of the words that differ from service to service, by what they are for.
    inputs, assumed
        What was put in, and what was assumed, of one run.
    class_name
        Name of a class as people read it.
    maps
        What draws the map of one run, all with the same colours, and the layer that it shows; None
        where there is nothing to draw.
    hours
        Draws the hours of all runs in one chart; None where there are none.
    ramp
        What the colours of the maps stand for, where the layer does not say it.
    places
        Symbols of the maps with what they stand for, where there is a ramp.
    """

    key: tuple[str, ...]
    by_class: tuple[str, ...]
    classes: str
    totals: frozenset[str]
    per_s: float
    units: tuple[str, ...]
    words: dict[str, str]
    inputs: Callable[[RunFolder, Words], list[tuple[str, str]]]
    assumed: Callable[[RunFolder, Words], list[Assumed]]
    class_name: Callable[[RunFolder, str, Words], str]
    maps: Callable[[Sequence[RunFolder], Words], tuple[Draw | None, Layer | None]]
    hours: Callable[[Sequence[RunFolder], Sequence[str], Words], Figure | None]
    ramp: Callable[[Words], list[LegendEntry]]
    places: Callable[[Sequence[RunFolder], Words], list[PlaceKey]]


def _incident_class(run: RunFolder, group: str, words: Words) -> str:
    return run.title_of("incident_class", group, words.lang)


def _road_class(run: RunFolder, group: str, words: Words) -> str:  # noqa: ARG001 - as the others
    return words.road_class(group)


def _area_maps(runs: Sequence[RunFolder], words: Words) -> tuple[Draw | None, Layer | None]:
    layers = map_layers(runs, words)
    if not layers:
        return None, None
    layer = layers[0]

    def draw(run: RunFolder, district: DistrictMap) -> Figure | None:
        own = layer._replace(values=area_values(run, layer.measure))
        return area_map(run, district, [own], words)

    return draw, layer


def _street_maps(
    runs: Sequence[RunFolder],  # noqa: ARG001 - as the others
    words: Words,
) -> tuple[Draw | None, Layer | None]:
    return lambda run, district: cleaning_charts.dirty_map(run, district, words), None


def _point_maps(
    runs: Sequence[RunFolder],  # noqa: ARG001 - as the others
    words: Words,
) -> tuple[Draw | None, Layer | None]:
    return lambda run, district: waste_map.overflow_map(run, district, words), None


def _waste_places(runs: Sequence[RunFolder], words: Words) -> list[PlaceKey]:
    keys = [key for run in runs for key in waste_map.place_keys(run, words)]
    return list(dict.fromkeys(keys))


_DISPATCH = Compared(
    key=contents.KEY_MEASURES,
    by_class=("response_mean_min", "within_target"),
    classes="class",
    totals=frozenset(contents.PER_DAY),
    per_s=DAY_S,
    units=UNITS,
    words={
        "groups": "cmp.groups",
        "areas": "cmp.areas",
        "paired": "cmp.paired",
        "demand": "cmp.demand",
        "block.count": "cmp.block.count",
        "block.km": "cmp.block.km",
    },
    inputs=contents.inputs,
    assumed=assumptions,
    class_name=_incident_class,
    maps=_area_maps,
    hours=lambda runs, names, words: None,  # noqa: ARG005 - as the others
    ramp=lambda words: [],  # noqa: ARG005 - as the others
    places=lambda runs, words: [],  # noqa: ARG005 - as the others
)
_CLEANING = Compared(
    key=SERVICES["cleaning"].key_measures,
    by_class=SERVICES["cleaning"].by_class,
    classes="class",
    totals=frozenset(cleaning.PER_WEEK),
    per_s=7 * DAY_S,
    units=("share", "km", "h", "min"),
    words={
        "groups": "cl.by_class",
        "areas": "cl.cmp.areas",
        "paired": "cl.cmp.paired",
        "demand": "cl.cmp.demand",
        "block.count": "cl.block.count",
        "block.km": "cl.block.km",
        "hours": "cl.hours",
        "hours.title": "cl.hours.title",
        "where": "cl.where",
        "map.note": "cl.map.note",
    },
    inputs=cleaning.inputs,
    assumed=cleaning_assumptions.assumed,
    class_name=_road_class,
    maps=_street_maps,
    hours=cleaning_charts.by_hour,
    ramp=cleaning_charts.map_legend,
    places=lambda runs, words: cleaning_charts.place_keys(words),  # noqa: ARG005 - as the others
)
_WASTE = Compared(
    key=SERVICES["waste"].key_measures,
    by_class=SERVICES["waste"].by_class,
    classes=SERVICES["waste"].classes,
    totals=frozenset(waste.PER_WEEK),
    per_s=7 * DAY_S,
    units=("share", "km", "h", "min", "t", "l"),
    words={
        "groups": "ws.by_stream",
        "areas": "ws.cmp.areas",
        "paired": "ws.cmp.paired",
        "demand": "ws.cmp.demand",
        "block.count": "ws.cmp.count",
        "block.km": "cl.block.km",
        "hours": "ws.over",
        "hours.title": "ws.over.title",
        "where": "ws.over.where",
        "map.note": "ws.map.note",
        "phrase.km": "ws.cmp.km",
        "phrase.haul_km": "ws.cmp.haul_km",
    },
    inputs=waste.inputs,
    assumed=waste_assumptions.assumed,
    class_name=waste_charts.stream_name,
    maps=_point_maps,
    hours=waste_charts.by_hour,
    ramp=waste_map.map_legend,
    places=_waste_places,
)
_TOLD = {"cleaning": _CLEANING, "waste": _WASTE}


def compared(service: str) -> Compared:
    """Look up how runs of a service are set side by side; a run that does not say is dispatch."""
    return _TOLD.get(service, _DISPATCH)
