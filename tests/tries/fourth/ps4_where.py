"""Wrong implementations for problem set 4, of a fourth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "The channels are moved to the end, and stay there.",
        """\
def batchnorm1d(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    return batchnorm1d(rows, gamma, beta, eps).reshape(N, H, W, C)
""",
        ("transposed-back", "reshape-back", "slip-left-out"),
    ),
    Try(
        "batchnorm2d_forward",
        "In the loop over channels gamma and beta have no index.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        channel = x[:, c]
        x_hat = (channel - channel.mean()) / np.sqrt(channel.var() + eps)
        y[:, c] = gamma * x_hat + beta
    return y
""",
        ("broadcast-along-width",),
    ),
    Try(
        "batchnorm2d_forward",
        "A helper takes the mean over the samples, then over the rows.",
        """\
def stats(x):
    mean = x.mean(axis=0).mean(axis=1)
    var = x.var(axis=(0, 2))
    return mean[None, :, None, :], var[None, :, None, :]


def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean, var = stats(x)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-axis", "per-pixel"),
    ),
    Try(
        "batchnorm2d_backward",
        "The means of the compact formula divide by N alone.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    axes = (0, 2, 3)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    dbeta = dy.sum(axis=axes)
    dgamma = (dy * x_hat).sum(axis=axes)
    g, b = dgamma.reshape(1, -1, 1, 1), dbeta.reshape(1, -1, 1, 1)
    dx = gamma.reshape(1, -1, 1, 1) / std * (dy - b / N - x_hat * g / N)
    return dx, dgamma, dbeta
""",
        ("count-is-batch", "slip-count"),
    ),
    Try(
        "batchnorm2d_backward",
        "dbeta is summed over samples and rows, not over columns.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dy * x_hat, axis=(0, 2, 3))
    dbeta = np.sum(dy, axis=(0, 2))
    d = dy * gamma[None, :, None, None]
    dm = d.mean(axis=axes, keepdims=True)
    dv = (d * x_hat).mean(axis=axes, keepdims=True)
    return (d - dm - x_hat * dv) / std, dgamma, dbeta
""",
        ("unsummed", "slip-axis"),
    ),
    Try(
        "batchnorm2d_backward",
        "A loop over channels with x.var(ddof=1), and dx without its variance.",
        """\
def one_channel(dy, x, gamma, eps):
    std = np.sqrt(x.var(ddof=1) + eps)
    x_hat = (x - x.mean()) / std
    return gamma / std * (dy - dy.mean()), (dy * x_hat).sum(), dy.sum()


def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    C = x.shape[1]
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        dx[:, c], dgamma[c], dbeta[c] = one_channel(dy[:, c], x[:, c], gamma[c], eps)
    return dx, dgamma, dbeta
""",
        ("unbiased-normalise", "variance-path-missing", "slip-count", "slip-left-out"),
    ),
    Try(
        "layernorm",
        "The mean loses its axis, the variance keeps it.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=-1)
    var = np.var(x, axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("keepdims-missing",),
    ),
    Try(
        "layernorm",
        "Right for (N, D): for sequences the second axis is taken.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(1, keepdims=True)
    std = np.sqrt(((x - mean) ** 2).mean(1, keepdims=True) + eps)
    return (x - mean) / std * gamma + beta
""",
        ("second-axis", "slip-axis"),
    ),
    Try(
        "groupnorm",
        "After the reshape the mean is taken over the groups.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, -1)
    mean, var = groups.mean(axis=1, keepdims=True), groups.var(axis=1, keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
""",
        ("slip-axis", "groups-interleaved", "channels-mixed", "groups-at-each-pixel"),
    ),
    Try(
        "groupnorm",
        "A group is a slice of num_groups channels, and the others stay zero.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    x_hat = np.zeros_like(x)
    for g in range(num_groups):
        part = x[:, g * num_groups : (g + 1) * num_groups]
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        x_hat[:, g * num_groups : (g + 1) * num_groups] = (part - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("group-size-for-count",),
    ),
]
