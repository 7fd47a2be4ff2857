"""8.3 It is used in speech recognition.

The task here is a smaller one, speaker identification: which of nine men says two vowels
(JapaneseVowels)? What is measured is whether four convolutions over time gain by it.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lab import datasets
from lab.evidence.experiment import Experiment
from lab.networks import Norm, he
from lab.samples import Draw, Sample
from lab.training import accuracy, fit


def standardised(x_train: datasets.Floats, *others: datasets.Floats) -> list[datasets.Floats]:
    """The arrays (N, C, T), less the mean of each channel of x_train, over its deviation.

    Frames of zeros are padding: they do not count, and stay zero.
    """
    frames = x_train.swapaxes(1, 2)[(x_train != 0).any(axis=1)]  # (M, C)
    mean, std = frames.mean(axis=0)[:, None], frames.std(axis=0)[:, None]  # (C, 1)
    return [(x - mean) / std * (x != 0).any(axis=1, keepdims=True) for x in (x_train, *others)]


@lru_cache(maxsize=4)
def utterances(draw: int, *, inputs: str = "standardised", examples: int = 180) -> Draw:
    """`examples` of the 270 utterances to train on, 90 to tune with, 300 of 370 to test on.

    x (N, 12, 29), zero behind the end of an utterance; inputs "raw" or "standardised"; y (N,).
    """
    data, rng = datasets.japanese_vowels(), np.random.default_rng(draw)
    rows, test = rng.permutation(270), rng.permutation(370)[:300]
    x = [data.x_train[rows[90:][:examples]], data.x_train[rows[:90]], data.x_test[test]]
    y = [data.y_train[rows[90:][:examples]], data.y_train[rows[:90]], data.y_test[test]]
    if inputs == "standardised":
        x = standardised(*x)
    return Draw(*map(Sample, x, y))


class SpeechNet(nn.Module):
    """Convolutions over time on x (N, C, T), then a dense layer on the mean over frames.

    Frames of zeros are padding.  Each layer's outputs there are set to 0, and the mean leaves
    them out.  `norm` takes (N, C, T); with `masked`, it gets the real frames alone, as (M, C, 1).
    """

    def __init__(
        self,
        norm: Norm | None,
        seed: int,
        *,
        masked: bool = False,
        C: int = 12,
        width: int = 32,
        layers: int = 4,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.masked = masked
        self.convolutions = nn.ModuleList(
            nn.Conv1d(inputs, width, 3, padding=1, bias=norm is None)
            for inputs in (C, *[width] * (layers - 1))
        )
        self.norms = nn.ModuleList(
            nn.Identity() if norm is None else norm(width) for _ in range(layers)
        )
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


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    masked: bool = True,
    layers: int = 4,
    **options: Any,
) -> SpeechNet:
    """A trained network."""
    model = SpeechNet(ARMS[arm], seed, masked=masked, layers=layers)
    fit(model, *train, lr=lr, seed=seed, batch_size=30, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on utterances of another day."""
    return {"points": 100 * accuracy(run(arm, seed, train, **conditions), *judge)}


EXPERIMENT = Experiment(
    claims=("8.3",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one speaker in a hundred: less does not pay for a layer with two modes",
    contrast={"with": 1, "without": -1},
    trial=trial,
    draw=utterances,
    drawn_by=("inputs", "examples"),
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"steps": 150},
    settings={
        "raw coefficients": {"inputs": "raw"},
        "padding in the statistics": {"masked": False},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "two layers": {"layers": 2},
        "eight layers": {"layers": 8},
        "90 utterances": {"examples": 90},
        "50 steps": {"steps": 50},
        "three times the steps": {"steps": 450},
    },
)
