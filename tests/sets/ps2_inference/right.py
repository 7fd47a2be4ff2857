"""Right solutions of ps2_inference in different styles: name -> the notebook's code."""

RIGHT = {
    "loops over every element": """
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.D, self.eps, self.momentum = num_features, eps, momentum
        self.gamma, self.beta = [1.0] * num_features, [0.0] * num_features
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.gamma, self.beta = np.array(self.gamma), np.array(self.beta)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        N, D = x.shape
        if self.training and N == 1:
            raise ValueError("one example has no variance")
        y = np.zeros_like(x)
        for d in range(D):
            mean, variance = self.running_mean[d], self.running_var[d]
            if self.training:
                mean = sum(float(x[n, d]) for n in range(N)) / N
                squares = sum((float(x[n, d]) - mean) ** 2 for n in range(N))
                variance = squares / N
                m = self.momentum
                self.running_mean[d] = (1 - m) * self.running_mean[d] + m * mean
                self.running_var[d] = (1 - m) * self.running_var[d] + m * squares / (N - 1)
            for n in range(N):
                x_hat = (x[n, d] - mean) / (variance + self.eps) ** 0.5
                y[n, d] = self.gamma[d] * x_hat + self.beta[d]
        return y

    def __call__(self, x):
        return self.forward(x)

def population_statistics(batches):
    rows = [row for batch in batches for row in batch]
    D = len(rows[0])
    mean, variance = np.zeros(D), np.zeros(D)
    for d in range(D):
        mean[d] = sum(row[d] for row in rows) / len(rows)
        variance[d] = sum((row[d] - mean[d]) ** 2 for row in rows) / len(rows)
    return mean, variance
""",
    "slots, updates in place, merged batch by batch": """
class BatchNorm1d:
    __slots__ = "gamma beta running_mean running_var training eps momentum".split()

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.training, self.eps, self.momentum = True, eps, momentum

    def train(self, mode=True):
        self.training = bool(mode)
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if not self.training:
            return self._normalize(x, self.running_mean, self.running_var)
        N = x.shape[0]
        if N < 2:
            raise ValueError(f"a training batch needs two examples at least, this one has {N}")
        mean, variance = x.mean(axis=0), x.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (variance * N / (N - 1) - self.running_var)
        return self._normalize(x, mean, variance)

    def _normalize(self, x, mean, variance):
        scale = self.gamma / np.sqrt(variance + self.eps)
        return (scale * (x - mean) + self.beta).astype(x.dtype)

    __call__ = forward

def population_statistics(batches):
    count, mean, squares = 0, 0.0, 0.0
    for batch in batches:
        n, batch_mean = len(batch), batch.mean(axis=0)
        delta = batch_mean - mean
        squares = squares + ((batch - batch_mean) ** 2).sum(axis=0)
        squares = squares + delta**2 * count * n / (count + n)
        count += n
        mean = mean + delta * n / count
    return mean, squares / count
""",
    "a base class, properties and a dict of state": """
class Layer:
    training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(mode=False)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

class BatchNorm1d(Layer):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.options = {"eps": eps, "momentum": momentum}
        self.parameters = {"gamma": np.ones(num_features), "beta": np.zeros(num_features)}
        running = np.zeros(num_features), np.ones(num_features)
        self.buffers = dict(zip(("running_mean", "running_var"), running))

    def forward(self, x):
        if self.training:
            if len(x) == 1:
                raise ValueError
            m = self.options["momentum"]
            new = {"running_mean": x.mean(0), "running_var": np.var(x, 0, ddof=1)}
            self.buffers = {k: m * new[k] + (1 - m) * v for k, v in self.buffers.items()}
            mean, variance = np.mean(x, 0), np.var(x, 0)
        else:
            mean, variance = self.running_mean, self.running_var
        x_hat = (x - mean) * (variance + self.options["eps"]) ** -0.5
        return np.asarray(x_hat * self.gamma + self.beta, dtype=x.dtype)

def _property(store, name):
    def get(self):
        return getattr(self, store)[name]
    def put(self, value):
        getattr(self, store)[name] = value
    return property(get, put)

for name in ("gamma", "beta"):
    setattr(BatchNorm1d, name, _property("parameters", name))
for name in ("running_mean", "running_var"):
    setattr(BatchNorm1d, name, _property("buffers", name))

def population_statistics(batches):
    counts, means, variances = zip(*[(len(b), b.mean(axis=0), b.var(axis=0)) for b in batches])
    share = np.array(counts)[:, None] / sum(counts)
    mean = (share * np.array(means)).sum(axis=0)
    variance = (share * (np.array(variances) + (np.array(means) - mean) ** 2)).sum(axis=0)
    return mean, variance
""",
    "float64 inside, einsum, functions outside the class": """
def statistics(x):
    x = x.astype(np.float64)
    mean = np.einsum("nd->d", x) / len(x)
    centred = x - mean
    return mean, np.einsum("nd,nd->d", centred, centred)

class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        vars(self).update(eps=eps, momentum=momentum, training=True)
        self.gamma, self.beta, self.running_mean, self.running_var = (
            np.full(num_features, value, dtype=np.float64) for value in (1, 0, 0, 1)
        )

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        N = len(x)
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if N == 1:
                raise ValueError("batch of one")
            mean, squares = statistics(x)
            variance = squares / N
            for name, batch in ("running_mean", mean), ("running_var", squares / (N - 1)):
                old = getattr(self, name)
                setattr(self, name, old + self.momentum * (batch - old))
        y = (x.astype(np.float64) - mean) / np.sqrt(variance + self.eps) * self.gamma + self.beta
        return y.astype(x.dtype)

def population_statistics(batches):
    rows = np.vstack([*batches])
    mean, squares = statistics(rows)
    return mean, squares / len(rows)
""",
    "float32 throughout where x is": """
class BatchNorm1d:
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1):
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.running_mean = np.zeros((num_features,))
        self.running_var = np.ones((num_features,))
        self.gamma = np.ones((num_features,))
        self.beta = np.zeros((num_features,))
        self.train()

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        dtype = x.dtype
        gamma, beta = self.gamma.astype(dtype), self.beta.astype(dtype)
        match self.training:
            case True:
                n = x.shape[0]
                if n == 1:
                    raise ValueError("Expected more than 1 value per channel when training")
                mu = np.add.reduce(x, axis=0) / dtype.type(n)
                xc = x - mu
                var = np.square(xc).mean(axis=0)
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
                self.running_var = (
                    (1 - self.momentum) * self.running_var + self.momentum * var * n / (n - 1)
                )
            case False:
                xc = x - self.running_mean.astype(dtype)
                var = self.running_var.astype(dtype)
        std = np.sqrt(var + dtype.type(self.eps))
        return gamma[None, :] * (xc / std) + beta[None, :]

    __call__ = forward

def population_statistics(batches):
    import statistics
    columns = list(zip(*[row for batch in batches for row in batch.tolist()]))
    return (
        np.array([statistics.fmean(c) for c in columns]),
        np.array([statistics.pvariance(c) for c in columns]),
    )
""",
    "a closure in a class, and prints": """
def make_forward(layer):
    def forward(x):
        print("forward", x.shape, "training" if layer.training else "inference")
        if layer.training and x.shape[0] <= 1:
            raise TooSmall("one")
        if layer.training:
            mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            keep, take = 1.0 - layer.momentum, layer.momentum
            layer.running_mean = keep * layer.running_mean + take * mean.squeeze(axis=0)
            unbiased = x.var(axis=0, ddof=1, keepdims=True)
            layer.running_var = keep * layer.running_var + take * unbiased[0]
        else:
            mean, var = layer.running_mean[None], layer.running_var[None]
        y = np.empty_like(x)
        y[...] = layer.gamma * ((x - mean) / np.sqrt(var + layer.eps)) + layer.beta
        return y
    return forward

class TooSmall(ValueError):
    pass

class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = 0 * self.beta, 0 * self.beta + 1
        self.forward = make_forward(self)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, x):
        return self.forward(x)

def population_statistics(batches):
    rows = None
    for batch in batches:
        rows = batch if rows is None else np.append(rows, batch, axis=0)
    print(rows.shape)
    return [rows.mean(0), ((rows - rows.mean(0)) ** 2).sum(0) / rows.shape[0]]
""",
    "a dataclass, and Welford's sums row by row": """
from dataclasses import dataclass, field

@dataclass
class BatchNorm1d:
    num_features: int
    eps: float = 1e-5
    momentum: float = 0.1
    training: bool = True
    gamma: np.ndarray = None
    beta: np.ndarray = None
    state: dict = field(default_factory=dict)

    def __post_init__(self):
        self.gamma, self.beta = np.ones(self.num_features), np.zeros(self.num_features)
        self.running_mean = np.zeros(self.num_features)
        self.running_var = np.ones(self.num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def forward(self, x):
        if self.training:
            count, mean, squares = welford(x)
            if count == 1:
                raise ValueError("no variance")
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * squares / (count - 1)
            used = mean, squares / count
        else:
            used = self.running_mean, self.running_var
        y = self.gamma * (x - used[0]) / np.sqrt(used[1] + self.eps) + self.beta
        return y.astype(x.dtype)

    def __call__(self, x):
        return self.forward(x)

def welford(rows):
    count, mean, squares = 0, 0.0, 0.0
    for row in rows:
        count += 1
        delta = row.astype(float) - mean
        mean = mean + delta / count
        squares = squares + delta * (row - mean)
    return count, mean, squares

def population_statistics(batches):
    count, mean, squares = welford(row for batch in batches for row in batch)
    return mean, squares / count
""",
    "its state in float32, shifted sums": """
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        ones, zeros = np.ones(num_features, "f4"), np.zeros(num_features, "f4")
        self.gamma, self.beta = ones, zeros
        self.running_mean, self.running_var = zeros, ones
        self.training = True
    def train(self, mode=True):
        self.training = mode
        return self
    def eval(self): return self.train(False)
    def forward(self, x):
        m = self.momentum
        if self.training:
            if len(x) == 1: raise ValueError("one")
            mean, var = x.mean(0), x.var(0)
            self.running_mean = (1-m)*self.running_mean + m*mean
            self.running_var = (1-m)*self.running_var + m*x.var(0, ddof=1)
        else:
            mean, var = self.running_mean, self.running_var
        return (self.gamma*(x-mean)/np.sqrt(var+self.eps)+self.beta).astype(x.dtype)
    __call__ = forward

def population_statistics(batches):
    count, total, squares, first = 0, 0.0, 0.0, None
    for batch in batches:
        first = batch[0] if first is None else first
        count += len(batch)
        total = total + (batch - first).sum(axis=0)
        squares = squares + ((batch - first) ** 2).sum(axis=0)
    return first + total / count, squares / count - (total / count) ** 2
""",
    "an object for each mode, merged with reduce": """
class Mode:
    pass
class Training(Mode):
    def stats(self, l, x):
        N = len(x)
        if N < 2: raise ValueError
        mu = x.mean(0); v = x.var(0)
        l.running_mean += l.momentum*(mu-l.running_mean)
        l.running_var += l.momentum*(v*N/(N-1)-l.running_var)
        return mu, v
class Inference(Mode):
    def stats(self, l, x): return l.running_mean, l.running_var
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=.1):
        self.momentum, self.eps = momentum, eps
        self.gamma = np.ones(num_features); self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features); self.running_var = np.ones(num_features)
        self.mode = Training()
    @property
    def training(self): return isinstance(self.mode, Training)
    @training.setter
    def training(self, v): self.mode = Training() if v else Inference()
    def train(self, mode=True):
        self.training = mode
        return self
    def eval(self):
        return self.train(False)
    def forward(self, x):
        mu, v = self.mode.stats(self, x)
        return ((x-mu)/np.sqrt(v+self.eps)*self.gamma+self.beta).astype(x.dtype, copy=False)
    def __call__(self, *a, **k): return self.forward(*a, **k)

from functools import reduce

def moments(b):
    return len(b), b.mean(0), ((b - b.mean(0)) ** 2).sum(0)

def merge(a, b):
    n, d = a[0] + b[0], b[1] - a[1]
    return n, a[1] + d * b[0] / n, a[2] + b[2] + d * d * a[0] * b[0] / n

def population_statistics(batches):
    n, mean, squares = reduce(merge, map(moments, batches))
    return np.stack([mean, squares / n])
""",
}
