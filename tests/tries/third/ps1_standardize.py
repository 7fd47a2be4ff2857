"""Wrong implementations for problem set 1, of a third round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The sum starts at ones, not at zeros.",
        """\
def batch_mean(x):
    total = np.ones(x.shape[1], x.dtype)
    for row in x:
        total = total + row
    return total / len(x)
""",
        ("slip-number", "slip-offset"),
    ),
    Try(
        "batch_variance",
        "A helper centres, and the sum of squares is divided by N - 1.",
        """\
def centre(x):
    return x - batch_mean(x)


def batch_variance(x):
    c = centre(x)
    return np.sum(c * c, axis=0) / (x.shape[0] - 1)
""",
        ("unbiased-normalise", "slip-count"),
    ),
    Try(
        "batch_variance",
        "The squares are averaged over everything, and the number repeated.",
        """\
def batch_variance(x):
    distance = x - x.mean(axis=0)
    one = (distance**2).mean()
    return np.full(x.shape[1], one, dtype=x.dtype)
""",
        ("scalar-variance", "scalar-statistics", "slip-axis"),
    ),
    Try(
        "normalize",
        "The root of eps is added to the root of the variance.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.sqrt(variance) + np.sqrt(eps)
    return (x - mean) / std
""",
        ("eps-misplaced", "eps-outside-sqrt", "slip-brackets", "slip-power", "loses-dtype"),
    ),
    Try(
        "normalize",
        "x is divided by the deviation first, and the mean subtracted then.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    scaled = x / np.sqrt(variance + eps)
    return scaled - mean
""",
        ("slip-brackets", "slip-order"),
    ),
    Try(
        "scale_and_shift",
        "gamma is added where beta should be.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return gamma * x_hat + gamma
""",
        ("slip-operand", "gamma-only"),
    ),
    Try(
        "forward",
        "The deviation is that of a sample, with ddof=1.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    m, s = np.mean(x, axis=0), np.std(x, axis=0, ddof=1)
    x_hat = (x - m) / np.sqrt(s**2 + eps)
    return scale_and_shift(x_hat, gamma, beta)
""",
        ("unbiased-normalise", "slip-count"),
    ),
    Try(
        "forward",
        "The helper gets variance and mean in the other order.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = batch_mean(x)
    variance = batch_variance(x)
    x_hat = normalize(x, variance, mean, eps)
    return scale_and_shift(x_hat, gamma, beta)
""",
        ("mean-and-variance-swapped", "slip-order"),
    ),
    Try(
        "forward",
        "eps is not passed on, and beta is subtracted.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = normalize(x, batch_mean(x), batch_variance(x))
    return gamma * x_hat - beta
""",
        ("eps-fixed", "slip-fixed", "slip-sign"),
    ),
    Try(
        "forward",
        "The mean is that of the first half of the batch.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    half = x[: (len(x) + 1) // 2]
    mean = half.mean(axis=0)
    var = ((x - mean) ** 2).mean(axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("slip-left-out",),
    ),
]
