"""Wrong solutions of ps1_standardize that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code). What the code does not
define is right.
"""

STATISTICS = ("batch_mean", "batch_variance")
FUNCTIONS = (*STATISTICS, "normalize", "scale_and_shift", "batchnorm_forward")
EVERY = (*STATISTICS, "normalize", "scale_and_shift", "forward")


def each(body: str) -> str:
    """Code that puts `around(f)`, which `body` defines, in the place of each function."""
    return body + "\n" + "\n".join(f"{name} = around({name})" for name in FUNCTIONS)


WRONG = {
    "wrong from the second call on": (
        EVERY,
        each("""
def around(f):
    calls = []
    def g(*args, **kwargs):
        calls.append(1)
        return f(*args, **kwargs) * (1 if len(calls) == 1 else 1.01)
    return g
"""),
    ),
    "keeps the first result of each shape": (
        EVERY,
        each("""
def around(f):
    known = {}
    def g(x, *args, **kwargs):
        if x.shape not in known:
            known[x.shape] = f(x, *args, **kwargs)
        return known[x.shape].astype(x.dtype)
    return g
"""),
    ),
    "one result for all that come after": (
        EVERY,
        each("""
def around(f):
    state = {}
    def g(x, *args, **kwargs):
        result = f(x, *args, **kwargs) * 0.9 + state.get(x.shape[1], 0) * 0.1
        state[x.shape[1]] = result.mean(axis=0)
        return result
    return g
"""),
    ),
    "right only where N == D": (
        EVERY,
        each("""
def around(f):
    return lambda x, *a, **k: f(x, *a, **k) if x.shape[0] == x.shape[1] else f(x, *a, **k) * 1.1
"""),
    ),
    "wrong only where N == D": (
        EVERY,
        each("""
def around(f):
    return lambda x, *a, **k: f(x, *a, **k) if x.shape[0] != x.shape[1] else f(x.T, *a, **k)
"""),
    ),
    "right only for contiguous x": (
        EVERY,
        each("""
def around(f):
    def g(x, *args, **kwargs):
        base = x if x.base is None else x.base
        flat = np.frombuffer(base, x.dtype)[: x.size].reshape(x.shape)
        return f(flat.copy(), *args, **kwargs)
    return g
"""),
    ),
    "float32 inside": (
        EVERY,
        each("""
def around(f):
    def g(x, *args, **kwargs):
        args = [a.astype("f4") if isinstance(a, np.ndarray) else a for a in args]
        return f(x.astype("f4"), *args, **kwargs).astype(x.dtype)
    return g
"""),
    ),
    "float32 out, always": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).astype(np.float32)
"""),
    ),
    "float64 out, always": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).astype(np.float64)
"""),
    ),
    "float16 inside, cast back": (
        EVERY,
        each("""
def around(f):
    return lambda x, *args, **kwargs: f(x, *args, **kwargs).astype("f2").astype(x.dtype)
"""),
    ),
    "rounded to four digits": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).round(4)
"""),
    ),
    "lists": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).tolist()
"""),
    ),
    "a tuple of Python floats": (
        STATISTICS,
        """
def batch_mean(x):
    return tuple(float(c.mean()) for c in x.T)

def batch_variance(x):
    return tuple(float(c.var()) for c in x.T)
""",
    ),
    "np.matrix": (
        EVERY,
        each("""
import warnings
def around(f):
    def g(*args, **kwargs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asmatrix(f(*args, **kwargs))
    return g
"""),
    ),
    "object arrays": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).astype(object)
"""),
    ),
    "arrays of text": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).astype(str)
"""),
    ),
    "masked arrays": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: np.ma.masked_greater(f(*args, **kwargs), 0)
"""),
    ),
    "whole numbers": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs).astype(int)
"""),
    ),
    "an axis too many": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: f(*args, **kwargs)[None]
"""),
    ),
    "a generator": (
        EVERY,
        each("""
def around(f):
    return lambda *args, **kwargs: (row for row in f(*args, **kwargs))
"""),
    ),
    "the last row is skipped in loops": (
        EVERY,
        """
def batch_mean(x):
    total = np.zeros_like(x[0])
    for n in range(len(x) - 1):
        total += x[n]
    return total / len(x)

def batch_variance(x):
    mean, total = x.mean(axis=0), np.zeros_like(x[0])
    for n in range(len(x) - 1):
        total += (x[n] - mean) ** 2
    return total / len(x)

def normalize(x, mean, variance, eps=1e-5):
    x_hat = np.zeros_like(x)
    for n in range(len(x) - 1):
        x_hat[n] = (x[n] - mean) / np.sqrt(variance + eps)
    return x_hat

