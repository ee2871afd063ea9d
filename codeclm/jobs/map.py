"""Drawing a project's map: new texts are embedded, placed among the old ones, and clusters found and named.

A job like a run, of which a project has one at a time; it asks no model but the encoder. Knows neither
how a map is looked at nor what is done with it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from codeclm import atlas
from codeclm.embed import EMBEDDER, Vectors, confirm, embed, named
from codeclm.jobs.local import Local, local
from codeclm.jobs.lock import hold
from codeclm.jobs.telling import Tell
from codeclm.records import IMPORTED
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster, MapKind, Source, label_text
from codeclm.store.vectors import text_key

MAP = "map"
"""The kind of this job, and the setting that says how the map was drawn."""
PARTS: Final = {
    "likeness": "looking for what is alike",
    "clusters": "finding clusters",
    "layout": "laying the map out",
    "words": "naming clusters by their words",
}
"""The parts of drawing, once all texts are embedded, in order; and what is said of each."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What was drawn: records on the map of the kinds asked for, those new to it, and seconds in all."""

    points: int
    placed: int
    anew: bool
    seconds: float


def draw(
    project: Path,
    kinds: Sequence[MapKind] = KINDS,
    *,
    anew: bool = False,
    model: str | None = None,
    show: Tell = lambda line: None,
) -> Mapped:
    """Bring the map up to date, with records of these kinds and of those on it already.

    `anew`: give up the old places. `model`: embed with this one from now on. CodecError: texts cannot
    be embedded, the project cannot be had, or (Stopped) it was asked to stop; then the old map stands.
    """
    began = time.monotonic()
    command = {"of": list(kinds), "anew": anew}
    stopped = "stopped; the map is as it was, and what was embedded is kept"
    with (
        Store.open(project) as store,
        hold(project, MAP),
        local(store, MAP, command, show, stopped) as job,
    ):
        if model is not None:
            confirm(model)
            store.settings.set(EMBEDDER, model)
        model = named(store)
        wanted = {*kinds, *store.maps.kinds()}
        sources = store.maps.sources(wanted, config_of(store))
        texts = list(dict.fromkeys(map(text_of, sources)))
        vectors = _vectors(store, sources, model, job)
        fixed = not anew and store.settings.get(MAP, {}).get("model") == model
        placed, drawn = _draw(store, sources, texts, vectors, model, fixed, job)
        settings = {"model": model, "texts": len(texts), "at": time.time()}
        if not drawn:
            settings["texts"] = store.settings.get(MAP, {}).get("texts", len(texts))
        store.settings.set(MAP, settings)
        job.step("draw", len(PARTS), len(PARTS))
    count = sum(source.kind in kinds for source in sources)
    return Mapped(count, placed, drawn, round(time.monotonic() - began, 3))


def config_of(store: Store) -> str:
    """The config whose instructions are on the map: the current one, else what was imported."""
    config = store.settings.config()
    return IMPORTED if config is None else config.id


def text_of(source: Source) -> str:
    """What of a record is embedded: its text; of metadata its labels."""
    return label_text(source.use_case, source.skills) if source.kind == "metadata" else source.text


def _vectors(store: Store, sources: list[Source], model: str, job: Local) -> Vectors:
    """A vector for each text; for labels, it is put together from those of the single ones."""
    first = {text_of(source): source for source in reversed(sources)}
    ordered = [first[text] for text in dict.fromkeys(map(text_of, sources))]
    parts = [labels_of(source) or [source.text] for source in ordered]
    single = list(dict.fromkeys(part for each in parts for part in each))
    rows = dict(zip(single, embed(store, single, model, job.embedding), strict=True))
    return np.array([atlas.together(np.array([rows[part] for part in each])) for each in parts], np.float32)


def labels_of(source: Source) -> list[str]:
    """The use case and skills of metadata; of anything else nothing."""
    return (
        [label for label in (source.use_case, *source.skills) if label] if source.kind == "metadata" else []
    )


def _draw(
    store: Store,
    sources: list[Source],
    texts: list[str],
    vectors: Vectors,
    model: str,
    fixed: bool,
    job: Local,
) -> tuple[int, bool]:
    """Draw and keep: how many records are new to the map, and whether no old place was kept."""

    def begins(part: str) -> None:
        job.step("draw", [*PARTS].index(part), len(PARTS), PARTS[part])

    keys = [text_key(text) for text in texts]
    before = store.maps.places()
    counts = Counter(map(text_of, sources))
    labels = {text_of(source) for source in sources if source.kind == "metadata"}
    old = np.array([before[key][:2] if key in before else (np.nan, np.nan) for key in keys], np.float32)
    found = atlas.draw(
        vectors,
        np.array([text in labels for text in texts], bool),
        np.array([counts[text] for text in texts], np.float64),
        old.reshape(-1, 2) if fixed else None,
        begins=begins,
    )
    begins("words")
    words = _words(sources, texts, found.labels.tolist(), vectors, lambda terms: embed(store, terms, model))
    numbers, clusters = _clusters(store, words, keys, found.labels.tolist(), before)
    places = {
        key: (float(x), float(y), numbers.get(label))
        for key, (x, y), label in zip(keys, found.places.tolist(), found.labels.tolist(), strict=True)
    }
    index = dict(zip(texts, keys, strict=True))
    known = store.maps.text_keys(KINDS)
    spots = [(source.kind, source.id, index[text_of(source)]) for source in sources]
    placed = sum(known.get((kind, record)) != key for kind, record, key in spots)
    store.maps.keep(places, spots, clusters)
    return placed, found.anew


def _clusters(
    store: Store,
    words: dict[int, atlas.Words],
    keys: list[bytes],
    labels: list[int],
    before: dict[bytes, tuple[float, float, int | None]],
) -> tuple[dict[int, int], list[Cluster]]:
    """Lasting numbers for the new clusters, and the clusters: one that goes on keeps its number and name."""
    old = {key.hex(): place[2] for key, place in before.items() if place[2] is not None}
    new = {key.hex(): label for key, label in zip(keys, labels, strict=True) if label >= 0}
    kept = {cluster.id: cluster for cluster in store.maps.clusters()}
    goes_on = {label: number for label, number in atlas.same(old, new).items() if number in kept}
    taken = {kept[number].name for number in goes_on.values()}
    numbers, clusters, fresh = dict[int, int](), list[Cluster](), store.maps.next_cluster()
    for label in sorted(words):
        if label in goes_on:
            was = kept[goes_on[label]]
            clusters.append(Cluster(was.id, was.name, tuple(words[label].terms), was.named))
        else:
            name = atlas.name(words[label], taken)
            taken.add(name)
            clusters.append(Cluster(fresh, name, tuple(words[label].terms)))
            fresh += 1
        numbers[label] = clusters[-1].id
    return numbers, clusters


def _words(
    sources: list[Source],
    texts: list[str],
    labels: list[int],
    vectors: Vectors,
    embedded: Callable[[list[str]], Vectors],
) -> dict[int, atlas.Words]:
    """Each cluster's words, from its records' texts and their labels, which name a topic in any language."""
    place = {text: at for at, text in enumerate(texts)}
    rows = [place[text_of(source)] for source in sources]
    return atlas.keywords(
        [source.text for source in sources],
        [labels[row] for row in rows],
        [(source.use_case, *source.skills) for source in sources],
        atlas.Meaning(vectors[rows], embedded),
    )
