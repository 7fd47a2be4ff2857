"""Wrong implementations for problem set 3, of a sixth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "The element is moved on in place by -h, not by -2 h, and then put back.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        up = np.sum(f(x.copy()) * dy)
        x[i] -= h
        down = np.sum(f(x.copy()) * dy)
        x[i] = old
        grad[i] = (up - down) / (2 * h)
        it.iternext()
    return grad
""",
        ("forward-difference", "slip-factor", "slip-left-out", "slip-number"),
    ),
    Try(
        "numerical_gradient",
        "dy is left out of the loss.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x64 = np.array(x, dtype=np.float64)
    out = np.empty_like(x64)
    for i in np.ndindex(x64.shape):
        e = np.zeros_like(x64)
        e[i] = h
        out[i] = (f(x64 + e) - f(x64 - e)).sum() / (2 * h)
    return out
""",
        ("gradient-through-sum", "slip-left-out"),
    ),
    Try(
        "parameter_gradients",
        "dgamma takes x_hat without eps, dbeta is right.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    dgamma = np.einsum("nd,nd->d", dy, x_hat)
    dbeta = np.einsum("nd->d", dy)
    return None, dgamma, dbeta
""",
        ("eps-missing",),
    ),
    Try(
        "parameter_gradients",
        "dgamma is divided by the deviation once more.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mu = x.mean(axis=0)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - mu) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0) / std
    return None, dgamma, dbeta
""",
        ("slip-twice", "slip-factor", "slip-power", "std-squared", "dgamma-over-variance"),
    ),
    Try(
        "parameter_gradients",
        "dbeta keeps its axis and dgamma is averaged.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    xc = x - x.mean(axis=0)
    ivar = 1.0 / np.sqrt((xc**2).mean(axis=0) + eps)
    dbeta = np.sum(dy, axis=0, keepdims=True)
    dgamma = np.sum(dy * xc * ivar, axis=0) / N
    return None, dgamma, dbeta
""",
        ("gradients-shape", "mean-not-sum", "statistics-shape"),
    ),
    Try(
        "input_gradient",
        "By the graph: the gradient of the variance lacks the power -3/2, and has -1/2.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    xmu = x - x.mean(axis=0)
    var = (xmu**2).mean(axis=0)
    dxhat = dy * gamma
    dvar = np.sum(dxhat * xmu, axis=0) * -0.5 * (var + eps) ** -0.5
    dmu = np.sum(-dxhat / np.sqrt(var + eps), axis=0)
    dx = dxhat / np.sqrt(var + eps) + dvar * 2 * xmu / N + dmu / N
    dgamma = np.sum(dy * xmu / np.sqrt(var + eps), axis=0)
    return dx, dgamma, dy.sum(axis=0)
""",
        ("variance-path-power", "slip-power", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "By the graph: dmean is not summed before it is divided by N.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    mean = x.mean(axis=0)
    centred = x - mean
    std = np.sqrt((centred * centred).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(0), (dy * x_hat).sum(0)
    dx_hat = gamma * dy
    dstd = -(dx_hat * centred).sum(0) / std**2
    dvariance = dstd / (2 * std)
    dcentred = dx_hat / std + 2 * centred * dvariance / N
    dmean = -dcentred
    return dcentred + dmean / N, dgamma, dbeta
""",
        ("unsummed", "slip-left-out", "slip-reduction"),
    ),
    Try(
        "input_gradient",
        "gamma is only in the direct path.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dgamma = np.sum(dy * x_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dx = (gamma * dy - dbeta / N - x_hat * dgamma / N) / std
    return dx, dgamma, dbeta
""",
        ("gamma-missing-in-dx", "slip-brackets", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "The path through the variance has the mean of the product's square.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    inv = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) * inv
    g = dy * gamma
    dx = inv * (g - g.mean(axis=0) - x_hat**2 * (g * x_hat).mean(axis=0))
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("slip-power", "slip-twice"),
    ),
    Try(
        "backward_manners",
        "dy is multiplied by gamma in place.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dy *= gamma
    dx = (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta
""",
        ("mutates-input",),
    ),
    Try(
        "backward_manners",
        "Sums start as np.zeros, so all is float64.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d in range(D):
        std = np.sqrt(x[:, d].var() + eps)
        x_hat = (x[:, d] - x[:, d].mean()) / std
        dbeta[d] = dy[:, d].sum()
        dgamma[d] = dy[:, d] @ x_hat
        dx[:, d] = gamma[d] / std * (dy[:, d] - dbeta[d] / N - x_hat * dgamma[d] / N)
    return dx, dgamma, dbeta
""",
        ("loses-dtype",),
    ),
    Try(
        "compact_dx",
        "The root is taken of std once more.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = len(dy)
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    return gamma / np.sqrt(std) * (dy - dbeta / N - x_hat * dgamma / N)
""",
        ("slip-power", "slip-twice", "slip-operation"),
    ),
    Try(
        "compact_dx",
        "N multiplies dy, but nothing divides by it in front.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N, D = dy.shape
    dxhat = dy * gamma
    return (N * dxhat - dxhat.sum(axis=0) - x_hat * (dxhat * x_hat).sum(axis=0)) / std
""",
        ("count-wrong", "slip-left-out", "slip-factor", "slip-count"),
    ),
    Try(
        "compact_dx",
        "The mean over all features is subtracted.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    through_mean = dy.mean()
    through_var = x_hat * (dy * x_hat).mean(axis=0)
    return gamma / std * (dy - through_mean - through_var)
""",
        ("slip-axis", "summed-over-all"),
    ),
    Try(
        "test_backward",
        "Only shapes and whether there is a nan are looked at.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    x, dy, gamma = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), rng.normal(size=3)
    dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps=1e-3)
    assert dx.shape == x.shape
    assert dgamma.shape == dbeta.shape == gamma.shape
    assert not np.isnan(dx).any()
""",
        ("test-of-shapes",),
    ),
    Try(
        "test_backward",
        "dx and dbeta are compared, dgamma is computed and never used; gamma is ones.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(1)
    x, dy, gamma = rng.normal(2, 3, (7, 4)), rng.normal(size=(7, 4)), np.ones(4)
    for eps in (1e-5, 0.1):
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) / std
        right = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
        assert np.allclose(dx, right)
        assert np.allclose(dbeta, dy.sum(axis=0))
""",
        ("test-without-dgamma", "test-with-gamma-one", "test-of-one-call"),
    ),
]
