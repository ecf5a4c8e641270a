"""GraphML as OSMnx saves it (``ox.save_graphml``), read without OSMnx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.errors import InputError
from networks.readers.files import existing_file
from networks.readers.nx import from_networkx
from networks.readers.osm import OSM_ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from networks.network import RoadNetwork
    from networks.speeds import SpeedTable

__all__ = ["read_graphml"]


def read_graphml(
    path: str | PathLike[str],
    *,
    mode: str | None = None,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int | None = None,
    attribution: str = OSM_ATTRIBUTION,
) -> RoadNetwork:
    """Read a GraphML file with OSMnx's attributes.

    Parameters
    ----------
    path
        The file.
    mode, speeds, crs
        As for :func:`networks.from_networkx`.
    attribution
        The line that must accompany the streets.

    Raises
    ------
    InputError
        If the file is no GraphML, or its graph is no street network.
    """
    from xml.etree.ElementTree import ParseError

    import networkx as nx

    place = existing_file(path, (".graphml", ".graphml.gz", ".xml"))
    try:
        graph = nx.read_graphml(place, force_multigraph=True)
    except (ParseError, nx.NetworkXError, OSError, ValueError, KeyError) as error:
        raise InputError(
            f"it cannot be read as GraphML ({error})",
            file=place,
            mend="save it again with osmnx.save_graphml",
        ) from error
    return from_networkx(
        graph, mode=mode, speeds=speeds, crs=crs, attribution=attribution, file=place
    )
