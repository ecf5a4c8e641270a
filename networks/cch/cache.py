"""Elimination orders kept on disk, by what they depend on.

An order takes longest of all that a hierarchy needs, and depends on nodes and streets only, not on
travel times. What is kept is the order alone: whatever a file holds, if every node is in it once
the answers are exact, so a foreign or damaged file can cost time and nothing else. Files are
written under a name of their own and then renamed, so that runs at the same time do not disturb
each other; a folder that cannot be used is noted in the log and otherwise not missed.

The folder is ``CITYOPS_CACHE``, or else ``cityops`` in the user's cache.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.cch.order import VERSION, elimination_order
from networks.cch.topology import Topology, build_topology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork

WORTH_KEEPING = 10_000
"""Nodes from which an order is kept; smaller ones are made in the time it takes to read one."""

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Folder of kept orders; it need not exist."""
    named = os.environ.get("CITYOPS_CACHE")
    if named:
        return Path(named)
    beside = os.environ.get("XDG_CACHE_HOME")
    return (Path(beside) if beside else Path("~/.cache").expanduser()) / "cityops"


def topology_of(network: RoadNetwork) -> Topology:
    """Hierarchy of a network, its order from the cache if it is there."""
    order: NDArray[np.int32] | None = None
    file: Path | None = None
    if network.n_nodes >= WORTH_KEEPING:
        file = cache_folder() / f"order-{_fingerprint(network)}.npy"
        order = _read(file, network.n_nodes)
    if order is None:
        order = elimination_order(
            network.n_nodes, network.tail, network.head, network.lon, network.lat
        )
        if file is not None:
            _write(file, order)
    return build_topology(order, network.tail, network.head)


def _fingerprint(network: RoadNetwork) -> str:
    digest = hashlib.sha256(f"order {VERSION} {network.n_nodes} {network.n_edges} ".encode())
    for array, kind in (
        (network.tail, "<i4"), (network.head, "<i4"), (network.lon, "<f8"), (network.lat, "<f8"),
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
    return digest.hexdigest()[:40]


def _read(file: Path, n_nodes: int) -> NDArray[np.int32] | None:
    """Order in a file; None where there is none, or what is there is not an order."""
    try:
        order = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as fault:
        _log.warning("kept order %s cannot be read and is made again: %s", file, fault)
        return None
    if not _is_order(order, n_nodes):
        _log.warning("kept order %s is damaged and is made again", file)
        return None
    return np.ascontiguousarray(order, dtype=np.int32)


def _is_order(order: object, n_nodes: int) -> bool:
    if not isinstance(order, np.ndarray) or order.shape != (n_nodes,) or order.dtype.kind != "i":
        return False
    if order.min() < 0 or order.max() >= n_nodes:
        return False
    return bool((np.bincount(order, minlength=n_nodes) == 1).all())


def _write(file: Path, order: NDArray[np.int32]) -> None:
    partial: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=file.stem, suffix=".partial", dir=file.parent)
        partial = Path(name)
        with os.fdopen(number, "wb") as stream:
            np.save(stream, order.astype("<i4"), allow_pickle=False)
        partial.replace(file)
    except OSError as fault:
        _log.warning("order is not kept: %s", fault)
        if partial is not None:
            partial.unlink(missing_ok=True)
