"""Coordinate systems against published points, and against the same boundary in two systems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import InputError
from networks.crs import (
    bd09_to_wgs84,
    check_lonlat,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from networks.own_format import shapes_of
from networks.raw import shape_lengths_m

# Test vectors of googollee/eviltransform: WGS-84 and GCJ-02 as (lon, lat).
PUBLISHED = {
    "Shanghai": ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    "Shenzhen": ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    "Beijing": ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
}
in_china = st.tuples(st.floats(73.5, 134.5), st.floats(18.5, 53.0))


@pytest.mark.parametrize("city", PUBLISHED)
def test_published_points_are_shifted_as_published(city):
    wgs, gcj = PUBLISHED[city]
    assert wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-12)
    assert gcj02_to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-9)


def test_baidu_coordinates_are_as_published():
    # The example of wandergis/coordtransform and its ports.
    wgs, bd = (116.404, 39.915), (116.41662724378733, 39.922699552216216)
    assert wgs84_to_bd09(*wgs) == pytest.approx(bd, abs=1e-12)
    assert bd09_to_wgs84(*bd) == pytest.approx(wgs, abs=1e-9)


@given(in_china)
def test_the_way_back_undoes_the_shift(point):
    for there, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)):
        assert back(*there(*point)) == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize("point", [(24.94, 60.17), (-73.98, 40.76), (174.76, -36.85)])
def test_nothing_is_shifted_outside_china(point):
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84, wgs84_to_bd09, bd09_to_wgs84):
        assert tuple(map(float, convert(*point))) == point


def test_shapes_of_arrays_are_kept():
    lon, lat = gcj02_to_wgs84(np.full((2, 3), 112.9), np.full((2, 3), 28.2))
    assert lon.shape == lat.shape == (2, 3)


def test_wangcheng_holds_157_km_of_yuelu_streets_when_converted(shared_data):
    # SOURCES.md of the shared data: 157 km converted, 187 km when the shift is overlooked.
    import geopandas as gpd
    import shapely

    folder = shared_data / "networks" / "changsha"
    streets = gpd.read_file(folder / "yuelu_roads.geojson").geometry.to_numpy()
    counties = gpd.read_file(folder / "county_boundaries_gcj02.json")
    shifted = counties.loc[counties["name"] == "望城区", "geometry"].iloc[0]
    true = shapely.transform(
        shifted, lambda xy: np.column_stack(gcj02_to_wgs84(xy[:, 0], xy[:, 1]))
    )
    assert _km_within(streets, true) == pytest.approx(157, abs=0.5)
    assert _km_within(streets, shifted) == pytest.approx(187, abs=0.5)


def _km_within(streets, area):
    import shapely

    parts = shapely.get_parts(shapely.intersection(streets, area))
    return shape_lengths_m(shapes_of(parts[~shapely.is_empty(parts)])).sum() / 1000


@pytest.mark.parametrize("crs", ["EPSG:4547", "4547", 4547])
def test_projected_coordinates_become_degrees(crs):
    lon, lat = to_wgs84([400000.0], [3100000.0], crs)
    assert (lon[0], lat[0]) == (pytest.approx(112.98, abs=0.05), pytest.approx(28.01, abs=0.05))


@pytest.mark.parametrize("name", ["wgs84", "WGS-84", "EPSG:4326", 4326])
def test_degrees_stay_as_they_are(name):
    lon, lat = to_wgs84([112.9], [28.2], name)
    assert (lon[0], lat[0]) == (112.9, 28.2)


def test_an_unknown_system_is_named_with_the_nearest_known():
    with pytest.raises(InputError, match=r"gjc02.*did you mean 'gcj02'"):
        to_wgs84([112.9], [28.2], "gjc02", file="streets.geojson")


def test_swapped_longitude_and_latitude_are_told():
    with pytest.raises(InputError, match="exchange the two columns"):
        check_lonlat([28.2, 28.3], [112.9, 113.0])


def test_metres_taken_for_degrees_are_told():
    with pytest.raises(InputError, match="name the coordinate system"):
        check_lonlat([400000.0], [3100000.0])


def test_missing_coordinates_are_counted_and_placed():
    with pytest.raises(InputError, match=r"1 coordinates are missing.*row 2"):
        check_lonlat([112.9, np.nan], [28.2, 28.3])
