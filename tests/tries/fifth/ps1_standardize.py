"""Wrong implementations for problem set 1, of a fifth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The mean of the first and the last row.",
        """\
def batch_mean(x):
    return (x[0] + x[-1]) / 2
""",
        ("slip-left-out", "slip-reduction"),
    ),
    Try(
        "batch_variance",
        "The mean of all values is subtracted, the squares are averaged by feature.",
        """\
def batch_variance(x):
    squares = np.square(x - np.mean(x))
    return np.sum(squares, axis=0) / x.shape[0]
""",
        ("scalar-mean", "slip-axis"),
    ),
    Try(
        "normalize",
        "The root is taken of eps alone, and the variance is not under it.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    numerator = x - mean
    denominator = variance + np.sqrt(eps)
    return numerator / denominator
""",
        ("divides-by-variance", "eps-misplaced", "slip-brackets", "slip-operand", "slip-power"),
    ),
    Try(
        "forward",
        "gamma multiplies before the division, and beta is divided too.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = batch_mean(x)
    sigma = np.sqrt(batch_variance(x) + eps)
    return (gamma * (x - mu) + beta) / sigma
""",
        ("slip-brackets", "shift-before-scale"),
    ),
    Try(
        "forward",
        "The variance is taken of what was divided already.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(0)
    variance = centred.var(0) ** 2
    x_hat = centred / np.sqrt(variance + eps)
    return (x_hat * gamma + beta).astype(x.dtype)
""",
        ("slip-power", "divides-by-variance", "slip-twice", "slip-left-out"),
    ),
]
