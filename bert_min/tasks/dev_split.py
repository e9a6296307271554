"""A share of the training set, set aside to judge by."""

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


def choose_rows(groups: Int, strata: Int, share: float, seed: int) -> NDArray[np.bool_]:
    """Choose examples to set aside, spread evenly over the strata.

    Args:
        groups: (N,) number of the group of each example, 0 to G - 1; a group stays together.
        strata: (G,) stratum of each group, such as the label of a text.
        share: How much of the groups to choose, between 0 and 1, both excluded.
        seed: Decides which.

    Returns:
        (N,) whether an example is chosen; some are and some are not.

    Raises:
        ValueError: The share is none, or there are fewer than two groups.

    Example:
        >>> choose_rows(np.arange(6), np.array([0, 0, 0, 0, 1, 1]), 0.5, 0).sum()
        np.int64(3)
    """
    count = len(strata)
    if not 0 < share < 1:
        raise ValueError(f"the share to judge by must lie between 0 and 1, got {share}")
    if count < 2:
        raise ValueError(
            "without a development file the training file needs at least 2 examples (texts, "
            f"sentences or documents, passages), one of them to judge by, got {count}"
        )
    order = np.random.default_rng([seed, 2]).permutation(count)
    order = order[np.argsort(strata[order], kind="stable")]
    wanted = min(max(round(count * share), 1), count - 1)
    chosen = np.zeros(count, bool)
    chosen[order[(np.arange(wanted) * count + count // 2) // wanted]] = True
    found: NDArray[np.bool_] = chosen[groups]
    return found
