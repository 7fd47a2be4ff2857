"""Wrong implementations for problem set 2, of a second round."""

from tries import Try
from tries.second._layers import BATCHNORM_1D, changed

TRIES: list[Try] = [
    Try(
        "layer_modes",
        "running_var starts at 0, as the mean does, and eval() returns nothing.",
        changed(
            BATCHNORM_1D,
            ("self.running_var = np.ones", "self.running_var = np.zeros"),
            ("        return self.train(False)", "        self.training = False"),
        ),
        ("starts-at-zero-variance", "mode-returns-nothing"),
    ),
    Try(
        "layer_training",
        "The variance is taken of x / N: the sum of squares is divided by N squared.",
        changed(
            BATCHNORM_1D,
            ("((x - mu) ** 2).mean(axis=0)", "((x - mu) ** 2).mean(axis=0) / x.shape[0]"),
        ),
        ("slip-count", "slip-twice", "slip-factor"),
    ),
    Try(
        "layer_training",
        "gamma multiplies after beta was added.",
        changed(
            BATCHNORM_1D,
            ("(normed * self.gamma + self.beta)", "((normed + self.beta) * self.gamma)"),
        ),
        ("shift-before-scale", "slip-brackets"),
    ),
    Try(
        "layer_statistics",
        "The running mean forgets nothing: the old one is not weighed.",
        changed(
            BATCHNORM_1D,
            (
                "self.running_mean = self.running_mean * (1 - self.momentum) + mu",
                "self.running_mean = self.running_mean + mu",
            ),
        ),
        ("old-statistics-not-decayed", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "The correction is the wrong way round: (N - 1) / N.",
        changed(BATCHNORM_1D, ("var * n / (n - 1)", "var * (n - 1) / n")),
        ("slip-order", "slip-operation", "slip-count"),
    ),
    Try(
        "layer_statistics",
        "The running variance takes its step with momentum squared.",
        changed(BATCHNORM_1D, ("new_var * self.momentum", "new_var * self.momentum**2")),
        ("slip-power", "slip-twice"),
    ),
    Try(
        "layer_inference",
        "The running mean is divided by the momentum.",
        changed(
            BATCHNORM_1D,
            (
                "mu, var = self.running_mean, self.running_var",
                "mu, var = self.running_mean / (1 - self.momentum), self.running_var",
            ),
        ),
        ("slip-factor", "bias-corrected", "slip-twice"),
    ),
    Try(
        "population_statistics",
        "The variance is the mean of squares, the mean is not taken away.",
        """\
def population_statistics(batches):
    n, s, q = 0, 0.0, 0.0
    for b in batches:
        n += b.shape[0]
        s = s + b.sum(axis=0)
        q = q + (b**2).sum(axis=0)
    return s / n, q / n
""",
        ("mean-of-squares", "slip-left-out"),
    ),
    Try(
        "population_statistics",
        "The squares of the means are averaged without weights.",
        """\
def population_statistics(batches):
    means, variances = [], []
    for b in batches:
        means.append(b.mean(0))
        variances.append(b.var(0))
    mean = np.mean(means, axis=0)
    return mean, np.mean(variances, axis=0) + np.var(means, axis=0)
""",
        ("batches-weighed-equally",),
    ),
]
