"""Wrong implementations for problem set 2, of a fourth round."""

from tries import Try
from tries.fourth._layers import BATCHNORM_1D, changed

TRIES: list[Try] = [
    Try(
        "layer_modes",
        "train and eval set another attribute than the one that is asked for.",
        changed(
            BATCHNORM_1D,
            ("        self.training = mode\n", "        self.mode = mode\n"),
            ("        self.training = False\n", "        self.mode = False\n"),
        ),
        ("eval-does-nothing", "train-ignores-mode", "other-names"),
    ),
    Try(
        "layer_modes",
        "eval calls train without an argument.",
        changed(
            BATCHNORM_1D,
            (
                "        self.training = False\n        return self\n",
                "        return self.train()\n",
            ),
        ),
        ("eval-does-nothing", "slip-default", "slip-left-out", "slip-condition"),
    ),
    Try(
        "layer_training",
        "The batch's variance is taken about the running mean.",
        changed(
            BATCHNORM_1D,
            (
                "x, x.mean(axis=0), x.var(axis=0))",
                "x, x.mean(axis=0), ((x - self.running_mean) ** 2).mean(axis=0))",
            ),
        ),
        ("slip-operand", "running-stats-in-training", "running-variance-about-running-mean"),
    ),
    Try(
        "layer_statistics",
        "The running mean grows by the batch's share without losing any of its own.",
        changed(
            BATCHNORM_1D,
            (
                "self.running_mean = (1 - m) * self.running_mean + m",
                "self.running_mean = self.running_mean + m",
            ),
        ),
        ("old-statistics-not-decayed", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "N - 1 over N, not N over N - 1.",
        changed(
            BATCHNORM_1D,
            (
                "+ m * squares / (n - 1)",
                "+ m * x.var(axis=0) * (n - 1) / n",
            ),
        ),
        ("slip-operation", "slip-order", "slip-count", "slip-factor", "slip-brackets"),
    ),
    Try(
        "layer_statistics",
        "The update comes last, and is given the result instead of the batch.",
        changed(
            BATCHNORM_1D,
            (
                """\
        self._update(x)
        return self._normalise(x, x.mean(axis=0), x.var(axis=0))
""",
                """\
        y = self._normalise(x, x.mean(axis=0), x.var(axis=0))
        self._update(y)
        return y
""",
            ),
        ),
        ("slip-operand", "slip-order"),
    ),
    Try(
        "layer_inference",
        "Running statistics are used only where the batch has one row.",
        changed(
            BATCHNORM_1D,
            (
                """\
        if not self.training:
            return self._normalise(x, self.running_mean, self.running_var)
        if x.shape[0] == 1:
            raise ValueError("a batch of one has no variance")
        self._update(x)
""",
                """\
        if self.training:
            if len(x) == 1:
                raise ValueError("one row")
            self._update(x)
        elif len(x) == 1:
            return self._normalise(x, self.running_mean, self.running_var)
""",
            ),
        ),
        ("batch-stats-in-eval", "slip-condition"),
    ),
    Try(
        "layer_batch_of_one",
        "The number of features is looked at, not that of the rows.",
        changed(BATCHNORM_1D, ("        if x.shape[0] == 1:\n", "        if x.shape[1] == 1:\n")),
        ("no-error-for-one", "slip-axis", "count-of-features", "slip-count"),
    ),
    Try(
        "population_statistics",
        "Counts weigh the means, but the variance between the batches is not weighed.",
        """\
def population_statistics(batches):
    sizes, means, variances = [], [], []
    for batch in batches:
        sizes.append(len(batch))
        means.append(batch.mean(axis=0))
        variances.append(batch.var(axis=0))
    weights = np.array(sizes)[:, None] / sum(sizes)
    mean = (weights * np.array(means)).sum(axis=0)
    within = (weights * np.array(variances)).sum(axis=0)
    return mean, within + np.var(means, axis=0)
""",
        ("batches-weighed-equally",),
    ),
    Try(
        "population_statistics",
        "The counts are not added up: the last batch's stands for all.",
        """\
def population_statistics(batches):
    total = squares = 0
    for batch in batches:
        n = 0
        total = total + batch.sum(axis=0)
        squares = squares + (batch**2).sum(axis=0)
        n += len(batch)
    mean = total / n
    return mean, squares / n - mean**2
""",
        ("slip-count", "slip-operand", "slip-reduction", "one-pass-variance", "slip-stale"),
    ),
]
