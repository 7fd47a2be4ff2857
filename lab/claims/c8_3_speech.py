"""8.3 It is used in speech recognition.

Which of nine men speaks (JapaneseVowels), by four convolutions over time.
Outcome: the test accuracy.
Effect: with - without, for standardised coefficients.
"""

from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.experiments.c8_3_speech import SpeechNet, standardised
from lab.measures import nll
from lab.networks import Norm
from lab.training import accuracy, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
BUDGET = {"steps": 150, "batch_size": 30}
LRS = (0.03, 0.1, 0.3, 1.0)

vowels = datasets.japanese_vowels()
INPUTS = {  # x of the training and of the test set, (N, C, T)
    "as they are": [vowels.x_train, vowels.x_test],
    "standardised": standardised(vowels.x_train, vowels.x_test),
}
held_out = np.arange(len(vowels.y_train)) % 3 == 0  # chooses the rate


def run(
    arm: str,
    seed: int,
    lr: float,
    *,
    inputs: str = "standardised",
    masked: bool = False,
    **options: Any,
) -> SpeechNet:
    """A trained network."""
    model = SpeechNet(ARMS[arm], seed, masked=masked)
    x, y = INPUTS[inputs][0][~held_out], vowels.y_train[~held_out]
    train(model, x, y, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str, inputs: str = "standardised") -> float:
    """The rate with the lowest loss on what is held out, over three other seeds."""
    x, y = INPUTS[inputs][0][held_out], vowels.y_train[held_out]

    def loss(lr: float) -> float:
        models = [run(arm, 100 + k, lr, inputs=inputs) for k in range(3)]
        return float(np.mean([nll(model, x, y) for model in models]))

    return min(LRS, key=loss)


def outcome(
    arm: str, seed: int, lr: float, *, inputs: str = "standardised", **options: Any
) -> float:
    """The test accuracy."""
    model = run(arm, seed, lr, inputs=inputs, **options)
    return accuracy(model, INPUTS[inputs][1], vowels.y_test)
