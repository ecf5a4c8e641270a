"""Where one may not turn: sequences of edges that must not be driven one after the other.

The rules lie beside the network that they belong to, as sequences of its directed edges: two for a
plain turn, more where a street between them counts (a U-turn over the median of a dual
carriageway). Obligatory turns are stored as bans of everything else. What could not be matched to
the streets is counted by reason and said in words: a silent loss would be a wrong route.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from networks.profile import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork

__all__ = ["TurnRules"]

_REASONS: dict[str, dict[str, str]] = {
    "not_here": {
        "en": "on streets that are not in this network",
        "zh": "涉及本路网之外的道路",
    },
    "incomplete": {"en": "without a street or a junction", "zh": "缺少道路或路口"},
    "ambiguous": {
        "en": "whose street runs through the junction",
        "zh": "道路穿过路口,无法判定方向",
    },
    "not_joined": {"en": "whose streets do not meet there", "zh": "道路与路口不相连"},
    "unknown_kind": {"en": "of an unknown kind", "zh": "类型未知"},
    "other_vehicles": {"en": "for other vehicles", "zh": "仅适用于其他车辆"},
    "at_hours": {"en": "only at some hours, left out", "zh": "仅部分时段生效,未采用"},
}


@dataclass(frozen=True, eq=False)
class TurnRules:
    """Banned sequences of directed edges, and what the source says of junctions.

    Parameters
    ----------
    n_edges
        Edges of the network that the rules belong to.
    ptr, edges
        Sequence i is ``edges[ptr[i]:ptr[i+1]]``, at least two edges, each beginning where the one
        before it ends; int64[r+1], int64[...].
    relation
        The source's id of each sequence's rule, int64[r]; one rule may ban several sequences.
    roundabout
        Whether an edge is part of a roundabout, bool[m].
    applied
        How many of the source's rules the sequences stand for.
    timed
        How many of them hold at some hours only, but are kept at all hours.
    unmatched
        How many of the source's rules were not kept, by reason.
    """

    n_edges: int
    ptr: NDArray[np.int64]
    edges: NDArray[np.int64]
    relation: NDArray[np.int64]
    roundabout: NDArray[np.bool_]
    applied: int = 0
    timed: int = 0
    unmatched: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, dtype in (("ptr", "i8"), ("edges", "i8"), ("relation", "i8"), ("roundabout", "?")):
            object.__setattr__(self, key, frozen(getattr(self, key), dtype))
        object.__setattr__(self, "unmatched", dict(self.unmatched))
        if self.roundabout.shape != (self.n_edges,):
            raise InputError(
                f"turn rules mark {len(self.roundabout)} edges as roundabouts or not, "
                f"the network has {self.n_edges}"
            )

    def __len__(self) -> int:
        """How many sequences are banned."""
        return len(self.ptr) - 1

    @classmethod
    def none(cls, network: RoadNetwork) -> TurnRules:
        """Every turn is permitted."""
        return cls.of(network, [])

    @classmethod
    def of(
        cls,
        network: RoadNetwork,
        banned: Iterable[Sequence[int]],
        *,
        relation: Iterable[int] | None = None,
        roundabout: ArrayLike | None = None,
    ) -> TurnRules:
        """Rules given as sequences of a network's edges.

        Parameters
        ----------
        network
            The streets.
        banned
            Sequences of two or more directed edges.
        relation
            An id a sequence; their numbers when not given.
        roundabout
            Mask of m booleans; no edge when not given.

        Raises
        ------
        InputError
            If a sequence has fewer than two edges, or edges that do not exist or do not meet.
        """
        rows = [tuple(int(edge) for edge in row) for row in banned]
        for number, row in enumerate(rows):
            _check(network, number, row)
        size = [len(row) for row in rows]
        ids = range(len(rows)) if relation is None else relation
        mask = np.zeros(network.n_edges, np.bool_) if roundabout is None else roundabout
        return cls(
            n_edges=network.n_edges,
            ptr=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
            edges=np.array([edge for row in rows for edge in row], dtype=np.int64),
            relation=np.array(list(ids), dtype=np.int64),
            roundabout=np.asarray(mask, dtype=np.bool_),
            applied=len(rows),
        )

    def sequences(self) -> list[tuple[int, ...]]:
        """List the banned sequences, as edges."""
        edges = self.edges.tolist()
        ptr = self.ptr.tolist()
        return [tuple(edges[a:b]) for a, b in pairwise(ptr)]

    def permit(self, route: Sequence[int]) -> bool:
        """Whether a route of consecutive edges holds no banned sequence."""
        way = tuple(int(edge) for edge in route)
        return not any(
            way[k : k + len(row)] == row
            for row in self.sequences()
            for k in range(len(way) - len(row) + 1)
        )

    def words(self, lang: str = "en") -> str:
        """Say in one or two sentences what is obeyed and what is not.

        Examples
        --------
        >>> import numpy as np
        >>> nothing = np.empty(0)
        >>> TurnRules(0, [0], [], [], nothing, applied=40, unmatched={"not_here": 4}).words()
        '40 of 44 turn restrictions are obeyed; left out: 4 on streets that are not in this
        network.'
        """
        zh = lang == "zh"
        left = {reason: count for reason, count in self.unmatched.items() if count}
        total = self.applied + sum(left.values())
        if total == 0:
            return "数据中没有转向限制。" if zh else "The source has no turn restrictions."
        parts = [f"{n} {_REASONS.get(why, {}).get(lang, why)}" for why, n in left.items()]
        if zh:
            text = f"共 {total} 条转向限制,遵守 {self.applied} 条"
            timed = f"(其中 {self.timed} 条仅部分时段生效,按全天执行)" if self.timed else ""
            rest = f";未采用:{'、'.join(parts)}" if parts else ""
            return f"{text}{timed}{rest}。"
        text = f"{self.applied} of {total} turn restrictions are obeyed"
        timed = f" ({self.timed} hold at some hours only: obeyed all day)" if self.timed else ""
        rest = f"; left out: {', '.join(parts)}" if parts else ""
        return f"{text}{timed}{rest}."


def _check(network: RoadNetwork, number: int, row: tuple[int, ...]) -> None:
    place = f"banned turn {number + 1}"
    if len(row) < 2:
        raise InputError("a banned turn has two edges or more", place=place)
    if min(row) < 0 or max(row) >= network.n_edges:
        raise InputError(f"its edges lie outside 0 to {network.n_edges - 1}", place=place)
    for first, second in pairwise(row):
        if network.head[first] != network.tail[second]:
            raise InputError(f"edge {second} does not begin where edge {first} ends", place=place)
