"""Wrong implementations for problem set 4, of a second round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "batchnorm2d_forward",
        "Mean over samples and height alone, so each column has its own.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=(0, 2), keepdims=True)
    var = x.var(axis=(0, 2), keepdims=True)
    xh = (x - mu) / np.sqrt(var + eps)
    return xh * gamma.reshape(1, -1, 1, 1) + beta.reshape(1, -1, 1, 1)
""",
        ("slip-axis", "wrong-axis"),
    ),
    Try(
        "batchnorm2d_forward",
        "The channels are taken together in the variance, not in the mean.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mu = np.mean(x, axis=(0, 2, 3), keepdims=True)
    var = np.mean((x - mu) ** 2)
    out = (x - mu) / np.sqrt(var + eps)
    return gamma[None, :, None, None] * out + beta[None, :, None, None]
""",
        ("scalar-variance", "slip-axis", "channels-mixed", "scalar-statistics"),
    ),
    Try(
        "batchnorm2d_forward",
        "The sum of squares is divided by H W alone.",
        """\
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    n, c, h, w = x.shape
    mu = x.sum(axis=(0, 2, 3), keepdims=True) / (n * h * w)
    var = ((x - mu) ** 2).sum(axis=(0, 2, 3), keepdims=True) / (h * w)
    out = (x - mu) / np.sqrt(var + eps)
    return gamma[None, :, None, None] * out + beta[None, :, None, None]
""",
        ("slip-count",),
    ),
    Try(
        "batchnorm2d_backward",
        "dgamma is summed over the batch and the height, and then averaged over the width.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    g = gamma.reshape(1, -1, 1, 1)
    s = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    xh = (x - x.mean(axis=ax, keepdims=True)) / s
    dx = g / s * (dy - dy.mean(ax, keepdims=True) - xh * (dy * xh).mean(ax, keepdims=True))
    return dx, (dy * xh).sum(axis=(0, 2)).mean(axis=-1), dy.sum(axis=ax)
""",
        ("slip-reduction", "mean-not-sum", "slip-axis", "slip-factor"),
    ),
    Try(
        "batchnorm2d_backward",
        "The sums in dx are divided by N, not by N H W.",
        """\
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    n = x.shape[0]
    g = gamma.reshape(1, -1, 1, 1)
    s = np.sqrt(x.var(axis=ax, keepdims=True) + eps)
    xh = (x - x.mean(axis=ax, keepdims=True)) / s
    db = dy.sum(axis=ax)
    dg = (dy * xh).sum(axis=ax)
    dx = g / s * (dy - db.reshape(g.shape) / n - xh * dg.reshape(g.shape) / n)
    return dx, dg, db
""",
        ("count-is-batch", "slip-count", "slip-operand"),
    ),
    Try(
        "layernorm",
        "The variance is the unbiased one, and eps stands outside the root.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    d = x.shape[-1]
    mu = x.sum(-1, keepdims=True) / d
    var = ((x - mu) ** 2).sum(-1, keepdims=True) / (d - 1)
    return gamma * (x - mu) / (np.sqrt(var) + eps) + beta
""",
        (
            "unbiased-normalise",
            "unbiased-in-sample",
            "slip-count",
            "eps-outside-sqrt",
            "slip-brackets",
        ),
    ),
    Try(
        "layernorm",
        "Statistics over all but the first axis.",
        """\
def layernorm_forward(x, gamma, beta, eps=1e-5):
    axes = tuple(range(1, x.ndim))
    mu = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return (x - mu) / np.sqrt(var + eps) * gamma + beta
""",
        ("tokens-mixed", "slip-axis"),
    ),
    Try(
        "groupnorm",
        "num_groups is taken for the size of a group.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    y = x.reshape(n, c // num_groups, num_groups, h, w)
    y = (y - y.mean((2, 3, 4), keepdims=True)) / np.sqrt(y.var((2, 3, 4), keepdims=True) + eps)
    return y.reshape(n, c, h, w) * gamma.reshape(c, 1, 1) + beta.reshape(c, 1, 1)
""",
        ("group-size-for-count", "slip-order"),
    ),
    Try(
        "groupnorm",
        "beta is forgotten.",
        """\
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    out = []
    for group in np.split(x, num_groups, axis=1):
        mu = group.mean((1, 2, 3), keepdims=True)
        out.append((group - mu) / np.sqrt(group.var((1, 2, 3), keepdims=True) + eps))
    return np.concatenate(out, axis=1) * gamma.reshape(c, 1, 1)
""",
        ("gamma-only", "slip-left-out"),
    ),
]
