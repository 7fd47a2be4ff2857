"""A layer's conventions, found from outside."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Conventions(NamedTuple):
    """What a new layer does with its first batch in training mode.

    eps: what it adds to the variance; share: the weight of the batch in its running statistics;
    start: the running variance before; correction: a variance is divided by N - correction, in
    what it normalises with (normalises) and in what it remembers (remembers).
    """

    eps: float
    share: float
    start: float
    normalises: float
    remembers: float


def conventions(step: Callable[[Floats], tuple[Floats, Floats, Floats]]) -> Conventions:
    """Find them from outside: `step(x)` puts x (N, D) through a new layer of D features.

    It returns y (N, D), the running mean (D,) and the running variance (D,), all in float64.  The
    layer is expected to have eps inside the root, gamma 1, beta 0 and a running mean from 0.
    """
    centre, s, N = 1.0, np.array([0.25, 1.0]), 2
    y, mean, variance = step(centre + np.outer([-1, 1], s))  # biased variance s**2
    factor, eps = np.polyfit(s**2, (s / y[1]) ** 2, 1)  # y = s / sqrt(factor s**2 + eps)
    share = mean[0] / centre
    _, _, left = step(np.full((N, 2), centre))  # no variance: what is left is the start's
    remembered = (variance - left)[1] / share / s[1] ** 2
    return Conventions(
        eps=float(eps),
        share=float(share),
        start=float(left[0] / (1 - share)),
        normalises=float(N - N / factor),
        remembers=float(N - N / remembered),
    )
