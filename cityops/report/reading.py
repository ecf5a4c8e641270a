"""A run folder as the report reads it: the manifest, the tables, the maps, nothing else."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cityops.report.words import TEXTS
from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from cityops.report.words import Words
    from networks.projection import Projection

NEEDED = ("manifest.json", "tables/summary.parquet")
CUT = 5e-4  # what an interval may lack at 0 or 1 before it is said


class Estimate(NamedTuple):
    """A measure over the replications: mean, interval (NaN if there is none), their number."""

    mean: float
    low: float
    high: float
    n: int
    unit: str


@dataclass(frozen=True, eq=False)
class RunFolder:
    """One finished run on disk, read when asked for.

    Parameters
    ----------
    folder
        Where it lies.
    manifest
        What `manifest.json` holds.
    """

    folder: Path
    manifest: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> RunFolder:
        """Open a run folder.

        Raises
        ------
        InputError
            If the folder or one of the files that every run writes is missing or unreadable.
        """
        if not folder.is_dir():
            raise InputError("there is no such run folder", file=folder, mend="name a finished run")
        for name in NEEDED:
            if not (folder / name).is_file():
                mend = "name a folder that `cityops run` has finished"
                raise InputError(f"{name} is missing", file=folder, mend=mend)
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except ValueError as error:
            mend = "run the scenario again"
            message = f"not readable as JSON: {error}"
            raise InputError(message, file=folder / "manifest.json", mend=mend) from error
        return cls(folder, manifest)

    def table(self, name: str) -> pd.DataFrame | None:
        """Table of a name, or None if the run did not write it."""
        import pandas as pd

        path = self.folder / "tables" / f"{name}.parquet"
        return pd.read_parquet(path) if path.is_file() else None

    def features(self, name: str) -> list[dict[str, Any]]:
        """Features of a map layer, none if the run did not write it."""
        path = self.folder / "maps" / f"{name}.geojson"
        if not path.is_file():
            return []
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
        return found

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """The resolved scenario, empty if the run did not write it."""
        path = self.folder / "scenario.toml"
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """measure, by, group, unit, n, mean, low, high, half_width; groups as text."""
        table = self.table("summary")
        if table is None:
            raise InputError("tables/summary.parquet is missing", file=self.folder)
        return table.assign(group=table["group"].astype(str))

    @cached_property
    def responses(self) -> pd.DataFrame | None:
        """Responses of replication 0, one row a need."""
        return self.table("responses")

    @cached_property
    def tracks(self) -> pd.DataFrame | None:
        """Where the units of replication 0 were, for the playback."""
        return self.table("tracks")

    @cached_property
    def units(self) -> pd.DataFrame | None:
        """unit, name, type, station, lon, lat."""
        return self.table("units")

    def _about(self, key: str) -> Any:  # noqa: ANN401 - whatever the scenario's author wrote
        """Entry of the scenario's head, from the manifest or from the scenario file."""
        for head in (self.manifest.get("scenario"), self.scenario.get("scenario")):
            if isinstance(head, dict) and head.get(key) not in (None, ""):
                return head[key]
        return self.manifest.get(key)

    @property
    def service(self) -> str:
        """What was simulated; a run that does not say is one of dispatch."""
        return str(self.manifest.get("service") or "dispatch")

    @property
    def name(self) -> str:
        """The scenario's short name."""
        return str(self._about("name") or self.folder.name)

    def title(self, lang: str) -> str:
        """Return the scenario's title in a language, else in the other, else its name."""
        return str(
            (self._about("title_zh") if lang == "zh" else None)
            or self._about("title")
            or self._about("title_zh")
            or self.name
        )

    def question(self, lang: str) -> str:
        """Return the question that the scenario asks, empty if it asks none."""
        asked = (self._about("question_zh") if lang == "zh" else None) or self._about("question")
        return str(asked or self._about("question_zh") or "")

    def title_of(self, table: str, key: str, lang: str) -> str:
        """Title of an incident class or a unit type in a language, else its key."""
        entries = self.scenario.get(table)
        entry = entries.get(key) if isinstance(entries, dict) else None
        if not isinstance(entry, dict):
            return key
        chinese = entry.get("title_zh") if lang == "zh" else None
        return str(chinese or entry.get("title") or key)

    @property
    def synthetic(self) -> bool:
        """Whether the district is made up."""
        return bool(self._about("synthetic"))

    @property
    def level(self) -> float:
        """Confidence level of the intervals."""
        return float(self.manifest.get("level") or 0.95)

    @property
    def reps(self) -> int:
        """Number of replications that the summary holds."""
        return int(self.summary["n"].max()) if len(self.summary) else 0

    @property
    def recorded(self) -> bool:
        """Whether the incidents are those of a record, the same in every replication."""
        record = self.scenario.get("record")
        return bool(self.manifest.get("recorded") or (isinstance(record, dict) and record))

    def cut_short(self, measures: Sequence[str]) -> bool:
        """Whether an interval of these measures would reach beyond what their unit allows."""
        rows = self.summary[self.summary["measure"].isin(measures)]
        if "half_width" not in rows.columns:
            return False
        for row in rows[["mean", "half_width", "unit"]].to_dict("records"):
            least, most = bounds(str(row["unit"]))
            mean, width = float(row["mean"]), float(row["half_width"])
            if mean - width < least - CUT or mean + width > most + CUT:
                return True
        return False

    @property
    def week_start_s(self) -> float:
        """Second of the week at which the run's clock starts."""
        return float(self.manifest.get("week_start_s") or 0.0)

    @property
    def warmup_s(self) -> float:
        """Seconds that are left out of the measures."""
        return float(self.manifest.get("warmup_s") or 0.0)

    @property
    def measured_s(self) -> float:
        """Seconds that the measures are about."""
        return max(float(self.manifest.get("horizon_s") or 0.0) - self.warmup_s, 1.0)

    @property
    def network(self) -> dict[str, Any]:
        """What the manifest says about the streets."""
        found = self.manifest.get("network")
        return found if isinstance(found, dict) else {}

    def credit(self, words: Words) -> str:
        """Whose map data the streets are; that of generated streets in the reader's language."""
        stated = str(self.network.get("attribution") or "")
        return words("synthetic_streets") if stated == TEXTS["synthetic_streets"][0] else stated

    def unit_titles(self, lang: str) -> dict[str, str]:
        """Names of the units as people read them: a type's key in a name gives way to its title."""
        units = self.units
        if units is None:
            return {}
        found = {}
        for name, kind in zip(units["name"].astype(str), units["type"].astype(str), strict=True):
            rest = name.removeprefix(f"{kind} ")
            title = self.title_of("unit_type", kind, lang)
            found[name] = name if rest == name else f"{title} {rest}"
        return found

    @cached_property
    def plane(self) -> Projection:
        """The local metres of the run's network.

        The manifest says where their centre is; an older one is answered by the middle of the
        streets' ends, which are the network's nodes.
        """
        import numpy as np

        from networks.projection import Projection

        stated = self.network.get("projection")
        if isinstance(stated, dict) and "lon0" in stated and "lat0" in stated:
            return Projection(float(stated["lon0"]), float(stated["lat0"]))
        ends = [
            point
            for feature in self.features("streets")
            for line in lines_of(feature["geometry"])
            for point in (line[0], line[-1])
        ]
        if not ends:
            for name in ("stations", "areas", "responses"):
                places = self.table(name)
                if places is not None and len(places) and "lon" in places:
                    return Projection.centred_on(places["lon"].dropna(), places["lat"].dropna())
            return Projection(0.0, 0.0)
        lonlat = np.array([point[:2] for point in ends], dtype=np.float64)
        return Projection.centred_on(lonlat[:, 0], lonlat[:, 1])

    def estimate(self, measure: str, by: str = "all", group: str | None = None) -> Estimate | None:
        """One measure of one group, or None if the run does not have it."""
        rows = self.rows(measure, by)
        if group is not None:
            rows = rows[rows["group"] == group]
        if rows.empty:
            return None
        row = rows.iloc[0]
        least, most = bounds(str(row["unit"]))
        return Estimate(
            float(row["mean"]),
            max(float(row["low"]), least),
            min(float(row["high"]), most),
            int(row["n"]),
            str(row["unit"]),
        )

    def rows(self, measure: str, by: str) -> pd.DataFrame:
        """All groups of one measure, in the order of the summary."""
        table = self.summary
        return table[(table["measure"] == measure) & (table["by"] == by)]

    def first_responses(self) -> pd.DataFrame | None:
        """First arrival at each measured incident of replication 0, with its minutes."""
        responses = self.responses
        if responses is None or responses.empty:
            return None
        kept = responses[(responses["time_s"] >= self.warmup_s) & responses["response_s"].notna()]
        kept = kept.sort_values("response_s", kind="stable").drop_duplicates("incident")
        return kept.assign(minutes=kept["response_s"] / 60.0)


def bounds(unit: str) -> tuple[float, float]:
    """Least and greatest value that a unit allows: an interval does not reach beyond them."""
    return (0.0, 1.0) if unit == "share" else (0.0, float("inf"))


def lines_of(geometry: dict[str, Any] | None) -> list[list[list[float]]]:
    """Lines of a GeoJSON line or lines; none of anything else."""
    if not geometry:
        return []
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]] if geometry["coordinates"] else []
    if geometry["type"] == "MultiLineString":
        return [line for line in geometry["coordinates"] if line]
    return []


def rings_of(geometry: dict[str, Any] | None) -> list[list[list[float]]]:
    """Rings, outer and inner, of a GeoJSON polygon or polygons; none of anything else."""
    if not geometry:
        return []
    if geometry["type"] == "Polygon":
        return [ring for ring in geometry["coordinates"] if ring]
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon if ring]
    return []
