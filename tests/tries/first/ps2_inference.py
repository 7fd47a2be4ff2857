"""Wrong implementations for problem set 2."""

from tries import Try

TRIES: list[Try] = [
    # layer_modes
    Try(
        "layer_modes",
        "eval() returns nothing.",
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
        self.training = False

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.shape[0] == 1:
                raise ValueError("need more than one example")
            mean, var = x.mean(0), x.var(0)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (x.var(0, ddof=1) - self.running_var)
        return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("mode-returns-nothing", "returns-nothing", "slip-left-out"),
    ),
    Try(
        "layer_modes",
        "train() sets training mode whatever it is told.",
        """\
class BatchNorm1d:
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.D = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(self.D)
        self.beta = np.zeros(self.D)
        self.running_mean = np.zeros(self.D)
        self.running_var = np.ones(self.D)
        self.training = True

    def train(self, mode: bool = True):
        self.training = True
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if self.training:
            N = len(x)
            if N < 2:
                raise ValueError("a batch of one")
            mu = x.sum(axis=0) / N
            squares = ((x - mu) ** 2).sum(axis=0)
            var = squares / N
            m = self.momentum
            self.running_mean = m * mu + (1 - m) * self.running_mean
            self.running_var = m * squares / (N - 1) + (1 - m) * self.running_var
        else:
            mu, var = self.running_mean, self.running_var
        x_hat = (x - mu) / np.sqrt(var + self.eps)
        return (x_hat * self.gamma + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("train-ignores-mode", "slip-fixed", "slip-condition"),
    ),
    Try(
        "layer_modes",
        "A new layer is in inference mode.",
        """\
class BatchNorm1d:
    training = False

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(mode=False)

    def forward(self, x):
        if not self.training:
            scale = self.gamma / np.sqrt(self.running_var + self.eps)
            return ((x - self.running_mean) * scale + self.beta).astype(x.dtype)
        if len(x) == 1:
            raise ValueError
        mean, variance = x.mean(axis=0), x.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (x.var(axis=0, ddof=1) - self.running_var)
        scale = self.gamma / np.sqrt(variance + self.eps)
        return ((x - mean) * scale + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("starts-in-inference", "slip-default"),
    ),
    Try(
        "layer_modes",
        "The running variance starts at 0, as in CS231n.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.zeros(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("starts-at-zero-variance", "slip-number"),
    ),
    Try(
        "layer_modes",
        "eval() turns the mode round, and a second eval() trains again.",
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
        self.training = not self.training
        return self

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("mode-toggles",),
    ),
    Try(
        "layer_modes",
        "eval() sets a local variable.",
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
        training = False
        return self

    def forward(self, x):
        if self.training and len(x) == 1:
            raise ValueError("a batch of one")
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("eval-does-nothing",),
    ),
    Try(
        "layer_modes",
        "gamma starts at 0 and beta at 1.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma, self.beta = np.zeros(num_features), np.ones(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("gamma-beta-swapped", "slip-order", "slip-number", "starts-elsewhere"),
    ),
    Try(
        "layer_modes",
        "gamma starts at small random numbers, like a weight.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        rng = np.random.default_rng(0)
        self.eps = eps
        self.momentum = momentum
        self.gamma = rng.normal(0, 0.02, num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-number", "starts-elsewhere"),
    ),
    Try(
        "layer_modes",
        "eval() sets the running statistics back.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.training = True
        self.reset()

    def reset(self):
        self.running_mean = np.zeros(self.num_features)
        self.running_var = np.ones(self.num_features)

    def train(self, mode=True):
        self.training = mode
        self.reset()
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("mode-resets-statistics",),
    ),
    Try(
        "layer_modes",
        "The running statistics start as the numbers 0 and 1, without a shape.",
        """\
class BatchNorm1d:
    running_mean = 0.0
    running_var = 1.0
    training = True

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("statistics-shape",),
    ),
    Try(
        "layer_modes",
        "A new layer is in inference mode, and its running variance is 0.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta, self.running_mean, self.running_var = np.zeros((3, num_features))
        self.training = False

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("starts-in-inference", "slip-default", "starts-at-zero-variance", "slip-number"),
    ),
    Try(
        "layer_modes",
        "train() ignores its argument, and neither method returns the layer.",
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
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "train-ignores-mode",
            "slip-fixed",
            "slip-condition",
            "mode-returns-nothing",
            "returns-nothing",
            "slip-left-out",
        ),
    ),
    # layer_training
    Try(
        "layer_training",
        "Training normalises with the running statistics, just updated.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("running-stats-in-training", "slip-operand"),
    ),
    Try(
        "layer_training",
        "The unbiased variance normalises too.",
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
        return self.train(False)

    def batch_statistics(self, x):
        if x.shape[0] == 1:
            raise ValueError("no variance")
        mean, var = np.mean(x, axis=0), np.var(x, axis=0, ddof=1)
        for name, value in {"running_mean": mean, "running_var": var}.items():
            old = getattr(self, name)
            setattr(self, name, old + self.momentum * (value - old))
        return mean, var

    def forward(self, x):
        stats = (self.running_mean, self.running_var)
        mean, var = self.batch_statistics(x) if self.training else stats
        return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)

    __call__ = forward
""",
        ("unbiased-normalise", "slip-count", "slip-operand"),
    ),
    Try(
        "layer_training",
        "x is centred in place.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            N = x.shape[0]
            if N == 1:
                raise ValueError("a batch of one")
            mean = x.mean(axis=0)
            x -= mean.astype(x.dtype)
            var = (x**2).mean(axis=0)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (var * N / (N - 1) - self.running_var)
            x_hat = x / np.sqrt(var + self.eps)
        else:
            x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("mutates-input",),
    ),
    Try(
        "layer_training",
        "gamma and beta are read once, when the layer is made.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = gamma = np.ones(num_features)
        self.beta = beta = np.zeros(num_features)
        g, b = gamma.copy(), beta.copy()
        self.affine = lambda x_hat: g * x_hat + b
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        return self.affine((x - mean) / np.sqrt(var + self.eps)).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("no-affine", "slip-condition"),
    ),
    Try(
        "layer_training",
        "The batch's statistics are mixed into the running ones in place, before they are used.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            m = self.momentum
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = x.var(axis=0, ddof=1)
            mean *= m
            mean += (1 - m) * self.running_mean
            self.running_mean = mean.astype(float)
            self.running_var = (1 - m) * self.running_var + m * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("updates-spoil-the-batch", "running-stats-in-training"),
    ),
    Try(
        "layer_training",
        "The result is float64 for a float32 batch.",
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
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mu = np.mean(x, axis=0)
            var = np.var(x, axis=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
            unbiased = np.var(x, axis=0, ddof=1)
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        else:
            mu = self.running_mean
            var = self.running_var
        x_hat = (x - mu) / np.sqrt(var + self.eps)
        return self.gamma * x_hat + self.beta

    def __call__(self, x):
        return self.forward(x)
""",
        ("loses-dtype",),
    ),
    Try(
        "layer_training",
        "Each example is normalised over its features.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("wrong-axis", "per-sample", "slip-axis"),
    ),
    Try(
        "layer_training",
        "The argument eps is stored, and 1e-5 is used.",
        """\
class BatchNorm1d:
    EPS = 1e-5

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
        return self.train(False)

    def normalise(self, x, mean, var):
        x_hat = (x - mean) / np.sqrt(var + self.EPS)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def forward(self, x):
        if not self.training:
            return self.normalise(x, self.running_mean, self.running_var)
        if len(x) == 1:
            raise ValueError("a batch of one")
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        return self.normalise(x, x.mean(axis=0), x.var(axis=0))

    def __call__(self, x):
        return self.forward(x)
""",
        ("eps-fixed", "eval-eps-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "layer_training",
        "A ReLU follows.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        out[out < 0] = 0
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (),
    ),
    Try(
        "layer_training",
        "The training branch sets y, and forgets to return it.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        else:
            mean, var = self.running_mean, self.running_var
            y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
            return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("returns-nothing", "slip-left-out"),
    ),
    Try(
        "layer_training",
        "beta and the running mean are one array, and it is updated in place.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.beta = self.running_mean = np.zeros(num_features)
        self.gamma = np.ones(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("shared-with-parameters",),
    ),
    Try(
        "layer_training",
        "gamma multiplies x alone, and not the mean that is subtracted from it.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = (self.gamma * x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-brackets",),
    ),
    Try(
        "layer_training",
        "beta is forgotten, and eps is outside the root.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, std = x.mean(axis=0), x.std(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, std = self.running_mean, np.sqrt(self.running_var)
        return (self.gamma * (x - mean) / (std + self.eps)).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "gamma-only",
            "eval-gamma-only",
            "slip-left-out",
            "eps-outside-sqrt",
            "eval-eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "layer_training",
        "The root is missing, and eps is 1e-3 unless given.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-3, momentum=0.1):
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = np.divide(np.subtract(x, mean), np.add(var, self.eps))
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "divides-by-variance",
            "eval-divides-by-variance",
            "slip-power",
            "slip-left-out",
            "eps-default",
            "slip-default",
            "slip-number",
        ),
    ),
    Try(
        "layer_training",
        "The statistics are one number each, and float64 comes out.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(), x.var()
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "scalar-statistics",
            "scalar-mean",
            "scalar-variance",
            "one-statistic",
            "slip-axis",
            "slip-left-out",
            "loses-dtype",
        ),
    ),
    # layer_statistics
    Try(
        "layer_statistics",
        "momentum weighs the old value.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = m * self.running_mean + (1 - m) * mean
            self.running_var = m * self.running_var + (1 - m) * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("momentum-inverted", "slip-order", "slip-operand"),
    ),
    Try(
        "layer_statistics",
        "The running variance takes the biased variance.",
        """\
class RunningAverage:
    def __init__(self, start, momentum):
        self.value, self.momentum = start, momentum

    def update(self, new):
        self.value = self.value + self.momentum * (new - self.value)


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self._mean = RunningAverage(np.zeros(num_features), momentum)
        self._var = RunningAverage(np.ones(num_features), momentum)
        self.training = True

    @property
    def running_mean(self):
        return self._mean.value

    @running_mean.setter
    def running_mean(self, value):
        self._mean.value = value

    @property
    def running_var(self):
        return self._var.value

    @running_var.setter
    def running_var(self, value):
        self._var.value = value

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self._mean.update(mean)
            self._var.update(var)
        else:
            mean, var = self.running_mean, self.running_var
        return (self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("biased-running-variance", "slip-count", "slip-operand"),
    ),
    Try(
        "layer_statistics",
        "The running variance averages standard deviations, and is squared for use.",
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
        return self.train(False)

    def forward(self, x):
        m = self.momentum
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.std(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var**2
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "running-standard-deviation",
            "deviation-for-variance",
            "standard-deviation",
            "slip-power",
            "slip-operand",
            "slip-operation",
            "slip-reduction",
        ),
    ),
    Try(
        "layer_statistics",
        "momentum is 0.1, whatever was asked for.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
            self.running_var = 0.9 * self.running_var + 0.1 * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("momentum-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "layer_statistics",
        "As in CS231n: momentum weighs the old value, and is 0.9 unless given.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.9):
        self.bn_param = {"eps": eps, "momentum": momentum}
        self.eps, self.momentum = eps, momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        N, D = x.shape
        momentum = self.momentum
        if self.training:
            if N == 1:
                raise ValueError("a batch of one")
            sample_mean = x.mean(axis=0)
            sample_var = x.var(axis=0)
            out = (x - sample_mean) / np.sqrt(sample_var + self.eps)
            unbiased = sample_var * N / (N - 1)
            self.running_mean = momentum * self.running_mean + (1 - momentum) * sample_mean
            self.running_var = momentum * self.running_var + (1 - momentum) * unbiased
        else:
            out = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
        return (out * self.gamma + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "momentum-inverted",
            "slip-order",
            "slip-operand",
            "momentum-default",
            "slip-default",
            "slip-number",
        ),
    ),
    Try(
        "layer_statistics",
        "momentum is 0.01 unless given.",
        """\
from dataclasses import dataclass


@dataclass
class BatchNorm1d:
    num_features: int
    eps: float = 1e-5
    momentum: float = 0.01

    def __post_init__(self):
        self.gamma = np.ones(self.num_features)
        self.beta = np.zeros(self.num_features)
        self.running_mean = np.zeros(self.num_features)
        self.running_var = np.ones(self.num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("momentum-default", "slip-default", "slip-number"),
    ),
    Try(
        "layer_statistics",
        "The batch's share is added, and the old value does not shrink.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean += self.momentum * mean
            self.running_var += self.momentum * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("old-statistics-not-decayed", "slip-left-out"),
    ),
    Try(
        "layer_statistics",
        "The new running statistics are local variables.",
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
        return self.train(False)

    def forward(self, x):
        running_mean, running_var, m = self.running_mean, self.running_var, self.momentum
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            running_mean = (1 - m) * running_mean + m * mean
            running_var = (1 - m) * running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = running_mean, running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("never-updated",),
    ),
    Try(
        "layer_statistics",
        "The batch is forwarded twice, once for the statistics and once for the result.",
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
        return self.train(False)

    def statistics(self, x):
        if not self.training:
            return [self.running_mean, self.running_var]
        if len(x) == 1:
            raise ValueError("a batch of one")
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        return [x.mean(axis=0), x.var(axis=0)]

    def forward(self, x):
        mean = self.statistics(x)[0]
        var = self.statistics(x)[1]
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("updated-twice", "slip-twice"),
    ),
    Try(
        "layer_statistics",
        "eps is in the variance before the running variance takes it.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            unbiased = x.var(axis=0, ddof=1) + self.eps
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("running-variance-with-eps", "variance-with-epsilon", "eps-misplaced", "eps-twice"),
    ),
    Try(
        "layer_statistics",
        "The running variance takes the squares about the running mean.",
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
        return self.train(False)

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            spread = ((x - self.running_mean) ** 2).sum(axis=0) / (len(x) - 1)
            self.running_var = (1 - m) * self.running_var + m * spread
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("running-variance-about-running-mean", "slip-operand"),
    ),
    Try(
        "layer_statistics",
        "All batches weigh the same.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.num_batches_tracked = 0
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.num_batches_tracked += 1
            m = 1 / self.num_batches_tracked
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("cumulative-average", "first-batch-copied", "slip-fixed", "slip-condition"),
    ),
    Try(
        "layer_statistics",
        "The factor for the unbiased variance is upside down.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            N = len(x)
            if N == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * (N - 1) / N
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-order", "slip-count", "slip-power", "slip-operation"),
    ),
    Try(
        "layer_statistics",
        "The running mean takes the mean of y, which is beta.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        if self.training:
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * out.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-operand",),
    ),
    Try(
        "layer_statistics",
        "The running statistics go away from the batch's.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean -= self.momentum * (mean - self.running_mean)
            self.running_var -= self.momentum * (x.var(axis=0, ddof=1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(np.abs(var) + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-sign", "slip-operation"),
    ),
    Try(
        "layer_statistics",
        "The variance divides by N - 2.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            N = len(x) - 1
            if N == 0:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            squares = ((x - mean) ** 2).sum(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * squares / max(N - 1, 1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-count", "slip-number", "slip-twice"),
    ),
    Try(
        "layer_statistics",
        "The running statistics are corrected for their start, as in Adam.",
        """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.m = np.zeros(num_features)
        self.v = np.zeros(num_features)
        self.t = 0
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.t += 1
            self.m += self.momentum * (mean - self.m)
            self.v += self.momentum * (x.var(axis=0, ddof=1) - self.v)
            correction = 1 - (1 - self.momentum) ** self.t
            self.running_mean = self.m / correction
            self.running_var = self.v / correction
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("bias-corrected", "first-batch-copied"),
    ),
    Try(
        "layer_statistics",
        "The biased variance, and momentum the other way round.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            keep = self.momentum
            self.running_mean = keep * self.running_mean + (1 - keep) * mean
            self.running_var = keep * self.running_var + (1 - keep) * var
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "momentum-inverted",
            "slip-order",
            "slip-operand",
            "biased-running-variance",
            "slip-count",
        ),
    ),
    Try(
        "layer_statistics",
        "The running variance averages standard deviations, and the running mean never moves.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            std = x.std(axis=0, ddof=1)
            self.running_var += self.momentum * (std - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "running-standard-deviation",
            "deviation-for-variance",
            "standard-deviation",
            "slip-power",
            "slip-operand",
            "slip-operation",
            "slip-reduction",
            "running-mean-forgotten",
            "slip-left-out",
        ),
    ),
    Try(
        "layer_statistics",
        "The old value keeps its full weight, and the variance is the biased one.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if x.shape[0] <= 1:
                raise ValueError("expected more than 1 value per feature when training")
            batch_mean = np.einsum("nd->d", x) / x.shape[0]
            centred = x - batch_mean
            batch_var = np.einsum("nd,nd->d", centred, centred) / x.shape[0]
            self.running_mean = self.running_mean + self.momentum * batch_mean
            self.running_var = self.running_var + self.momentum * batch_var
            x_hat = centred / np.sqrt(batch_var + self.eps)
        else:
            x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("old-statistics-not-decayed", "slip-left-out", "biased-running-variance", "slip-count"),
    ),
    # layer_inference
    Try(
        "layer_inference",
        "The mode decides about the update only: the batch's statistics are used in both.",
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
        return self.train(False)

    def forward(self, x):
        mean, var = x.mean(axis=0), x.var(axis=0)
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("batch-stats-in-eval", "slip-condition", "slip-operand"),
    ),
    Try(
        "layer_inference",
        "Inference moves the running statistics.",
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
        return self.train(False)

    def forward(self, x):
        if len(x) == 1 and self.training:
            raise ValueError("a batch of one")
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
        else:
            mean, var = self.running_mean, self.running_var
        if len(x) > 1:
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("updated-in-eval", "slip-condition"),
    ),
    Try(
        "layer_inference",
        "Inference does without eps.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            std = np.sqrt(var + self.eps)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, std = self.running_mean, np.sqrt(self.running_var)
        return (self.gamma * (x - mean) / std + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("eval-eps-missing", "eps-missing", "slip-left-out", "slip-condition"),
    ),
    Try(
        "layer_inference",
        "Inference stops at x_hat.",
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
        return self.train(False)

    def forward(self, x):
        if not self.training:
            x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
            return x_hat.astype(x.dtype)
        if len(x) == 1:
            raise ValueError("a batch of one")
        mean, var = x.mean(axis=0), x.var(axis=0)
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("eval-no-affine", "no-affine", "slip-left-out", "slip-condition"),
    ),
    Try(
        "layer_inference",
        "Inference keeps scale and shift from its first call.",
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
        self.folded = None

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if not self.training:
            if self.folded is None:
                scale = self.gamma / np.sqrt(self.running_var + self.eps)
                self.folded = scale, self.beta - scale * self.running_mean
            scale, shift = self.folded
            return (scale * x + shift).astype(x.dtype)
        if len(x) == 1:
            raise ValueError("a batch of one")
        mean, var = x.mean(axis=0), x.var(axis=0)
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("stale-statistics", "slip-condition"),
    ),
    Try(
        "layer_inference",
        "Inference takes the running mean, but the batch's variance.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean = x.mean(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean = self.running_mean
        y = self.gamma * (x - mean) / np.sqrt(x.var(axis=0) + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("batch-stats-in-eval", "slip-operand", "slip-condition"),
    ),
    Try(
        "layer_inference",
        "Inference adds the running mean.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            scale = self.gamma / np.sqrt(var + self.eps)
            shift = self.beta - mean * scale
        else:
            scale = self.gamma / np.sqrt(self.running_var + self.eps)
            shift = self.beta + self.running_mean * scale
        return (x * scale + shift).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-sign", "slip-operation", "fold-mean-added"),
    ),
    Try(
        "layer_inference",
        "Inference shifts with the unscaled running mean.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            return self.train_step(x)
        inv_std = 1.0 / np.sqrt(self.running_var + self.eps)
        y = x * (self.gamma * inv_std) + (self.beta - self.running_mean)
        return y.astype(x.dtype)

    def train_step(self, x):
        if len(x) == 1:
            raise ValueError("a batch of one")
        mean, var = x.mean(axis=0), x.var(axis=0)
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("slip-left-out", "slip-brackets", "fold-mean-unscaled"),
    ),
    Try(
        "layer_inference",
        "Inference multiplies the running variance by N / (N - 1).",
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
        return self.train(False)

    def forward(self, x):
        N = x.shape[0]
        if self.training:
            if N == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean = self.running_mean
            var = self.running_var * N / max(N - 1, 1)
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("eval-corrects-variance", "slip-twice"),
    ),
    Try(
        "layer_inference",
        "In inference gamma is forgotten, and the root is missing.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        else:
            y = (x - self.running_mean) / (self.running_var + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "eval-beta-only",
            "beta-only",
            "slip-left-out",
            "slip-condition",
            "eval-divides-by-variance",
            "divides-by-variance",
            "slip-power",
        ),
    ),
    Try(
        "layer_inference",
        "In inference beta is forgotten, and eps is outside the root.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        else:
            running_std = self.running_var**0.5 + self.eps
            y = (x - self.running_mean) / running_std * self.gamma
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "eval-gamma-only",
            "gamma-only",
            "slip-left-out",
            "slip-condition",
            "eval-eps-outside-sqrt",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "layer_inference",
        "Inference counts its batches in too, and does without eps.",
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
        return self.train(False)

    def update(self, x):
        m, N = self.momentum, len(x)
        unbiased = x.var(axis=0) * N / max(N - 1, 1)
        self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
        self.running_var = (1 - m) * self.running_var + m * unbiased

    def forward(self, x):
        if self.training and len(x) == 1:
            raise ValueError("a batch of one")
        if self.training:
            y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + self.eps)
        else:
            y = (x - self.running_mean) / np.sqrt(self.running_var)
        self.update(x)
        return (self.gamma * y + self.beta).astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("updated-in-eval", "slip-condition", "eval-eps-missing", "eps-missing", "slip-left-out"),
    ),
    # layer_batch_of_one
    Try(
        "layer_batch_of_one",
        "A training batch of one gives beta, instead of an error.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            N = len(x)
            mean, var = x.mean(axis=0), x.var(axis=0)
            if N > 1:
                m = self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mean
                self.running_var = (1 - m) * self.running_var + m * var * N / (N - 1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("no-error-for-one", "slip-left-out"),
    ),
    Try(
        "layer_batch_of_one",
        "An assert refuses a batch of one, in both modes.",
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
        return self.train(False)

    def forward(self, x):
        assert len(x) > 1, "one example has no variance"
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (
            "other-error-for-one",
            "error-in-eval",
            "refuses-one-in-eval",
            "slip-condition",
        ),
    ),
    Try(
        "layer_batch_of_one",
        "The error comes after the running mean has changed.",
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
        return self.train(False)

    def unbiased(self, x):
        if len(x) == 1:
            raise ValueError("the unbiased variance needs two examples")
        return x.var(axis=0, ddof=1)

    def forward(self, x):
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * self.unbiased(x)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("updates-before-error",),
    ),
    Try(
        "layer_batch_of_one",
        "It looks at the number of features, not of examples.",
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
        return self.train(False)

    def forward(self, x):
        if self.training and x.shape[1] == 1:
            raise ValueError("a batch of one")
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("no-error-for-one", "slip-axis", "slip-count", "slip-operand"),
    ),
    Try(
        "layer_batch_of_one",
        "The result for a batch of one is squeezed to (D,).",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError("a batch of one")
            mean, var = x.mean(axis=0), x.var(axis=0)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        out = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return out.astype(x.dtype) if len(out) > 1 else out[0].astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        (),
    ),
    Try(
        "layer_batch_of_one",
        "A RuntimeError, and after the running mean has changed.",
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
        return self.train(False)

    def forward(self, x):
        if self.training:
            N = len(x)
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            if N == 1:
                raise RuntimeError("a batch of one has no variance")
            unbiased = var * N / (N - 1)
            self.running_var = self.running_var + self.momentum * (unbiased - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean) / np.sqrt(var + self.eps) * self.gamma + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)
""",
        ("other-error-for-one", "updates-before-error"),
    ),
    # population_statistics
    Try(
        "population_statistics",
        "The means of the batches' means and variances.",
        """\
def population_statistics(batches):
    means, variances = [], []
    for batch in batches:
        means.append(batch.mean(axis=0))
        variances.append(batch.var(axis=0))
    return np.mean(means, axis=0), np.mean(variances, axis=0)
""",
        (
            "batches-weighed-equally",
            "between-batch-variance-missing",
            "mean-of-variances",
            "slip-left-out",
        ),
    ),
    Try(
        "population_statistics",
        "The batches' variances are weighed by their size, but the means' spread is left out.",
        """\
def population_statistics(batches):
    batches = list(batches)
    n = np.array([len(b) for b in batches])
    means = np.array([b.mean(axis=0) for b in batches])
    variances = np.array([b.var(axis=0) for b in batches])
    return np.average(means, axis=0, weights=n), np.average(variances, axis=0, weights=n)
""",
        ("between-batch-variance-missing", "mean-of-variances", "slip-left-out"),
    ),
    Try(
        "population_statistics",
        "The variance of the rows is unbiased.",
        """\
def population_statistics(batches):
    rows = np.vstack([*batches])
    mean = rows.mean(axis=0)
    return mean, np.sum((rows - mean) ** 2, axis=0) / (len(rows) - 1)
""",
        (
            "unbiased-population-variance",
            "unbiased-normalise",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
    Try(
        "population_statistics",
        "The variables are overwritten: the last batch counts.",
        """\
def population_statistics(batches):
    for batch in batches:
        mean = batch.mean(axis=0)
        variance = batch.var(axis=0)
    return mean, variance
""",
        ("last-batch-only", "slip-left-out"),
    ),
    Try(
        "population_statistics",
        "Two loops over the batches.",
        """\
def population_statistics(batches):
    n = total = 0
    for batch in batches:
        n += len(batch)
        total = total + batch.sum(axis=0)
    mean = total / n
    squares = np.zeros_like(mean)
    for batch in batches:
        squares += ((batch - mean) ** 2).sum(axis=0)
    return mean, squares / n
""",
        ("batches-read-twice", "batches-as-list"),
    ),
    Try(
        "population_statistics",
        "The sizes are asked of a list.",
        """\
def population_statistics(batches):
    D = batches[0].shape[1]
    rows = np.empty((0, D))
    for i in range(len(batches)):
        rows = np.append(rows, batches[i], axis=0)
    return rows.mean(axis=0), rows.var(axis=0)
""",
        ("batches-as-list",),
    ),
    Try(
        "population_statistics",
        "Chan's formula without the division by the number of all rows.",
        """\
def population_statistics(batches):
    n, mean, m2 = 0, 0.0, 0.0
    for batch in batches:
        k = len(batch)
        delta = batch.mean(axis=0) - mean
        m2 = m2 + batch.var(axis=0) * k + delta**2 * n * k
        n += k
        mean = mean + delta * k / n
    return mean, m2 / n
""",
        ("slip-left-out",),
    ),
    Try(
        "population_statistics",
        "Welford's algorithm with the old distance in both places.",
        """\
def population_statistics(batches):
    count = 0
    for batch in batches:
        for row in batch:
            count += 1
            if count == 1:
                mean, m2 = row.astype(float), np.zeros(len(row))
                continue
            delta = row - mean
            mean = mean + delta / count
            m2 = m2 + delta * delta
    return mean, m2 / count
""",
        ("slip-operand", "slip-twice"),
    ),
    Try(
        "population_statistics",
        "The last batch is dropped.",
        """\
def population_statistics(batches):
    full = list(batches)
    if len(full) > 1:
        full = full[:-1]
    rows = np.concatenate(full)
    return rows.mean(axis=0), rows.var(axis=0)
""",
        ("slip-left-out", "rows-lost"),
    ),
    Try(
        "population_statistics",
        "An array is made of batches, which fails when their sizes differ.",
        """\
def population_statistics(batches):
    rows = np.array(list(batches))
    return rows.mean(axis=(0, 1)), rows.var(axis=(0, 1))
""",
        (),
    ),
    Try(
        "population_statistics",
        "The standard deviation and the mean, in this order.",
        """\
def population_statistics(batches):
    rows = np.concatenate(list(batches), axis=0)
    return rows.std(axis=0), rows.mean(axis=0)
""",
        (
            "standard-deviation",
            "slip-power",
            "slip-reduction",
            "slip-operation",
            "mean-and-variance-swapped",
            "slip-order",
        ),
    ),
    Try(
        "population_statistics",
        "The variance of the batches' means, and every mean weighs the same.",
        """\
def population_statistics(batches):
    means = np.stack([batch.mean(axis=0) for batch in batches])
    return means.mean(axis=0), means.var(axis=0)
""",
        ("batches-weighed-equally", "within-batch-variance-missing", "slip-left-out"),
    ),
    Try(
        "population_statistics",
        "A moving average, as in the layer.",
        """\
def population_statistics(batches, momentum=0.1):
    mean, variance = 0.0, 1.0
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(axis=0)
        variance = (1 - momentum) * variance + momentum * batch.var(axis=0)
    return mean, variance
""",
        ("moving-average",),
    ),
    Try(
        "population_statistics",
        "One mean and one variance for all features, and unbiased.",
        """\
def population_statistics(batches):
    rows = np.concatenate([batch for batch in batches])
    mean = rows.mean() * np.ones(rows.shape[1])
    variance = rows.var(ddof=1) * np.ones(rows.shape[1])
    return mean, variance
""",
        (
            "scalar-statistics",
            "scalar-mean",
            "scalar-variance",
            "one-statistic",
            "slip-axis",
            "slip-left-out",
            "unbiased-population-variance",
            "unbiased-normalise",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
]
