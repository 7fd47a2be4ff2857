"""8.2 It is used in natural language processing.

What is measured is whether a network gains by it that names the next letter of a surname from the
eight before it (Bengio et al. 2003): five hidden layers with tanh, on 1,000 names,
eight times over.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.evidence.experiment import Experiment
from lab.letters import windows
from lab.measures import nll
from lab.networks import Norm, mlp
from lab.samples import Draw, Sample
from lab.training import fit

ARMS: dict[str, Norm | None] = {
    "no norm": None,
    "batch norm": nn.BatchNorm1d,
    "layer norm": nn.LayerNorm,
}
GUESS = float(np.log(27))  # nats of who guesses


@lru_cache(maxsize=4)
def letters(draw: int, *, examples: int = 2000, window: int = 8) -> Draw:
    """The letters of `examples` names to train on, of 500 to tune with, of 1,000 to test on.

    x (M, window) are the letters before, y (M,) the letter; int64.
    """
    names, rng = datasets.surnames(), np.random.default_rng(draw)
    train = rng.permutation(names.train)[: examples + 500]
    test = rng.permutation(names.test)[:1000]
    parts = train[:examples], train[examples:], test
    return Draw(*(Sample(*windows(part, window)) for part in parts))


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    layers: int = 5,
    activation: type[nn.Module] = nn.Tanh,
    spread: float = 1.0,
    **options: Any,
) -> nn.Sequential:
    """A trained network: from (N, window) letters to logits (N, 27).

    The letters' ten numbers each have a deviation of `spread` at the start.
    """
    widths = (train.x.shape[1] * 10, *[100] * layers, 27)
    dense = mlp(widths, activation, ARMS[arm], seed)
    letter = nn.Embedding(27, 10)
    nn.init.normal_(letter.weight, std=spread)
    model = nn.Sequential(letter, nn.Flatten(), *dense)
    fit(model, *train, lr=lr, seed=seed, batch_size=128, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Nats for a letter of an unseen name.

    Who does worse than to guess, or gives no numbers any more, counts as guessing.
    """
    nats = nll(run(arm, seed, train, **conditions), *judge)
    return {"nats": nats if nats < GUESS else GUESS}


EXPERIMENT = Experiment(
    claims=("8.2",),
    outcome="nats",
    unit="nats a letter",
    matters=0.02,
    because="2 % fewer letters to choose from at each place, what twice the names give or less",
    contrast={"no norm": 1, "batch norm": -1},
    others=("layer norm",),
    trial=trial,
    best="lowest",
    draw=letters,
    drawn_by=("examples", "window"),
    grid={"lr": (0.04, 0.1, 0.25, 0.6, 1.5)},  # there are two valleys
    conditions={"examples": 1000, "steps": 500},
    settings={
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "ReLU": {"activation": nn.ReLU},
        "small embedding": {"spread": 0.1},
        "two layers": {"layers": 2},
        "ten layers": {"layers": 10},
        "window of three": {"window": 3},
        "4,000 names": {"examples": 4000},
        "three times the steps": {"steps": 1500},
    },
)
