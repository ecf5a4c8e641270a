"""The parts of the district: from a file of polygons, from centres, or a grid over the streets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.merge import shown_path
from scenarios.schema import AreasSpec
from scenarios.tables import csv_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import Projection, RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.schema import AreaSpec, ScenarioSpec
    from sim.dispatch.model import Area

__all__ = ["area_codes", "build_areas", "weighted_points"]


def area_codes(
    areas: tuple[Any, ...], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
    """Say in which area each place lies.

    Parameters
    ----------
    areas
        Of the scenario; of places in several, the first counts.
    lon, lat : float64[k]
        Degrees.

    Returns
    -------
    int64[k], tuple of Area
        Code of each place, and the areas with places; the code after the last is of what lies in
        none.
    """
    import shapely

    code = np.full(len(lon), -1, dtype=np.int64)
    for number, area in enumerate(areas):
        if area.geometry is not None:
            code[(code < 0) & shapely.contains_xy(area.geometry, lon, lat)] = number
    used = [k for k in range(len(areas)) if (code == k).any()]
    place = np.full(len(areas) + 1, len(used), dtype=np.int64)
    place[used] = np.arange(len(used))
    return place[code], tuple(areas[k] for k in used)


def build_areas(
    spec: ScenarioSpec, network: RoadNetwork | None, faults: FaultList
) -> tuple[Area, ...] | None:
    """Make the areas of a scenario, in degrees; None if there was a fault.

    Parameters
    ----------
    spec
        The scenario: [areas], [[area]], or neither, which makes one area of the whole district.
    network
        The streets, if there are any.
    faults
        Takes what is wrong with files and columns.
    """
    if spec.area:
        return tuple(_around(area, network) for area in spec.area)
    try:
        return _areas(spec, spec.areas or AreasSpec(), network)
    except InputError as error:
        faults.include(error, ("areas",))
        return None


def _areas(spec: ScenarioSpec, areas: AreasSpec, network: RoadNetwork | None) -> tuple[Area, ...]:
    if areas.file is not None:
        return _weighted(_from_file(areas), areas, network)
    if network is None:
        return ()
    if areas.grid_m is not None:
        return _weighted(_grid(network, areas.grid_m), areas, network)
    if areas.inhabitants is not None:
        return _by_people(network, areas.inhabitants, areas.parts)
    return (_whole(network, spec.scenario.title or spec.scenario.name),)


def _around(spec: AreaSpec, network: RoadNetwork | None) -> Area:
    from sim.dispatch.model import Area

    outline = None
    if spec.radius_m is not None:
        outline = _circle(spec, _plane(spec, network))
    return Area(spec.name, spec.lon, spec.lat, spec.weight, outline)


def _plane(spec: AreaSpec, network: RoadNetwork | None) -> Projection:
    from networks import Projection

    return network.projection if network is not None else Projection(spec.lon, spec.lat)


def _circle(spec: AreaSpec, plane: Projection) -> Any:  # noqa: ANN401 - a shapely polygon
    import shapely

    x, y = plane.to_xy(spec.lon, spec.lat)
    ring = shapely.Point(float(x), float(y)).buffer(spec.radius_m or 0.0)
    return _to_degrees(ring, plane)


def _to_degrees(geometry: Any, plane: Projection) -> Any:  # noqa: ANN401 - any shapely geometry
    import shapely

    return shapely.transform(
        geometry, lambda xy: np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1]))
    )


def _whole(network: RoadNetwork, name: str) -> Area:
    import shapely

    from sim.dispatch.model import Area

    points = shapely.MultiPoint(np.column_stack([network.x, network.y]))
    outline = _to_degrees(shapely.convex_hull(points).buffer(50.0), network.projection)
    middle = outline.representative_point()
    return Area(name, float(middle.x), float(middle.y), 1.0, outline)


def _by_people(network: RoadNetwork, inhabitants: int, parts: int) -> tuple[Area, ...]:
    """Parts with about as many people each: small in town, large in the country.

    Who has no census gets people spread along the streets where people live. The outline of a part
    is what lies nearer to its middle than to any other.
    """
    import shapely

    from networks.synthetic import synthetic_population
    from sim.dispatch.model import Area

    table = synthetic_population(network, inhabitants, areas=parts)
    lon, lat, people = (table[key].to_numpy(dtype=float) for key in ("lon", "lat", "inhabitants"))
    middles = [shapely.Point(xy) for xy in np.column_stack(network.projection.to_xy(lon, lat))]
    hull = shapely.convex_hull(shapely.MultiPoint(np.column_stack([network.x, network.y])))
    hull = hull.buffer(200.0)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(middles), extend_to=hull))
    owner, cell = shapely.STRtree(cells).query(middles, predicate="intersects")
    cell_of = dict(zip(owner.tolist(), cell.tolist(), strict=True))
    outlines = [
        _to_degrees(shapely.intersection(cells[cell_of[k]], hull), network.projection)
        for k in range(len(middles))
    ]
    names = table["name"].astype(str).tolist()
    return tuple(
        Area(names[k], float(lon[k]), float(lat[k]), float(people[k]), outlines[k])
        for k in range(len(names))
    )


# ---- a grid


def _grid(network: RoadNetwork, size_m: float) -> list[Area]:
    """Squares that hold streets, named by column letter and row number from the north-west."""
    import shapely

    from sim.dispatch.model import Area

    x, y, metres = _street_points(network, size_m / 4.0)
    west, north = float(x.min()), float(y.max())
    column = ((x - west) // size_m).astype(np.int64)
    row = ((north - y) // size_m).astype(np.int64)
    width = int(column.max()) + 1
    cells, inverse = np.unique(row * width + column, return_inverse=True)
    if len(cells) > 20_000:
        raise InputError(
            f"a grid of {size_m:g} m makes {len(cells):,} areas", mend="make grid_m larger"
        )
    length = np.bincount(inverse, metres)
    areas = []
    for cell, weight in zip(cells.tolist(), length.tolist(), strict=True):
        r, c = divmod(cell, width)
        left, top = west + c * size_m, north - r * size_m
        square = _to_degrees(
            shapely.box(left, top - size_m, left + size_m, top), network.projection
        )
        lon, lat = network.projection.to_lonlat(left + size_m / 2, top - size_m / 2)
        name = f"{_letters(c)}{r + 1}"
        areas.append(Area(name, float(lon), float(lat), round(weight, 3), square))
    return areas


def _street_points(
    network: RoadNetwork, step_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Points every few metres along every street, and the metres that each stands for."""
    once = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    edge = np.flatnonzero(once & np.isfinite(network.time_s))
    pieces = np.maximum(1, np.ceil(network.length_m[edge] / step_m)).astype(np.int64)
    number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number + 0.5) / np.repeat(pieces, pieces)
    along = np.repeat(edge, pieces)
    tail, head = network.tail[along], network.head[along]
    x = network.x[tail] + share * (network.x[head] - network.x[tail])
    y = network.y[tail] + share * (network.y[head] - network.y[tail])
    return x, y, np.repeat(network.length_m[edge] / pieces, pieces)


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# ---- a file


