"""Wrong implementations for problem set 4, of a seventh round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "The variance of a channel is the mean over the samples of the variance in each.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for c in range(C):
        mean = np.mean([x[n, c].mean() for n in range(N)])
        var = np.mean([x[n, c].var() for n in range(N)])
        y[:, c] = gamma[c] * (x[:, c] - mean) / np.sqrt(var + eps) + beta[c]
    return y
""",
        ("mean-of-variances",),
    ),
    Try(
        "batchnorm2d_forward",
        "The rows of (C, N H W) are put back by a reshape alone.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    C = x.shape[1]
    flat = np.swapaxes(x, 0, 1).reshape(C, -1)
    mu = flat.mean(axis=1, keepdims=True)
    var = flat.var(axis=1, keepdims=True)
    out = gamma[:, None] * (flat - mu) / np.sqrt(var + eps) + beta[:, None]
    return out.reshape(x.shape)
""",
        ("reshape-back", "transposed-back"),
    ),
    Try(
        "batchnorm2d_forward",
        "The variance is unbiased, and beta is forgotten.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    g = gamma.reshape(1, -1, 1, 1)
    mu = x.mean(axes, keepdims=True)
    std = np.sqrt(x.var(axes, ddof=1, keepdims=True) + eps)
    return g * (x - mu) / std
""",
        ("unbiased-normalise", "gamma-only"),
    ),
    Try(
        "batchnorm2d_forward",
        "The mean is that of the channel, the spread that of each picture.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    centred = x - np.mean(x, axis=(0, 2, 3), keepdims=True)
    var = np.mean(centred**2, axis=(2, 3), keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return np.einsum("nchw,c->nchw", x_hat, gamma) + beta[None, :, None, None]
""",
        ("per-sample", "slip-axis"),
    ),
    Try(
        "batchnorm2d_backward",
        "m counts all values of x, those of other channels too.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    m = x.size
    mu = x.mean(axis=ax, keepdims=True)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - mu) / std
    dbeta = dy.sum(axis=ax)
    dgamma = (dy * x_hat).sum(axis=ax)
    r = lambda v: v[None, :, None, None]
    dx = r(gamma) / std * (dy - r(dbeta) / m - x_hat * r(dgamma) / m)
    return dx, dgamma, dbeta
""",
        ("slip-count", "slip-operand", "slip-factor"),
    ),
    Try(
        "batchnorm2d_backward",
        "The term of the variance is added.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    dx = np.zeros_like(x)
    dgamma = np.zeros_like(gamma)
    dbeta = np.zeros_like(gamma)
    for c in range(C):
        xc, d = x[:, c], dy[:, c]
        s = np.sqrt(xc.var() + eps)
        xh = (xc - xc.mean()) / s
        dbeta[c] = d.sum()
        dgamma[c] = (d * xh).sum()
        dx[:, c] = gamma[c] / s * (d - d.mean() + xh * (d * xh).mean())
    return dx, dgamma, dbeta
""",
        ("variance-path-negative", "slip-sign"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma takes the centred values, and dbeta is averaged.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    m = x.size / x.shape[1]
    c = x - x.mean(ax, keepdims=True)
    inv = 1 / np.sqrt((c * c).mean(ax, keepdims=True) + eps)
    dbeta = dy.mean(ax)
    dgamma = np.einsum("nchw,nchw->c", dy, c)
    g = dy * gamma[:, None, None]
    xh = c * inv
    dx = inv * (g - g.mean(ax, keepdims=True) - xh * (g * xh).sum(ax, keepdims=True) / m)
    return dx, dgamma, dbeta
""",
        ("dgamma-with-centred-x", "mean-not-sum", "slip-reduction", "slip-left-out", "slip-factor"),
    ),
    Try(
        "layernorm",
        "The norm of the centred row is not divided by the root of D.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    length = np.sqrt((centred**2).sum(-1, keepdims=True) + eps)
    return centred / length * gamma + beta
""",
        ("sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "layernorm",
        "For three axes the statistics are over tokens and features.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    flat = x.reshape(len(x), -1)
    mu, var = flat.mean(axis=1), flat.var(axis=1)
    shape = (-1,) + (1,) * (x.ndim - 1)
    x_hat = (x - mu.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    return gamma * x_hat + beta
""",
        ("tokens-mixed", "slip-axis"),
    ),
    Try(
        "layernorm",
        "The deviation has ddof=1, and eps is outside.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    std = np.std(x, axis=-1, keepdims=True, ddof=1)
    return gamma * (x - mean) / (std + eps) + beta
""",
        ("unbiased-in-sample", "unbiased-normalise", "eps-outside-sqrt"),
    ),
    Try(
        "groupnorm",
        "num_groups is the size of the pieces that the channels are split into.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    parts = []
    for start in range(0, C, num_groups):
        part = x[:, start : start + num_groups]
        mu = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        parts.append((part - mu) / np.sqrt(var + eps))
    x_hat = np.concatenate(parts, axis=1)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
""",
        ("group-size-for-count",),
    ),
    Try(
        "groupnorm",
        "The mean is that of the group, the variance that of each channel.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = g.mean(axis=(2, 3, 4), keepdims=True)
    var = g.var(axis=(3, 4), keepdims=True)
    y = ((g - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return y * gamma[:, None, None] + beta[:, None, None]
""",
        ("slip-axis", "groups-ignored"),
    ),
    Try(
        "batchnorm2d_forward",
        "The last axis is taken for the channels.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 1, 2))
    var = x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("channels-last",),
    ),
    Try(
        "batchnorm2d_forward",
        "The count is H W alone, in sums over all three axes, for the variance.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    y = np.zeros_like(x)
    for c in range(C):
        ch = x[:, c, :, :]
        mu = ch.sum() / (N * H * W)
        var = ((ch - mu) ** 2).sum() / (H * W)
        y[:, c, :, :] = gamma[c] * (ch - mu) / np.sqrt(var + eps) + beta[c]
    return y
""",
        ("slip-count", "slip-factor", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "m is N, and gamma is missing in front.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu = x.mean((0, 2, 3), keepdims=True)
    std = np.sqrt(x.var((0, 2, 3), keepdims=True) + eps)
    xh = (x - mu) / std
    dbeta = dy.sum((0, 2, 3), keepdims=True)
    dgamma = (dy * xh).sum((0, 2, 3), keepdims=True)
    dx = (dy - dbeta / N - xh * dgamma / N) / std
    return dx, dgamma.ravel(), dbeta.ravel()
""",
        ("count-is-batch", "gamma-missing-in-dx", "slip-count", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_backward",
        "dx by the graph, with the sum for the mean's path over the pixels of a sample.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    m = x.shape[0] * x.shape[2] * x.shape[3]
    xc = x - x.mean(axis=ax, keepdims=True)
    var = (xc**2).mean(axis=ax, keepdims=True)
    std = np.sqrt(var + eps)
    xh = xc / std
    dxh = dy * gamma.reshape(1, -1, 1, 1)
    dvar = (dxh * xc * -0.5 / std**3).sum(axis=ax, keepdims=True)
    dmu = -(dxh / std).sum(axis=(2, 3), keepdims=True)
    dx = dxh / std + dvar * 2 * xc / m + dmu / m
    return dx, (dy * xh).sum(axis=ax), dy.sum(axis=ax)
""",
        ("slip-axis", "sums-over-batch-only"),
    ),
    Try(
        "layernorm",
        "gamma scales the shift too.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=-1)[..., None]
    var = ((x - mu) ** 2).mean(axis=-1)[..., None]
    return (x - mu) / (var + eps) ** 0.5 * gamma + beta * gamma
""",
        ("shift-before-scale", "slip-brackets", "slip-twice", "slip-factor"),
    ),
    Try(
        "groupnorm",
        "The groups' statistics are over the samples too, and eps is left out.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    y = np.empty_like(x)
    for g in range(num_groups):
        s = slice(g * size, (g + 1) * size)
        y[:, s] = (x[:, s] - x[:, s].mean()) / x[:, s].std()
    return y * gamma.reshape(-1, 1, 1) + beta.reshape(-1, 1, 1)
""",
        ("batch-in-group", "eps-missing"),
    ),
    Try(
        "batchnorm2d_backward",
        "The mean's path is left out, and dgamma takes x.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    std = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=ax, keepdims=True)) / std
    dgamma = (dy * x).sum(axis=ax)
    dbeta = dy.sum(axis=ax)
    mean_of_product = (dy * x_hat).mean(axis=ax, keepdims=True)
    dx = gamma.reshape(1, -1, 1, 1) / std * (dy - x_hat * mean_of_product)
    return dx, dgamma, dbeta
""",
        ("mean-path-missing", "dgamma-of-x", "slip-left-out", "slip-operand"),
    ),
    Try(
        "layernorm",
        "The mean is over the features, the variance over the batch.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=0, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("slip-axis", "over-the-batch"),
    ),
    Try(
        "groupnorm",
        "The variance is a sum of squares, not divided.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, num_groups, -1)
    d = g - g.mean(axis=2, keepdims=True)
    var = (d * d).sum(axis=2, keepdims=True)
    x_hat = (d / np.sqrt(var + eps)).reshape(N, C, H, W)
    return gamma[None, :, None, None] * x_hat + beta[None, :, None, None]
""",
        ("sum-not-mean", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "gamma scales beta too, and the variance is unbiased.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    rows = np.moveaxis(x, 1, -1)
    mu = rows.mean(axis=(0, 1, 2))
    var = rows.var(axis=(0, 1, 2), ddof=1)
    y = gamma * ((rows - mu) / np.sqrt(var + eps) + beta)
    return np.moveaxis(y, -1, 1)
""",
        ("shift-before-scale", "unbiased-normalise", "slip-brackets", "slip-count"),
    ),
]
