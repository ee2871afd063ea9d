"""BERTopic's usual pipeline on vectors that are there: UMAP to 5 dimensions, HDBSCAN, c-TF-IDF.

`python tests/bench/usual_map.py VECTORS.npz OUT.npz`, in an interpreter that has requirements-bench.txt.
The settings are BERTopic's own defaults. Prints the seconds of the first and of a second pass.
"""

import json
import sys
import time

import numpy as np


def words(texts, labels):
    from sklearn.feature_extraction.text import CountVectorizer

    documents = [" ".join(np.array(texts, object)[labels == label]) for label in sorted(set(labels.tolist()))]
    counts = CountVectorizer().fit_transform(documents)
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    return counts.multiply(np.log1p(counts.sum() / counts.shape[0] / frequency)).tocsr()


def cluster(vectors, texts):
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduced = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=0
    ).fit_transform(vectors)
    labels = HDBSCAN(min_cluster_size=10, metric="euclidean", prediction_data=True).fit_predict(reduced)
    words(texts, labels)
    return labels


def main():
    with np.load(sys.argv[1], allow_pickle=True) as kept:
        vectors, texts = kept["vectors"], kept["texts"].tolist()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        labels = cluster(vectors, texts)
        seconds.append(round(time.perf_counter() - began, 2))
    np.savez(sys.argv[2], labels=labels)
    sys.stdout.write(json.dumps(seconds))


if __name__ == "__main__":
    main()
