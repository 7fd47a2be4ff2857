"""Wrong implementations for problem set 3, of a seventh round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "The two copies are made once, outside the loop, and never put back.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    plus = np.array(x, dtype=np.float64)
    minus = np.array(x, dtype=np.float64)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        plus[idx] += h
        minus[idx] -= h
        grad[idx] = (np.sum(dy * f(plus)) - np.sum(dy * f(minus))) / (2 * h)
    return grad
""",
        ("x-not-restored", "all-at-once"),
    ),
    Try(
        "numerical_gradient",
        "The step grows with the element, the division does not.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = h * max(1.0, abs(x[i]))
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        grad[i] = ((f(up) - f(down)) * dy).sum() / (2 * h)
    return grad
""",
        ("slip-factor", "slip-operand"),
    ),
    Try(
        "parameter_gradients",
        "dgamma is the sum of dy times the output, gamma x_hat; dbeta is averaged.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mu, var = x.mean(axis=0), x.var(axis=0)
    out = gamma * (x - mu) / np.sqrt(var + eps)
    dgamma = np.sum(dy * out, axis=0)
    dbeta = np.mean(dy, axis=0)
    return None, dgamma, dbeta
""",
        ("gamma-in-dgamma", "mean-not-sum", "slip-operand", "slip-reduction"),
    ),
    Try(
        "parameter_gradients",
        "The spread for x_hat is that of the whole array.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(0)) / np.sqrt(np.var(x) + eps)
    dgamma = np.einsum("ij,ij->j", dy, x_hat)
    dbeta = np.ones(len(dy)) @ dy
    return None, dgamma, dbeta
""",
        ("scalar-variance", "slip-axis"),
    ),
    Try(
        "input_gradient",
        "With the Jacobian of each feature: the outer product is not divided by N.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx = np.zeros_like(x)
    for d in range(D):
        J = np.eye(N) - np.ones((N, N)) / N - np.outer(x_hat[:, d], x_hat[:, d])
        dx[:, d] = gamma[d] / std[d] * (J @ dy[:, d])
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("sums-not-means", "slip-left-out", "slip-factor", "slip-reduction"),
    ),
    Try(
        "input_gradient",
        "By the graph, with the mean's path subtracted.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    m = x.shape[0]
    mu = 1.0 / m * np.sum(x, axis=0)
    xmu = x - mu
    var = 1.0 / m * np.sum(xmu**2, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    dbeta = np.sum(dy, axis=0)
    dgamma = np.sum(dy * xhat, axis=0)
    dxhat = dy * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dsqrtvar = -1.0 / sqrtvar**2 * divar
    dvar = 0.5 / sqrtvar * dsqrtvar
    dxmu = dxhat * ivar + 2 * xmu * dvar / m
    dmu = np.sum(dxmu, axis=0)
    dx = dxmu + dmu / m
    return dx, dgamma, dbeta
""",
        ("mean-path-negative", "slip-sign"),
    ),
    Try(
        "input_gradient",
        "gamma is left out, and the variance is the unbiased one.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    var = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (N - 1)
    std = np.sqrt(var + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    dx = (N * dy - dbeta - x_hat * dgamma) / (N * std)
    return dx, dgamma, dbeta
""",
        ("gamma-missing-in-dx", "unbiased-normalise"),
    ),
    Try(
        "input_gradient",
        "The derivative of the variance takes x_hat where the centred values belong.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    centred = x - x.mean(axis=0, keepdims=True)
    var = np.mean(centred**2, axis=0, keepdims=True)
    inv = (var + eps) ** -0.5
    x_hat = centred * inv
    dx_hat = gamma * dy
    dvar = np.sum(dx_hat * centred * -0.5 * inv**3, axis=0, keepdims=True)
    dcentred = dx_hat * inv + dvar * 2 * x_hat / N
    dx = dcentred - dcentred.mean(axis=0, keepdims=True)
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("slip-operand", "slip-factor", "slip-power", "slip-twice", "variance-path-power"),
    ),
    Try(
        "input_gradient",
        "The bracket is right, and is divided by sqrt(var) + eps.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / (np.sqrt(var) + eps)
    g = gamma * dy
    dx = (g - np.mean(g, axis=0) - x_hat * np.mean(g * x_hat, axis=0)) / (np.sqrt(var) + eps)
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)
""",
        ("eps-outside-sqrt",),
    ),
    Try(
        "backward_manners",
        "What the forward pass gives is cached by the shape of x.",
        """\
_cache = {}


def batchnorm_backward(dy, x, gamma, eps=1e-5):
    if x.shape not in _cache:
        std = np.sqrt(x.var(axis=0) + eps)
        _cache[x.shape] = ((x - x.mean(axis=0)) / std, std)
    x_hat, std = _cache[x.shape]
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))
    return dx, dgamma, dbeta
""",
        ("stale-batch", "slip-stale"),
    ),
    Try(
        "compact_dx",
        "gamma is in g and in front.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = dy.shape[0]
    g = dy * gamma
    s1 = g.sum(axis=0)
    s2 = (g * x_hat).sum(axis=0)
    return gamma / (N * std) * (N * g - s1 - x_hat * s2)
""",
        ("gamma-twice-in-dx", "slip-twice", "slip-factor"),
    ),
    Try(
        "compact_dx",
        "A small number is added to std, which has eps already.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    inv = 1 / np.sqrt(std**2 + 1e-5)
    term = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
    return gamma * inv * term
""",
        ("eps-twice", "slip-offset"),
    ),
    Try(
        "compact_dx",
        "The sign of x_hat's term, and a sum where the mean belongs in the first one.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    through_mean = np.sum(dy, axis=0)
    through_var = x_hat * np.mean(dy * x_hat, axis=0)
    return (gamma / std) * (dy - through_mean + through_var)
""",
        (
            "variance-path-negative",
            "sums-not-means",
            "slip-sign",
            "slip-reduction",
            "slip-left-out",
        ),
    ),
    Try(
        "test_backward",
        "The mean of the difference is looked at, not the differences.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(3)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
        gamma, beta = rng.normal(size=4), rng.normal(size=4)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        std = np.sqrt(x.var(axis=0) + eps)
        xh = (x - x.mean(axis=0)) / std
        want = gamma / std * (dy - dy.mean(axis=0) - xh * (dy * xh).mean(axis=0))
        assert (dx - want).mean() < 1e-6
        assert (dgamma - (dy * xh).sum(axis=0)).mean() < 1e-6
        assert (dbeta - dy.sum(axis=0)).mean() < 1e-6
""",
        ("test-without-abs", "test-of-sums"),
    ),
    Try(
        "test_backward",
        "dx is asked to sum to zero over the batch; dgamma and dbeta are compared.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(4)
    for N, D, eps in ((6, 3, 1e-5), (9, 2, 0.2)):
        x, dy, gamma = rng.normal(1, 2, (N, D)), rng.normal(size=(N, D)), rng.normal(size=D)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        np.testing.assert_allclose(dx.sum(axis=0), np.zeros(D), atol=1e-8)
        np.testing.assert_allclose(dgamma, (dy * x_hat).sum(axis=0))
        np.testing.assert_allclose(dbeta, dy.sum(axis=0))
""",
        ("test-of-sums", "test-without-dx"),
    ),
    Try(
        "numerical_gradient",
        "/ 2 * h without brackets.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up = x.astype(np.float64)
        down = x.astype(np.float64)
        up[i] += h
        down[i] -= h
        grad[i] = np.sum((f(up) - f(down)) * dy) / 2 * h
    return grad
""",
        ("step-multiplied", "slip-brackets"),
    ),
    Try(
        "parameter_gradients",
        "x_hat has no root below it, and dbeta is a number.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / (x.var(axis=0) + eps)
    dgamma = (dy * x_hat).sum(axis=0)
    dbeta = dy.sum()
    return None, dgamma, dbeta
""",
        ("divides-by-variance", "dgamma-over-variance", "summed-over-all"),
    ),
    Try(
        "input_gradient",
        "** -3 / 2 is (** -3) / 2.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu, var = x.mean(axis=0), x.var(axis=0)
    xc = x - mu
    dxhat = dy * gamma
    dvar = np.sum(dxhat * xc, axis=0) * -0.5 * (var + eps) ** -3 / 2
    dmu = -np.sum(dxhat, axis=0) / np.sqrt(var + eps)
    dx = dxhat / np.sqrt(var + eps) + 2 * dvar * xc / N + dmu / N
    dgamma = np.sum(dy * xc / np.sqrt(var + eps), axis=0)
    return dx, dgamma, np.sum(dy, axis=0)
""",
        ("slip-brackets", "slip-power", "slip-factor"),
    ),
    Try(
        "input_gradient",
        "The variance's gradient overwrites what came from x_hat.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dstd = (-dx_hat * centred / std**2).sum(axis=0)
    dcentred = dx_hat / std
    dvariance = dstd / (2 * std)
    dcentred = 2 * centred * dvariance / N
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / N
    return dx, dgamma, dbeta
""",
        ("direct-path-missing",),
    ),
    Try(
        "input_gradient",
        "The mean's share goes to each element whole, and dstd has a plus.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(dy)
    centred = x - x.mean(0)
    std = np.sqrt((centred**2).mean(0) + eps)
    dx_hat = dy * gamma
    dstd = (dx_hat * centred).sum(0) / std**2
    dcentred = dx_hat / std + centred * dstd / std / N
    dx = dcentred - dcentred.sum(0)
    return dx, (dy * centred / std).sum(0), dy.sum(0)
""",
        (
            "variance-path-negative",
            "sums-not-means",
            "slip-sign",
            "slip-left-out",
            "slip-reduction",
        ),
    ),
    Try(
        "compact_dx",
        "Both means are over everything.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    return gamma / std * (dy - np.mean(dy) - x_hat * np.mean(dy * x_hat))
""",
        ("slip-axis", "summed-over-all"),
    ),
    Try(
        "test_backward",
        "eps is given to the backward pass and not to the forward pass.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(5)
    x, dy = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps=0.1)

    def loss(x, gamma, beta):
        return np.sum(dy * batchnorm_forward(x, gamma, beta))

    v = rng.normal(size=x.shape)
    along = (loss(x + 1e-5 * v, gamma, beta) - loss(x - 1e-5 * v, gamma, beta)) / 2e-5
    assert np.isclose(along, np.sum(dx * v), rtol=1e-5)
    assert np.allclose(dbeta, dy.sum(axis=0))
    assert dgamma.shape == (3,)
""",
        ("test-rejects-all",),
    ),
    Try(
        "numerical_gradient",
        "Half a step to either side, divided by two steps.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h / 2
        grad[i] = ((f(x + e) * dy).sum() - (f(x - e) * dy).sum()) / (2 * h)
    return grad
""",
        ("slip-factor", "slip-number", "slip-operand"),
    ),
    Try(
        "input_gradient",
        "dgamma is not divided by N, and gamma is squared.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    dx = gamma**2 / std * (dy - dbeta / N - x_hat * dgamma)
    return dx, dgamma, dbeta
""",
        ("gamma-twice-in-dx", "sums-not-means", "slip-twice", "slip-power", "slip-left-out"),
    ),
    Try(
        "parameter_gradients",
        "x_hat is taken from a variance that has eps twice, and dgamma is averaged.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    var = x.var(axis=0) + eps
    x_hat = (x - x.mean(axis=0)) / np.sqrt(var + eps)
    return None, np.mean(dy * x_hat, axis=0), np.sum(dy, axis=0)
""",
        ("eps-twice", "mean-not-sum", "slip-reduction", "slip-twice"),
    ),
    Try(
        "compact_dx",
        "x_hat's term is taken with dbeta, the mean's with dgamma.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = len(dy)
    dbeta = np.sum(dy, 0)
    dgamma = np.sum(dy * x_hat, 0)
    return gamma * (dy - dgamma / N - x_hat * dbeta / N) / std
""",
        ("slip-order", "gradients-swapped"),
    ),
    Try(
        "test_backward",
        "dx alone is never compared.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(11)
    for shape, eps in [((4, 3), 1e-5), ((8, 2), 1e-1), ((5, 5), 1e-3)]:
        x, dy, gamma = rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=shape[1])
        _, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        beta = np.zeros(shape[1])
        want = numerical_gradient(lambda g: batchnorm_forward(x, g, beta, eps), gamma, dy)
        assert np.allclose(dgamma, want, atol=1e-6)
        want = numerical_gradient(lambda b: batchnorm_forward(x, gamma, b, eps), beta, dy)
        assert np.allclose(dbeta, want, atol=1e-6)
""",
        ("test-without-dx",),
    ),
]
