"""Wrong implementations for problem set 2, of a third round."""

from tries import Try
from tries.third._layers import BATCHNORM_1D, changed

TRIES: list[Try] = [
    Try(
        "layer_modes",
        "eval() calls train(), and forgets to say False.",
        changed(
            BATCHNORM_1D,
            ("        self.training = False\n        return self", "        return self.train()"),
        ),
        ("eval-does-nothing", "slip-left-out", "slip-default", "slip-number"),
    ),
    Try(
        "layer_training",
        "The variance is the running one, the mean that of the batch.",
        changed(
            BATCHNORM_1D,
            ("x, x.mean(axis=0), x.var(axis=0))", "x, x.mean(axis=0), self.running_var)"),
        ),
        ("running-stats-in-training", "slip-operand"),
    ),
    Try(
        "layer_statistics",
        "The update is written, but forward does not call it yet.",
        changed(BATCHNORM_1D, ("        self._update(x)\n", "")),
        ("never-updated", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "momentum weighs the old mean, and the variance is right.",
        changed(
            BATCHNORM_1D,
            (
                "(1 - m) * self.running_mean + m * x.mean(axis=0)",
                "m * self.running_mean + (1 - m) * x.mean(axis=0)",
            ),
        ),
        ("momentum-inverted", "slip-order"),
    ),
    Try(
        "layer_statistics",
        "The running variance is that of the normalised batch.",
        changed(
            BATCHNORM_1D,
            (
                "        squares = ((x - x.mean(axis=0)) ** 2)",
                "        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + self.eps)\n"
                "        squares = ((x_hat - x_hat.mean(axis=0)) ** 2)",
            ),
        ),
        ("slip-operand", "slip-order", "slip-twice"),
    ),
    Try(
        "layer_statistics",
        "N / (N - 1) multiplies the old running variance too.",
        changed(
            BATCHNORM_1D,
            (
                "(1 - m) * self.running_var + m * squares / (n - 1)",
                "((1 - m) * self.running_var + m * squares / n) * n / (n - 1)",
            ),
        ),
        ("slip-brackets",),
    ),
    Try(
        "layer_inference",
        "In inference eps is added to the root.",
        changed(
            BATCHNORM_1D,
            (
                "            return self._normalise(x, self.running_mean, self.running_var)",
                "            std = np.sqrt(self.running_var) + self.eps\n"
                "            x_hat = (x - self.running_mean) / std\n"
                "            return (self.gamma * x_hat + self.beta).astype(x.dtype)",
            ),
        ),
        ("eval-eps-outside-sqrt", "slip-brackets"),
    ),
    Try(
        "layer_inference",
        "Inference is not written yet: it returns x.",
        changed(
            BATCHNORM_1D,
            (
                "            return self._normalise(x, self.running_mean, self.running_var)",
                "            return x",
            ),
        ),
        (),
    ),
    Try(
        "layer_batch_of_one",
        "The number of features is looked at, not that of the rows.",
        changed(BATCHNORM_1D, ("if x.shape[0] == 1", "if x.shape[1] == 1")),
        ("no-error-for-one", "slip-axis", "slip-condition", "slip-operand", "slip-count"),
    ),
    Try(
        "population_statistics",
        "The mean of the batch means is squared and taken from the mean of squares.",
        """\
def population_statistics(batches):
    rows, total, squares, means = 0, 0.0, 0.0, []
    for batch in batches:
        rows += len(batch)
        total = total + batch.sum(axis=0)
        squares = squares + (batch**2).sum(axis=0)
        means.append(batch.mean(axis=0))
    return total / rows, squares / rows - np.mean(means, axis=0) ** 2
""",
        ("slip-operand", "batches-weighed-equally", "one-pass-variance", "slip-reduction"),
    ),
]
