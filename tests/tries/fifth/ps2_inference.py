"""Wrong implementations for problem set 2, of a fifth round."""

from tries import Try
from tries.fourth._layers import BATCHNORM_1D, changed

TRIES: list[Try] = [
    Try(
        "layer_training",
        "In training only gamma, in inference gamma and beta.",
        changed(
            BATCHNORM_1D,
            (
                "        return self._normalise(x, x.mean(axis=0), x.var(axis=0))\n",
                "        y = self._normalise(x, x.mean(axis=0), x.var(axis=0))\n"
                "        return y - self.beta.astype(x.dtype)\n",
            ),
        ),
        ("gamma-only", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "The deviation of the batch goes into the running variance, and the biased one.",
        changed(
            BATCHNORM_1D,
            ("+ m * squares / (n - 1)", "+ m * np.std(x, axis=0)"),
        ),
        ("running-standard-deviation", "biased-running-variance", "slip-reduction", "slip-power"),
    ),
    Try(
        "layer_statistics",
        "The momentum of the running variance is squared.",
        changed(
            BATCHNORM_1D,
            (
                "self.running_var = (1 - m) * self.running_var + m * squares / (n - 1)",
                "m = m * self.momentum\n"
                "        self.running_var = (1 - m) * self.running_var + m * squares / (n - 1)",
            ),
        ),
        ("slip-power", "slip-twice", "slip-factor"),
    ),
    Try(
        "layer_inference",
        "In inference the running mean is subtracted, and the batch's mean too.",
        changed(
            BATCHNORM_1D,
            (
                "            return self._normalise(x, self.running_mean, self.running_var)\n",
                "            x = x - x.mean(axis=0)\n"
                "            return self._normalise(x, self.running_mean, self.running_var)\n",
            ),
        ),
        ("slip-twice", "slip-offset", "batch-stats-in-eval"),
    ),
    Try(
        "population_statistics",
        "The batches' means are averaged, and the rows are set against that mean.",
        """\
def population_statistics(batches):
    batches = [np.asarray(batch) for batch in batches]
    mean = np.mean([batch.mean(axis=0) for batch in batches], axis=0)
    n = sum(batch.shape[0] for batch in batches)
    total = 0.0
    for batch in batches:
        total = total + ((batch - mean) ** 2).sum(axis=0)
    return mean, total / n
""",
        ("batches-weighed-equally",),
    ),
]
