"""Duties of legal ads that none of the article's definitions covers, in clusters: what the article may lack.

Needs scikit-learn, which the extra ``train`` installs; the other reports do without.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from output.columns import DUTY_CANDIDATES
from output.frames import one_row_a_job, typed
from taggers.reading import NO_ROLE

MAX_DUTIES = 20_000
"""Different duties that are clustered: the most frequent ones."""

DUTIES_A_CLUSTER = 12
MIN_JOBS = 3
"""A cluster of fewer jobs is one employer's habit, and is left out."""

N_TERMS = 6
SEED = 20240220


def uncovered_duties(postings: pd.DataFrame, duties: pd.DataFrame) -> pd.DataFrame:
    """Duties without definition, of distinct jobs that have a role or whose title claims one.

    postings: columns of ``postings.csv``; duties: ``posting_id duty definitions`` of ``duties.csv``. Returns
    ``posting_id company duty``.
    """
    jobs = one_row_a_job(postings)
    is_legal = (jobs["role"].fillna(NO_ROLE) != NO_ROLE) | jobs["title_role"].notna()
    without = duties[duties["definitions"].fillna("") == ""]
    return without[["posting_id", "duty"]].merge(jobs.loc[is_legal, ["posting_id", "company"]], on="posting_id")


def duty_candidates(uncovered: pd.DataFrame) -> pd.DataFrame:
    """Clusters of ``uncovered_duties``, the one with most jobs first: TF-IDF of words and word pairs, k-means.

    Raises ModuleNotFoundError where scikit-learn is not installed.
    """
    words = uncovered.assign(plain=uncovered["duty"].str.lower().str.split().str.join(" "))
    frequent = words["plain"].value_counts().reset_index().sort_values(["count", "plain"], ascending=[False, True])
    texts = frequent["plain"].head(MAX_DUTIES)
    if len(texts) < 2 * DUTIES_A_CLUSTER:
        return typed(pd.DataFrame(columns=DUTY_CANDIDATES.names), DUTY_CANDIDATES)
    labels, terms, distances = _clustered(texts.to_list())
    clustered = pd.DataFrame({"plain": texts, "label": labels, "distance": distances})
    rows = _described(words.merge(clustered, on="plain"), terms)
    return typed(rows, DUTY_CANDIDATES)[DUTY_CANDIDATES.names]


def _clustered(texts: list[str]) -> tuple[npt.NDArray[np.int64], list[str], npt.NDArray[np.float64]]:
    """Cluster of each text, the marking terms of each cluster, the distance of each text to its cluster's middle."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import TfidfVectorizer
    from threadpoolctl import threadpool_limits

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, stop_words="english", sublinear_tf=True)
    with threadpool_limits(1):  # sums of floats come out the same on every machine
        vectors = vectorizer.fit_transform(texts)
        n_clusters = max(2, min(60, len(texts) // DUTIES_A_CLUSTER))
        model: Any = MiniBatchKMeans(n_clusters, random_state=SEED, n_init=3, batch_size=2048).fit(vectors)
        distances = model.transform(vectors).min(axis=1)
    names = vectorizer.get_feature_names_out()
    strongest = np.argsort(-model.cluster_centers_, axis=1, kind="stable")[:, :N_TERMS]
    return model.labels_, ["; ".join(names[columns]) for columns in strongest], distances


def _described(duties: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    """One row a cluster of enough jobs; the duty nearest to its middle stands for it."""
    nearest = duties.sort_values(["distance", "plain", "posting_id"]).drop_duplicates("label").set_index("label")
    grouped = duties.groupby("label")
    rows = pd.DataFrame(
        {
            "duties": grouped.size(),
            "postings": grouped["posting_id"].nunique(),
            "employers": grouped["company"].nunique(),
            "example": nearest["duty"],
            "example_posting_id": nearest["posting_id"],
        }
    )
    rows = rows.assign(terms=[terms[label] for label in rows.index])
    rows = rows[rows["postings"] >= MIN_JOBS].sort_values(["postings", "terms"], ascending=[False, True])
    return rows.assign(candidate_no=range(1, len(rows) + 1)).reset_index(drop=True)
