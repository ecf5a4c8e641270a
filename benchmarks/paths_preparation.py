"""What making a hierarchy takes: ``python -m benchmarks.paths_preparation NETWORK``.

Run in a process of its own, so that its peak of memory is that of the work: reading a network,
ordering its nodes from nothing (no kept order), one set of travel times, and a trip.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from networks.cch.customise import customise
from networks.cch.order import elimination_order
from networks.cch.pairs import meet_nodes, new_labels
from networks.cch.topology import build_topology

if TYPE_CHECKING:
    from networks import RoadNetwork

_GIGA = 1e9


def prepare(network: RoadNetwork) -> dict[str, float]:
    """Seconds for order with topology and for a customisation, and the peak of memory so far.

    Kernels are compiled before.
    """
    small = np.arange(200, dtype=np.int32)
    ends, place = (small[:-1], small[1:]), small / 200.0
    customise(build_topology(elimination_order(200, *ends, place, place), *ends), place[1:])
    begin = perf_counter()
    order = elimination_order(network.n_nodes, network.tail, network.head, network.lon, network.lat)
    topology = build_topology(order, network.tail, network.head)
    found = {"seconds_order": perf_counter() - begin}
    begin = perf_counter()
    metric = customise(topology, network.edge_times_s(0))
    found["seconds_customise"] = perf_counter() - begin
    meet_nodes(
        topology.parent, topology.depth, *metric.up_rungs, *metric.down_rungs,
        0, network.n_nodes - 1, new_labels(topology),
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["gigabytes"] = peak * (1 if sys.platform == "darwin" else 1024) / _GIGA
    return found


def prepare_apart(network: RoadNetwork) -> dict[str, float]:
    """As :func:`prepare`, in a process of its own.

    Raises
    ------
    RuntimeError
        If that process fails; the text is what it wrote last.
    """
    packages = str(Path(__file__).resolve().parents[1])
    paths = [packages, *filter(None, [os.environ.get("PYTHONPATH")])]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.pickle"
        with file.open("wb") as stream:
            pickle.dump(network, stream, protocol=pickle.HIGHEST_PROTOCOL)
        run = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-m", "benchmarks.paths_preparation", str(file)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode != 0:
        raise RuntimeError(f"preparation failed: {run.stderr[-500:]}")
    found: dict[str, float] = json.loads(run.stdout)
    return found


def main(file: str) -> None:
    """Print the figures of a pickled network as JSON."""
    with Path(file).open("rb") as stream:
        network = pickle.load(stream)  # noqa: S301 - written by the process that started this one
    print(json.dumps(prepare(network)))


if __name__ == "__main__":
    main(sys.argv[1])
