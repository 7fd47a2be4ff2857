"""Wrong implementations for problem set 3, of a third round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "The sum of dy multiplies the sum of the differences.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    grad = np.zeros(x.shape)
    base = x.astype(np.float64)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        change = (f(base + step) - f(base - step)) / (2 * h)
        grad[index] = dy.sum() * change.sum()
    return grad
""",
        ("slip-brackets", "gradient-through-sum", "slip-reduction"),
    ),
    Try(
        "numerical_gradient",
        "The loop is over the first axis, so whole rows are moved.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = np.array(x, dtype=np.float64)
    grad = np.zeros_like(x)
    for i in range(len(x)):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        grad[i] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return grad
""",
        ("all-at-once", "slip-axis"),
    ),
    Try(
        "numerical_gradient",
        "Above and below are the same array.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above = below = x.astype(np.float64)
        above[i] += h
        below[i] -= h
        dx[i] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        ("x-not-restored",),
    ),
    Try(
        "parameter_gradients",
        "dgamma takes gamma times x_hat, what the forward pass had.",
        """\
def forward(x, gamma, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return x_hat, gamma * x_hat


def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat, scaled = forward(x, gamma, eps)
    return None, np.sum(dy * scaled, axis=0), np.sum(dy, axis=0)
""",
        ("gamma-in-dgamma", "slip-operand"),
    ),
    Try(
        "parameter_gradients",
        "dbeta is summed along the features.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    dgamma = (dy * x_hat).sum(axis=0)
    dbeta = dy.sum(axis=1)
    return None, dgamma, dbeta
""",
        ("wrong-axis", "slip-axis"),
    ),
    Try(
        "input_gradient",
        "dmean is not summed over the batch.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    dx_hat = gamma * dy
    dstd = (dx_hat * -centred / std**2).sum(axis=0)
    dvar = dstd * 0.5 / std
    dcentred = dx_hat / std + dvar * 2 * centred / N
    dmean = -dcentred
    return dcentred + dmean / N, dgamma, dbeta
""",
        ("slip-left-out", "slip-reduction", "unsummed", "diagonal-jacobian"),
    ),
    Try(
        "input_gradient",
        "The half of the root's derivative is forgotten.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu = np.mean(x, axis=0)
    centred = x - mu
    std = np.sqrt(np.mean(centred * centred, axis=0) + eps)
    dxhat = dy * gamma
    dstd = -np.sum(dxhat * centred, axis=0) / std**2
    dvar = dstd / std
    dcentred = dxhat / std + 2 / N * centred * dvar
    dx = dcentred - np.sum(dcentred, axis=0) / N
    return dx, np.sum(dy * centred / std, axis=0), np.sum(dy, axis=0)
""",
        ("variance-path-doubled", "slip-left-out", "slip-number", "slip-factor"),
    ),
    Try(
        "input_gradient",
        "It stops after step 4: what goes through the mean is not written yet.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    centred = x - x.mean(axis=0)
    std = (x.var(axis=0) + eps) ** 0.5
    x_hat = centred / std
    dx_hat = dy * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvariance = dstd / (2 * std)
    dcentred = dx_hat / std + dvariance * 2 * centred / N
    return dcentred, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("mean-path-missing", "slip-left-out"),
    ),
    Try(
        "compact_dx",
        "The mean of the products is taken for the product of the means.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    mean_dy = dy.mean(axis=0)
    through_variance = x_hat * mean_dy * x_hat.mean(axis=0)
    return gamma / std * (dy - mean_dy - through_variance)
""",
        ("slip-brackets", "variance-path-missing"),
    ),
    Try(
        "test_backward",
        "dgamma and dbeta are compared, and of dx only the shape.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(3)
    for eps in (1e-5, 0.1):
        for N, D in ((6, 2), (4, 4)):
            x, dy = rng.normal(2, 3, (N, D)), rng.normal(size=(N, D))
            gamma = rng.normal(size=D)
            dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
            x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
            assert dx.shape == x.shape
            np.testing.assert_allclose(dgamma, (dy * x_hat).sum(axis=0))
            np.testing.assert_allclose(dbeta, dy.sum(axis=0))
""",
        ("test-without-dx",),
    ),
]
