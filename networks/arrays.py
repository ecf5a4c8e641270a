"""The arrays that a network consists of: their types, their sizes, and their hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork

__all__ = ["ARRAYS", "check_shapes", "content_hash"]

NODE_ARRAYS: dict[str, str] = {
    "node_id": "i8",
    "lon": "f8",
    "lat": "f8",
    "x": "f8",
    "y": "f8",
}
EDGE_ARRAYS: dict[str, str] = {
    "tail": "i4",
    "head": "i4",
    "in_edge": "i4",
    "reverse": "i4",
    "length_m": "f8",
    "speed_kmh": "f8",
    "time_s": "f8",
    "road_class": "i2",
    "lanes": "i1",
    "name": "i4",
    "modes": "u1",
    "source_id": "i8",
}
POINTERS: dict[str, str] = {"indptr": "i8", "in_indptr": "i8", "shape_ptr": "i8"}
SHAPES: dict[str, str] = {"shape_lon": "f8", "shape_lat": "f8"}
ARRAYS = NODE_ARRAYS | EDGE_ARRAYS | POINTERS | SHAPES
"""Type of each array by name; what they mean is said in :class:`networks.RoadNetwork`."""


def check_shapes(network: RoadNetwork) -> None:
    """Hold every array against the numbers of nodes and edges.

    Raises
    ------
    ValueError
        If an array has another shape than belongs to it.
    InputError
        If the speed profile is for another number of edges.
    """
    n, m = network.n_nodes, network.n_edges
    expected = (
        dict.fromkeys(NODE_ARRAYS, n)
        | dict.fromkeys(EDGE_ARRAYS, m)
        | {"indptr": n + 1, "in_indptr": n + 1, "shape_ptr": m + 1}
    )
    for key, size in expected.items():
        shape = getattr(network, key).shape
        if shape != (size,):
            raise ValueError(f"{key} has shape {shape}; ({size},) belongs to {n} nodes, {m} edges")
    profile_edges = network.profile.factor.shape[1]
    if profile_edges != m:
        raise InputError(f"the speed profile is for {profile_edges} edges, the network has {m}")


def content_hash(network: RoadNetwork) -> str:
    """Hash of all that travel depends on, the same in every process and on every platform.

    Planar coordinates are left out: they follow from longitude and latitude, to the last bit
    only with one release of PROJ.
    """
    digest = hashlib.sha256()
    for key, dtype in ARRAYS.items():
        if key not in {"x", "y"}:
            _feed(digest, key, getattr(network, key), dtype)
    _feed(digest, "period_of_hour", network.profile.period_of_hour, "i8")
    _feed(digest, "factor", network.profile.factor, "f8")
    for words in (network.class_names, network.names, (network.mode,)):
        for word in words:
            digest.update(word.encode() + b"\0")
        digest.update(b"\1")
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, key: str, array: NDArray[np.generic], dtype: str) -> None:
    digest.update(f"{key}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes())
