"""1.1 Batch normalisation speeds up training."""

import numpy as np

from lab.claims.c1_1_figure_one import run
from lab.measures import steps_to


def test_it_speeds_up_training() -> None:
    """Is a sigmoid network with it first at 80 %, and behind later, each started and tuned well?"""
    needed, late = {}, {}
    for arm, gain in (("without", 4), ("with", 1)):  # as the page finds
        history = run(arm, 0, 1.0, gain, steps=400)
        needed[arm], late[arm] = steps_to(history, 0.8), np.mean(history.accuracy[-10:])
    assert needed["with"] < 0.6 * needed["without"] < 100
    assert late["with"] < late["without"]