def _from_file(spec: AreasSpec) -> list[Area]:
    import geopandas
    import shapely

    from sim.dispatch.model import Area

    path = Path(spec.file or "")
    shown = shown_path(path)
    try:
        table = geopandas.read_file(path)
    except (OSError, ValueError, RuntimeError):
        raise InputError(
            "cannot be read as polygons", file=shown, mend="give GeoJSON, GeoPackage or a shapefile"
        ) from None
    columns = [str(name) for name in table.columns if name != "geometry"]
    for column in filter(None, (spec.name_column, spec.weight_column)):
        if column not in columns:
            raise InputError(
                f'there is no column "{column}"',
                file=shown,
                mend=did_you_mean(column, columns, what="the file has"),
            )
    outlines = _outlines(table, spec, shown)
    weights = _weights(table, spec, shown)
    names = _distinct([str(name) for name in table[spec.name_column]])
    areas = []
    for name, outline, weight in zip(names, outlines, weights, strict=True):
        middle = shapely.point_on_surface(outline)
        areas.append(Area(name, float(middle.x), float(middle.y), weight, outline))
    return areas


def _outlines(table: Any, spec: AreasSpec, shown: str) -> list[Any]:  # noqa: ANN401 - geopandas
    import shapely

    if table.empty or "geometry" not in table:
        raise InputError("there are no polygons", file=shown, mend="give one an area")
    kinds = set(table.geometry.geom_type.dropna())
    if table.geometry.isna().any() or not kinds <= {"Polygon", "MultiPolygon"}:
        odd = ", ".join(sorted(kinds - {"Polygon", "MultiPolygon"})) or "empty ones"
        raise InputError(f"areas must be polygons, these are {odd}", file=shown, mend="mend them")
    if spec.crs == "wgs84":
        if table.crs is not None and not table.crs.is_geographic:
            table = table.to_crs(4326)
        outlines = list(table.geometry)
    else:
        from networks.crs import to_wgs84

        crs = spec.crs
        outlines = [
            shapely.transform(g, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs)))
            for g in table.geometry
        ]
    return [shapely.make_valid(outline) for outline in outlines]


