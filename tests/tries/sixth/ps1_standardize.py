"""Wrong implementations for problem set 1, of a sixth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The sum by einsum is divided by the length of a row.",
        """\
def batch_mean(x):
    total = np.einsum("nd->d", x)
    return total / len(x[0])
""",
        ("count-of-features", "slip-count"),
    ),
    Try(
        "batch_mean",
        "A mean that is brought up to date row by row counts one row too many.",
        """\
def batch_mean(x):
    m = np.zeros(x.shape[1], dtype=x.dtype)
    for n, row in enumerate(x):
        m = m + (row - m) / (n + 2)
    return m
""",
        ("slip-count", "slip-offset", "slip-number"),
    ),
    Try(
        "batch_mean",
        "The median of each feature.",
        """\
def batch_mean(x):
    return np.median(x, axis=0).astype(x.dtype)
""",
        ("slip-reduction",),
    ),
    Try(
        "batch_variance",
        "The square is taken after the mean, so all is 0.",
        """\
def batch_variance(x):
    diff = x - batch_mean(x)
    return np.mean(diff, axis=0) ** 2
""",
        ("slip-brackets", "slip-power", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "The diagonal of np.cov, which divides by N - 1.",
        """\
def batch_variance(x):
    return np.diag(np.atleast_2d(np.cov(x, rowvar=False))).astype(x.dtype)
""",
        ("unbiased-normalise",),
    ),
    Try(
        "batch_variance",
        "The first row is subtracted instead of the mean.",
        """\
def batch_variance(x):
    d = x - x[0]
    return (d * d).sum(axis=0) / x.shape[0]
""",
        ("slip-operand", "slip-reduction", "mean-of-squares"),
    ),
    Try(
        "batch_variance",
        "The mean is subtracted in place, and N - 1 divides.",
        """\
def batch_variance(x):
    x -= x.mean(axis=0)
    n = x.shape[0]
    return np.sum(np.power(x, 2), 0) / (n - 1)
""",
        ("mutates-input", "unbiased-normalise"),
    ),
    Try(
        "normalize",
        "eps is a lower limit for the standard deviation.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.maximum(np.sqrt(variance), eps)
    return (x - mean) / std
""",
        ("eps-misplaced", "slip-operation"),
    ),
    Try(
        "normalize",
        "No eps: where the variance is 0 the result is set to 0.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    out = np.zeros_like(x)
    ok = variance > 0
    out[:, ok] = (x[:, ok] - mean[ok]) / np.sqrt(variance[ok])
    return out
""",
        ("eps-missing",),
    ),
    Try(
        "normalize",
        "eps is squared, and an array of np.zeros makes float64 of all.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    N, D = x.shape
    x_hat = np.zeros((N, D))
    for d in range(D):
        x_hat[:, d] = (x[:, d] - mean[d]) / (variance[d] + eps**2) ** 0.5
    return x_hat
""",
        ("eps-misplaced", "slip-power", "loses-dtype"),
    ),
    Try(
        "scale_and_shift",
        "A matrix with gamma on its diagonal, and beta summed over the features.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return x_hat @ np.diag(gamma) + beta.sum()
""",
        ("slip-reduction", "slip-operand"),
    ),
    Try(
        "scale_and_shift",
        "gamma + 1 scales, as if gamma started at 0.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    scale = 1 + gamma
    return scale * x_hat + beta
""",
        ("slip-offset",),
    ),
    Try(
        "forward",
        "eps is added to the quotient.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, var = np.mean(x, 0), np.var(x, 0)
    x_hat = (x - mu) / np.sqrt(var) + eps
    return gamma * x_hat + beta
""",
        ("eps-misplaced", "slip-brackets", "eps-outside-sqrt"),
    ),
    Try(
        "forward",
        "The variance is one a row, the mean one a feature.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=0)
    var = np.var(x, axis=1).reshape(-1, 1)
    return gamma * ((x - mean) / np.sqrt(var + eps)) + beta
""",
        ("wrong-axis", "slip-axis"),
    ),
    Try(
        "forward",
        "The scaled values are written into x, and beta is left out.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = batch_mean(x)
    variance = batch_variance(x)
    x[:] = normalize(x, mean, variance, eps)
    y = gamma * x
    return y
""",
        ("mutates-input", "gamma-only"),
    ),
    Try(
        "forward",
        "The standard deviation divides by N - 1 and eps is added to it.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    sigma = x.std(axis=0, ddof=1) + eps
    centred = x - x.mean(axis=0)
    return gamma * centred / sigma + beta
""",
        ("unbiased-normalise", "eps-outside-sqrt"),
    ),
]
