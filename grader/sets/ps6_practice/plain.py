"""ps6_practice's evaluation as a student might write it, in NumPy: slips are looked for in it."""

from typing import Any

import numpy as np

from ...reference import Array
from . import faults

evaluate = "evaluate"  # what a student writes is called by a driver: here, its name


class Net(faults.Net):
    def evaluate(self, _: object, x: Array, y: Array, batch_size: int) -> dict[str, Any]:
        network = self.network
        before = list(network.training)
        network.eval()
        right = 0
        count = 0
        for start in range(0, len(x), batch_size):
            a = x[start : start + batch_size]
            b = y[start : start + batch_size]
            N = len(b)
            outputs = network.forward(a)
            classes = np.argmax(outputs, axis=1)
            right = right + (classes == b).sum()
            count = count + N
        network.training = before
        return {"share": right / count, "training": sorted({*before}), "graph": False}
