"""Wrong implementations for problem set 3, of a second round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "dy is added to the difference.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(float)
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        up = f(x).copy()
        x[i] = old - h
        down = f(x).copy()
        x[i] = old
        grad[i] = np.sum((up - down) + dy) / (2 * h)
    return grad
""",
        ("slip-operation",),
    ),
    Try(
        "numerical_gradient",
        "The step below is two h wide.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        dx[i] = (dy * (f(x + e) - f(x - 2 * e))).sum() / (2 * h)
    return dx
""",
        ("slip-factor", "slip-twice", "slip-number", "step-not-doubled"),
    ),
    Try(
        "parameter_gradients",
        "dgamma is the sum of dy times y's square.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = x.shape[0]
    istd = 1 / np.sqrt(x.var(0) + eps)
    xh = (x - x.mean(0)) * istd
    db = dy.sum(0)
    dg = (dy * xh**2).sum(0)
    dx = gamma * istd * (dy - db / m - xh * (dy * xh).sum(0) / m)
    return dx, dg, db
""",
        ("slip-power", "slip-twice"),
    ),
    Try(
        "parameter_gradients",
        "dbeta is a mean, dgamma a sum.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = x.shape[0]
    istd = 1 / np.sqrt(x.var(0) + eps)
    xh = (x - x.mean(0)) * istd
    db = dy.mean(0)
    dg = (dy * xh).sum(0)
    dx = gamma * istd * (dy - db - xh * dg / m)
    return dx, dg, db
""",
        ("mean-not-sum", "slip-reduction"),
    ),
    Try(
        "input_gradient",
        "The path through the variance is not multiplied with x_hat.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = x.shape[0]
    istd = 1 / np.sqrt(x.var(0) + eps)
    xh = (x - x.mean(0)) * istd
    db = dy.sum(0)
    dg = (dy * xh).sum(0)
    dx = gamma * istd / m * (m * dy - db - dg)
    return dx, dg, db
""",
        ("slip-left-out",),
    ),
    Try(
        "input_gradient",
        "dvar has -1/2 and the power -2: the root is lost on the way.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = len(x)
    mu = x.mean(0)
    xmu = x - mu
    var = (xmu**2).mean(0)
    std = np.sqrt(var + eps)
    dxhat = gamma * dy
    dvar = -0.5 * (dxhat * xmu).sum(0) / (var + eps) ** 2
    dmu = -(dxhat / std).sum(0) - 2 * dvar * xmu.mean(0)
    dx = dxhat / std + 2 * dvar * xmu / m + dmu / m
    return dx, (dy * xmu / std).sum(0), dy.sum(0)
""",
        ("variance-path-power", "slip-power"),
    ),
    Try(
        "input_gradient",
        "The gradient of the mean is subtracted, though it is negative already.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = len(x)
    xmu = x - x.mean(0)
    std = np.sqrt(x.var(0) + eps)
    dxhat = gamma * dy
    dvar = -0.5 * (dxhat * xmu).sum(0) / std**3
    dmu = -(dxhat / std).sum(0)
    dx = dxhat / std + 2 * dvar * xmu / m - dmu / m
    return dx, (dy * xmu / std).sum(0), dy.sum(0)
""",
        ("mean-path-negative", "slip-sign", "slip-operation"),
    ),
    Try(
        "compact_dx",
        "N is the number of features.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    n = dy.shape[1]
    return gamma / std / n * (n * dy - dy.sum(0) - x_hat * (dy * x_hat).sum(0))
""",
        ("count-of-features", "slip-count", "slip-operand"),
    ),
    Try(
        "test_backward",
        "Only the largest element of each gradient is compared.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(1)
    for eps in (1e-5, 0.3):
        x, dy = rng.normal(2, 3, (6, 4)), rng.normal(0, 1, (6, 4))
        gamma = rng.uniform(1, 2, 4)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
        f = lambda x: gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
        num = numerical_gradient(f, x, dy)
        assert abs(dgamma - (dy * x_hat).sum(0)).max() < 1e-6
        assert abs(dx - num).max() < 1e-4
""",
        ("test-without-dbeta",),
    ),
]
