"""Wrong implementations for problem set 1."""

from tries import Try

TRIES: list[Try] = [
    # batch_mean
    Try(
        "batch_mean",
        "The mean is taken over axis 1.",
        """\
def batch_mean(x):
    return np.mean(x, 1)
""",
        ("wrong-axis", "slip-axis"),
    ),
    Try(
        "batch_mean",
        "The shape is unpacked in the wrong order, so the sum is divided by D.",
        """\
def batch_mean(x):
    D, N = x.shape
    total = np.sum(x, axis=0)
    return total / N
""",
        ("slip-count", "slip-order", "slip-operand", "slip-axis", "count-of-features"),
    ),
    Try(
        "batch_mean",
        "The sum is not divided by N.",
        """\
def batch_mean(x):
    return np.einsum("nd->d", x)
""",
        ("sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "batch_mean",
        "One mean of all the numbers, repeated for each feature.",
        """\
def batch_mean(x):
    mu = x.mean()
    return np.full(x.shape[1], mu, dtype=x.dtype)
""",
        ("scalar-mean", "scalar-statistics", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batch_mean",
        "The result is (1, D).",
        """\
def batch_mean(x):
    return x.mean(axis=0, keepdims=True)
""",
        ("statistics-shape",),
    ),
    Try(
        "batch_mean",
        "The sum is divided by N - 1.",
        """\
def batch_mean(x: np.ndarray) -> np.ndarray:
    n_examples = x.shape[0]
    return x.sum(axis=0) / (n_examples - 1)
""",
        ("slip-count",),
    ),
    Try(
        "batch_mean",
        "The loop starts at 1, so the first example is not in the sum.",
        """\
def batch_mean(x):
    N, D = x.shape
    mean = np.zeros(D, x.dtype)
    for d in range(D):
        for n in range(1, N):
            mean[d] += x[n, d] / N
    return mean
""",
        ("slip-left-out",),
    ),
    Try(
        "batch_mean",
        "The result is float64 for any x.",
        """\
def batch_mean(x):
    N, D = x.shape
    mean = np.zeros(D)
    for row in x:
        mean += row
    return mean / N
""",
        ("loses-dtype",),
    ),
    Try(
        "batch_mean",
        "The median stands for the mean.",
        """\
def batch_mean(x):
    return np.median(x, axis=0)
""",
        ("slip-reduction", "slip-operation"),
    ),
    Try(
        "batch_mean",
        "The mean is rounded to two digits.",
        """\
def batch_mean(x):
    mean = x.mean(axis=0)
    return np.round(mean, 2)
""",
        (),
    ),
    Try(
        "batch_mean",
        "The root of the mean square stands for the mean.",
        """\
def batch_mean(x):
    return np.sqrt((x**2).mean(axis=0))
""",
        ("slip-power", "slip-reduction", "slip-operation"),
    ),
    Try(
        "batch_mean",
        "A sum, and over the features.",
        """\
def batch_mean(x):
    out = []
    for example in x:
        out.append(sum(example))
    return np.array(out, dtype=x.dtype)
""",
        ("wrong-axis", "slip-axis", "sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "batch_mean",
        "The result is (1, D), and float64.",
        """\
def batch_mean(x):
    ones = np.ones((1, len(x)))
    return ones @ x / len(x)
""",
        ("statistics-shape", "loses-dtype"),
    ),
    # batch_variance
    Try(
        "batch_variance",
        "The standard deviation.",
        """\
def batch_variance(x):
    centred = x - batch_mean(x)
    return np.sqrt(np.mean(centred**2, axis=0))
""",
        ("standard-deviation", "slip-power", "slip-reduction", "slip-operation"),
    ),
    Try(
        "batch_variance",
        "It divides by N - 1.",
        """\
def batch_variance(x):
    N, D = x.shape
    mu = x.mean(0)
    var = np.zeros(D, x.dtype)
    for n in range(N):
        var += (x[n] - mu) ** 2
    return var / (N - 1)
""",
        ("unbiased-normalise", "unbiased-population-variance", "unbiased-in-sample", "slip-count"),
    ),
    Try(
        "batch_variance",
        "Mean of squares minus square of the mean.",
        """\
def batch_variance(x):
    N = x.shape[0]
    second_moment = np.einsum("nd,nd->d", x, x) / N
    first_moment = x.sum(axis=0) / N
    return second_moment - first_moment * first_moment
""",
        ("one-pass-variance",),
    ),
    Try(
        "batch_variance",
        "The squares of x itself, not of its distance from the mean.",
        """\
def batch_variance(x):
    return (x * x).mean(axis=0)
""",
        ("mean-of-squares", "not-centred", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "The sum of squares is not divided by N.",
        """\
def batch_variance(x):
    d = x - x.mean(axis=0, keepdims=True)
    return np.square(d).sum(axis=0)
""",
        ("sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "The mean absolute distance, not the mean squared one.",
        """\
def batch_variance(x):
    return np.abs(x - x.mean(axis=0)).mean(axis=0)
""",
        ("slip-power", "slip-operation", "slip-reduction"),
    ),
    Try(
        "batch_variance",
        "The distances are from the mean of all the numbers.",
        """\
def batch_variance(x):
    return np.mean((x - np.mean(x)) ** 2, axis=0)
""",
        ("scalar-mean", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "x is centred in place.",
        """\
def batch_variance(x):
    x -= x.mean(axis=0)
    return (x**2).mean(axis=0)
""",
        ("mutates-input",),
    ),
    Try(
        "batch_variance",
        "One number for the whole batch.",
        """\
def batch_variance(x):
    return np.var(x)
""",
        ("scalar-variance", "scalar-statistics", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "The distances are summed first, and squared afterwards.",
        """\
def batch_variance(x):
    N = len(x)
    return (x - x.mean(axis=0)).sum(axis=0) ** 2 / N
""",
        ("slip-brackets",),
    ),
    Try(
        "batch_variance",
        "It divides by the number of all numbers, N D.",
        """\
def batch_variance(x):
    deviation = x - x.mean(axis=0)
    return (deviation**2).sum(axis=0) / x.size
""",
        ("slip-count",),
    ),
    Try(
        "batch_variance",
        "eps is added to the variance already here.",
        """\
def batch_variance(x, eps=1e-5):
    return x.var(axis=0) + eps
""",
        ("eps-misplaced",),
    ),
    Try(
        "batch_variance",
        "The mean squared distance of two examples, which is twice the variance.",
        """\
def batch_variance(x):
    pairs = x[:, None, :] - x[None, :, :]
    return (pairs**2).mean(axis=(0, 1))
""",
        ("slip-factor", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "The distances are from the median.",
        """\
def batch_variance(x):
    middle = np.median(x, axis=0)
    return ((x - middle) ** 2).mean(axis=0)
""",
        ("slip-reduction", "slip-operation", "slip-operand"),
    ),
    Try(
        "batch_variance",
        "The diagonal of the covariance matrix: it is unbiased, and float64.",
        """\
def batch_variance(x):
    covariance = np.atleast_2d(np.cov(x, rowvar=False))
    return np.diag(covariance)
""",
        (
            "unbiased-normalise",
            "unbiased-population-variance",
            "unbiased-in-sample",
            "slip-count",
            "loses-dtype",
        ),
    ),
    Try(
        "batch_variance",
        "The standard deviation, with N - 1.",
        """\
def batch_variance(x):
    return x.std(axis=0, ddof=1)
""",
        (
            "standard-deviation",
            "slip-power",
            "slip-reduction",
            "slip-operation",
            "unbiased-normalise",
            "unbiased-population-variance",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
    Try(
        "batch_variance",
        "The sum of squares without the mean: neither centred nor divided.",
        """\
def batch_variance(x):
    total = 0
    for row in x:
        total = total + row**2
    return total
""",
        ("mean-of-squares", "not-centred", "sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "batch_variance",
        "x is changed in place, and the sum is divided by N - 1.",
        """\
def batch_variance(x):
    x -= np.mean(x, axis=0)
    np.square(x, out=x)
    return np.sum(x, axis=0) / (x.shape[0] - 1)
""",
        (
            "mutates-input",
            "unbiased-normalise",
            "unbiased-population-variance",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
    # normalize
    Try(
        "normalize",
        "eps is outside the root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.sqrt(variance)
    return (x - mean) / (std + eps)
""",
        ("eps-outside-sqrt", "eps-misplaced", "slip-brackets"),
    ),
    Try(
        "normalize",
        "** 1 / 2 is a division by two, so there is no root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / (variance + eps) ** 1 / 2
""",
        ("slip-brackets", "divides-by-variance", "slip-power", "slip-factor"),
    ),
    Try(
        "normalize",
        "The statistics are computed from x.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    return (x - mean) / np.sqrt(variance + eps)
""",
        ("recomputes-statistics", "slip-fixed", "slip-condition"),
    ),
    Try(
        "normalize",
        "eps is 1e-8 unless given.",
        """\
def normalize(
    x: np.ndarray, mean: np.ndarray, variance: np.ndarray, eps: float = 1e-8
) -> np.ndarray:
    inv_std = 1 / np.sqrt(variance + eps)
    return (x - mean) * inv_std
""",
        ("eps-default", "slip-default", "slip-number"),
    ),
    Try(
        "normalize",
        "eps is squared.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(variance + eps**2)
""",
        ("slip-power", "eps-misplaced"),
    ),
    Try(
        "normalize",
        "The brackets around x - mean are missing.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return x - mean / np.sqrt(variance + eps)
""",
        ("parentheses-missing", "slip-brackets"),
    ),
    Try(
        "normalize",
        "x is changed in place.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    np.subtract(x, mean, out=x)
    np.divide(x, np.sqrt(variance + eps), out=x)
    return x
""",
        ("mutates-input",),
    ),
    Try(
        "normalize",
        "The difference is the wrong way round.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    N, D = x.shape
    x_hat = np.empty_like(x)
    for d in range(D):
        x_hat[:, d] = (mean[d] - x[:, d]) / np.sqrt(variance[d] + eps)
    return x_hat
""",
        ("mean-minus-x", "slip-sign", "slip-order"),
    ),
    Try(
        "normalize",
        "The larger of variance and eps, not their sum.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    safe = np.maximum(variance, eps)
    return (x - mean) / np.sqrt(safe)
""",
        ("eps-misplaced", "slip-operation"),
    ),
    Try(
        "normalize",
        "It multiplies by the standard deviation.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) * (variance + eps) ** 0.5
""",
        ("slip-operation", "slip-power"),
    ),
    Try(
        "normalize",
        "eps is subtracted.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.sqrt(np.abs(variance - eps))
""",
        ("slip-sign", "slip-operation", "eps-misplaced"),
    ),
    Try(
        "normalize",
        "The statistics get a second axis, and line up with the examples.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean[:, None]) / np.sqrt(variance[:, None] + eps)
""",
        ("keepdims-missing", "slip-axis"),
    ),
    Try(
        "normalize",
        "The normalised values are clipped to three standard deviations.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return np.clip(x_hat, -3, 3)
""",
        (),
    ),
    Try(
        "normalize",
        "A feature that never changes stays as it is, instead of becoming 0.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return np.where(variance > 0, x_hat, x)
""",
        (),
    ),
    Try(
        "normalize",
        "There is no eps, and the zeros are caught in another way.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    std = np.sqrt(variance)
    std = np.where(std == 0, 1, std).astype(x.dtype)
    return (x - mean) / std
""",
        ("eps-missing", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "normalize",
        "The cube root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - mean) / np.cbrt(variance + eps)
""",
        ("slip-power", "slip-operation"),
    ),
    Try(
        "normalize",
        "The mean is forgotten, and eps is outside the root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    sigma = variance**0.5 + eps
    return x / sigma
""",
        (
            "not-centred",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "normalize",
        "No root, and the difference the wrong way round.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return -(x - mean) / (variance + eps)
""",
        (
            "divides-by-variance",
            "slip-power",
            "slip-left-out",
            "mean-minus-x",
            "slip-sign",
        ),
    ),
    Try(
        "normalize",
        "x changes in place, and eps is always 1e-5.",
        """\
EPS = 1e-5


def normalize(x, mean, variance, eps=1e-5):
    x -= mean
    x /= np.sqrt(variance + EPS)
    return x
""",
        ("mutates-input", "eps-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "normalize",
        "The statistics are those of x, and eps is outside the root.",
        """\
def normalize(x, mean, variance, eps=1e-5):
    return (x - x.mean(axis=0)) / (x.std(axis=0) + eps)
""",
        (
            "recomputes-statistics",
            "slip-fixed",
            "slip-condition",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "normalize",
        "The brackets around x - mean are missing, and eps is 1e-3 unless given.",
        """\
def normalize(x, mean, variance, eps=0.001):
    return x - mean * (variance + eps) ** -0.5
""",
        ("parentheses-missing", "slip-brackets", "eps-default", "slip-default", "slip-number"),
    ),
    # scale_and_shift
    Try(
        "scale_and_shift",
        "gamma multiplies beta too.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return gamma * (x_hat + beta)
""",
        ("shift-before-scale", "slip-brackets"),
    ),
    Try(
        "scale_and_shift",
        "beta is added in a loop whose result is thrown away.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    y = x_hat * gamma
    for row in y:
        row = row + beta
    return y
""",
        ("gamma-only", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "scale_and_shift",
        "gamma and beta are in each other's place.",
        """\
def scale_and_shift(x_hat, beta, gamma):
    return gamma * x_hat + beta
""",
        ("gamma-beta-swapped", "slip-order", "slip-operand"),
    ),
    Try(
        "scale_and_shift",
        "beta is subtracted.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return x_hat * gamma - beta
""",
        ("slip-sign", "slip-operation"),
    ),
    Try(
        "scale_and_shift",
        "x_hat is changed in place.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    y = x_hat
    y *= gamma
    y += beta
    return y
""",
        ("mutates-input",),
    ),
    Try(
        "scale_and_shift",
        "A matrix product adds up the features.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return (x_hat @ gamma)[:, None] + beta
""",
        ("slip-operation",),
    ),
    Try(
        "scale_and_shift",
        "The first gamma and the first beta stand for all.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    g, b = gamma[0], beta[0]
    return g * x_hat + b
""",
        ("slip-operand", "slip-condition"),
    ),
    Try(
        "scale_and_shift",
        "It returns a cache too.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    out = gamma * x_hat + beta
    cache = (x_hat, gamma)
    return out, cache
""",
        ("returns-more",),
    ),
    Try(
        "scale_and_shift",
        "A ReLU follows.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return np.maximum(gamma * x_hat + beta, 0)
""",
        (),
    ),
    Try(
        "scale_and_shift",
        "Division by gamma.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    return x_hat / gamma + beta
""",
        ("slip-operation", "slip-power"),
    ),
    Try(
        "scale_and_shift",
        "gamma is forgotten, and x_hat is changed in place.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    x_hat += beta
    return x_hat
""",
        (
            "beta-only",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
            "mutates-input",
        ),
    ),
    Try(
        "scale_and_shift",
        "beta is subtracted, and the result comes with gamma and beta.",
        """\
def scale_and_shift(x_hat, gamma, beta):
    y = np.multiply(gamma, x_hat)
    y = np.subtract(y, beta)
    return y, gamma, beta
""",
        ("slip-sign", "slip-operation", "returns-more"),
    ),
    # forward
    Try(
        "forward",
        "eps is not passed on.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean, variance = batch_mean(x), batch_variance(x)
    return scale_and_shift(normalize(x, mean, variance), gamma, beta)
""",
        ("eps-fixed", "slip-fixed", "slip-left-out", "slip-condition"),
    ),
    Try(
        "forward",
        "eps is 1e-3 unless given, as in Keras.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-3):
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta
""",
        ("eps-default", "slip-default", "slip-number"),
    ),
    Try(
        "forward",
        "The variance divides by N - 1.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N = x.shape[0]
    xc = x - x.sum(axis=0) / N
    var = np.einsum("nd,nd->d", xc, xc) / (N - 1)
    return xc / np.sqrt(var + eps) * gamma + beta
""",
        ("unbiased-normalise", "unbiased-population-variance", "unbiased-in-sample", "slip-count"),
    ),
    Try(
        "forward",
        "Each example is normalised over its features.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta
""",
        ("wrong-axis", "slip-axis", "per-sample"),
    ),
    Try(
        "forward",
        "gamma and beta are applied to x, not to x_hat.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = normalize(x, batch_mean(x), batch_variance(x), eps)
    return scale_and_shift(x, gamma, beta)
""",
        ("slip-operand", "normalisation-removed", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "forward",
        "The standard deviation is passed on as the variance.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = normalize(x, x.mean(0), x.std(0), eps)
    return scale_and_shift(x_hat, gamma, beta)
""",
        (
            "slip-power",
            "slip-operand",
            "slip-twice",
            "slip-reduction",
            "slip-operation",
            "standard-deviation",
        ),
    ),
    Try(
        "forward",
        "x is divided first, and the mean subtracted afterwards.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    std = np.sqrt(batch_variance(x) + eps)
    x_hat = x / std - batch_mean(x)
    return gamma * x_hat + beta
""",
        ("slip-brackets",),
    ),
    Try(
        "forward",
        "The return is in the loop, so only the first feature is done.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    y = np.zeros_like(x)
    for d in range(D):
        column = x[:, d]
        std = np.sqrt(column.var() + eps)
        y[:, d] = gamma[d] * (column - column.mean()) / std + beta[d]
        return y
""",
        ("slip-left-out",),
    ),
    Try(
        "forward",
        "The statistics of the first batch are kept for all batches of this shape.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5, cache={}):
    if x.shape not in cache:
        cache[x.shape] = (batch_mean(x), batch_variance(x))
    mean, variance = cache[x.shape]
    return scale_and_shift(normalize(x, mean, variance, eps), gamma, beta).astype(x.dtype)
""",
        ("stale-batch", "stale-statistics", "slip-condition", "slip-stale"),
    ),
    Try(
        "forward",
        "The number of examples is that of the notebook's example.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N = 1000
    mean = x.sum(axis=0) / N
    var = ((x - mean) ** 2).sum(axis=0) / N
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("slip-count", "slip-number", "slip-condition"),
    ),
    Try(
        "forward",
        "It divides by the range of the feature, not by its standard deviation.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    spread = x.max(axis=0) - x.min(axis=0)
    x_hat = (x - x.mean(axis=0)) / (spread + eps)
    return gamma * x_hat + beta
""",
        ("slip-reduction", "slip-operation", "slip-operand", "eps-misplaced", "eps-outside-sqrt"),
    ),
    Try(
        "forward",
        "The values are normalised twice.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    h = x
    for _ in range(2):
        h = normalize(h, batch_mean(h), batch_variance(h), eps)
    return scale_and_shift(h, gamma, beta)
""",
        ("slip-twice", "eps-twice"),
    ),
    Try(
        "forward",
        "It calculates in float32, whatever x is.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x, gamma, beta = (a.astype(np.float32) for a in (x, gamma, beta))
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + np.float32(eps))
    return gamma * x_hat + beta
""",
        ("precision-fixed", "loses-dtype"),
    ),
    Try(
        "forward",
        "gamma is changed in place.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    gamma /= np.sqrt(x.var(axis=0) + eps)
    return (x - x.mean(axis=0)) * gamma + beta
""",
        ("mutates-input",),
    ),
    Try(
        "forward",
        "beta is added before gamma multiplies, and there is no eps.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    x_hat = x_hat + beta
    return x_hat * gamma
""",
        (
            "shift-before-scale",
            "slip-brackets",
            "eps-missing",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    Try(
        "forward",
        "One mean and one variance for all, and beta forgotten.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, sigma2 = np.mean(x), np.var(x)
    x_hat = (x - mu) / np.sqrt(sigma2 + eps)
    return gamma * x_hat
""",
        (
            "scalar-statistics",
            "scalar-mean",
            "scalar-variance",
            "one-statistic",
            "slip-axis",
            "gamma-only",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    Try(
        "forward",
        "The mean of the raw squares is the variance, and a cache is returned too.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    sample_mean = x.mean(axis=0)
    sample_var = (x**2).mean(axis=0)
    x_hat = (x - sample_mean) / np.sqrt(sample_var + eps)
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, sample_var)
    return out, cache
""",
        ("mean-of-squares", "not-centred", "slip-left-out", "returns-more"),
    ),
    Try(
        "forward",
        "gamma and beta are swapped in the call, and the variance is unbiased.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = normalize(x, batch_mean(x), x.var(axis=0, ddof=1), eps)
    return scale_and_shift(x_hat, beta, gamma)
""",
        (
            "gamma-beta-swapped",
            "slip-order",
            "slip-operand",
            "unbiased-normalise",
            "unbiased-population-variance",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
    Try(
        "forward",
        "eps is in the root and outside it, and the parameters have no effect.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - batch_mean(x)
    return centred / (np.sqrt(batch_variance(x) + eps) + eps)
""",
        (
            "eps-twice",
            "slip-twice",
            "eps-misplaced",
            "no-affine",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    Try(
        "forward",
        "Each example over its features, and unbiased.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    y = np.empty_like(x)
    for n in range(N):
        mean = sum(x[n]) / D
        variance = sum((x[n] - mean) ** 2) / (D - 1)
        y[n] = gamma * (x[n] - mean) / (variance + eps) ** 0.5 + beta
    return y
""",
        (
            "wrong-axis",
            "per-sample",
            "slip-axis",
            "unbiased-normalise",
            "unbiased-in-sample",
            "slip-count",
        ),
    ),
    Try(
        "forward",
        "eps is 1e-8 unless given, and x is changed in place.",
        """\
def batchnorm_forward(x, gamma, beta, eps=1e-8):
    x -= batch_mean(x)
    x /= np.sqrt(batch_variance(x) + eps)
    return scale_and_shift(x, gamma, beta)
""",
        ("eps-default", "slip-default", "slip-number", "mutates-input"),
    ),
]
