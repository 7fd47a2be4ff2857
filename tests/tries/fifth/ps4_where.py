"""Wrong implementations for problem set 4, of a fifth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "The mean is that of each sample, the variance that of the channel.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)
""",
        ("slip-axis", "per-sample"),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma and dbeta are sums, dx has them divided by the number of pixels.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    def over(a):
        return a.sum(axis=(0, 2, 3))
    def up(a):
        return a[None, :, None, None]
    m = H * W
    mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    std = np.sqrt(var + eps)
    x_hat = (x - up(mean)) / up(std)
    dgamma, dbeta = over(dy * x_hat), over(dy)
    dx = up(gamma / std) * (dy - up(dbeta) / m - x_hat * up(dgamma) / m)
    return dx, dgamma, dbeta
""",
        ("count-is-batch", "slip-count"),
    ),
    Try(
        "layernorm",
        "gamma is multiplied after beta was added.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=-1, keepdims=True)
    sigma = np.sqrt(np.mean((x - mu) ** 2, axis=-1, keepdims=True) + eps)
    return ((x - mu) / sigma + beta) * gamma
""",
        ("shift-before-scale", "slip-brackets"),
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
    out = ((g - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return out * gamma[:, None, None] + beta[:, None, None]
""",
        ("slip-axis",),
    ),
    Try(
        "groupnorm",
        "The last group is forgotten: its channels stay as they are.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    C = x.shape[1]
    size = C // num_groups
    y = x.copy()
    for i in range(num_groups - 1):
        part = x[:, i * size : (i + 1) * size]
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        y[:, i * size : (i + 1) * size] = (part - mean) / np.sqrt(var + eps)
    return y * gamma[:, None, None] + beta[:, None, None]
""",
        ("slip-left-out", "slip-count"),
    ),
]
