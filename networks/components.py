"""Parts of a network between which there is no way: which they are, and how large.

A component is a set of nodes each of which can be reached from each other (strongly connected),
over streets that are open. They are numbered from the largest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork


@dataclass(frozen=True)
class Component:
    """A part of a network.

    Parameters
    ----------
    number
        1 is the largest.
    n_nodes
        How many nodes it has.
    street
        The name that most of its streets bear, "" where none has one.
    lon, lat
        Its middle, degrees.
    """

    number: int
    n_nodes: int
    street: str
    lon: float
    lat: float

    def words(self, lang: str = "en") -> str:
        """Name for people: number, size, and where it is."""
        where = self.street or f"{self.lon:.5f}, {self.lat:.5f}"
        if lang == "zh":
            return f"第{self.number}片({self.n_nodes:,}个节点,{where}一带)"
        nodes = "node" if self.n_nodes == 1 else "nodes"
        return f"component {self.number} ({self.n_nodes:,} {nodes} around {where})"


def component_of_node(network: RoadNetwork, period: int = 0) -> NDArray[np.int64]:
    """Component of each node, from 1, the largest first; int64[n]."""
    key = ("components", period)
    if key not in network.memo:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        is_open = np.isfinite(network.edge_times_s(period))
        ends = network.tail[is_open], network.head[is_open]
        n = network.n_nodes
        graph = csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n, n))
        _, label = connected_components(graph, directed=True, connection="strong")
        _, first, inverse, size = np.unique(
            label, return_index=True, return_inverse=True, return_counts=True
        )
        place = np.empty(len(size), dtype=np.int64)
        place[np.lexsort((first, -size))] = np.arange(1, len(size) + 1)
        number = place[inverse]
        number.setflags(write=False)
        network.memo[key] = number
    found = network.memo[key]
    assert isinstance(found, np.ndarray)  # noqa: S101 - only put there above
    return found


def components_of(
    network: RoadNetwork, origin: int, destination: int, *, period: int = 0
) -> tuple[Component, Component]:
    """Name the components of two nodes; equal where each can be reached from the other.

    Raises
    ------
    IndexError
        If there is no such node or period.
    """
    number = component_of_node(network, period)
    for node in (origin, destination):
        if not 0 <= node < network.n_nodes:
            raise IndexError(f"node {node} of {network.n_nodes}")
    first, second = int(number[origin]), int(number[destination])
    start = _describe(network, number, first)
    return start, start if first == second else _describe(network, number, second)


def _describe(network: RoadNetwork, number: NDArray[np.int64], which: int) -> Component:
    inside = number == which
    names = network.name[inside[network.tail] | inside[network.head]]
    names = names[names > 0]
    street = network.names[int(np.bincount(names).argmax())] if len(names) else ""
    return Component(
        which,
        int(inside.sum()),
        street,
        float(network.lon[inside].mean()),
        float(network.lat[inside].mean()),
    )
