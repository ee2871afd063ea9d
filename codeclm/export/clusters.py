"""Which cluster of the map a record is in, by name. Knows nothing of how the map was drawn."""

from __future__ import annotations

from codeclm.errors import UsageError
from codeclm.store import Store
from codeclm.store.maps import MapKind

NONE = "(no cluster)"


def clusters_of(store: Store, kind: MapKind) -> dict[str, str]:
    """The cluster's name by record id, for what is on the map. UsageError: the map is not drawn of such."""
    names = {cluster.id: cluster.name or f"cluster {cluster.id}" for cluster in store.maps.clusters()}
    points = store.maps.points((kind,), None)
    if not names or not points:
        raise UsageError(f"clusters: the map has no {kind} yet; draw it first, with map --of {kind}")
    return {point.id: NONE if point.cluster is None else names.get(point.cluster, NONE) for point in points}
