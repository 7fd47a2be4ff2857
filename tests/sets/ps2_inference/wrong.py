"""Wrong solutions of ps2_inference that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code). What the code does not
define is right: `Right` is a layer without mistakes.
"""

LAYER = """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)
"""
FORWARD = ("layer_training", "layer_inference")

WRONG = {
    "rounds to float16 on the way": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x).astype(np.float16).astype(x.dtype)
""",
    ),
    "wrong where N equals D": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x) + (x.shape[0] == x.shape[1])
""",
    ),
    "wrong where x is not contiguous": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x) * (1 if x.flags.c_contiguous else 2)
""",
    ),
    "stops learning after 20 batches": (
        ("layer_statistics",),
        LAYER
        + """
    def forward(self, x):
        object.__setattr__(self, "calls", vars(self).get("calls", 0) + 1)
        if self.calls > 20 and self.training:
            kept = self.right.running_mean, self.right.running_var
            y = self.right.forward(x)
            self.right.running_mean, self.right.running_var = kept
            return y
        return self.right.forward(x)
""",
    ),
    "gamma and beta as they were made": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        kept = self.right.gamma, self.right.beta
        self.right.gamma, self.right.beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
        y = self.right.forward(x)
        self.right.gamma, self.right.beta = kept
        return y
""",
    ),
    "inference right for whole batches only": (
        ("layer_inference",),
        LAYER
        + """
    def forward(self, x):
        if not self.training and len(x) == 1:
            return np.zeros_like(x)
        return self.right.forward(x)
""",
    ),
    "the last batch of one is dropped": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([batch for batch in batches if len(batch) > 1])
""",
    ),
    "only lists": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([batches[i] for i in range(len(batches))])
""",
    ),
    "refuses two rows": (
        ("layer_training", "layer_batch_of_one"),
        LAYER
        + """
    def forward(self, x):
        if self.training and len(x) < 3:
            raise ValueError("too few")
        return self.right.forward(x)
""",
    ),
    "momentum of 0 is taken for none": (
        ("layer_statistics",),
        """
Right = BatchNorm1d

def BatchNorm1d(num_features, eps=1e-5, momentum=0.1):
    return Right(num_features, eps, momentum or 0.1)
""",
    ),
    "the same statistics for all layers, kept by the class": (
        ("layer_statistics",),
        LAYER
        + """
    kept = {}

    def forward(self, x):
        D = x.shape[1]
        if D in self.kept and self.training:
            self.right.running_mean, self.right.running_var = self.kept[D]
        y = self.right.forward(x)
        self.kept[D] = self.right.running_mean, self.right.running_var
        return y
""",
    ),
    "the variance of the means is not squared": (
        ("population_statistics",),
        """
def population_statistics(batches):
    count, mean, variance = 0, 0.0, 0.0
    for batch in batches:
        n, delta = len(batch), batch.mean(axis=0) - mean
        variance = (count * variance + n * batch.var(axis=0)) / (count + n)
        variance = variance + delta * count * n / (count + n) ** 2
        mean = mean + delta * n / (count + n)
        count += n
    return mean, variance
""",
    ),
    "eps on the class": (
        FORWARD,
        """
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        cls = type(self)
        cls.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        cls, m = type(self), self.momentum
        if self.training:
            if len(x) == 1:
                raise ValueError("one row")
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, variance = self.running_mean, self.running_var
        return (self.gamma * (x - mean) / np.sqrt(variance + self.eps) + self.beta).astype(x.dtype)

    __call__ = forward
""",
    ),
    "momentum on the class": (
        ("layer_statistics",),
        """
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        cls = type(self)
        self.eps, cls.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        cls, m = type(self), self.momentum
        if self.training:
            if len(x) == 1:
                raise ValueError("one row")
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
        else:
            mean, variance = self.running_mean, self.running_var
        return (self.gamma * (x - mean) / np.sqrt(variance + self.eps) + self.beta).astype(x.dtype)

    __call__ = forward
""",
    ),
    "moves in every tenth inference": (
        ("layer_inference",),
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        y = self.right.forward(x)
        object.__setattr__(self, "calls", vars(self).get("calls", 0) + (not self.training))
        if self.calls % 10 == 9 and not self.training:
            self.right.running_mean = 0.99 * self.running_mean + 0.01 * x.mean(axis=0)
        return y
""",
    ),
    "values in memory order": (
        (
            "layer_training",
            "layer_inference",
            "layer_statistics",
        ),
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        return self.right.forward(x.ravel(order="K").reshape(x.shape))
""",
    ),
    "written through a reshape": (
        FORWARD,
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        y = np.zeros_like(x)
        y.reshape(-1)[:] = self.right.forward(x).reshape(-1)
        return y
""",
    ),
    "clipped at five": (
        ("layer_training",),
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        kept = self.right.gamma, self.right.beta
        self.right.gamma, self.right.beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
        x_hat = np.clip(self.right.forward(x), -5, 5)
        self.right.gamma, self.right.beta = kept
        return (kept[0] * x_hat + kept[1]).astype(x.dtype)
""",
    ),
    "statistics of the first 256 rows": (
        (
            "layer_training",
            "layer_statistics",
        ),
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if not self.training or len(x) < 257:
            return self.right.forward(x)
        self.right.forward(x[:256])
        y = self.gamma * (x - x[:256].mean(axis=0)) / np.sqrt(x[:256].var(axis=0) + self.eps)
        return (y + self.beta).astype(x.dtype)
""",
    ),
    "keeps the result of each shape": (
        ("layer_training",),
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        known = vars(self).setdefault("known", {})
        if self.training and x.shape in known:
            return known[x.shape]
        known[x.shape] = self.right.forward(x)
        return known[x.shape]
""",
    ),
    "gamma is never negative": (
        FORWARD,
        """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        kept = self.right.gamma
        self.right.gamma = np.abs(kept)
        y = self.right.forward(x)
        self.right.gamma = kept
        return y
""",
    ),
    "batches in C order only": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([b.ravel(order="K").reshape(b.shape) for b in batches])
""",
    ),
    "at most 100 rows": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([np.concatenate(list(batches))[:100]])
""",
    ),
    "winsorised": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    rows = np.concatenate(list(batches))
    middle, spread = np.median(rows, axis=0), 10 * rows.std(axis=0)
    return right([np.clip(rows, middle - spread, middle + spread)])
""",
    ),
    "last batch alone where it is large": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    batches = list(batches)
    return right([b for b in batches if len(b) * 50 > max(map(len, batches))])
""",
    ),
}
