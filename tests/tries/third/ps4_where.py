"""Wrong implementations for problem set 4, of a third round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "A helper takes the variance of a channel, divided by one less.",
        """\
def channel_statistics(values):
    mean = values.sum() / values.size
    return mean, ((values - mean) ** 2).sum() / (values.size - 1)


def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        mean, variance = channel_statistics(x[:, c])
        y[:, c] = gamma[c] * (x[:, c] - mean) / (variance + eps) ** 0.5 + beta[c]
    return y
""",
        ("unbiased-normalise", "slip-count"),
    ),
    Try(
        "batchnorm2d_forward",
        "eps is outside the brackets of the power.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    variance = x.var(axis=axes, keepdims=True)
    x_hat = (x - mean) / (variance**0.5 + eps)
    return gamma[None, :, None, None] * x_hat + beta[None, :, None, None]
""",
        ("eps-outside-sqrt", "slip-brackets"),
    ),
    Try(
        "batchnorm2d_forward",
        "The mean is one for each sample and channel, the variance one for each channel.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    flat = x.reshape(N, C, H * W)
    mean = flat.mean(axis=2, keepdims=True)
    variance = flat.var(axis=(0, 2), keepdims=True)
    x_hat = (flat - mean) / np.sqrt(variance + eps)
    return (gamma[:, None] * x_hat + beta[:, None]).reshape(x.shape)
""",
        ("slip-axis", "per-sample"),
    ),
    Try(
        "batchnorm2d_backward",
        "m is the number of pixels, without the samples.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    m = x.shape[2] * x.shape[3]
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    dbeta = dy.sum(axis=axes, keepdims=True)
    dgamma = (dy * x_hat).sum(axis=axes, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - dbeta / m - x_hat * dgamma / m)
    return dx, dgamma.reshape(-1), dbeta.reshape(-1)
""",
        ("count-is-batch", "slip-count"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma and dbeta keep the width.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    g = gamma.reshape(-1, 1, 1)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    through_mean = dy.mean(axis=axes, keepdims=True)
    through_variance = x_hat * (dy * x_hat).mean(axis=axes, keepdims=True)
    dx = g / std * (dy - through_mean - through_variance)
    return dx, (dy * x_hat).sum(axis=(0, 2)), dy.sum(axis=(0, 2))
""",
        ("unsummed", "slip-axis"),
    ),
    Try(
        "batchnorm2d_backward",
        "The last term of the bracket is added.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    m = N * H * W
    gamma = gamma[:, None, None]
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    inverse = 1 / np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    x_hat = (x - mean) * inverse
    dbeta, dgamma = dy.sum(axis=(0, 2, 3)), (dy * x_hat).sum(axis=(0, 2, 3))
    bracket = dy - dbeta[:, None, None] / m + x_hat * dgamma[:, None, None] / m
    return gamma * inverse * bracket, dgamma, dbeta
""",
        ("variance-path-negative", "slip-sign"),
    ),
    Try(
        "layernorm",
        "Axis 1 is taken for the last one.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=1, keepdims=True)
    var = np.mean((x - mean) ** 2, axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
""",
        ("second-axis", "slip-axis"),
    ),
    Try(
        "layernorm",
        "It divides by D - 1, and beta is not there yet.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    D = x.shape[-1]
    c = x - x.mean(axis=-1, keepdims=True)
    var = (c**2).sum(axis=-1, keepdims=True) / (D - 1)
    return gamma * c / np.sqrt(var + eps)
""",
        ("unbiased-in-sample", "unbiased-normalise", "slip-count", "gamma-only", "slip-left-out"),
    ),
    Try(
        "groupnorm",
        "num_groups and the size of a group have changed places in reshape.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    grouped = x.reshape(N, C // num_groups, num_groups, H, W)
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    var = grouped.var(axis=(2, 3, 4), keepdims=True)
    x_hat = ((grouped - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
""",
        ("group-size-for-count", "slip-order", "slip-operand"),
    ),
    Try(
        "groupnorm",
        "The mean is that of the group, the variance that of each channel.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    grouped = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    var = grouped.var(axis=(3, 4), keepdims=True)
    x_hat = ((grouped - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]
""",
        ("slip-axis", "groups-ignored"),
    ),
]