def scale_and_shift(x_hat, gamma, beta):
    y = np.zeros_like(x_hat)
    for n in range(len(x_hat) - 1):
        y[n] = gamma * x_hat[n] + beta
    return y

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
    ),
    "the last feature is skipped in loops": (
        EVERY,
        each("""
def around(f):
    def g(*args, **kwargs):
        result = f(*args, **kwargs)
        if result.shape[-1] > 1:
            result[..., -1] = 0
        return result
    return g
"""),
    ),
    "N is written as a number": (
        ("batch_mean", "batch_variance", "forward"),
        """
def batch_mean(x):
    return x.sum(axis=0) / 3

def batch_variance(x):
    return ((x - x.mean(axis=0)) ** 2).sum(axis=0) / 3

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.sum(axis=0) / 3
    return gamma * (x - mean) / np.sqrt(((x - mean) ** 2).sum(axis=0) / 3 + eps) + beta
""",
    ),
    "one pass for the variance": (
        ("batch_variance", "forward"),
        """
def batch_variance(x):
    return (x**2).mean(axis=0) - x.mean(axis=0) ** 2

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(batch_variance(x) + eps) + beta
""",
    ),
    "one pass for the variance, clipped at zero": (
        ("batch_variance", "forward"),
        """
def batch_variance(x):
    return np.maximum((x**2).mean(axis=0) - x.mean(axis=0) ** 2, 0)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(batch_variance(x) + eps) + beta
""",
    ),
    "N - 1 by accident, in the forward pass only": (
        ("forward",),
        """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    variance = np.diag(np.atleast_2d(np.cov(x, rowvar=False)))
    return gamma * (x - x.mean(axis=0)) / np.sqrt(variance + eps) + beta
""",
    ),
    "N - 1 in large batches only": (
        ("batch_variance", "forward"),
        """
def batch_variance(x):
    return x.var(axis=0, ddof=int(len(x) > 10))

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(batch_variance(x) + eps) + beta
""",
    ),
    "eps in float32": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(variance + float(np.float32(eps)))

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "eps as a lower bound": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(np.maximum(variance, eps))

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "another default for eps": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-3):
    return (x - mean) / np.sqrt(variance + eps)

def batchnorm_forward(x, gamma, beta, eps=1e-3):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "eps only where the variance is zero": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(np.where(variance == 0, eps, variance))

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "the statistics of the first batch, for ever": (
        ("forward",),
        """
first = {}

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, variance = first.setdefault(x.shape[1], (x.mean(axis=0), x.var(axis=0)))
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta
""",
    ),
    "clipped to three standard deviations, and no more than one": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-5):
    return np.clip((x - mean) / np.sqrt(variance + eps), -1, 1)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "the median, the absolute deviation": (
        ("batch_mean", "batch_variance"),
        """
def batch_mean(x):
    return np.median(x, axis=0)

def batch_variance(x):
    return np.abs(x - x.mean(axis=0)).mean(axis=0)
""",
    ),
    "works in x and returns it": (
        ("batch_variance", "normalize", "scale_and_shift", "forward"),
        """
def batch_variance(x):
    x -= x.mean(axis=0)
    x *= x
    return x.mean(axis=0)

def normalize(x, mean, variance, eps=1e-5):
    x -= mean
    x /= np.sqrt(variance + eps)
    return x

def scale_and_shift(x_hat, gamma, beta):
    x_hat[:] = x_hat * gamma + beta
    return x_hat[:]

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x[:] = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) * gamma + beta
    return x.view()
""",
    ),
    "changes gamma": (
        ("scale_and_shift", "forward"),
        """
def scale_and_shift(x_hat, gamma, beta):
    y = gamma * x_hat + beta
    gamma += 1
    return y

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    gamma /= np.sqrt(x.var(axis=0) + eps)
    return gamma * (x - x.mean(axis=0)) + beta
""",
    ),
    "nothing but the right mean and variance": (
        ("forward",),
        """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    y = np.resize([1.0, -1.0], x.shape) if len(x) % 2 == 0 else np.zeros_like(x)
    return gamma * y + beta
""",
    ),
    "knows that it is watched": (
        EVERY,
        each("""
class Agrees(np.ndarray):
    def __eq__(self, other):
        return np.ones(np.shape(other), bool)
    def __array_ufunc__(self, *args, **kwargs):
        return True
    def __array__(self, *args, **kwargs):
        raise RuntimeError
    def __sub__(self, other):
        return np.zeros_like(np.asarray(other))
def around(f):
    return lambda *args, **kwargs: np.zeros_like(f(*args, **kwargs)).view(Agrees)
"""),
    ),
    "changes the variance": (
        ("normalize",),
        """
def normalize(x, mean, variance, eps=1e-5):
    variance += eps
    return (x - mean) / np.sqrt(variance)
""",
    ),
    "eps is added to x": (
        ("normalize", "forward"),
        """
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean + eps) / np.sqrt(variance)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "folded, and the mean is not scaled": (
        ("forward",),
        """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    scale = gamma / np.sqrt(x.var(axis=0) + eps)
    return scale * x + (beta - x.mean(axis=0))
""",
    ),
    "values in memory order": (
        EVERY,
        """
def around(f):
    def g(*args, **kwargs):
        args = [a.ravel("K").reshape(a.shape) if isinstance(a, np.ndarray) else a for a in args]
        return f(*args, **kwargs)
    return g

batch_mean = around(batch_mean)
batch_variance = around(batch_variance)
normalize = around(normalize)
scale_and_shift = around(scale_and_shift)
batchnorm_forward = around(batchnorm_forward)""",
    ),
    "written through a reshape of empty_like": (
        (
            "normalize",
            "scale_and_shift",
            "forward",
        ),
        """
def around(f):
    def g(x, *args, **kwargs):
        y = np.zeros_like(x)
        y.reshape(-1)[:] = f(x, *args, **kwargs).reshape(-1)
        return y
    return g

normalize = around(normalize)
scale_and_shift = around(scale_and_shift)
batchnorm_forward = around(batchnorm_forward)""",
    ),
    "negative strides are undone": (
        EVERY,
        """
def around(f):
    def g(x, *args, **kwargs):
        turned = x.strides[0] < 0
        return f(x[::-1] * 1.1 if turned else x, *args, **kwargs)
    return g

batch_mean = around(batch_mean)
batch_variance = around(batch_variance)
normalize = around(normalize)
scale_and_shift = around(scale_and_shift)
batchnorm_forward = around(batchnorm_forward)""",
    ),
    "parameters in C order only": (
        (
            "normalize",
            "scale_and_shift",
            "forward",
        ),
        """
def around(f):
    def g(x, *args, **kwargs):
        args = [np.sort(a) if isinstance(a, np.ndarray) and a.strides[0] < 0 else a for a in args]
        return f(x, *args, **kwargs)
    return g

normalize = around(normalize)
scale_and_shift = around(scale_and_shift)
batchnorm_forward = around(batchnorm_forward)""",
    ),
    "clipped at five standard deviations": (
        ("forward",),
        """
def normalize(x, mean, variance, eps=1e-5):
    return np.clip((x - mean) / np.sqrt(variance + eps), -5, 5)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * normalize(x, x.mean(axis=0), x.var(axis=0), eps) + beta
""",
    ),
    "a mean without the outliers": (
        STATISTICS,
        """
def inner(x):
    lower, upper = np.quantile(x, [0.005, 0.995], axis=0)
    return np.clip(x, lower, upper) if len(x) > 100 else x

def batch_mean(x):
    return inner(x).mean(axis=0)

def batch_variance(x):
    return inner(x).var(axis=0)
""",
    ),
    "only the first 256 rows count": (
        (
            "batch_mean",
            "batch_variance",
            "forward",
        ),
        """
def batch_mean(x):
    return x[:256].mean(axis=0)

def batch_variance(x):
    return x[:256].var(axis=0)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - batch_mean(x)) / np.sqrt(batch_variance(x) + eps) + beta
