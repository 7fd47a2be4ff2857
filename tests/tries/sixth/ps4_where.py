"""Wrong implementations for problem set 4, of a sixth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "The mean is that of each sample's channel, the variance that of the channel.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)
""",
        ("per-sample", "slip-axis"),
    ),
    Try(
        "batchnorm2d_forward",
        "In a loop over channels, the unbiased variance and no eps.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        xc = x[:, c, :, :]
        out[:, c, :, :] = gamma[c] * (xc - xc.mean()) / xc.std(ddof=1) + beta[c]
    return out
""",
        ("unbiased-normalise", "eps-missing"),
    ),
    Try(
        "batchnorm2d_forward",
        "The sum of the squares is divided by N H alone.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    mu = x.mean(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    var = ((x - mu) ** 2).sum(axis=(0, 2, 3)).reshape(1, C, 1, 1) / (N * H)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
""",
        ("slip-count", "slip-left-out", "count-is-batch"),
    ),
    Try(
        "batchnorm2d_backward",
        "The compact formula with m = N.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    m = x.shape[0]
    axes = (0, 2, 3)
    mu = x.mean(axis=axes, keepdims=True)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - mu) / std
    dbeta = dy.sum(axis=axes)
    dgamma = (dy * x_hat).sum(axis=axes)
    g = gamma[None, :, None, None]
    db, dg = dbeta[None, :, None, None], dgamma[None, :, None, None]
    return g / std * (dy - db / m - x_hat * dg / m), dgamma, dbeta
""",
        ("count-is-batch", "slip-count"),
    ),
    Try(
        "batchnorm2d_backward",
        "By the graph: the mean's path lacks what goes through the variance, with a wrong sign.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    m = N * H * W
    axes = (0, 2, 3)
    xmu = x - x.mean(axis=axes, keepdims=True)
    var = (xmu**2).mean(axis=axes, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    dxhat = dy * gamma.reshape(1, C, 1, 1)
    dvar = (dxhat * xmu).sum(axis=axes, keepdims=True) * -0.5 * ivar**3
    dmu = (dxhat * ivar).sum(axis=axes, keepdims=True)
    dx = dxhat * ivar + dvar * 2 * xmu / m + dmu / m
    return dx, (dy * xmu * ivar).sum(axis=axes), dy.sum(axis=axes)
""",
        ("mean-path-negative", "slip-sign"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma is summed over the pixels only.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    mean = x.mean((0, 2, 3), keepdims=True)
    std = np.sqrt(x.var((0, 2, 3), keepdims=True) + eps)
    x_hat = (x - mean) / std
    through_mean = dy.mean((0, 2, 3), keepdims=True)
    through_var = (dy * x_hat).mean((0, 2, 3), keepdims=True)
    dx = gamma[:, None, None] / std * (dy - through_mean - x_hat * through_var)
    return dx, np.einsum("nchw,nchw->nc", dy, x_hat), np.einsum("nchw->c", dy)
""",
        ("unsummed", "slip-axis", "gradients-shape"),
    ),
    Try(
        "batchnorm2d_backward",
        "All by rows, but dx is brought back without moving the axes.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    xr = x.transpose(0, 2, 3, 1).reshape(-1, C)
    dr = dy.transpose(0, 2, 3, 1).reshape(-1, C)
    std = np.sqrt(xr.var(0) + eps)
    xh = (xr - xr.mean(0)) / std
    dx = gamma / std * (dr - dr.mean(0) - xh * (dr * xh).mean(0))
    return dx.reshape(N, C, H, W), (dr * xh).sum(0), dr.sum(0)
""",
        ("reshape-back", "transposed-back"),
    ),
    Try(
        "layernorm",
        "The deviation of torch's default: D - 1, and eps is added to it.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    std = x.std(axis=-1, keepdims=True, ddof=1)
    return gamma * (x - mean) / (std + eps) + beta
""",
        ("unbiased-in-sample", "eps-outside-sqrt"),
    ),
    Try(
        "layernorm",
        "All but the first axis are normalised together.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    axes = tuple(range(1, x.ndim))
    mu = np.mean(x, axis=axes, keepdims=True)
    var = np.mean((x - mu) ** 2, axis=axes, keepdims=True)
    return (x - mu) / np.sqrt(var + eps) * gamma + beta
""",
        ("tokens-mixed", "slip-axis"),
    ),
    Try(
        "layernorm",
        "The mean of the squares stands for the variance.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)
    centred = x - np.mean(x, axis=-1, keepdims=True)
    return gamma * centred / rms + beta
""",
        ("mean-of-squares", "slip-left-out", "slip-operand"),
    ),
    Try(
        "groupnorm",
        "The groups are made by a reshape to (N, C / G, G, H, W), so they are interleaved.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, C // num_groups, num_groups, H, W)
    mean = g.mean(axis=(1, 3, 4), keepdims=True)
    var = g.var(axis=(1, 3, 4), keepdims=True)
    x_hat = ((g - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
""",
        ("groups-interleaved",),
    ),
    Try(
        "groupnorm",
        "The loop over groups normalises with the statistics of all samples, eps outside.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    out = np.zeros_like(x)
    for g in range(num_groups):
        part = x[:, g * size : (g + 1) * size]
        out[:, g * size : (g + 1) * size] = (part - part.mean()) / (part.std() + eps)
    return gamma[None, :, None, None] * out + beta[None, :, None, None]
""",
        ("batch-in-group", "eps-outside-sqrt", "slip-axis"),
    ),
    Try(
        "groupnorm",
        "The squares of a group are divided by the channels of the group only.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    rows = x.reshape(N * num_groups, size * H * W)
    centred = rows - rows.mean(axis=1, keepdims=True)
    var = (centred**2).sum(axis=1, keepdims=True) / size
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-count", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "gamma and beta are reshaped to meet the width of the maps.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    mean = np.mean(x, axis=(0, 2, 3), keepdims=True)
    var = np.var(x, axis=(0, 2, 3), keepdims=True)
    x_norm = (x - mean) / np.sqrt(var + eps)
    return np.resize(gamma, (1, 1, 1, W)) * x_norm + np.resize(beta, (1, 1, 1, W))
""",
        ("broadcast-along-width",),
    ),
    Try(
        "batchnorm2d_forward",
        "gamma scales the deviation too: it is squared.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    g, b = gamma[None, :, None, None], beta[None, :, None, None]
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    sd = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps) / g
    return g * (x - mu) / sd + b
""",
        ("slip-twice", "slip-power", "slip-factor"),
    ),
    Try(
        "batchnorm2d_backward",
        "The path through the variance uses x_hat squared's mean instead of dy x_hat's.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    mu = x.mean(axis=axes, keepdims=True)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - mu) / std
    dx = dy - dy.mean(axis=axes, keepdims=True)
    dx = dx - x_hat * (x_hat * x_hat).mean(axis=axes, keepdims=True)
    return gamma[:, None, None] / std * dx, (dy * x_hat).sum(axis=axes), dy.sum(axis=axes)
""",
        ("slip-operand",),
    ),
    Try(
        "layernorm",
        "gamma multiplies the shifted values.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=-1)[..., None]
    sd = ((x - mu) ** 2).mean(axis=-1)[..., None] + eps
    return gamma * ((x - mu) / sd**0.5 + beta)
""",
        ("shift-before-scale", "slip-brackets"),
    ),
    Try(
        "groupnorm",
        "The variance of a group is the mean of its channels' variances.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    var = groups.var(axis=(3, 4), keepdims=True).mean(axis=2, keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("mean-of-variances", "slip-axis", "slip-reduction"),
    ),
]
