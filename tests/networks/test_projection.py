from __future__ import annotations

import numpy as np
import pytest

from networks import Projection


def test_local_distances_agree_with_the_geodesic_within_3_in_100_000():
    from pyproj import Geod

    plane = Projection.centred_on([112.6, 113.0], [28.2, 28.6])
    lon, lat = np.array([112.6, 112.9]), np.array([28.5, 28.3])
    x, y = plane.to_xy(lon, lat)
    _, _, true = Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])
    assert np.hypot(*(np.diff(x), np.diff(y)))[0] == pytest.approx(true, rel=3e-5)


def test_there_and_back_is_the_same_place():
    plane = Projection(24.94, 60.17)
    lon, lat = np.array([24.5, 25.3]), np.array([60.0, 60.4])
    back = plane.to_lonlat(*plane.to_xy(lon, lat))
    assert np.allclose(back, (lon, lat), atol=1e-10, rtol=0)


def test_the_centre_is_the_origin_and_scalars_stay_scalars():
    x, y = Projection(24.94, 60.17).to_xy(24.94, 60.17)
    assert x.shape == y.shape == ()
    assert abs(x) < 1e-6
    assert abs(y) < 1e-6