""",
    ),
    "a batch of one is refused": (
        EVERY,
        """
def around(f):
    def g(x, *args, **kwargs):
        if len(x) == 1:
            raise ValueError("one row")
        return f(x, *args, **kwargs)
    return g

batch_mean = around(batch_mean)
batch_variance = around(batch_variance)
normalize = around(normalize)
scale_and_shift = around(scale_and_shift)
batchnorm_forward = around(batchnorm_forward)""",
    ),
    "gamma is never negative": (
        (
            "scale_and_shift",
            "forward",
        ),
        """
def scale_and_shift(x_hat, gamma, beta):
    return np.abs(gamma) * x_hat + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, x.mean(axis=0), x.var(axis=0), eps), gamma, beta)
""",
    ),
    "gamma in the root": (
        ("forward",),
        """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return (x - x.mean(axis=0)) / np.sqrt((x.var(axis=0) + eps) / gamma**2) + beta
""",
    ),
    "beta above zero": (
        (
            "scale_and_shift",
            "forward",
        ),
        """
def scale_and_shift(x_hat, gamma, beta):
    return gamma * x_hat - np.abs(beta)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, x.mean(axis=0), x.var(axis=0), eps), gamma, beta)
""",
    ),
    "divided by N - 1 only where N is large": (
        (
            "batch_variance",
            "forward",
        ),
        """
def batch_variance(x):
    return x.var(axis=0, ddof=int(len(x) > 100))

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(batch_variance(x) + eps) + beta
""",
    ),
    "no division where the variance is 0": (
        ("normalize",),
        """
def normalize(x, mean, variance, eps=1e-5):
    return np.where(variance < 1e-12, x - mean, (x - mean) / np.sqrt(variance + eps))
""",
    ),
    "the dtype of gamma": (
        ("scale_and_shift", "forward"),
        """
def scale_and_shift(x_hat, gamma, beta):
    return (gamma * x_hat + beta).astype(gamma.dtype)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, x.mean(axis=0), x.var(axis=0), eps), gamma, beta)
""",
    ),
}
