"""Wrong implementations for problem set 2, of a seventh round."""

from tries import Try
from tries.seventh._layers import layer

TRIES: list[Try] = [
    Try(
        "layer_modes",
        "train() ignores its argument, and eval() returns nothing.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = True
        return self

    def eval(self):
        self.training = False

    def forward(self, x):
        pass

    def __call__(self, x):
        return self.forward(x)
""",
        ("train-ignores-mode", "mode-returns-nothing"),
    ),
    Try(
        "layer_training",
        "The batch is centred with the running mean, and scaled by its own variance.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if x.shape[0] < 2:
                raise ValueError("need at least two rows")
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            var = x.var(axis=0)
        else:
            var = self.running_var
        xhat = (x - self.running_mean) / np.sqrt(var + self.eps)
        return (self.gamma * xhat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("running-stats-in-training", "slip-operand"),
    ),
    Try(
        "layer_training",
        "gamma multiplies the shifted values, and one unbiased variance serves for both.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if self.training and len(x) == 1:
            raise ValueError("one row")
        if self.training:
            mu, var = x.mean(0), x.var(0, ddof=1)
            self.running_mean += self.momentum * (mu - self.running_mean)
            self.running_var += self.momentum * (var - self.running_var)
        else:
            mu, var = self.running_mean, self.running_var
        y = self.gamma * ((x - mu) / np.sqrt(var + self.eps) + self.beta)
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("shift-before-scale", "unbiased-normalise", "slip-brackets", "slip-count"),
    ),
    Try(
        "layer_statistics",
        "The running variance takes the variance of what was already normalised.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if not self.training:
            z = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
            return (z * self.gamma + self.beta).astype(x.dtype)
        if len(x) == 1:
            raise ValueError("batch of one")
        mean = x.mean(axis=0)
        z = (x - mean) / np.sqrt(x.var(axis=0) + self.eps)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * z.var(
            axis=0, ddof=1
        )
        return (z * self.gamma + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-operand", "slip-order"),
    ),
    Try(
        "layer_statistics",
        "For the variance alone the weights are the wrong way round.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones((num_features,))
        self.beta = np.zeros((num_features,))
        self.running_mean = np.zeros((num_features,))
        self.running_var = np.ones((num_features,))
        self.training = True

    def train(self, mode=True):
        self.training = bool(mode)
        return self

    def eval(self):
        return self.train(mode=False)

    def _update(self, mu, x):
        N = x.shape[0]
        unbiased = np.sum((x - mu) ** 2, axis=0) / (N - 1)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
        self.running_var = self.momentum * self.running_var + (1 - self.momentum) * unbiased

    def forward(self, x):
        mu, var = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("no variance")
            mu = np.mean(x, axis=0)
            var = np.mean((x - mu) ** 2, axis=0)
            self._update(mu, x)
        return ((x - mu) / np.sqrt(var + self.eps) * self.gamma + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("momentum-inverted", "slip-order"),
    ),
    Try(
        "layer_statistics",
        "The correction is upside down: (N - 1) / N.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.running_var = np.ones(num_features), np.ones(num_features)
        self.beta, self.running_mean = np.zeros(num_features), np.zeros(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        N = x.shape[0]
        if self.training:
            if N == 1:
                raise ValueError
            mu = x.mean(axis=0)
            var = ((x - mu) ** 2).mean(axis=0)
            a = self.momentum
            self.running_mean = (1 - a) * self.running_mean + a * mu
            self.running_var = (1 - a) * self.running_var + a * var * (N - 1) / N
        else:
            mu, var = self.running_mean, self.running_var
        out = self.gamma * (x - mu) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-order", "slip-factor", "slip-count", "slip-operation"),
    ),
    Try(
        "layer_inference",
        "eval() works out scale and shift once, and forward uses them from then on.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        if not mode:
            return self.eval()
        self.training = True
        return self

    def eval(self):
        self.training = False
        self.scale = self.gamma / np.sqrt(self.running_var + self.eps)
        self.shift = self.beta - self.running_mean * self.scale
        return self

    def forward(self, x):
        if not self.training:
            return (x * self.scale + self.shift).astype(x.dtype)
        if len(x) == 1:
            raise ValueError("too small")
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
        unbiased = x.var(axis=0, ddof=1)
        self.running_var = self.running_var + self.momentum * (unbiased - self.running_var)
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (x_hat * self.gamma + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("stale-statistics", "slip-stale"),
    ),
    Try(
        "layer_inference",
        "In inference the mean is that of the layer, but the variance is that of the batch.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        var = x.var(axis=0)
        if self.training:
            if len(x) == 1:
                raise ValueError("needs more than one row")
            mean = x.mean(axis=0)
            keep = 1 - self.momentum
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * np.var(x, 0, ddof=1)
        else:
            mean = self.running_mean
        xhat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * xhat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("batch-stats-in-eval", "slip-operand"),
    ),
    Try(
        "layer_batch_of_one",
        "Only an array of one axis is refused.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if self.training:
            if x.ndim == 1:
                raise ValueError("a batch of one")
            mean = x.mean(axis=0)
            var = x.var(axis=0)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
            self.running_var = 0.9 * self.running_var + 0.1 * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("no-error-for-one",),
    ),
    Try(
        "population_statistics",
        "The batches' means and variances are averaged, each batch alike.",
        """\
def population_statistics(batches):
    means, variances = [], []
    for batch in batches:
        means.append(batch.mean(axis=0))
        variances.append(batch.var(axis=0))
    return np.stack(means).mean(axis=0), np.stack(variances).mean(axis=0)
""",
        ("batches-weighed-equally", "between-batch-variance-missing"),
    ),
    Try(
        "population_statistics",
        "Two groups are merged with the wrong weight between them.",
        """\
def population_statistics(batches):
    count, mean, m2 = 0, 0.0, 0.0
    for b in batches:
        n, mu = len(b), b.mean(axis=0)
        delta = mu - mean
        total = count + n
        m2 = m2 + ((b - mu) ** 2).sum(axis=0) + delta**2 * n
        mean = mean + delta * n / total
        count = total
    return mean, m2 / count
""",
        ("slip-left-out", "slip-factor", "slip-count", "slip-operand"),
    ),
    Try(
        "population_statistics",
        "The last batch's mean is used for all distances.",
        """\
def population_statistics(batches):
    rows = []
    for batch in batches:
        rows.extend(batch)
        mean = batch.mean(axis=0)
    rows = np.array(rows)
    variance = ((rows - mean) ** 2).mean(axis=0)
    return rows.mean(axis=0), variance
""",
        ("slip-operand", "last-batch-only", "slip-stale"),
    ),
    Try(
        "layer_training",
        "var + eps ** 0.5: the root is of eps alone.",
        layer("""\
        if self.training:
            if len(x) == 1:
                raise ValueError("batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / (var + self.eps**0.5)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("slip-brackets", "slip-power", "divides-by-variance", "eps-misplaced"),
    ),
    Try(
        "layer_statistics",
        "N / N - 1 without brackets.",
        layer("""\
        N = x.shape[0]
        if self.training:
            if N < 2:
                raise ValueError("batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * (var * N / N - 1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("slip-brackets", "slip-offset", "biased-running-variance"),
    ),
    Try(
        "layer_statistics",
        "The update is 1 - momentum times the old value for both, and nothing weighs the new.",
        layer("""\
        if self.training:
            if len(x) == 1:
                raise ValueError("batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + mean
            self.running_var = (1 - self.momentum) * self.running_var + x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("slip-left-out", "slip-factor"),
    ),
    Try(
        "layer_statistics",
        "The running mean moves first, and the variance is taken about it, divided by N - 1.",
        layer("""\
        if self.training:
            if len(x) == 1:
                raise ValueError("batch of one")
            mean = x.mean(axis=0)
            var = x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            spread = ((x - self.running_mean) ** 2).sum(axis=0) / (len(x) - 1)
            self.running_var = (1 - m) * self.running_var + m * spread
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("running-variance-about-running-mean", "slip-operand", "slip-order"),
    ),
    Try(
        "layer_inference",
        "In inference running_var is taken for a deviation, and gamma is not used.",
        layer("""\
        if not self.training:
            return ((x - self.running_mean) / self.running_var + self.beta).astype(x.dtype)
        if len(x) == 1:
            raise ValueError("batch of one")
        mean, var = x.mean(axis=0), x.var(axis=0)
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("eval-divides-by-variance", "eval-beta-only", "eval-eps-missing"),
    ),
    Try(
        "population_statistics",
        "The first batch is taken to see how many features there are, and never comes again.",
        """\
def population_statistics(batches):
    it = iter(batches)
    D = next(it).shape[1]
    total, squares, n = np.zeros(D), np.zeros(D), 0
    rows = []
    for b in it:
        rows.append(b)
        total += b.sum(axis=0)
        n += len(b)
    mean = total / n
    for b in rows:
        squares += ((b - mean) ** 2).sum(axis=0)
    return mean, squares / n
""",
        ("rows-lost", "batches-left-out", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "0.1 is written into the update, and the biased variance goes in.",
        layer("""\
        if self.training:
            if len(x) == 1:
                raise ValueError("batch of one")
            mean, var = np.mean(x, axis=0), np.var(x, axis=0)
            self.running_mean = self.running_mean * 0.9 + mean * 0.1
            self.running_var = self.running_var * 0.9 + var * 0.1
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("momentum-fixed", "biased-running-variance"),
    ),
    Try(
        "layer_training",
        "The deviation has ddof=1 and no eps.",
        layer("""\
        if self.training:
            if len(x) == 1:
                raise ValueError("batch of one")
            mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * std**2
        else:
            mean, std = self.running_mean, np.sqrt(self.running_var + self.eps)
        return (self.gamma * (x - mean) / std + self.beta).astype(x.dtype)
"""),
        ("unbiased-normalise", "eps-missing"),
    ),
    Try(
        "layer_inference",
        "The statistics move before the mode is looked at.",
        layer("""\
        mean, var = x.mean(axis=0), x.var(axis=0)
        m, N = self.momentum, len(x)
        if N > 1:
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * N / (N - 1)
        if self.training and N == 1:
            raise ValueError("batch of one")
        if not self.training:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""),
        ("updated-in-eval",),
    ),
    Try(
        "population_statistics",
        "All distances are from the mean of the batches' means.",
        """\
def population_statistics(batches):
    kept = [np.asarray(b) for b in batches]
    mean = np.mean([b.mean(axis=0) for b in kept], axis=0)
    total = sum(len(b) for b in kept)
    var = sum(((b - mean) ** 2).sum(axis=0) for b in kept) / total
    return mean, var
""",
        ("batches-weighed-equally",),
    ),
]
