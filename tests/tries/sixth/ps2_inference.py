"""Wrong implementations for problem set 2, of a sixth round."""

from tries import Try


def layer(init: str = "", forward: str = "", train: str = "", eval: str = "") -> str:
    """A right layer in one student's style, with other lines where they are given."""

    def lines(text: str) -> str:
        return "".join(f"        {line}\n" for line in text.strip("\n").splitlines())

    init = (
        init
        or """
self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
self.eps, self.momentum, self.training = eps, momentum, True
"""
    )
    forward = (
        forward
        or """
if self.training:
    if x.shape[0] < 2:
        raise ValueError("one example has no variance")
    mu, var = x.mean(axis=0), x.var(axis=0)
    n = x.shape[0]
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
else:
    mu, var = self.running_mean, self.running_var
x_hat = (x - mu) / np.sqrt(var + self.eps)
return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""
    )
    return (
        "class BatchNorm1d:\n"
        "    def __init__(self, num_features, eps=1e-5, momentum=0.1):\n"
        f"{lines(init)}"
        "    def train(self, mode=True):\n"
        f"{lines(train or 'self.training = mode' + chr(10) + 'return self')}"
        "    def eval(self):\n"
        f"{lines(eval or 'return self.train(False)')}"
        "    def forward(self, x):\n"
        f"{lines(forward)}"
        "    def __call__(self, x):\n"
        "        return self.forward(x)\n"
    )


TRIES: list[Try] = [
    Try(
        "layer_modes",
        "The mode is kept under a name of its own, and training stays True.",
        layer(
            train='self.mode = "train" if mode else "eval"\nreturn self',
            eval='self.mode = "eval"\nreturn self',
        ),
        ("eval-does-nothing", "train-ignores-mode"),
    ),
    Try(
        "layer_modes",
        "The first statistics are rows, (1, D).",
        layer(
            init="""
self.eps, self.momentum = eps, momentum
self.training = True
self.gamma = np.ones(num_features)
self.beta = np.zeros(num_features)
self.running_mean = np.zeros((1, num_features))
self.running_var = np.ones((1, num_features))
"""
        ),
        ("statistics-shape",),
    ),
    Try(
        "layer_training",
        "The variance is one number for the batch.",
        layer(
            forward="""
if not self.training:
    y = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
    return (self.gamma * y + self.beta).astype(x.dtype)
if len(x) == 1:
    raise ValueError("one example has no variance")
mean = x.mean(axis=0)
centred = x - mean
variance = np.mean(centred**2)
self.running_mean += self.momentum * (mean - self.running_mean)
self.running_var += self.momentum * (x.var(axis=0, ddof=1) - self.running_var)
return (self.gamma * centred / np.sqrt(variance + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("scalar-variance", "slip-axis"),
    ),
    Try(
        "layer_training",
        "The unbiased variance, meant for the memory, normalises too.",
        layer(
            forward="""
if self.training:
    if len(x) == 1:
        raise ValueError("one example has no variance")
    mean = np.mean(x, axis=0)
    var = np.sum((x - mean) ** 2, axis=0) / (len(x) - 1)
    self.running_mean = self.momentum * mean + (1 - self.momentum) * self.running_mean
    self.running_var = self.momentum * var + (1 - self.momentum) * self.running_var
else:
    mean, var = self.running_mean, self.running_var
out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
return out.astype(x.dtype)
"""
        ),
        ("unbiased-normalise",),
    ),
    Try(
        "layer_statistics",
        "The running variance is weighed the other way round than the mean.",
        layer(
            forward="""
m = self.momentum
if self.training:
    N = len(x)
    if N == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(0), x.var(0)
    self.running_mean = (1 - m) * self.running_mean + m * mean
    self.running_var = m * self.running_var + (1 - m) * var * N / (N - 1)
else:
    mean, var = self.running_mean, self.running_var
y = (x - mean) / np.sqrt(var + self.eps)
return (y * self.gamma + self.beta).astype(x.dtype)
"""
        ),
        ("momentum-inverted",),
    ),
    Try(
        "layer_statistics",
        "The unbiased variance is corrected by (N + 1) / N.",
        layer(
            forward="""
if self.training:
    n = len(x)
    if n == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    a = self.momentum
    self.running_mean = (1 - a) * self.running_mean + a * mean
    self.running_var = (1 - a) * self.running_var + a * var * (n + 1) / n
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("slip-count", "slip-sign", "slip-offset", "slip-operation"),
    ),
    Try(
        "layer_statistics",
        "The old value is multiplied by momentum too, instead of 1 - momentum.",
        layer(
            forward="""
if self.training:
    n = x.shape[0]
    if n == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.running_mean = self.momentum * (self.running_mean + mean)
    self.running_var = self.momentum * (self.running_var + var * n / (n - 1))
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("slip-left-out", "slip-operand", "slip-brackets", "slip-sign", "momentum-inverted"),
    ),
    Try(
        "layer_statistics",
        "The class keeps the sum of all means and divides by the number of batches.",
        layer(
            init="""
self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
self.eps, self.momentum, self.training = eps, momentum, True
self.sums, self.count = [0, 0], 0
""",
            forward="""
if self.training:
    if len(x) == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.count += 1
    self.sums[0] = self.sums[0] + mean
    self.sums[1] = self.sums[1] + x.var(axis=0, ddof=1)
    self.running_mean = self.sums[0] / self.count
    self.running_var = self.sums[1] / self.count
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
""",
        ),
        ("cumulative-average",),
    ),
    Try(
        "layer_inference",
        "In inference eps is outside the root and beta is lost.",
        layer(
            forward="""
if self.training:
    n = len(x)
    if n == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
    return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
x_hat = (x - self.running_mean) / (np.sqrt(self.running_var) + self.eps)
return (self.gamma * x_hat).astype(x.dtype)
"""
        ),
        ("eval-eps-outside-sqrt", "eps-outside-sqrt", "eval-gamma-only", "gamma-only"),
    ),
    Try(
        "layer_inference",
        "In inference the mean is that of the batch, the variance the running one.",
        layer(
            forward="""
mean = x.mean(axis=0)
if self.training:
    n = len(x)
    if n == 1:
        raise ValueError("one example has no variance")
    var = x.var(axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
else:
    var = self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("batch-stats-in-eval",),
    ),
    Try(
        "layer_inference",
        "In inference the root is taken twice.",
        layer(
            forward="""
if self.training:
    if len(x) == 1:
        raise ValueError("one example has no variance")
    mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + self.eps)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    self.running_var *= 1 - self.momentum
    self.running_var += self.momentum * x.var(axis=0, ddof=1)
else:
    mean, std = self.running_mean, np.sqrt(np.sqrt(self.running_var + self.eps))
return (self.gamma * (x - mean) / std + self.beta).astype(x.dtype)
"""
        ),
        ("slip-twice", "slip-power"),
    ),
    Try(
        "layer_batch_of_one",
        "The number of features is asked for, not that of examples.",
        layer(
            forward="""
if self.training:
    if x.shape[1] == 1:
        raise ValueError("one example has no variance")
    n = len(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    self.running_var = (1 - self.momentum) * self.running_var
    self.running_var += self.momentum * var * n / max(n - 1, 1)
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("count-of-features", "no-error-for-one", "slip-count", "slip-operand"),
    ),
    Try(
        "layer_batch_of_one",
        "The mean is remembered before the batch is refused.",
        layer(
            forward="""
if self.training:
    n = len(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    if n == 1:
        raise ValueError("one example has no variance")
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("updates-before-error",),
    ),
    Try(
        "population_statistics",
        "Sums of squares about each batch's own mean are added up and divided by all rows.",
        """\
def population_statistics(batches):
    total, squares, rows = 0, 0, 0
    for batch in batches:
        total = total + batch.sum(axis=0)
        squares = squares + ((batch - batch.mean(axis=0)) ** 2).sum(axis=0)
        rows += len(batch)
    return total / rows, squares / rows
""",
        ("between-batch-variance-missing",),
    ),
    Try(
        "population_statistics",
        "The mean of all rows is right, the variance is taken over all features.",
        """\
def population_statistics(batches):
    rows = np.concatenate(list(batches))
    mean = rows.mean(axis=0)
    return mean, ((rows - mean) ** 2).mean() * np.ones_like(mean)
""",
        ("scalar-variance", "slip-axis"),
    ),
    Try(
        "population_statistics",
        "Weighed by rows, but the square of the distance of the means is left out.",
        """\
def population_statistics(batches):
    n, mean, var = 0, 0.0, 0.0
    for b in batches:
        k = len(b)
        d = b.mean(axis=0) - mean
        mean = mean + d * k / (n + k)
        var = (n * var + k * b.var(axis=0) + d * n * k / (n + k)) / (n + k)
        n += k
    return mean, var
""",
        ("slip-left-out", "slip-power"),
    ),
    Try(
        "layer_training",
        "The batch is centred by its mean, and divided by the deviation of all values.",
        layer(
            forward="""
if self.training:
    if len(x) < 2:
        raise ValueError("one example has no variance")
    mu = x.mean(axis=0)
    sigma = x.std()
    n = len(x)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
    self.running_var *= 1 - self.momentum
    self.running_var += self.momentum * x.var(axis=0) * n / (n - 1)
    x_hat = (x - mu) / np.sqrt(sigma**2 + self.eps)
else:
    x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""
        ),
        ("scalar-variance", "slip-axis"),
    ),
    Try(
        "layer_statistics",
        "The running mean takes the median of the batch.",
        layer(
            forward="""
if self.training:
    n = len(x)
    if n == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    middle = np.median(x, axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * middle
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
else:
    mean, var = self.running_mean, self.running_var
return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
"""
        ),
        ("slip-reduction",),
    ),
    Try(
        "layer_inference",
        "In inference the variance divides, without a root.",
        layer(
            forward="""
if self.training:
    n = len(x)
    if n == 1:
        raise ValueError("one example has no variance")
    mean, var = x.mean(axis=0), x.var(axis=0)
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
    return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)
x_hat = (x - self.running_mean) / (self.running_var + self.eps)
return (self.gamma * x_hat + self.beta).astype(x.dtype)
"""
        ),
        ("eval-divides-by-variance", "divides-by-variance", "slip-power"),
    ),
    Try(
        "population_statistics",
        "The mean is that of the batches' means.",
        """\
def population_statistics(batches):
    batches = list(batches)
    means = np.array([b.mean(axis=0) for b in batches])
    rows = np.vstack(batches)
    mean = means.mean(axis=0)
    return mean, ((rows - mean) ** 2).mean(axis=0)
""",
        ("batches-weighed-equally",),
    ),
]
