"""Wrong implementations for problem set 1, of a seventh round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The sum is divided by N - 1.",
        """\
def batch_mean(x):
    total = np.zeros(x.shape[1], dtype=x.dtype)
    for row in x:
        total += row
    return total / (len(x) - 1)
""",
        ("slip-count", "slip-offset", "slip-number"),
    ),
    Try(
        "batch_mean",
        "The mean is taken over the axis of features, with einsum.",
        """\
def batch_mean(x):
    N, D = x.shape
    return np.einsum("nd->n", x) / D
""",
        ("wrong-axis", "slip-axis"),
    ),
    Try(
        "batch_variance",
        "The distances are not squared: the mean absolute deviation.",
        """\
def batch_variance(x):
    mu = np.mean(x, axis=0)
    distance = np.abs(x - mu)
    return np.mean(distance, axis=0)
""",
        ("slip-power", "slip-left-out", "slip-operation"),
    ),
    Try(
        "batch_variance",
        "The mean is one number for all features, and the sum is divided by N - 1.",
        """\
def batch_variance(x):
    N = x.shape[0]
    centered = x - np.mean(x)
    return np.sum(np.square(centered), axis=0) / (N - 1)
""",
        ("scalar-mean", "unbiased-normalise", "slip-axis", "slip-count"),
    ),
    Try(
        "batch_variance",
        "The mean of the distances is squared instead of the distances.",
        """\
def batch_variance(x):
    d = abs(x - x.mean(axis=0))
    return d.mean(axis=0) ** 2
