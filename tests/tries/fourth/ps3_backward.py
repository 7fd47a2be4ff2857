"""Wrong implementations for problem set 3, of a fourth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "numerical_gradient",
        "The way back is one step, not two, and the divisor is that of two.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = (dy * f(x)).sum()
        x[i] -= h
        down = (dy * f(x)).sum()
        gradient[i] = (up - down) / (2 * h)
    return gradient
""",
        ("forward-difference", "slip-factor", "slip-number", "slip-left-out"),
    ),
    Try(
        "numerical_gradient",
        "The flat copy is moved, and the array that f gets is not.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    flat = x.astype(np.float64).flatten()
    gradient = np.zeros_like(flat)
    for i in range(flat.size):
        old = flat[i]
        flat[i] = old + h
        plus = np.sum(dy * f(x))
        flat[i] = old - h
        minus = np.sum(dy * f(x))
        flat[i] = old
        gradient[i] = (plus - minus) / (2 * h)
    return gradient.reshape(x.shape)
""",
        ("slip-operand", "slip-left-out"),
    ),
    Try(
        "parameter_gradients",
        "dgamma is divided by the deviation once more.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = (dy * x_hat / std).sum(axis=0)
    dbeta = dy.sum(axis=0)
    N = x.shape[0]
    dx = gamma / std * (dy - dbeta / N - x_hat * (dy * x_hat).sum(axis=0) / N)
    return dx, dgamma, dbeta
""",
        ("slip-twice", "slip-factor", "slip-operand", "slip-power", "dgamma-over-variance"),
    ),
    Try(
        "input_gradient",
        "The path through the variance has x_hat where the centred x should be.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    inverse = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inverse
    dx_hat = dy * gamma
    dvar = (dx_hat * x_hat * -0.5 * inverse**3).sum(axis=0)
    dmean = (-dx_hat * inverse).sum(axis=0)
    dx = dx_hat * inverse + dvar * 2 * (x - mean) / N + dmean / N
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("slip-operand", "variance-path-power"),
    ),
    Try(
        "input_gradient",
        "gamma is forgotten, and the path through the mean.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dgamma = np.sum(dy * x_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dx = (dy - x_hat * dgamma / N) / std
    return dx, dgamma, dbeta
""",
        ("gamma-missing-in-dx", "mean-path-missing"),
    ),
    Try(
        "input_gradient",
        "The mean path's sum is lost: each row keeps its own.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    mu = x.mean(0)
    xmu = x - mu
    ivar = 1 / np.sqrt(x.var(0) + eps)
    dgamma = (dy * xmu * ivar).sum(0)
    dbeta = dy.sum(0)
    dxhat = dy * gamma
    divar = (dxhat * xmu).sum(0)
    dxmu1 = dxhat * ivar
    dvar = -0.5 * ivar**3 * divar
    dxmu2 = 2 * xmu * dvar / N
    dx1 = dxmu1 + dxmu2
    dmu = -(dxmu1 + dxmu2)
    dx2 = dmu / N
    return dx1 + dx2, dgamma, dbeta
""",
        ("slip-left-out", "slip-reduction", "mean-path-missing", "slip-axis"),
    ),
    Try(
        "backward_manners",
        "dy is multiplied by gamma in place, after dgamma and dbeta.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    dy *= gamma
    dx = (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta
""",
        ("mutates-input",),
    ),
    Try(
        "compact_dx",
        "The second mean is a sum.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = dy.shape[0]
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    return gamma / std * (dy - dbeta / N - x_hat * dgamma)
""",
        ("sums-not-means", "slip-left-out"),
    ),
    Try(
        "compact_dx",
        "dbeta and dgamma have changed places in the brackets.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = len(dy)
    dgamma = np.sum(dy * x_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    bracket = N * dy - dgamma - x_hat * dbeta
    return gamma * bracket / (N * std)
""",
        ("slip-order", "slip-operand", "gradients-swapped"),
    ),
    Try(
        "test_backward",
        "The mean of the differences is compared with zero.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(3)
    for N, D in [(4, 3), (7, 2)]:
        x, dy = rng.normal(1, 2, (N, D)), rng.normal(size=(N, D))
        gamma = rng.normal(size=D)

        def f(x, gamma, beta):
            return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-2) + beta

        beta = np.zeros(D)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, 1e-2)
        nx = numerical_gradient(lambda v: f(v, gamma, beta), x, dy)
        ng = numerical_gradient(lambda v: f(x, v, beta), gamma, dy)
        nb = numerical_gradient(lambda v: f(x, gamma, v), beta, dy)
        for mine, theirs in [(nx, dx), (ng, dgamma), (nb, dbeta)]:
            assert abs(np.mean(mine - theirs)) < 1e-6
""",
        ("test-of-sums", "test-without-abs", "test-with-one-eps"),
    ),
]
