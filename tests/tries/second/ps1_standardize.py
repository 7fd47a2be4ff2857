"""Wrong implementations for problem set 1, of a second round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batch_mean",
        "The sum is divided by N + 1.",
        """\
def batch_mean(x):
    total = 0
    count = 1
    for row in x:
        total = total + row
        count += 1
    return total / count
""",
        ("slip-count", "slip-left-out"),
    ),
    Try(
        "batch_mean",
        "The mean of the largest and the smallest value.",
        """\
def batch_mean(x):
    return (x.max(axis=0) + x.min(axis=0)) / 2
""",
        ("slip-reduction", "slip-operation"),
    ),
    Try(
        "batch_variance",
        "The distances are not squared but taken absolutely.",
        """\
def batch_variance(x):
    mu = np.mean(x, axis=0)
    return np.mean(np.abs(x - mu), axis=0)
""",
        ("slip-operation", "slip-left-out", "slip-power", "standard-deviation"),
    ),
    Try(
        "batch_variance",
        "The variance around the mean of everything, one for each feature.",
        """\
def batch_variance(x):
    d = x - x.mean()
    return (d * d).sum(0) / x.shape[0]
""",
        ("scalar-mean", "slip-axis", "scalar-statistics"),
    ),
    Try(
        "normalize",
        "eps is squared before it is added.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(variance + eps**2)
""",
        ("slip-power", "eps-misplaced"),
    ),
    Try(
        "normalize",
        "The default of eps is 1e-6, and it is right otherwise.",
        """\
def normalize(x, mean, variance, eps=1e-6):
    inv = (variance + eps) ** -0.5
    return inv * (x - mean)
""",
        ("eps-default", "slip-default"),
    ),
    Try(
        "scale_and_shift",
        "It divides by gamma.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return np.add(np.divide(x_hat, gamma), beta)
""",
        ("slip-operation",),
    ),
    Try(
        "forward",
        "The batch is not centred before the variance is taken, and not afterwards either.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    second_moment = (x**2).mean(axis=0)
    x_hat = x / np.sqrt(second_moment + eps)
    return gamma * x_hat + beta
""",
        ("not-centred", "mean-of-squares", "slip-left-out"),
    ),
    Try(
        "forward",
        "beta is subtracted.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0, keepdims=True)
    var = x.var(axis=0, keepdims=True)
    inv_std = 1.0 / np.sqrt(var + eps)
    scale = gamma * inv_std
    return (x * scale - mu * scale - beta).astype(x.dtype)
""",
        ("slip-sign", "slip-operation"),
    ),
    Try(
        "forward",
        "The root is missing: the values are divided by the variance; and gamma is left out.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, variance = batch_mean(x), batch_variance(x)
    return (x - mean) / (variance + eps) + beta
""",
        ("divides-by-variance", "beta-only", "slip-left-out"),
    ),
]
