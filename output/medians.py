"""Two medians with what to make of them: the interval of a median, and the median in which employers weigh the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

N_RESAMPLES = 2_000
SEED = 20240220
"""The day of the article; any fixed number would do, so that the same pay gives the same interval."""

CONFIDENCE = 0.95


def median_interval(values: Numbers) -> tuple[float, float]:
    """The 95 % percentile-bootstrap interval of the median of at least one value, whatever their order.

    A resample's median needs no resample: of ``n`` values drawn with replacement, the k-th smallest is the value at
    rank ``floor(n * u)``, where ``u`` is the k-th smallest of ``n`` uniform numbers, which follows a beta
    distribution (Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982, section 10.3).
    """
    ordered = np.sort(values)
    lower, upper = _ranks_of_medians(len(ordered))
    medians = (ordered[lower] + ordered[upper]) / 2
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(medians, [tail, 1 - tail])
    return float(low), float(high)


@lru_cache(maxsize=256)
def _ranks_of_medians(n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Ranks (from 0) of the two middle values of each resample of n values; the same one twice where n is odd."""
    random = np.random.default_rng([SEED, n])
    middle = (n + 1) // 2
    u = random.beta(middle, n + 1 - middle, N_RESAMPLES)
    lower = np.minimum((u * n).astype(np.intp), n - 1)
    if n % 2:
        return lower, lower
    u_next = u + (1 - u) * random.beta(1, n - middle, N_RESAMPLES)
    return lower, np.minimum((u_next * n).astype(np.intp), n - 1)


def weighted_median(values: Numbers, weights: Numbers) -> float:
    """The value with half of the weight on either side; midway between two where the half falls between them."""
    order = np.argsort(values, kind="stable")
    ordered, below = values[order], np.cumsum(weights[order])
    half = below[-1] / 2
    first = int(np.searchsorted(below, half * (1 - 1e-12)))
    is_between = abs(below[first] - half) <= 1e-12 * half and first + 1 < len(ordered)
    return float((ordered[first] + ordered[first + 1]) / 2 if is_between else ordered[first])


def median_by_employer(values: Numbers, employers: npt.NDArray[np.int64]) -> float:
    """Median of the values in which every employer weighs the same; a negative number stands for itself alone."""
    weights = np.ones(len(values))
    known = employers >= 0
    _, inverse, counts = np.unique(employers[known], return_inverse=True, return_counts=True)
    weights[known] = 1 / counts[inverse]
    return weighted_median(values, weights)