def _weights(table: Any, spec: AreasSpec, shown: str) -> list[float]:  # noqa: ANN401 - geopandas
    if spec.weight_column is None:
        return [1.0] * len(table)
    import pandas as pd

    weights = pd.to_numeric(table[spec.weight_column], errors="coerce")
    bad = weights.isna() | (weights < 0)
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        value = table[spec.weight_column].iloc[row]
        raise InputError(
            f"{spec.weight_column} of area {row + 1} is {value}",
            file=shown,
            mend="give a number, 0 or more",
        )
    return [float(weight) for weight in weights]


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


# ---- weights


def _weighted(areas: list[Area], spec: AreasSpec, network: RoadNetwork | None) -> tuple[Area, ...]:
    """Areas with the weights that the scenario asks for."""
    if spec.weight_column is not None or not areas:
        return tuple(areas)
    if spec.weights == "equal" or (network is None and spec.weights == "streets"):
        return tuple(_with_weights(areas, np.ones(len(areas))))
    if spec.weights != "streets":
        lon, lat, weight = weighted_points(Path(spec.weights))
        found = _sums(areas, lon, lat, weight)
        if not found.any():
            raise InputError(
                "none of the weighted points lies in an area",
                file=shown_path(Path(spec.weights)),
                mend="are the coordinates longitude and latitude, WGS-84?",
            )
        return tuple(_with_weights(areas, found))
    if spec.grid_m is not None or network is None:
        return tuple(areas)  # a grid's squares are weighted by their streets already
    x, y, metres = _street_points(network, 50.0)
    lon, lat = network.projection.to_lonlat(x, y)
    return tuple(_with_weights(areas, _sums(areas, lon, lat, metres)))


def _sums(
    areas: list[Area],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    import shapely

    tree = shapely.STRtree(np.array([area.geometry for area in areas], dtype=object))
    point, area = tree.query(shapely.points(lon, lat), predicate="intersects")
    first = np.unique(point, return_index=True)[1]  # on a common border: the first area
    sums = np.bincount(area[first], weight[point[first]], minlength=len(areas))
    return sums.astype(np.float64)


def _with_weights(areas: list[Area], weights: NDArray[np.float64]) -> list[Area]:
    from dataclasses import replace

    return [replace(a, weight=float(w)) for a, w in zip(areas, weights, strict=True)]


def weighted_points(
    path: Path,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Read a CSV of points: lon, lat and, if it has one, weight.

    Raises
    ------
    InputError
        With the first fault of the file.
    """
    read = csv_rows(path, shown_path(path), "point", {})
    if read.faults:
        raise read.faults[0]
    if not read.rows:
        raise InputError("there are no points", file=shown_path(path), mend="add rows")
    columns = [
        np.array([row.get(key, 1.0) for row in read.rows], dtype=np.float64)
        for key in ("lon", "lat", "weight")
    ]
    if (columns[2] < 0).any():
        line = read.lines[int(np.argmax(columns[2] < 0))]
        raise InputError(
            "is negative", file=f"{shown_path(path)}:{line}", place="weight", mend="give 0 or more"
        )
    return columns[0], columns[1], columns[2]
