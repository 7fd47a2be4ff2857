"""7.2 It can be combined with dropout."""

import numpy as np
import pytest

from lab.claims.c7_2_dropout import digits, run, x_train
from lab.measures import variance_ratios
from lab.training import accuracy, recalibrate


def test_with_dropout() -> None:
    """Does dropout before a norm shrink what it meets in inference, and dropout at the end not?"""
    everywhere = run("both", 0, 0.1, steps=150)
    last = run("both, dropout last", 0, 0.4, steps=150)
    first, second, third = variance_ratios(everywhere, x_train)
    assert first == pytest.approx(1, abs=0.05)
    assert third < second < 0.75
    assert variance_ratios(last, x_train) == pytest.approx(np.ones(3), abs=0.06)
    mended = recalibrate(everywhere, x_train)
    assert variance_ratios(mended, x_train) == pytest.approx(np.ones(3), abs=0.02)
    test = digits.x_test, digits.y_test
    assert accuracy(everywhere, *test) < accuracy(last, *test)
