"""The folder of a placement as its report reads it: manifest, tables, maps, nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cityops.report.formats import digits, plain
from cityops.report.reading import RunFolder
from networks.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from cityops.report.words import Words

__all__ = ["PlacementFolder"]

_NEEDED = ("manifest.json", "tables/points.parquet", "tables/sites.parquet")
_WAYS = {
    "nearest": {
        "mean": "pl.card.mean",
        "ways": "pl.layer.ways",
        "axis_min": "pl.cdf.axis_min",
        "axis_m": "pl.cdf.axis_m",
    },
    "assigned": {
        "mean": "pl.card.mean_assigned",
        "ways": "pl.layer.ways_assigned",
        "axis_min": "pl.cdf.axis_min_assigned",
        "axis_m": "pl.cdf.axis_m_assigned",
    },
    "direct": {
        "mean": "pl.card.mean_direct",
        "ways": "pl.layer.ways_direct",
        "axis_min": "pl.cdf.axis_min_direct",
        "axis_m": "pl.cdf.axis_m_direct",
    },
}
_NOUNS = ("toilets", "stations", "charging", "posts", "shelters", "depots", "stands", "vendors")


@dataclass(frozen=True, eq=False)
class PlacementFolder(RunFolder):
    """One placement on disk, read when asked for."""

    @classmethod
    def load(cls, folder: Path) -> PlacementFolder:
        """Open the folder of a placement.

        Raises
        ------
        InputError
            If the folder or one of the files that every placement writes is missing.
        """
        for name in _NEEDED:
            if not (folder / name).is_file():
                mend = "name a folder that `cityops optimize` has finished"
                raise InputError(f"{name} is missing", file=folder, mend=mend)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return cls(folder, manifest)

    @property
    def asked(self) -> dict[str, Any]:
        """What the manifest says of the question."""
        found: dict[str, Any] = self.manifest["question"]
        return found

    @property
    def unit(self) -> str:
        """Unit of travel: min or m."""
        return str(self.asked["unit"])

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Open sites."""
        return self._needed("sites")

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """All sites that were to choose from."""
        return self._needed("candidates")

    @cached_property
    def points(self) -> pd.DataFrame:
        """Demand points with who serves them."""
        return self._needed("points")

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Areas before and after."""
        return self._needed("areas")

    def _needed(self, name: str) -> pd.DataFrame:
        table = self.table(name)
        if table is None:
            raise InputError(f"tables/{name}.parquet is missing", file=self.folder)
        return table

    def figure(self, measure: str, limit: float | None = None) -> tuple[float, float] | None:
        """Before and after of a measure; None where the placement has none."""
        table = self._needed("before_after")
        rows = table[table["measure"] == measure]
        if limit is not None:
            rows = rows[rows["limit"] == limit]
        if rows.empty:
            return None
        return float(rows["before"].iloc[0]), float(rows["after"].iloc[0])

    # ---- in words

    @property
    def direct(self) -> bool:
        """Whether some demand goes straight to a plant, by no site."""
        flow = self.table("flow")
        if flow is not None and "plant" in flow:
            return bool((flow["plant"] >= 0).any())
        return self.table("plants") is not None and bool((self.points["site"] < 0).any())

    def words_for(self, figure: str) -> str:
        """Key of what a figure of ways is called: to the nearest, or to whom demand is given.

        Parameters
        ----------
        figure
            mean, ways, axis_min or axis_m.
        """
        if not self.asked["given"]:
            return _WAYS["nearest"][figure]
        return _WAYS["direct" if self.direct else "assigned"][figure]

    def things(self, words: Words, n: int) -> str:
        """Name of what is placed, as a sentence counts it."""
        preset = str(self.asked.get("preset") or "")
        noun = preset if preset in _NOUNS else "sites"
        return words(f"pl.{'one' if n == 1 else 'many'}.{noun}")

    def mode(self, words: Words) -> str:
        """How people or crews travel."""
        return words(f"pl.mode.{self.asked['mode']}")

    def way(self, words: Words, value: float) -> str:
        """Return a length of travel with its unit."""
        if self.unit == "m":
            text = plain(value, 0)
        else:
            text = digits(value, "min")
            text = text.removesuffix(".0") if value % 1 == 0 else text
        return text if text == "–" else words(f"pl.unit.{self.unit}", value=text)

    def limit_said(self, words: Words) -> str:
        """Say what counts as near; empty where the question has no limit."""
        limit = self.asked.get("limit")
        return "" if limit is None else self.way(words, float(limit))

    def shown(self, words: Words, value: float, unit: str) -> str:
        """Return a value of the objective, or another figure in its unit, as people read it."""
        if unit == "share":
            return digits(value, "share")
        if unit == "travel":
            return self.way(words, value)
        return plain(value, 0 if value >= 100 or value == round(value) else 2)

    def headline(self, lang: str) -> str:
        """Title of the question in a language."""
        titles = self.asked["title_zh" if lang == "zh" else "title"], self.asked["title"]
        return str(next((title for title in titles if title), self.title(lang)))

    def weight_noun(self, words: Words) -> str:
        """Return what the weight of demand counts."""
        noun = self.asked.get("weight_zh" if words.lang == "zh" else "weight")
        return str(noun or "")
