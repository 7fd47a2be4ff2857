"""Right solutions of ps1_standardize in different styles: name -> the notebook's code."""

# For styles that differ in the statistics alone.
REST = """
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(variance + eps)

def scale_and_shift(x_hat, gamma, beta):
    return gamma * x_hat + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
"""

RIGHT = {
    "loops over every element": """
def batch_mean(x):
    N, D = x.shape
    mean = np.zeros(D, x.dtype)
    for d in range(D):
        for n in range(N):
            mean[d] += x[n, d]
        mean[d] /= N
    return mean

def batch_variance(x):
    N, D = x.shape
    mean, variance = batch_mean(x), np.zeros(D, x.dtype)
    for d in range(D):
        for n in range(N):
            variance[d] += (x[n, d] - mean[d]) ** 2
        variance[d] /= N
    return variance

def normalize(x, mean, variance, eps=1e-5):
    x_hat = np.zeros_like(x)
    for n in range(x.shape[0]):
        for d in range(x.shape[1]):
            x_hat[n, d] = (x[n, d] - mean[d]) / (variance[d] + eps) ** 0.5
    return x_hat

def scale_and_shift(x_hat, gamma, beta):
    y = np.empty_like(x_hat)
    for n, row in enumerate(x_hat):
        for d, value in enumerate(row):
            y[n, d] = gamma[d] * value + beta[d]
    return y

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
    "einsum": """
def batch_mean(x):
    return np.einsum("nd->d", x) / len(x)

def batch_variance(x):
    centred = x - batch_mean(x)
    return np.einsum("nd,nd->d", centred, centred) / x.shape[0]

def normalize(x, mean, variance, eps=1e-5):
    return np.einsum("nd,d->nd", x - mean, 1 / np.sqrt(variance + eps))

def scale_and_shift(x_hat, gamma, beta):
    return np.einsum("nd,d->nd", x_hat, gamma) + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - batch_mean(x)
    variance = np.einsum("nd,nd->d", centred, centred) / len(x)
    return np.einsum("nd,d,d->nd", centred, gamma, (variance + eps) ** -0.5) + beta
""",
    "Welford": """
def _welford(x):
    mean = np.zeros(x.shape[1], np.float64)
    squares = np.zeros(x.shape[1], np.float64)
    for n, row in enumerate(x, 1):
        delta = row - mean
        mean = mean + delta / n
        squares = squares + delta * (row - mean)
    return mean.astype(x.dtype), (squares / len(x)).astype(x.dtype)

def batch_mean(x):
    return _welford(x)[0]

def batch_variance(x):
    return _welford(x)[1]
"""
    + REST,
    "staged graph, in the functions and in the whole": """
def batch_mean(x):
    N, D = x.shape
    total = np.sum(x, axis=0)
    return total * (1 / N)

def batch_variance(x):
    N, D = x.shape
    mu = 1. / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu ** 2
    return 1. / N * np.sum(sq, axis=0)

def normalize(x, mean, variance, eps=1e-5):
    xmu = x - mean
    sqrtvar = np.sqrt(variance + eps)
    ivar = 1. / sqrtvar
    return xmu * ivar

def scale_and_shift(x_hat, gamma, beta):
    gammax = gamma * x_hat
    return gammax + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = 1. / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu ** 2
    var = 1. / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1. / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out
""",
    "closures and lambdas": """
def over_the_batch(f):
    return lambda x: f(x, axis=0)

batch_mean = over_the_batch(np.mean)
batch_variance = over_the_batch(np.var)

def normaliser(mean, variance, eps):
    scale = 1 / np.sqrt(variance + eps)
    return lambda x: (x - mean) * scale

normalize = lambda x, mean, variance, eps=1e-5: normaliser(mean, variance, eps)(x)
scale_and_shift = lambda x_hat, gamma, beta: x_hat * gamma + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    step = normaliser(batch_mean(x), batch_variance(x), eps)
    return scale_and_shift(step(x), gamma, beta)
""",
    "a class with slots, and its bound methods": """
class Batch:
    __slots__ = ("x", "mean", "variance")

    def __init__(self, x):
        self.x = x
        self.mean = x.mean(axis=0)
        self.variance = np.square(x - self.mean).mean(axis=0)

    def normalized(self, eps):
        return (self.x - self.mean) / np.sqrt(self.variance + eps)

class Layer:
    __slots__ = ()
    def batch_mean(self, x):
        return Batch(x).mean
    def batch_variance(self, x):
        return Batch(x).variance
    def __call__(self, x, gamma, beta, eps=1e-5):
        return Batch(x).normalized(eps) * gamma + beta

layer = Layer()
batch_mean, batch_variance, batchnorm_forward = layer.batch_mean, layer.batch_variance, layer

def normalize(x, mean, variance, eps=1e-5):
    return np.divide(np.subtract(x, mean), np.sqrt(np.add(variance, eps)))

def scale_and_shift(x_hat, gamma, beta):
    return np.add(np.multiply(x_hat, gamma), beta)
""",
    "float64 inside, cast back": """
def batch_mean(x):
    return np.mean(x, axis=0, dtype=np.float64).astype(x.dtype)

def batch_variance(x):
    return np.var(x.astype(np.float64), axis=0).astype(x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    z = (x.astype("f8") - mean.astype("f8")) / np.sqrt(variance.astype("f8") + eps)
    return z.astype(x.dtype)

def scale_and_shift(x_hat, gamma, beta):
    return (x_hat.astype(float) * gamma + beta).astype(x_hat.dtype)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x64 = np.array(x, dtype=np.float64)
    y = (x64 - x64.mean(0)) / np.sqrt(x64.var(0) + eps) * gamma + beta
    return y.astype(x.dtype)
""",
    "keepdims and squeeze": """
def batch_mean(x):
    return np.squeeze(np.mean(x, axis=0, keepdims=True), axis=0)

def batch_variance(x):
    mean = np.mean(x, axis=0, keepdims=True)
    return np.squeeze(np.mean(np.power(x - mean, 2), axis=0, keepdims=True), axis=0)

def normalize(x, mean, variance, eps=1e-5):
    mean, variance = mean.reshape(1, -1), variance.reshape(1, -1)
    return (x - mean) / (variance + eps) ** 0.5

def scale_and_shift(x_hat, gamma, beta):
    return gamma[np.newaxis, :] * x_hat + beta[np.newaxis, :]

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, std = x.mean(0, keepdims=True), np.sqrt(x.var(0, keepdims=True) + eps)
    return gamma[None] * ((x - mean) / std) + beta[None]
""",
    "matmul with ones": """
def batch_mean(x):
    return np.ones(len(x), x.dtype) @ x / len(x)

def batch_variance(x):
    N = x.shape[0]
    ones = np.ones((1, N), x.dtype)
    centred = x - ones.T @ (ones @ x / N)
    return np.diag(centred.T @ centred) / N

def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) @ np.diag(1 / np.sqrt(variance + eps)).astype(x.dtype)

def scale_and_shift(x_hat, gamma, beta):
    return x_hat @ np.diag(gamma) + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
    "comprehension and stack, column by column": """
def batch_mean(x):
    return np.array([column.mean() for column in x.T], dtype=x.dtype)

def batch_variance(x):
    return np.array([((c - c.mean()) ** 2).mean() for c in x.T], dtype=x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    rows = [(row - mean) / np.sqrt(variance + eps) for row in x]
    return np.stack(rows)

def scale_and_shift(x_hat, gamma, beta):
    return np.stack([g * c + b for c, g, b in zip(x_hat.T, gamma, beta)], axis=1)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    columns = []
    for c, g, b in zip(x.T, gamma, beta):
        c = (c - c.mean()) / np.sqrt(c.var() + eps)
        columns.append(g * c + b)
    return np.column_stack(columns)
""",
    "ufunc methods and output arguments": """
def batch_mean(x):
    return np.true_divide(np.add.reduce(x, axis=0), x.shape[0])

def batch_variance(x):
    work = x.copy()
    np.subtract(work, batch_mean(x), out=work)
    np.multiply(work, work, out=work)
    return np.add.reduce(work) / len(work)

def normalize(x, mean, variance, eps=1e-5):
    work = np.subtract(x, mean)
    work /= np.sqrt(variance + eps)
    return work

def scale_and_shift(x_hat, gamma, beta):
    y = x_hat.copy()
    y *= gamma
    y += beta
    return y

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x = x.copy()
    x -= np.add.reduce(x) / len(x)
    x /= np.sqrt(np.add.reduce(x * x) / len(x) + eps)
    x *= gamma
    x += beta
    return x
""",
    "helpers, one line a function, types": """
from typing import Callable
Array = np.ndarray

def average(values: Array) -> Array:
    "The mean over the first axis."
    return values.sum(0) / values.shape[0]

def centre(x: Array) -> Array:
    return x - average(x)

def batch_mean(x: Array) -> Array:
    return average(x)

def batch_variance(x: Array) -> Array:
    return average(centre(x) ** 2)

def inverse_std(variance: Array, eps: float) -> Array:
    return 1 / np.sqrt(variance + eps)

def normalize(x: Array, mean: Array, variance: Array, eps: float = 1e-5) -> Array:
    return (x - mean) * inverse_std(variance, eps)

def scale_and_shift(x_hat: Array, gamma: Array, beta: Array) -> Array:
    return beta + x_hat * gamma

def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    return scale_and_shift(centre(x) * inverse_std(batch_variance(x), eps), gamma, beta)
""",
    "prints and warnings": """
import sys, warnings

def batch_mean(x):
    print("mean of", x.shape)
    return x.mean(axis=0)

def batch_variance(x):
    warnings.warn("the variance is biased")
    np.log(np.zeros(1))
    return x.var(axis=0)

def normalize(x, mean, variance, eps=1e-5):
    print("normalising", file=sys.stderr)
    return (x - mean) / np.sqrt(variance + eps)

def scale_and_shift(x_hat, gamma, beta):
    warnings.warn("old", DeprecationWarning)
    return gamma * x_hat + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    y = scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
    print(y)
    return y
""",
    "harmless redefinitions of builtins": """
sum, max, len, abs, type, id, print, dict, tuple, isinstance, float = [None] * 11
list, str, input, all, any, min = "list", "str", "input", 0, 1, 2

def batch_mean(x):
    sum = x.sum(axis=0)
    return sum / x.shape[0]

def batch_variance(x):
    max = x - batch_mean(x)
    return (max * max).mean(axis=0)
"""
    + REST,
    "caches of what depends on the shape": """
import functools

@functools.lru_cache(maxsize=None)
def weights(N):
    return np.full(N, 1 / N)

@functools.cache
def ones(shape):
    return np.ones(shape)

def batch_mean(x):
    return (weights(x.shape[0]) @ x).astype(x.dtype)

def batch_variance(x):
    return (weights(len(x)) @ (x - batch_mean(x)) ** 2).astype(x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    scale = ones(x.shape) / np.sqrt(variance + eps)
    return ((x - mean) * scale).astype(x.dtype)

def scale_and_shift(x_hat, gamma, beta):
    return (x_hat * gamma + beta * ones(x_hat.shape)).astype(x_hat.dtype)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
    "np.vectorize and apply_along_axis": """
import math

def batch_mean(x):
    return np.apply_along_axis(lambda column: math.fsum(column) / len(column), 0, x).astype(x.dtype)

def batch_variance(x):
    mean = batch_mean(x)
    squares = np.vectorize(lambda value, centre: (value - centre) ** 2)(x, mean)
    return squares.mean(axis=0).astype(x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    step = np.vectorize(lambda x, m, v: (x - m) / math.sqrt(v + eps), otypes=[x.dtype])
    return step(x, mean, variance)

def scale_and_shift(x_hat, gamma, beta):
    return np.vectorize(lambda x, g, b: g * x + b, otypes=[x_hat.dtype])(x_hat, gamma, beta)

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
    "folded into one scale and one offset": """
def batch_mean(x):
    return np.average(x, axis=0)

def batch_variance(x):
    return np.std(x, axis=0) ** 2

def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) * (variance + eps) ** -0.5

def scale_and_shift(x_hat, gamma, beta):
    return x_hat * gamma + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    scale = gamma / np.sqrt(np.var(x, axis=0) + eps)
    return x * scale + (beta - np.mean(x, axis=0) * scale)
""",
    "one pass, shifted by the first row": """
def batch_mean(x):
    return x[0] + (x - x[0]).mean(axis=0)

def batch_variance(x):
    shifted = x - x[0]
    return (shifted**2).mean(axis=0) - shifted.mean(axis=0) ** 2
"""
    + REST,
    "recursion on halves": """
def _total(rows):
    if len(rows) == 1:
        return rows[0]
    middle = len(rows) // 2
    return _total(rows[:middle]) + _total(rows[middle:])

def batch_mean(x):
    return _total(x) / len(x)

def batch_variance(x):
    return _total((x - batch_mean(x)) ** 2) / len(x)
"""
    + REST,
    "keyword-only habits, other argument order inside, Fortran order out": """
def batch_mean(x):
    return np.asfortranarray(x).mean(axis=-2)

def batch_variance(x):
    covariance = np.cov(x.astype(np.float64), rowvar=False, ddof=0)
    return np.diag(np.atleast_2d(covariance)).astype(x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    return np.asfortranarray((x - mean) / np.sqrt(variance + eps))

def scale_and_shift(x_hat, gamma, beta):
    return (x_hat.T * gamma[:, None] + beta[:, None]).T

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = normalize(eps=eps, variance=batch_variance(x), mean=batch_mean(x), x=x)
    return scale_and_shift(beta=beta, gamma=gamma, x_hat=x_hat)
""",
    "norms, pairs of rows, hypot": """
def batch_mean(x):
    return np.cumsum(x, axis=0)[-1] / len(x)

def batch_variance(x):
    apart = x[:, None] - x[None]
    return (apart**2).sum(axis=(0, 1)) / (2 * len(x) ** 2)

def normalize(x, mean, variance, eps=1e-5):
    scale = np.hypot(np.sqrt(variance.astype(float)), eps**0.5)
    return ((x - mean) / scale).astype(x.dtype)

def scale_and_shift(x_hat, gamma, beta, /):
    return np.multiply(gamma, x_hat) + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5, **options):
    centred = x - x.mean(axis=0)
    variance = np.linalg.norm(centred, axis=0) ** 2 / len(x)
    return gamma * centred / np.sqrt(variance + eps) + beta
""",
    "Python's own numbers, longdouble, strict about its arguments": """
import math

def batch_mean(x):
    return np.array([math.fsum(c) / len(c) for c in x.T.tolist()], dtype=x.dtype)

def batch_variance(x, ddof=0):
    return np.var(x.astype(np.longdouble), axis=0, ddof=ddof).astype(x.dtype)

def normalize(x, mean, variance, eps=1e-5):
    if not (isinstance(eps, float) and eps > 0 and x.ndim == 2):
        raise TypeError("x is (N, D), eps a positive number")
    with np.errstate(divide="raise", invalid="raise"):
        return ((x - mean) * np.exp(-0.5 * np.log(variance + eps))).astype(x.dtype)

def scale_and_shift(x_hat, gamma, beta):
    assert gamma.shape == beta.shape == x_hat.shape[1:]
    return gamma * x_hat + beta

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    eps, N = x.dtype.type(eps), x.dtype.type(len(x))
    centred = x - x.sum(axis=0) / N
    return gamma * centred / np.sqrt((centred * centred).sum(axis=0) / N + eps) + beta
""",
}
