"""7.4 Adding normalisation layers calls for a look at the performance."""

import numpy as np
import pytest

from lab.claims.c7_4_monitoring import ARMS, digits, run
from lab.measures import variance_ratios
from lab.training import accuracy, recalibrate

TEST = digits.x_test, digits.y_test


def test_what_the_training_loss_does_not_show() -> None:
    """Are the losses the same to the last bit, and the accuracies in inference not?"""
    losses, scores, mended = [], [], []
    for arm in ARMS:
        model, history, _ = run(arm, 0, steps=150)
        losses.append(history.loss)
        scores.append(accuracy(model, *TEST))
        mended.append(accuracy(recalibrate(model, digits.x_train), *TEST))
    assert losses[0] == losses[1]
    assert scores[1] < scores[0] - 0.03
    assert mended[1] == pytest.approx(mended[0], abs=0.005)


def test_new_statistics_for_changed_data() -> None:
    """Do dark pictures hurt, and do statistics from them bring the accuracy back?"""
    model = run("healthy", 0, steps=120).model
    dark = np.float32(0.3) * digits.x_test
    usual = accuracy(model, *TEST)
    assert accuracy(model, dark, digits.y_test) < usual - 0.05
    assert variance_ratios(model, dark)[0] < 0.15
    assert accuracy(recalibrate(model, dark), dark, digits.y_test) > usual - 0.02