""",
        ("slip-brackets", "slip-power", "slip-order"),
    ),
    Try(
        "normalize",
        "eps outside the root, and the result starts as float64 zeros.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    N, D = x.shape
    out = np.zeros((N, D))
    for d in range(D):
        out[:, d] = (x[:, d] - mean[d]) / (np.sqrt(variance[d]) + eps)
    return out
""",
        ("eps-outside-sqrt", "loses-dtype"),
    ),
    Try(
        "normalize",
        "The variance is squared under the root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.sqrt(np.square(variance) + eps)
    return (x - mean) / std
""",
        ("slip-power", "slip-twice", "slip-operand"),
    ),
    Try(
        "normalize",
        "Multiplied by the deviation instead of divided.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    inv_std = (variance + eps) ** 0.5
    return (x - mean[np.newaxis, :]) * inv_std[np.newaxis, :]
""",
        ("slip-operation", "slip-sign", "slip-power"),
    ),
    Try(
        "scale_and_shift",
        "gamma scales by 1 + gamma.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    y = x_hat + x_hat * gamma + beta
    return y
""",
        ("slip-offset", "slip-twice"),
    ),
    Try(
        "scale_and_shift",
        "beta is subtracted, and the result is float64 where x_hat is float32 of shape zeros.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    out = np.empty(x_hat.shape)
    for n in range(len(x_hat)):
        out[n] = gamma * x_hat[n] - beta
    return out
""",
        ("slip-sign", "slip-operation", "loses-dtype"),
    ),
    Try(
        "forward",
        "The variance is taken over the features of the centred batch.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=0)
    var = (centred**2).mean(axis=1, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta
""",
        ("slip-axis", "wrong-axis"),
    ),
    Try(
        "forward",
        "The squares are about 0, with einsum.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N = len(x)
    mu = np.einsum("nd->d", x) / N
    var = np.einsum("nd,nd->d", x, x) / N
    return gamma * (x - mu) / np.sqrt(var + eps) + beta
""",
        ("mean-of-squares", "slip-left-out"),
    ),
    Try(
        "forward",
        "x is centred in place, and gamma and beta have changed places.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x -= x.mean(axis=0)
    x_hat = x / np.sqrt(x.var(axis=0) + eps)
    return beta * x_hat + gamma
""",
        ("mutates-input", "gamma-beta-swapped", "slip-order"),
    ),
    Try(
        "forward",
        "The result is scaled, and the mean is subtracted last, without its scale.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, var = np.mean(x, 0), np.var(x, 0)
    scale = gamma / np.sqrt(var + eps)
    shift = beta - mean
    return x * scale + shift
""",
        ("slip-left-out", "slip-brackets", "parentheses-missing"),
    ),
    Try(
        "batch_mean",
        "The sum is divided by the number of all values.",
        """\
def batch_mean(x):
    return np.add.reduce(x, axis=0) / x.size
""",
        ("slip-count", "slip-operand", "slip-factor"),
    ),
    Try(
        "batch_variance",
        "The diagonal of np.cov, which divides by N - 1.",
        """\
def batch_variance(x):
    return np.diag(np.cov(x, rowvar=False)).astype(x.dtype)
""",
        ("unbiased-normalise",),
    ),
    Try(
        "batch_variance",
        "The loop over the rows starts at 1.",
        """\
def batch_variance(x):
    mean = np.mean(x, axis=0)
    total = np.zeros(x.shape[1], dtype=x.dtype)
    for n in range(1, len(x)):
        total = total + (x[n] - mean) ** 2
    return total / len(x)
""",
        ("slip-left-out",),
    ),
    Try(
        "normalize",
        "** 1/2 is (** 1) / 2.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = (variance + eps) ** 1 / 2
    return (x - mean) / std
""",
        ("slip-brackets", "slip-power", "divides-by-variance", "slip-factor"),
    ),
    Try(
        "normalize",
        "eps is a lower bound of the deviation.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.sqrt(variance)
    std = np.where(std < eps, eps, std)
    return (x - mean) / std
""",
        ("eps-misplaced", "slip-operation"),
    ),
    Try(
        "scale_and_shift",
        "In place, and nothing is returned.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    x_hat *= gamma
    x_hat += beta
""",
        ("returns-nothing", "mutates-input"),
    ),
    Try(
        "forward",
        "eps is added twice, and the mean is that of all values.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = np.full(x.shape[1], x.mean(), dtype=x.dtype)
    var = x.var(axis=0) + eps
    return gamma * ((x - mu) / np.sqrt(var + eps)) + beta
""",
        ("eps-twice", "scalar-mean", "slip-axis"),
    ),
    Try(
        "forward",
        "eps ** 0.5 is added: the brackets are round the wrong things.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    m = x.mean(axis=0)
    v = ((x - m) ** 2).mean(axis=0)
    return (x - m) / (v**0.5 + eps**0.5) * gamma + beta
""",
        ("slip-brackets", "eps-outside-sqrt", "slip-power", "eps-misplaced"),
    ),
    Try(
        "batch_variance",
        "The root is taken, and the sum is divided by N - 1.",
        """\
def batch_variance(x):
    return np.std(x, axis=0, ddof=1)
""",
        ("standard-deviation", "unbiased-normalise"),
    ),
    Try(
        "normalize",
        "eps is squared.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    denominator = np.sqrt(variance + eps**2)
    return np.divide(np.subtract(x, mean), denominator)
""",
        ("slip-power", "slip-twice", "eps-misplaced"),
    ),
    Try(
        "normalize",
        "The spread is that of x, the mean is the one given.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(np.var(x, axis=0) + eps)
""",
        ("recomputes-statistics", "slip-operand"),
    ),
    Try(
        "scale_and_shift",
        "beta multiplies x_hat too.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return x_hat * (gamma + beta)
""",
        ("slip-brackets", "slip-twice", "slip-factor"),
    ),
    Try(
        "forward",
        "The result is centred once more, so beta is lost.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    y = gamma * x_hat + beta
    return y - y.mean(axis=0)
""",
        ("gamma-only", "slip-left-out", "slip-twice"),
    ),
    Try(
        "forward",
        "eps is added to the result, not below the root.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N = x.shape[0]
    mean = sum(x) / N
    std = (sum((x - mean) ** 2) / N) ** 0.5
    return gamma * ((x - mean) / std) + beta + eps
""",
        ("eps-misplaced", "eps-outside-sqrt", "slip-brackets", "slip-order"),
    ),
]
