"""Wrong implementations for problem set 4."""

from tries import Try

TRIES: list[Try] = [
    # batchnorm2d_forward
    Try(
        "batchnorm2d_forward",
        "The statistics are taken over the samples only.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean, variance = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)
""",
        ("per-pixel", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "Instance normalisation: each sample has its own statistics.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    for n, sample in enumerate(x):
        for c, plane in enumerate(sample):
            y[n, c] = (plane - plane.mean()) / np.sqrt(plane.var() + eps)
            y[n, c] = gamma[c] * y[n, c] + beta[c]
    return y
""",
        ("per-sample", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "The statistics are taken over the channels.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma[None, :, None, None] * x_hat + beta[None, :, None, None]
""",
        ("channels-mixed", "per-pixel", "per-sample", "slip-axis"),
    ),
    Try(
        "batchnorm2d_forward",
        "The last axis counts as the channels.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 1, 2), keepdims=True)
    variance = x.var(axis=(0, 1, 2), keepdims=True)
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("channels-last", "channels-mixed", "slip-axis"),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance is the mean of the samples' variances.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(2, 3)).mean(axis=0)
    var = x.var(axis=(2, 3)).mean(axis=0)
    scale = gamma / np.sqrt(var + eps)
    shift = beta - mean * scale
    return x * scale[:, None, None] + shift[:, None, None]
""",
        ("mean-of-variances", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "x is reshaped to (N H W, C) without a transpose.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    flat = x.reshape(N * H * W, C)
    flat_hat = (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps)
    return (gamma * flat_hat + beta).reshape(N, C, H, W)
""",
        ("reshape-without-transpose", "channels-mixed"),
    ),
    Try(
        "batchnorm2d_forward",
        "The transposed result is reshaped, not transposed back.",
        """\
def batchnorm1d(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out = batchnorm1d(rows, gamma, beta, eps)
    return out.reshape(N, C, H, W)
""",
        ("reshape-back", "transposed-back", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "The channels stay at the end of the result.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    moved = np.moveaxis(x, 1, -1)
    mean = moved.mean(axis=(0, 1, 2))
    variance = moved.var(axis=(0, 1, 2))
    return gamma * (moved - mean) / np.sqrt(variance + eps) + beta
""",
        ("transposed-back", "slip-left-out", "channels-last"),
    ),
    Try(
        "batchnorm2d_forward",
        "gamma and beta are not given the shape of the channels.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    variance = x.var(axis=(0, 2, 3), keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta
""",
        ("broadcast-along-width", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "Without keepdims the statistics line up with the columns.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3))
    variance = x.var(axis=(0, 2, 3))
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("keepdims-missing", "broadcast-along-width", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "The squares are divided by N H H.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    squares = ((x - mean) ** 2).sum(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(squares / (N * H * H) + eps)
    return gamma.reshape(C, 1, 1) * (x - mean) / std + beta.reshape(C, 1, 1)
""",
        ("slip-count", "slip-operand"),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance leaves out the columns.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = ((x - mean) ** 2).mean(axis=(0, 2), keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance is unbiased, as PyTorch's var is.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.zeros_like(x)
    for c in range(x.shape[1]):
        channel = x[:, c]
        spread = np.sqrt(channel.var(ddof=1) + eps)
        y[:, c] = (channel - channel.mean()) / spread * gamma[c] + beta[c]
    return y
""",
        ("unbiased-normalise", "unbiased-in-sample", "slip-count"),
    ),
    Try(
        "batchnorm2d_forward",
        "x is centred in place.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    for c in range(x.shape[1]):
        x[:, c] -= x[:, c].mean()
    std = np.sqrt((x**2).mean(axis=(0, 2, 3), keepdims=True) + eps)
    return gamma[:, None, None] * x / std + beta[:, None, None]
""",
        ("mutates-input",),
    ),
    Try(
        "batchnorm2d_forward",
        "One mean and one variance for all channels.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean()) / np.sqrt(x.var() + eps)
    return np.einsum("c,nchw->nchw", gamma, x_hat) + beta[:, None, None]
""",
        ("scalar-statistics", "one-statistic", "channels-mixed", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "gamma and beta are averaged to one number each.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    return gamma.mean() * (x - mean) / np.sqrt(var + eps) + beta.mean()
""",
        ("slip-operand", "slip-reduction", "slip-condition"),
    ),
    Try(
        "batchnorm2d_forward",
        "The mean of a channel is the largest mean of its samples.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(2, 3)).max(axis=0)[:, None, None]
    var = ((x - mean) ** 2).mean(axis=(0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mean) / np.sqrt(var + eps) + beta[:, None, None]
""",
        ("slip-reduction", "slip-operation"),
    ),
    Try(
        "batchnorm2d_forward",
        "Three channels are expected, as in a picture.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.zeros_like(x)
    for c in range(3):
        values = x[:, c]
        x_hat = (values - np.mean(values)) / np.sqrt(np.var(values) + eps)
        y[:, c] = gamma[c] * x_hat + beta[c]
    return y
""",
        ("slip-number", "slip-count", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "Each sample has its own statistics, and eps is outside the root.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(-2, -1), keepdims=True)
    std = x.std(axis=(-2, -1), keepdims=True)
    x_hat = (x - mean) / (std + eps)
    return gamma[:, np.newaxis, np.newaxis] * x_hat + beta[:, np.newaxis, np.newaxis]
""",
        (
            "per-sample",
            "slip-axis",
            "slip-left-out",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "batchnorm2d_forward",
        "The root is missing, and beta is forgotten.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    v = x.swapaxes(0, 1).reshape(C, -1)
    v = (v - v.mean(axis=1, keepdims=True)) / (v.var(axis=1, keepdims=True) + eps)
    v = gamma[:, None] * v
    return v.reshape(C, N, H, W).swapaxes(0, 1)
""",
        (
            "divides-by-variance",
            "slip-power",
            "slip-left-out",
            "gamma-only",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance is unbiased, and eps is 1e-8 unless given.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-8):
    m = x.size // x.shape[1]
    mean = x.sum(axis=(0, 2, 3), keepdims=True) / m
    centred = x - mean
    var = (centred**2).sum(axis=(0, 2, 3), keepdims=True) / (m - 1)
    return gamma[:, None, None] * centred / np.sqrt(var + eps) + beta[:, None, None]
""",
        (
            "unbiased-normalise",
            "unbiased-in-sample",
            "slip-count",
            "eps-default",
            "slip-default",
            "slip-number",
        ),
    ),
    Try(
        "batchnorm2d_forward",
        "x is changed in place, and gamma and beta have changed places.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    x -= x.mean(axis=axes, keepdims=True)
    x /= np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    g, b = (p.reshape(1, -1, 1, 1) for p in (beta, gamma))
    return g * x + b
""",
        ("mutates-input", "gamma-beta-swapped", "slip-order", "slip-operand"),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance is the mean of the samples' variances, and the result is float64.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H, W))
    for c in range(C):
        mean = sum(x[n, c].mean() for n in range(N)) / N
        variance = sum(x[n, c].var() for n in range(N)) / N
        out[:, c] = gamma[c] * (x[:, c] - mean) / (variance + eps) ** 0.5 + beta[c]
    return out
""",
        ("mean-of-variances", "slip-left-out", "loses-dtype"),
    ),
    # batchnorm2d_backward
    Try(
        "batchnorm2d_backward",
        "The sums are divided by N alone.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    dbeta = dy.sum(axis=ax, keepdims=True)
    dgamma = (dy * x_hat).sum(axis=ax, keepdims=True)
    dx = gamma.reshape(1, -1, 1, 1) / std * (dy - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma.squeeze(), dbeta.squeeze()
""",
        ("count-is-batch", "slip-count", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "The means in dx are taken over the samples only.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    dbeta, dgamma = dy.sum(axis=axes), (dy * x_hat).sum(axis=axes)
    g = dy * gamma[:, None, None]
    dx = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta
""",
        ("sums-over-batch-only", "per-pixel", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "The path through the variance is missing.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    dx_hat = dy * gamma[None, :, None, None]
    dx = (dx_hat - dx_hat.mean(axis=axes, keepdims=True)) / std
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)
""",
        ("variance-path-missing", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "The path through the mean is missing.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    dx = np.zeros_like(x)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(len(gamma)):
        xc, dyc = x[:, c], dy[:, c]
        std = np.sqrt(xc.var() + eps)
        xh = (xc - xc.mean()) / std
        dbeta[c] = dyc.sum()
        dgamma[c] = (dyc * xh).sum()
        dx[:, c] = gamma[c] / std * (dyc - xh * dgamma[c] / xc.size)
    return dx, dgamma, dbeta
""",
        ("mean-path-missing", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "gamma is broadcast along the width.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    m = x.size / x.shape[1]
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / std
    dbeta = dy.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3), keepdims=True)
    dx = gamma / std * (dy - dbeta / m - x_hat * dgamma / m)
    return dx, dgamma.ravel(), dbeta.ravel()
""",
        ("broadcast-along-width", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma and dbeta are (1, C, 1, 1).",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    kw = dict(axis=(0, 2, 3), keepdims=True)
    m = x[:, 0].size
    std = np.sqrt(x.var(**kw) + eps)
    x_hat = (x - x.mean(**kw)) / std
    dbeta = dy.sum(**kw)
    dgamma = (dy * x_hat).sum(**kw)
    dx = gamma[:, None, None] / std * (dy - dbeta / m - x_hat * dgamma / m)
    return dx, dgamma, dbeta
""",
        ("gradients-shape",),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma multiplies dy by x.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    m = x[:, 0].size
    mean = np.einsum("nchw->c", x)[:, None, None] / m
    std = np.sqrt(np.einsum("nchw->c", (x - mean) ** 2)[:, None, None] / m + eps)
    x_hat = (x - mean) / std
    dbeta = np.einsum("nchw->c", dy)
    dgamma = np.einsum("nchw,nchw->c", dy, x)
    s = np.einsum("nchw,nchw->c", dy, x_hat)[:, None, None]
    dx = gamma[:, None, None] / std * (dy - dbeta[:, None, None] / m - x_hat * s / m)
    return dx, dgamma, dbeta
""",
        ("dgamma-of-x", "slip-operand"),
    ),
    Try(
        "batchnorm2d_backward",
        "dbeta and dgamma are means.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    dbeta = dy.mean(axis=ax, keepdims=True)
    dgamma = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - dbeta - x_hat * dgamma)
    return dx, dgamma[0, :, 0, 0], dbeta[0, :, 0, 0]
""",
        ("mean-not-sum", "slip-reduction"),
    ),
    Try(
        "batchnorm2d_backward",
        "dbeta and dgamma are summed over the samples only.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    through = dy.mean(axis=ax, keepdims=True) + x_hat * (dy * x_hat).mean(axis=ax, keepdims=True)
    return gamma[:, None, None] / std * (dy - through), dgamma, dbeta
""",
        ("unsummed", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "The count has C in it too.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    m = x.size
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / std
    dbeta = dy.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3), keepdims=True)
    dx = gamma[:, None, None] / std * (dy - dbeta / m - x_hat * dgamma / m)
    return dx, dgamma.reshape(-1), dbeta.reshape(-1)
""",
        ("slip-count",),
    ),
    Try(
        "batchnorm2d_backward",
        "Mean and variance count as constants.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    inv_std = (x.var(axis=ax, keepdims=True) + eps) ** -0.5
    x_hat = (x - x.mean(axis=ax, keepdims=True)) * inv_std
    dx = dy * gamma[:, None, None] * inv_std
    return dx, (dy * x_hat).sum(axis=ax), dy.sum(axis=ax)
""",
        ("statistics-as-constants", "variance-path-missing", "mean-path-missing", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "The statistics are those of each sample.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    m = H * W
    std = np.sqrt(x.var(axis=(2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(2, 3), keepdims=True)) / std
    s1 = dy.sum(axis=(2, 3), keepdims=True)
    s2 = (dy * x_hat).sum(axis=(2, 3), keepdims=True)
    dx = gamma[:, None, None] / std * (dy - s1 / m - x_hat * s2 / m)
    return dx, s2.sum(axis=0).reshape(C), s1.sum(axis=0).reshape(C)
""",
        ("per-sample", "slip-axis", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "x_hat multiplies both paths, also the one through the mean.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    a = dy.mean(axis=ax, keepdims=True)
    b = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - x_hat * (a + b))
    return dx, (dy * x_hat).sum(axis=ax), dy.sum(axis=ax)
""",
        ("slip-brackets",),
    ),
    Try(
        "batchnorm2d_backward",
        "x_hat is squared in the last term.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    a = dy.mean(axis=ax, keepdims=True)
    b = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - a - x_hat**2 * b)
    return dx, (dy * x_hat).sum(axis=ax), dy.sum(axis=ax)
""",
        ("slip-power", "slip-twice"),
    ),
    Try(
        "batchnorm2d_backward",
        "A bracket around both paths turns the sign of the second.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    a = dy.mean(axis=ax, keepdims=True)
    b = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - (a - x_hat * b))
    return dx, (dy * x_hat).sum(axis=ax), dy.sum(axis=ax)
""",
        ("variance-path-negative", "slip-sign", "slip-brackets"),
    ),
    Try(
        "batchnorm2d_backward",
        "The results come in the order dx, dbeta, dgamma, and the sums are divided by H W.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / std
    dbeta = dy.sum(axis=(0, 2, 3))
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3))
    g, b = dgamma[:, None, None], dbeta[:, None, None]
    dx = gamma[:, None, None] / std * (dy - b / (H * W) - x_hat * g / (H * W))
    return dx, dbeta, dgamma
""",
        ("gradients-swapped", "slip-order", "count-is-batch", "slip-count", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "gamma is missing in dx, and stands in dgamma.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    a = dy.mean(axis=ax, keepdims=True)
    b = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = (dy - a - x_hat * b) / std
    return dx, gamma * (dy * x_hat).sum(axis=ax), dy.sum(axis=ax)
""",
        ("gamma-missing-in-dx", "slip-left-out", "gamma-in-dgamma"),
    ),
    Try(
        "batchnorm2d_backward",
        "There is no division by the standard deviation in dx, and eps is always 1e-5.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    def mean(a):
        return a.mean(axis=(0, 2, 3), keepdims=True)

    centred = x - mean(x)
    x_hat = centred / np.sqrt(mean(centred**2) + 1e-5)
    dx = gamma[:, None, None] * (dy - mean(dy) - x_hat * mean(dy * x_hat))
    return dx, (dy * x_hat).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))
""",
        ("std-missing-in-dx", "slip-left-out", "eps-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma and dbeta are means, and the path through the variance is missing.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    drows = dy.transpose(0, 2, 3, 1).reshape(-1, C)
    std = np.sqrt(rows.var(axis=0) + eps)
    dgamma = (drows * (rows - rows.mean(axis=0)) / std).mean(axis=0)
    dbeta = drows.mean(axis=0)
    dx = gamma / std * (drows - dbeta)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
""",
        ("mean-not-sum", "slip-reduction", "variance-path-missing", "slip-left-out"),
    ),
    # layernorm
    Try(
        "layernorm",
        "The statistics are taken over the batch.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta
""",
        ("over-the-batch", "slip-axis"),
    ),
    Try(
        "layernorm",
        "The statistics are taken over axis 1, which are the tokens of a sequence.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(1, keepdims=True)
    sigma2 = ((x - mu) ** 2).mean(1, keepdims=True)
    x_hat = (x - mu) / np.sqrt(sigma2 + eps)
    return x_hat * gamma + beta
""",
        ("second-axis", "slip-axis"),
    ),
    Try(
        "layernorm",
        "The tokens of a sequence share their statistics.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    for n in range(len(x)):
        y[n] = gamma * (x[n] - x[n].mean()) / np.sqrt(x[n].var() + eps) + beta
    return y
""",
        ("tokens-mixed", "per-sample", "slip-axis", "slip-left-out"),
    ),
    Try(
        "layernorm",
        "keepdims is missing.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1)
    std = np.sqrt(x.var(axis=-1) + eps)
    return gamma * ((x - mean) / std) + beta
""",
        ("keepdims-missing", "slip-left-out", "slip-axis"),
    ),
    Try(
        "layernorm",
        "RMS normalisation: the mean is not subtracted.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)
    return gamma * x / rms + beta
""",
        ("not-centred", "mean-of-squares", "slip-left-out"),
    ),
    Try(
        "layernorm",
        "The variance is unbiased.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    var = x.var(-1, keepdims=True, ddof=1)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("unbiased-in-sample", "unbiased-normalise", "slip-count"),
    ),
    Try(
        "layernorm",
        "eps is 1e-12 unless given.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-12):
    centred = x - x.mean(axis=-1, keepdims=True)
    inv = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    return centred * inv * gamma + beta
""",
        ("eps-default", "slip-default", "slip-number"),
    ),
    Try(
        "layernorm",
        "x must have two axes.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mean = x.sum(axis=1).reshape(N, 1) / D
    var = ((x - mean) ** 2).sum(axis=1).reshape(N, 1) / D
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        (),
    ),
    Try(
        "layernorm",
        "The result of a sequence comes as a matrix of all tokens.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    tokens = x.reshape(-1, x.shape[-1])
    mean = tokens.mean(axis=1, keepdims=True)
    var = tokens.var(axis=1, keepdims=True)
    return gamma * (tokens - mean) / np.sqrt(var + eps) + beta
""",
        (),
    ),
    Try(
        "layernorm",
        "D is the length of axis 1.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    D = x.shape[1]
    mean = x.sum(axis=-1, keepdims=True) / D
    var = ((x - mean) ** 2).sum(axis=-1, keepdims=True) / D
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("slip-count", "slip-axis"),
    ),
    Try(
        "layernorm",
        "A tanh follows.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    y = gamma * (x - mean) / np.sqrt(var + eps) + beta
    return np.tanh(y)
""",
        (),
    ),
    Try(
        "layernorm",
        "The statistics are those of the batch, and eps is outside the root.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu, sigma = np.mean(x, axis=0), np.std(x, axis=0)
    return (x - mu) / (sigma + eps) * gamma + beta
""",
        (
            "over-the-batch",
            "slip-axis",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "layernorm",
        "x is centred in place, and the variance divides by D - 1.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    D = x.shape[-1]
    x -= x.sum(axis=-1, keepdims=True) / D
    var = np.einsum("...d,...d->...", x, x)[..., None] / (D - 1)
    return gamma * x * (var + eps) ** -0.5 + beta
""",
        ("mutates-input", "unbiased-in-sample", "unbiased-normalise", "slip-count"),
    ),
    Try(
        "layernorm",
        "Unbiased, and eps added to the standard deviation, as in the annotated transformer.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    a_2, b_2 = gamma, beta
    mean = x.mean(axis=-1, keepdims=True)
    std = x.std(axis=-1, keepdims=True, ddof=1)
    return a_2 * (x - mean) / (std + eps) + b_2
""",
        (
            "unbiased-in-sample",
            "unbiased-normalise",
            "slip-count",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "layernorm",
        "The tokens share their statistics, and beta is forgotten.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    axes = tuple(range(1, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps)
""",
        (
            "tokens-mixed",
            "per-sample",
            "slip-axis",
            "gamma-only",
            "slip-left-out",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    # groupnorm
    Try(
        "groupnorm",
        "A group takes every so-manyth channel.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for n in range(N):
        for g in range(num_groups):
            group = x[n, g::num_groups]
            y[n, g::num_groups] = (group - group.mean()) / np.sqrt(group.var() + eps)
    return gamma[:, None, None] * y + beta[:, None, None]
""",
        ("groups-interleaved",),
    ),
    Try(
        "groupnorm",
        "num_groups is the number of channels in a group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, -1, num_groups, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    variance = groups.var(axis=(2, 3, 4), keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(variance + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("group-size-for-count", "slip-operand", "slip-order"),
    ),
    Try(
        "groupnorm",
        "All channels of a sample are one group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    mean = x.mean(axis=(1, 2, 3), keepdims=True)
    variance = x.var(axis=(1, 2, 3), keepdims=True)
    x_hat = (x - mean) / np.sqrt(variance + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("groups-ignored", "slip-fixed", "slip-condition", "slip-axis", "slip-count"),
    ),
    Try(
        "groupnorm",
        "Each channel is a group of its own.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    flat = x.reshape(*x.shape[:2], -1)
    flat = flat - flat.mean(axis=-1, keepdims=True)
    flat = flat / np.sqrt((flat**2).mean(axis=-1, keepdims=True) + eps)
    return (gamma[:, None] * flat + beta[:, None]).reshape(x.shape)
""",
        ("groups-ignored", "slip-fixed", "slip-condition", "slip-axis", "slip-count"),
    ),
    Try(
        "groupnorm",
        "The pixels are not in the statistics of a group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = groups.mean(axis=2, keepdims=True)
    var = groups.var(axis=2, keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
""",
        ("groups-at-each-pixel", "per-pixel", "slip-axis", "slip-left-out"),
    ),
    Try(
        "groupnorm",
        "The samples of the batch share the statistics of a group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    y = np.zeros_like(x)
    for start in range(0, C, size):
        s = slice(start, start + size)
        group = x[:, s]
        y[:, s] = (group - group.mean()) / np.sqrt(group.var() + eps)
    return y * gamma[:, None, None] + beta[:, None, None]
""",
        ("batch-in-group", "over-the-batch", "slip-axis"),
    ),
    Try(
        "groupnorm",
        "The channels of a group share one gamma and one beta.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, num_groups, -1)
    g = (g - g.mean(axis=2, keepdims=True)) / np.sqrt(g.var(axis=2, keepdims=True) + eps)
    g = gamma[:num_groups, None] * g + beta[:num_groups, None]
    return g.reshape(N, C, H, W)
""",
        ("affine-per-group", "slip-operand"),
    ),
    Try(
        "groupnorm",
        "eps is never used.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, -1)
    x_hat = (groups - groups.mean(-1, keepdims=True)) / groups.std(-1, keepdims=True)
    x_hat = x_hat.reshape(N, C, H, W)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("eps-missing", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "groupnorm",
        "The mean is that of the channel, and the variance that of the group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = groups.mean(axis=(3, 4), keepdims=True)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-axis", "slip-left-out"),
    ),
    Try(
        "groupnorm",
        "Each group is one channel short.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    y = x.copy()
    for g in range(num_groups):
        first, last = g * size, (g + 1) * size - 1
        block = x[:, first:last] if size > 1 else x[:, first : first + 1]
        mean = block.mean(axis=(1, 2, 3), keepdims=True)
        var = block.var(axis=(1, 2, 3), keepdims=True)
        y[:, first : last + 1] = (x[:, first : last + 1] - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * y + beta[:, None, None]
""",
        ("slip-left-out", "slip-count"),
    ),
    Try(
        "groupnorm",
        "gamma and beta are broadcast along the width.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    groups = x.reshape(len(x), num_groups, -1)
    mean = groups.mean(axis=2, keepdims=True)
    variance = groups.var(axis=2, keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(variance + eps)).reshape(x.shape)
    return gamma * x_hat + beta
""",
        ("broadcast-along-width", "slip-axis", "slip-left-out"),
    ),
    Try(
        "groupnorm",
        "The groups are cut across samples and channels: the wrong axis comes first.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.transpose(1, 0, 2, 3).reshape(N, num_groups, -1)
    mean = groups.mean(axis=2, keepdims=True)
    variance = groups.var(axis=2, keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(variance + eps)).reshape(C, N, H, W).transpose(1, 0, 2, 3)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-order", "batch-in-group"),
    ),
    Try(
        "groupnorm",
        "There are always two groups.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    half = -(-C // 2)
    parts = []
    for part in (x[:, :half], x[:, half:]):
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        parts.append((part - mean) / np.sqrt(var + eps))
    x_hat = np.concatenate(parts, axis=1)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("groups-ignored", "slip-fixed", "slip-number", "slip-condition", "slip-count"),
    ),
    Try(
        "groupnorm",
        "The groups are interleaved, and the root is missing.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, C // num_groups, num_groups, H, W)
    mean = groups.mean(axis=(1, 3, 4), keepdims=True)
    var = groups.var(axis=(1, 3, 4), keepdims=True)
    x_hat = ((groups - mean) / (var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        (
            "groups-interleaved",
            "slip-order",
            "slip-axis",
            "divides-by-variance",
            "slip-power",
            "slip-left-out",
        ),
    ),
    Try(
        "groupnorm",
        "num_groups counts the channels of a group, and the variance is unbiased.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    y = np.zeros_like(x)
    for n in range(N):
        for c in range(0, C, num_groups):
            block = x[n, c : c + num_groups]
            std = np.sqrt(block.var(ddof=1) + eps)
            y[n, c : c + num_groups] = (block - block.mean()) / std
    return y * gamma[:, None, None] + beta[:, None, None]
""",
        (
            "group-size-for-count",
            "slip-operand",
            "slip-order",
            "unbiased-in-sample",
            "unbiased-normalise",
            "slip-count",
        ),
    ),
    Try(
        "groupnorm",
        "One group for all channels, and eps outside the root.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    rows = x.reshape(N, -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows / (np.sqrt((rows**2).mean(axis=1, keepdims=True)) + eps)
    return gamma[:, None, None] * rows.reshape(N, C, H, W) + beta[:, None, None]
""",
        (
            "groups-ignored",
            "slip-fixed",
            "slip-condition",
            "slip-axis",
            "slip-count",
            "eps-outside-sqrt",
            "eps-misplaced",
            "slip-brackets",
        ),
    ),
    Try(
        "groupnorm",
        "gamma and beta belong to the groups, and eps is 1e-3 unless given.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-3):
    N, C, H, W = x.shape
    size = C // num_groups
    y = np.zeros_like(x)
    for n in range(N):
        for g in range(num_groups):
            channels = slice(g * size, (g + 1) * size)
            block = x[n, channels]
            x_hat = (block - block.mean()) / np.sqrt(block.var() + eps)
            y[n, channels] = gamma[g] * x_hat + beta[g]
    return y
""",
        ("affine-per-group", "slip-operand", "eps-default", "slip-default", "slip-number"),
    ),
    Try(
        "groupnorm",
        "A group has statistics at each pixel, and x is changed in place.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    for part in np.split(x, num_groups, axis=1):
        part -= part.mean(axis=1, keepdims=True)
        part /= np.sqrt((part**2).mean(axis=1, keepdims=True) + eps)
    return gamma[:, None, None] * x + beta[:, None, None]
""",
        (
            "groups-at-each-pixel",
            "per-pixel",
            "slip-axis",
            "slip-left-out",
            "mutates-input",
        ),
    ),
]
