"""Wrong implementations for problem set 3, of a fifth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "dy multiplies the upper value only.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(float)
    grad = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[idx] = h
        grad[idx] = np.sum(dy * f(x + step) - f(x - step)) / (2 * h)
    return grad
""",
        ("slip-brackets",),
    ),
    Try(
        "parameter_gradients",
        "dgamma is summed of dy, x_hat and gamma, and dbeta is a mean.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx_hat = dy * gamma
    dgamma = np.sum(dx_hat * x_hat, axis=0)
    dbeta = np.mean(dy, axis=0)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta
""",
        ("gamma-in-dgamma", "mean-not-sum", "slip-operand", "slip-reduction"),
    ),
    Try(
        "input_gradient",
        "The derivative of the root is forgotten in dvar: a factor one half.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    xc = x - mu
    x_hat = xc / std
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * xc, axis=0) * -1 / std**3
    dmu = np.sum(-dx_hat / std, axis=0)
    dx = dx_hat / std + dvar * 2 * xc / N + dmu / N
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)
""",
        ("variance-path-doubled", "slip-factor", "slip-number"),
    ),
    Try(
        "compact_dx",
        "The minus before the last term is a plus, and gamma comes last, to that term alone.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    m1 = np.mean(dy, axis=0)
    m2 = np.mean(dy * x_hat, axis=0)
    return (dy - m1) / std * gamma + x_hat * m2 / std * gamma
""",
        ("variance-path-negative", "slip-sign"),
    ),
    Try(
        "test_backward",
        "Only the first row of dx is compared, and nothing else.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    gamma, eps = rng.normal(size=3), 1e-2

    def forward(v):
        return gamma * (v - v.mean(axis=0)) / np.sqrt(v.var(axis=0) + eps)

    dx = batchnorm_backward(dy, x, gamma, eps)[0]
    np.testing.assert_allclose(dx[0], numerical_gradient(forward, x, dy)[0], rtol=1e-4)
""",
        (
            "test-of-dx-only",
            "test-without-dgamma",
            "test-without-dbeta",
            "test-with-one-eps",
            "test-of-one-call",
        ),
    ),
]
