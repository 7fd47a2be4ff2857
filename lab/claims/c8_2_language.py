"""8.2 It is used in natural language processing.

The next letter of a surname from the eight letters before it (Bengio et al. 2003).
Outcome: the negative log likelihood of a letter of a test name, in nats.
Effect: no norm - batch norm.
"""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lab import datasets
from lab.letters import ALPHABET, windows
from lab.measures import nll
from lab.networks import Norm, mlp
from lab.training import TUNING_SEED, train

ARMS: dict[str, Norm | None] = {
    "no norm": None,
    "batch norm": nn.BatchNorm1d,
    "layer norm": nn.LayerNorm,
}
BUDGET = {"steps": 600, "batch_size": 128}
LRS = (0.1, 0.3, 1.0)
WINDOW = 8
HELD_OUT = 5_000  # letters of the training names that choose the rate

names, rng = datasets.surnames(), np.random.default_rng(0)
letters = windows(rng.permutation(names.train)[:20_000], WINDOW)  # seen (M, 8), follows (M,)
test = windows(rng.permutation(names.test)[:2_000], WINDOW)


def network(arm: str, seed: int) -> nn.Sequential:
    """Five hidden tanh layers on the embedded letters of a window.

    From (N, window) int64 to logits (N, 27). Each hidden layer has its norm before its tanh.
    """
    dense = mlp((WINDOW * 10, *[100] * 5, 27), nn.Tanh, ARMS[arm], seed)
    return nn.Sequential(nn.Embedding(27, 10), nn.Flatten(), *dense)


def run(
    arm: str, seed: int, lr: float, *, rows: slice = slice(None), **options: Any
) -> nn.Sequential:
    """A network that was trained on these rows of the letters."""
    model = network(arm, seed)
    seen, follows = letters.seen[rows], letters.follows[rows]
    train(model, seen, follows, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str) -> float:
    """The rate with the lowest cost of letters that are kept out of that training."""

    def cost(lr: float) -> float:
        model = run(arm, TUNING_SEED, lr, rows=slice(None, -HELD_OUT))
        return nll(model, letters.seen[-HELD_OUT:], letters.follows[-HELD_OUT:])

    return min(LRS, key=cost)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """Nats for a letter of a test name."""
    return nll(run(arm, seed, lr, **options), *test)


def sample(model: nn.Module, rng: np.random.Generator, *, training: bool = False) -> str:
    """A name that the model writes, letter by letter, in inference mode unless `training`.

    It ends with the first dot, or after 20 letters.
    """
    model.train(training)
    written = [0] * WINDOW
    while len(written) < WINDOW + 20:
        with torch.no_grad():
            p = F.softmax(model(torch.tensor([written[-WINDOW:]]))[0].double(), dim=0).numpy()
        letter = int(rng.choice(27, p=p / p.sum()))
        if letter == 0:
            break
        written.append(letter)
    return "".join(ALPHABET[letter] for letter in written[WINDOW:])
