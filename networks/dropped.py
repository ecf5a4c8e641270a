"""What a reader did not keep, in words and kilometres: a silent loss would be a wrong answer."""

from __future__ import annotations

from dataclasses import dataclass

_REASONS: dict[str, dict[str, str]] = {
    "not_connected": {
        "en": "not in the largest part in which every place reaches every other",
        "zh": "不在最大的双向连通部分内",
    },
    "no_access": {"en": "closed to this mode", "zh": "不允许该方式通行"},
    "missing_nodes": {"en": "cut off at the extract's border", "zh": "在数据边界处被截断"},
    "loop": {"en": "starting and ending at one place", "zh": "起止于同一点的环路"},
    "parallel": {"en": "slower twins of a street", "zh": "较慢的重复路段"},
    "no_length": {"en": "without length", "zh": "长度为零"},
}


@dataclass(frozen=True)
class DroppedPart:
    """Streets left out for one reason.

    Parameters
    ----------
    reason
        A short code: ``not_connected``, ``no_access``, ``missing_nodes``, ``loop``, ``parallel``,
        ``no_length``, or any other, which is then shown as it stands.
    nodes, edges
        How many; edges are directed.
    km
        Length of the directed edges.
    """

    reason: str
    nodes: int = 0
    edges: int = 0
    km: float = 0.0


@dataclass(frozen=True)
class DroppedReport:
    """All that was left out when a network was built.

    Parameters
    ----------
    parts
        One entry a reason.
    kept_km
        Length of the directed edges that were kept.
    """

    parts: tuple[DroppedPart, ...] = ()
    kept_km: float = 0.0

    @property
    def nodes(self) -> int:
        """Nodes left out."""
        return sum(part.nodes for part in self.parts)

    @property
    def edges(self) -> int:
        """Directed edges left out."""
        return sum(part.edges for part in self.parts)

    @property
    def km(self) -> float:
        """Kilometres of directed edges left out."""
        return float(sum(part.km for part in self.parts))

    def words(self, lang: str = "en") -> str:
        """Say it in one sentence.

        Examples
        --------
        >>> report = DroppedReport((DroppedPart("not_connected", 3, 5, 1.25),), kept_km=98.75)
        >>> report.words()
        'Left out 1.2 km of 100.0 km, each direction counted (5 edges, 3 nodes): 1.2 km not in the
        largest part in which every place reaches every other.'
        """
        parts = [part for part in self.parts if part.edges or part.nodes]
        if not parts:
            return "没有舍弃任何路段。" if lang == "zh" else "Nothing was left out."
        total = self.kept_km + self.km
        if lang == "zh":
            # full-width marks, written as escapes: ( ) , : ; look like them
            open_, close, comma, colon = "\uff08", "\uff09", "\uff0c", "\uff1a"
            reasons = "\uff1b".join(f"{_reason(p, lang)} {_km(p)} 公里" for p in parts)
            return (
                f"舍弃 {self.km:.1f} 公里{open_}双向分别计{comma}共 {total:.1f} 公里{comma}"
                f"{self.edges} 条边、{self.nodes} 个节点{close}{colon}{reasons}。"
            )
        reasons = ", ".join(f"{_km(p)} km {_reason(p, lang)}" for p in parts)
        return (
            f"Left out {self.km:.1f} km of {total:.1f} km, each direction counted "
            f"({self.edges} edges, {self.nodes} nodes): {reasons}."
        )


def _km(part: DroppedPart) -> str:
    """Kilometres to one decimal; more where that would be 0, as it is for a street without any."""
    if round(part.km, 1) > 0:
        return f"{part.km:.1f}"
    return f"{part.km:.3f}" if round(part.km, 3) > 0 else "0"


def _reason(part: DroppedPart, lang: str) -> str:
    return _REASONS.get(part.reason, {}).get("zh" if lang == "zh" else "en", part.reason)
