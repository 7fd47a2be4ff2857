"""ps7_capstone's training as a student might write it, in NumPy: slips are looked for in it."""

from typing import Any

import numpy as np

from ...reference import Array
from .._network import cross_entropy
from ..ps6_practice import faults

train = "train"  # what a student writes is called by a driver: here, its name


class Net(faults.Net):
    def learn(self, _: object, x: Array, y: Array, lr: float) -> tuple[list[float], Any]:
        network = self.network
        network.train()
        losses: list[float] = []
        total = 0.0
        rate = lr
        for a, b in zip(x, y, strict=True):
            N = len(a)
            outputs = network.forward(a)
            loss, dy = cross_entropy(outputs, b)
            network.move(network.gradients(dy), rate)
            rate = 1.0 * rate
            total = total + loss
            average = total / (len(losses) + 1)
            losses.append(loss)
        return losses, {k: np.asarray(v, np.float32) for k, v in network.values.items()}
