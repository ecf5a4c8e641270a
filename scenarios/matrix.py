"""Travel by a matrix of times between places, for districts whose streets are not at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.areas import weighted_points
from scenarios.merge import shown_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import Projection
    from scenarios.faults import FaultList
    from scenarios.schema import TravelSpec
    from sim.dispatch.travel import MatrixTravel

__all__ = ["read_matrix"]


def read_matrix(spec: TravelSpec, faults: FaultList) -> tuple[MatrixTravel, Projection]:
    """Read places and the times between them.

    Parameters
    ----------
    spec
        The scenario's [travel]: a CSV of k rows and k columns without header, and a CSV of places
        (lon, lat) in the same order.
    faults
        Takes what is wrong; then this raises.

    Raises
    ------
    ScenarioError
        If a file cannot be read, or the two do not fit.
    """
    from networks import Projection
    from sim.dispatch.travel import MatrixTravel

    try:
        lon, lat, _ = weighted_points(Path(spec.places_csv or ""))
        time_s = _times(Path(spec.matrix_csv or "")) * (60.0 if spec.time_unit == "min" else 1.0)
        plane = Projection.centred_on(lon, lat)
        x, y = plane.to_xy(lon, lat)
        return MatrixTravel(time_s, x, y), plane
    except InputError as error:
        faults.include(error, ("travel", "matrix_csv"))
        faults.stop()
        raise


def _times(path: Path) -> NDArray[np.float64]:
    try:
        return np.atleast_2d(np.loadtxt(path, delimiter=",", encoding="utf-8-sig"))
    except (ValueError, OSError):
        raise InputError(
            "cannot be read as a matrix of numbers",
            file=shown_path(path),
            mend="k rows of k numbers with commas, no header",
        ) from None
