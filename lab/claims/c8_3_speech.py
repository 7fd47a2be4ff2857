"""8.3 It is used in speech recognition.

Which of nine men speaks (JapaneseVowels), by four convolutions over time.
Outcome: the test accuracy.
Effect: with - without, for standardised coefficients.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lab import datasets
from lab.measures import nll
from lab.networks import Norm, he
from lab.training import accuracy, train


def standardised(x_train: datasets.Floats, *others: datasets.Floats) -> list[datasets.Floats]:
    """The arrays (N, C, T), less the mean of each channel of x_train, over its deviation.

    Frames of zeros are padding: they do not count, and stay zero.
    """
    frames = x_train.swapaxes(1, 2)[(x_train != 0).any(axis=1)]  # (M, C)
    mean, std = frames.mean(axis=0)[:, None], frames.std(axis=0)[:, None]  # (C, 1)
    return [(x - mean) / std * (x != 0).any(axis=1, keepdims=True) for x in (x_train, *others)]


class SpeechNet(nn.Module):
    """Four convolutions over time on x (N, C, T), then a dense layer on the mean over frames.

    Frames of zeros are padding.  Each layer's outputs there are set to 0, and the mean leaves
    them out.  `norm` takes (N, C, T); with `masked`, it gets the real frames alone, as (M, C, 1).
    """

    def __init__(
        self, norm: Norm | None, seed: int, *, masked: bool = False, C: int = 12, width: int = 32
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.masked = masked
        self.convolutions = nn.ModuleList(
            nn.Conv1d(inputs, width, 3, padding=1, bias=norm is None)
            for inputs in (C, width, width, width)
        )
        self.norms = nn.ModuleList(nn.Identity() if norm is None else norm(width) for _ in range(4))
        self.out = nn.Linear(width, 9)
        he(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 9) of the speakers."""
        real = (x != 0).any(dim=1)  # (N, T)
        for convolve, norm in zip(self.convolutions, self.norms, strict=True):
            x = convolve(x)  # (N, width, T)
            if self.masked:
                frames = norm(x.transpose(1, 2)[real].unsqueeze(2)).squeeze(2)  # (M, width)
                x = (
                    torch.zeros_like(x.transpose(1, 2))
                    .masked_scatter(real.unsqueeze(2), frames)
                    .transpose(1, 2)
                )
            else:
                x = norm(x)
            x = torch.relu(x) * real.unsqueeze(1)
        return self.out(x.sum(dim=2) / real.sum(dim=1, keepdim=True))  # type: ignore[no-any-return]


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
