"""How a travel model lies in arrays: what `setting` fills and `driving` and `rows` read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from networks.kernels import Scratch

# Places in `Roads.now`: the set of closed streets in force, and the first of its lines in `row_of`.
SET, FIRST_LINE = 0, 1


class Roads(NamedTuple):
    """Arrays of a travel model; what a kind does not use has length 0 or 1.

    ``lights_layer`` is 1 where times under lights are a layer of their own, else 0.
    ``times`` has a row a layer and period (layer * periods + period), with every street open;
    ``open_s`` the same with inf on the streets that are closed now, ``in_times`` that in the order
    of the backward adjacency (edge e is in place ``in_place[e]``); ``run_h[h]`` is the number of
    hours from the start of hour h of the week until the period changes (inf: never).

    Streets close and reopen at ``change_s``: from then on set ``change_set`` is closed, which is
    edges ``set_edge[set_indptr[k]:set_indptr[k+1]]``; set 0 is closed at the start. ``now`` holds
    the set in force. ``row_of`` has a line a layer and period, for each set where it is long
    enough, else only for the set in force.

    With ``hierarchy`` 1, rows come from the contraction hierarchy: arcs on which one climbs from a
    target and descends to the others, ``*_indptr`` with a row each set, layer and period, for as
    many sets as there is room; for the others rows come from plain searches.
    """

    kind: int
    periods: int
    lights_layer: int
    indptr: NDArray[np.int64]
    head: NDArray[np.int32]
    tail: NDArray[np.int32]
    reverse: NDArray[np.int32]
    in_indptr: NDArray[np.int64]
    in_other: NDArray[np.int32]
    in_times: NDArray[np.float64]
    times: NDArray[np.float64]
    open_s: NDArray[np.float64]
    length_m: NDArray[np.float64]
    period_of_hour: NDArray[np.int64]
    run_h: NDArray[np.float64]
    rows: NDArray[np.float64]
    row_of: NDArray[np.int32]
    row_key: NDArray[np.int64]
    cursor: NDArray[np.int64]
    scratch: Scratch
    seed: NDArray[np.int64]
    no_cost: NDArray[np.float64]
    all_wanted: NDArray[np.bool_]
    hierarchy: int
    rank: NDArray[np.int32]
    node_of_rank: NDArray[np.int32]
    parent: NDArray[np.int32]
    climb_indptr: NDArray[np.int64]
    climb_above: NDArray[np.int32]
    climb_s: NDArray[np.float64]
    descend_indptr: NDArray[np.int64]
    descend_above: NDArray[np.int32]
    descend_s: NDArray[np.float64]
    change_s: NDArray[np.float64]
    change_set: NDArray[np.int64]
    set_indptr: NDArray[np.int64]
    set_edge: NDArray[np.int32]
    in_place: NDArray[np.int64]
    now: NDArray[np.int64]
    label: NDArray[np.float64]
    matrix: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    acceleration: float
    cruising: float
