"""Wrong implementations for problem set 1, of a fourth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The loop starts at the second row, but the sum at zero.",
        """\
def batch_mean(x):
    N, D = x.shape
    total = np.zeros(D, dtype=x.dtype)
    for n in range(1, N):
        total += x[n]
    return total / N
""",
        ("slip-left-out", "slip-number"),
    ),
    Try(
        "batch_variance",
        "The distances are averaged first, and squared then.",
        """\
def batch_variance(x):
    distances = x - batch_mean(x)
    return np.mean(distances, axis=0) ** 2
""",
        ("slip-brackets", "slip-order"),
    ),
    Try(
        "batch_variance",
        "The mean distance, without a square.",
        """\
def batch_variance(x):
    mean = batch_mean(x)
    distance = abs(x - mean)
    return distance.sum(axis=0) / len(x)
""",
        ("slip-power", "slip-operation", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "normalize",
        "eps is a lower bound of the variance.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    safe = np.where(variance > eps, variance, eps)
    return (x - mean) / np.sqrt(safe)
""",
        ("eps-misplaced", "slip-operation", "eps-missing"),
    ),
    Try(
        "normalize",
        "eps is squared, so that it is a standard deviation.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    centred = x - mean
    return centred * (variance + eps**2) ** -0.5
""",
        ("eps-misplaced", "slip-power", "slip-twice"),
    ),
    Try(
        "scale_and_shift",
        "beta is subtracted, and before the multiplication.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return gamma * (x_hat - beta)
""",
        ("shift-before-scale", "slip-sign", "slip-brackets"),
    ),
    Try(
        "forward",
        "The statistics are passed on in the wrong order.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    variance = batch_variance(x)
    mean = batch_mean(x)
    x_hat = normalize(x, variance, mean, eps)
    return scale_and_shift(x_hat, gamma, beta)
""",
        ("mean-and-variance-swapped", "slip-order"),
    ),
    Try(
        "forward",
        "x_hat is calculated, and then x is scaled.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = batch_mean(x)
    variance = batch_variance(x)
    x_hat = normalize(x, mean, variance, eps)
    y = scale_and_shift(x, gamma, beta)
    return y
""",
        ("slip-operand", "slip-left-out"),
    ),
    Try(
        "forward",
        "ddof=1, and all in float64.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    values = np.array(x, dtype=np.float64)
    mean, std = values.mean(axis=0), np.sqrt(values.var(axis=0, ddof=1) + eps)
    return gamma * (values - mean) / std + beta
""",
        ("unbiased-normalise", "loses-dtype", "slip-count"),
    ),
    Try(
        "forward",
        "The root is taken of the mean of the squares over everything.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=0)
    std = np.sqrt(np.mean(centred**2) + eps)
    return (centred / std * gamma + beta).astype(x.dtype)
""",
        ("scalar-variance", "scalar-statistics", "slip-axis"),
    ),
]
