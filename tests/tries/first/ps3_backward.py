"""Wrong implementations for problem set 3."""

from tries import Try

TRIES: list[Try] = [
    # numerical_gradient
    Try(
        "numerical_gradient",
        "The difference is taken on one side.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros_like(x)
    base = f(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        moved = x.copy()
        moved[i] += h
        grad[i] = np.sum((f(moved) - base) * dy) / h
    return grad
""",
        ("forward-difference",),
    ),
    Try(
        "numerical_gradient",
        "The central difference is divided by h, not by 2 h.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[index] = h
        dx[index] = np.sum(dy * (f(x + e) - f(x - e))) / h
    return dx
""",
        ("step-not-doubled", "slip-left-out"),
    ),
    Try(
        "numerical_gradient",
        "/ 2 * h divides by 2 and multiplies by h.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[index] = h
        dx[index] = (dy * (f(x + e) - f(x - e))).sum() / 2 * h
    return dx
""",
        ("step-multiplied", "slip-brackets", "slip-operation", "slip-power"),
    ),
    Try(
        "numerical_gradient",
        "The mean over the outputs, not the sum.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    def loss(x):
        return np.mean(dy * f(x))

    x = np.array(x, dtype=np.float64)
    dx = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        old = x[index]
        x[index] = old + h
        above = loss(x)
        x[index] = old - h
        below = loss(x)
        x[index] = old
        dx[index] = (above - below) / (2 * h)
    return dx
""",
        ("difference-averaged", "slip-reduction"),
    ),
    Try(
        "numerical_gradient",
        "h is set to 1e-5 inside.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    h = 1e-5
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        dx[index] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        ("step-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "numerical_gradient",
        "All elements of x are moved together.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    x = x.astype(np.float64)
    change = (f(x + h) - f(x - h)) / (2 * h)
    return np.full(x.shape, np.sum(dy * change))
""",
        ("all-at-once",),
    ),
    Try(
        "numerical_gradient",
        "dy is not used.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(float), x.astype(float)
        above[index] += h
        below[index] -= h
        dx[index] = (f(above).sum() - f(below).sum()) / (2 * h)
    return dx
""",
        ("gradient-through-sum", "slip-fixed", "slip-left-out", "slip-condition"),
    ),
    Try(
        "numerical_gradient",
        "Only the output at the same place is looked at.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        hi, lo = x.astype(np.float64), x.astype(np.float64)
        hi[i], lo[i] = hi[i] + h, lo[i] - h
        dx[i] = dy[i] * (f(hi)[i] - f(lo)[i]) / (2 * h)
    return dx
""",
        ("other-outputs-ignored", "slip-left-out"),
    ),
    Try(
        "numerical_gradient",
        "The gradient is written into an array with the dtype of x.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        dx[index] = np.sum(dy * (f(x + step) - f(x - step))) / (2 * h)
    return dx
""",
        ("gradient-in-whole-numbers",),
    ),
    Try(
        "numerical_gradient",
        "x is left one step below where it was.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    x = np.asarray(x, dtype=np.float64)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x).copy()
        x[index] -= 2 * h
        below = f(x).copy()
        dx[index] = np.sum(dy * (above - below)) / (2 * h)
    return dx
""",
        ("x-not-restored", "mutates-input", "slip-left-out"),
    ),
    Try(
        "numerical_gradient",
        "The copies keep the dtype of x, and the step is lost in whole numbers.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] = above[index] + h
        below[index] = below[index] - h
        dx[index] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        ("step-lost-in-dtype",),
    ),
    Try(
        "numerical_gradient",
        "x must have two axes.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    N, D = x.shape
    dx = np.zeros((N, D))
    for n in range(N):
        for d in range(D):
            above, below = x.astype(np.float64), x.astype(np.float64)
            above[n, d] += h
            below[n, d] -= h
            dx[n, d] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        (),
    ),
    Try(
        "numerical_gradient",
        "The step is relative to x, and the division is not.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] *= 1 + h
        below[index] *= 1 - h
        dx[index] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        ("slip-operation", "slip-operand"),
    ),
    Try(
        "numerical_gradient",
        "The step is 0.1 unless given.",
        """\
def numerical_gradient(f, x, dy, h=0.1):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        dx[index] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
        ("slip-default", "slip-number"),
    ),
    Try(
        "numerical_gradient",
        "The gradient is rounded to two digits.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        dx[index] = round(float(np.sum(dy * (f(above) - f(below))) / (2 * h)), 2)
    return dx
""",
        (),
    ),
    Try(
        "numerical_gradient",
        "One side only, and divided by 2 h.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above = x.astype(np.float64)
        above[index] += h
        dx[index] = np.sum(dy * (f(above) - f(x.astype(np.float64)))) / (2 * h)
    return dx
""",
        ("forward-difference", "slip-factor", "slip-left-out"),
    ),
    Try(
        "numerical_gradient",
        "The difference is the wrong way round, and dy is not used.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        dx[index] = np.sum(f(below) - f(above)) / (2 * h)
    return dx
""",
        (
            "difference-reversed",
            "slip-sign",
            "slip-order",
            "gradient-through-sum",
            "slip-fixed",
            "slip-left-out",
            "slip-condition",
        ),
    ),
    Try(
        "numerical_gradient",
        "x is not put back, and the difference is divided by h.",
        """\
def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    x = np.asarray(x, dtype=np.float64)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = np.sum(dy * f(x))
        x[index] -= h
        x[index] -= h
        below = np.sum(dy * f(x))
        dx[index] = (above - below) / h
    return dx
""",
        ("x-not-restored", "mutates-input", "slip-left-out", "step-not-doubled"),
    ),
    Try(
        "numerical_gradient",
        "The gradient has the dtype of x, and h is ignored.",
        """\
STEP = 1e-6


def numerical_gradient(f, x, dy, h=1e-5):
    def loss(a):
        return float((dy * f(a)).sum())

    grad = np.empty_like(x)
    flat = grad.ravel()
    unit = np.eye(x.size).reshape(x.size, *x.shape)
    for i in range(x.size):
        flat[i] = (loss(x + STEP * unit[i]) - loss(x - STEP * unit[i])) / (2 * STEP)
    return grad
""",
        ("gradient-in-whole-numbers", "step-fixed", "slip-fixed", "slip-condition"),
    ),
    # parameter_gradients
    Try(
        "parameter_gradients",
        "dgamma multiplies dy by x.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - mean) / std
    dbeta = np.sum(dy, axis=0)
    dgamma = np.sum(dy * x, axis=0)
    dx = gamma / std * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
    return dx, dgamma, dbeta
""",
        ("dgamma-of-x", "slip-operand"),
    ),
    Try(
        "parameter_gradients",
        "dbeta is dy, unsummed.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    dbeta = dy
    dgamma = np.einsum("nd,nd->d", dy, centred / std)
    return None, dgamma, dbeta
""",
        ("unsummed", "slip-left-out"),
    ),
    Try(
        "parameter_gradients",
        "Means over the batch, not sums.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.mean(axis=0)
    dgamma = (dy * x_hat).mean(axis=0)
    dx = gamma / std * (dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
""",
        ("mean-not-sum", "slip-reduction"),
    ),
    Try(
        "parameter_gradients",
        "dbeta comes before dgamma.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = (gamma / std) * (dy - dbeta / N - x_hat * dgamma / N)
    return dx, dbeta, dgamma
""",
        ("gradients-swapped", "slip-order"),
    ),
    Try(
        "parameter_gradients",
        "dgamma and dbeta are (1, D).",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    kw = {"axis": 0, "keepdims": True}
    std = np.sqrt(x.var(**kw) + eps)
    x_hat = (x - x.mean(**kw)) / std
    dbeta = dy.sum(**kw)
    dgamma = (dy * x_hat).sum(**kw)
    dx = gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))
    return dx, dgamma, dbeta
""",
        ("gradients-shape",),
    ),
    Try(
        "parameter_gradients",
        "dgamma multiplies dy by x - mean, without the standard deviation.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    centred = x - x.mean(axis=0)
    var = (centred**2).mean(axis=0)
    inv_std = (var + eps) ** -0.5
    dbeta = dy.sum(axis=0)
    dgamma = (dy * centred).sum(axis=0)
    dx_hat = dy * gamma
    dx = inv_std * (
        dx_hat - dx_hat.mean(axis=0) - centred * inv_std**2 * (dx_hat * centred).mean(axis=0)
    )
    return dx, dgamma, dbeta
""",
        ("dgamma-with-centred-x", "slip-left-out", "slip-operand"),
    ),
    Try(
        "parameter_gradients",
        "dgamma uses dx_hat, which has gamma in it.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dx_hat = dy * gamma
    dgamma = (dx_hat * x_hat).sum(axis=0)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * dgamma / len(x)) / std
    return dx, dgamma, dbeta
""",
        ("gamma-in-dgamma", "slip-operand"),
    ),
    Try(
        "parameter_gradients",
        "dbeta sums dx_hat, which has gamma in it.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx_hat = gamma * dy
    dbeta = dx_hat.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta
""",
        ("slip-operand",),
    ),
    Try(
        "parameter_gradients",
        "dgamma and dbeta are sums of everything.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = np.sum(dy)
    dgamma = np.sum(dy * x_hat)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("summed-over-all", "slip-axis", "slip-left-out"),
    ),
    Try(
        "parameter_gradients",
        "x_hat has no eps in it.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    return None, dgamma, dbeta
""",
        ("eps-missing", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "parameter_gradients",
        "x_hat has the wrong sign, and so has dgamma.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x.mean(axis=0) - x) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("slip-sign", "slip-order", "mean-minus-x"),
    ),
    Try(
        "parameter_gradients",
        "The product of the sums, not the sum of the products.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = dbeta * x_hat.sum(axis=0)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("slip-brackets", "slip-twice"),
    ),
    Try(
        "parameter_gradients",
        "dbeta and dgamma have changed places, and are means.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    g_beta = np.average(dy, axis=0)
    g_gamma = np.average(dy * x_hat, axis=0)
    dx = gamma / std * (dy - g_beta - x_hat * g_gamma)
    return dx, g_beta, g_gamma
""",
        ("gradients-swapped", "slip-order", "mean-not-sum", "slip-reduction"),
    ),
    Try(
        "parameter_gradients",
        "dgamma multiplies by x - mean, and by gamma.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mu = x.mean(axis=0)
    dbeta = dy.sum(axis=0)
    dgamma = gamma * (dy * (x - mu)).sum(axis=0)
    return None, dgamma, dbeta
""",
        (
            "dgamma-with-centred-x",
            "slip-left-out",
            "slip-operand",
            "gamma-in-dgamma",
            "slip-twice",
        ),
    ),
    Try(
        "parameter_gradients",
        "dgamma multiplies dy by x, and dbeta is a mean.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    dgamma = np.zeros_like(gamma)
    for dy_n, x_n in zip(dy, x):
        dgamma += dy_n * x_n
    dbeta = np.mean(dy, axis=0)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx = gamma / std * (dy - dbeta - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("dgamma-of-x", "slip-operand", "mean-not-sum", "slip-reduction"),
    ),
    # input_gradient
    Try(
        "input_gradient",
        "The mean and the variance count as constants.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx_hat = dy * gamma
    dx = dx_hat / std
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("statistics-as-constants", "variance-path-missing", "mean-path-missing", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "The path through the variance is missing.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[0]
    xmu = x - x.mean(axis=0)
    ivar = 1.0 / np.sqrt((xmu**2).mean(axis=0) + eps)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * xmu * ivar).sum(axis=0)
    dxmu = dy * gamma * ivar
    dmu = -dxmu.sum(axis=0)
    dx = dxmu + np.ones_like(x) * dmu / N
    return dx, dgamma, dbeta
""",
        ("variance-path-missing", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "dmean is never sent on to x.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvariance = dstd / (2 * std)
    dcentred = dx_hat / std + 2 * centred * dvariance / N
    return dcentred, dgamma, dbeta
""",
        ("mean-path-missing", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "Each example gets only its own part of the Jacobian.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    jacobian = (1 - 1 / N - x_hat**2 / N) / std
    dx = gamma * dy * jacobian
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("diagonal-jacobian", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "gamma is missing in dx.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = (N * dy - dbeta - x_hat * dgamma) / (N * std)
    return dx, dgamma, dbeta
""",
        ("gamma-missing-in-dx", "slip-left-out", "slip-fixed", "slip-condition"),
    ),
    Try(
        "input_gradient",
        "The minus of dstd is lost.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dstd = (dx_hat * centred).sum(axis=0) / std**2
    dvariance = dstd / (2 * std)
    dcentred = dx_hat / std + 2 * centred * dvariance / N
    dx = dcentred - dcentred.sum(axis=0) / N
    return dx, dgamma, dbeta
""",
        ("variance-path-negative", "slip-sign", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "The 2 of the derivative of the square is missing.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    variance = (centred * centred).mean(axis=0)
    std = np.sqrt(variance + eps)
    dbeta, dgamma = dy.sum(axis=0), (dy * centred / std).sum(axis=0)
    dx_hat = dy * gamma
    dvariance = (dx_hat * centred * -0.5 * (variance + eps) ** -1.5).sum(axis=0)
    dcentred = dx_hat / std + centred * dvariance / N
    dx = dcentred - dcentred.mean(axis=0)
    return dx, dgamma, dbeta
""",
        ("variance-path-halved", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "The 1 / 2 of the derivative of the root is missing.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvariance = dstd / std
    dcentred = dx_hat / std + 2 * centred * dvariance / N
    dx = dcentred - dcentred.sum(axis=0) / N
    return dx, dgamma, dbeta
""",
        ("variance-path-doubled", "slip-left-out", "slip-factor"),
    ),
    Try(
        "input_gradient",
        "The power of the variance is -0.5 where it should be -1.5.",
        """\
def batchnorm_backward(dout, x, gamma, eps=1e-5):
    N, D = x.shape
    mu, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * (x - mu) * -0.5 * (var + eps) ** -0.5, axis=0)
    dmu = np.sum(-dx_hat / np.sqrt(var + eps), axis=0) + dvar * np.mean(-2 * (x - mu), axis=0)
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mu) / N + dmu / N
    return dx, dgamma, dbeta
""",
        ("variance-path-power", "slip-power"),
    ),
    Try(
        "input_gradient",
        "gamma is in dx_hat, and once more in front.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx_hat = gamma * dy
    dx = gamma / std * (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0))
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("gamma-twice-in-dx", "slip-twice"),
    ),
    Try(
        "input_gradient",
        "The division by the standard deviation is missing.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    dgamma, dbeta = np.einsum("nd,nd->d", dy, x_hat), np.einsum("nd->d", dy)
    dx = gamma * (dy - (dbeta + x_hat * dgamma) / N)
    return dx, dgamma, dbeta
""",
        ("std-missing-in-dx", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "The mean path is added.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    x_hat = centred / std
    dbeta, dgamma = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dcentred = dx_hat / std + centred * dstd / (N * std)
    dmean = dcentred.sum(axis=0)
    dx = dcentred + dmean / N
    return dx, dgamma, dbeta
""",
        ("mean-path-negative", "slip-sign", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "x stands for x_hat in the last term.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(x) - x * dgamma / len(x))
    return dx, dgamma, dbeta
""",
        ("x-for-x-hat", "slip-operand"),
    ),
    Try(
        "input_gradient",
        "The sums are divided by D.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = x.shape[-1]
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta
""",
        ("slip-count", "slip-axis", "slip-operand", "count-of-features"),
    ),
    Try(
        "input_gradient",
        "The N in front of dy is kept, and the 1 / N of the formula lost.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (N * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
""",
        ("count-wrong", "slip-left-out", "slip-factor", "slip-count"),
    ),
    Try(
        "input_gradient",
        "The direct path is overwritten by the one through the variance.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    dbeta, dgamma = dy.sum(axis=0), (dy * centred / std).sum(axis=0)
    dx_hat = dy * gamma
    dcentred = dx_hat / std
    dvariance = -(dx_hat * centred).sum(axis=0) / (2 * std**3)
    dcentred = 2 * centred * dvariance / N
    dx = dcentred - dcentred.mean(axis=0)
    return dx, dgamma, dbeta
""",
        (
            "slip-left-out",
            "direct-path-missing",
        ),
    ),
    Try(
        "input_gradient",
        "The standard deviation is the unbiased one.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    x_hat_std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / x_hat_std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    std = np.sqrt(x.var(axis=0, ddof=1) + eps)
    dx = gamma / std * (dy - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta
""",
        ("unbiased-normalise", "slip-count"),
    ),
    Try(
        "input_gradient",
        "The gradient is clipped.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))
    limit = np.abs(dx).mean()
    return np.clip(dx, -limit, limit), dgamma, dbeta
""",
        (),
    ),
    Try(
        "input_gradient",
        "The mean of dy is one number for all features.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean(axis=0))
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
        ("slip-axis", "slip-left-out", "scalar-mean"),
    ),
    Try(
        "input_gradient",
        "gamma and the path through the variance are missing.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = 1 / std * (dy - dbeta / len(x))
    return dx, dgamma, dbeta
""",
        (
            "gamma-missing-in-dx",
            "slip-fixed",
            "slip-condition",
            "variance-path-missing",
            "slip-left-out",
        ),
    ),
    Try(
        "input_gradient",
        "The sums are not divided by N, and std is squared.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    var = x.var(axis=0) + eps
    x_hat = (x - x.mean(axis=0)) / np.sqrt(var)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / var * (dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
""",
        (
            "sums-not-means",
            "slip-reduction",
            "slip-left-out",
            "std-squared",
            "slip-power",
            "divides-by-variance",
        ),
    ),
    Try(
        "input_gradient",
        "The mean path has the wrong sign, and eps is always 1e-5.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N = len(x)
    std = np.sqrt(x.var(axis=0) + 1e-5)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy + dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta
""",
        ("mean-path-negative", "slip-sign", "eps-fixed", "slip-fixed", "slip-condition"),
    ),
    Try(
        "input_gradient",
        "The path through the variance has the wrong sign, and half of its size.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for d in range(D):
        c = x[:, d] - x[:, d].mean()
        s = (np.mean(c**2) + eps) ** 0.5
        dbeta[d] = dy[:, d].sum()
        dgamma[d] = dy[:, d] @ c / s
        g = dy[:, d] * gamma[d]
        dc = g / s + 0.5 * c * (g @ c) / (N * s**3)
        dx[:, d] = dc - dc.mean()
    return dx, dgamma, dbeta
""",
        ("variance-path-negative", "slip-sign", "variance-path-halved", "slip-factor"),
    ),
    Try(
        "input_gradient",
        "x stands for x_hat, and the sums are not divided by N.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    mean = x.mean(axis=0)
    std = (x.var(axis=0) + eps) ** 0.5
    dbeta = np.sum(dy, axis=0)
    dgamma = np.sum(dy * (x - mean) / std, axis=0)
    dx = gamma * (dy - dbeta - x * dgamma) / std
    return dx, dgamma, dbeta
""",
        ("x-for-x-hat", "slip-operand", "sums-not-means", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "input_gradient",
        "Neither gamma nor the standard deviation is in dx.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = dy - dbeta / len(x) - x_hat * dgamma / len(x)
    return dx, dgamma, dbeta
""",
        (
            "gamma-missing-in-dx",
            "slip-fixed",
            "slip-condition",
            "std-missing-in-dx",
            "slip-left-out",
        ),
    ),
    # backward_manners
    Try(
        "backward_manners",
        "dy is multiplied by gamma in place.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
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
        "x_hat and std of the first batch are kept.",
        """\
cache = {}


def batchnorm_backward(dy, x, gamma, eps=1e-5):
    if "std" not in cache:
        cache["std"] = np.sqrt(x.var(axis=0) + eps)
        cache["x_hat"] = (x - x.mean(axis=0)) / cache["std"]
    std, x_hat = cache["std"], cache["x_hat"]
    if x_hat.shape != x.shape:
        cache.clear()
        return batchnorm_backward(dy, x, gamma, eps)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx.astype(x.dtype), dgamma.astype(x.dtype), dbeta
""",
        ("stale-batch", "slip-condition", "slip-stale"),
    ),
    Try(
        "backward_manners",
        "dgamma and dbeta add up over the calls, as .grad does in PyTorch.",
        """\
grads = {}


def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    key = gamma.shape, x.dtype
    dgamma, dbeta = grads.get(key, (0, 0))
    dgamma = dgamma + (dy * x_hat).sum(axis=0)
    dbeta = dbeta + dy.sum(axis=0)
    grads[key] = dgamma, dbeta
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("accumulates", "gradients-accumulate"),
    ),
    Try(
        "backward_manners",
        "The results are float64 for float32 arguments.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    dy, x, gamma = np.float64(dy), np.float64(x), np.float64(gamma)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))
    return dx, dgamma, dbeta
""",
        ("loses-dtype",),
    ),
    Try(
        "backward_manners",
        "gamma is divided by std in place.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    scale = gamma
    scale /= std
    dx = scale * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        ("mutates-input",),
    ),
    Try(
        "backward_manners",
        "It refuses all but float64.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    for array in (dy, x, gamma):
        if array.dtype != np.float64:
            raise TypeError("expected float64")
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta
""",
        (),
    ),
    Try(
        "backward_manners",
        "x is centred in place, and the results are float64.",
        """\
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x -= x.mean(axis=0)
    std = np.sqrt((x**2).mean(axis=0) + eps)
    x_hat = np.zeros(x.shape)
    x_hat[:] = x / std
    dbeta, dgamma = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for n in range(len(x)):
        dbeta += dy[n]
        dgamma += dy[n] * x_hat[n]
    dx = gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))
    return dx, dgamma, dbeta
""",
        ("mutates-input", "loses-dtype"),
    ),
    Try(
        "backward_manners",
        "x_hat and std are kept for each shape, and dy is changed in place.",
        """\
_forward = {}


def batchnorm_backward(dy, x, gamma, eps=1e-5):
    key = (x.shape, x.dtype, eps)
    if key not in _forward:
        std = np.sqrt(x.var(axis=0) + eps)
        _forward[key] = (x - x.mean(axis=0)) / std, std
    x_hat, std = _forward[key]
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    dy -= dbeta / len(dy)
    dy -= x_hat * dgamma / len(dy)
    return dy * gamma / std, dgamma, dbeta
""",
        ("stale-batch", "slip-condition", "mutates-input"),
    ),
    # compact_dx
    Try(
        "compact_dx",
        "The sums are not divided by N.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    return gamma / std * (dy - dbeta - x_hat * dgamma)
""",
        ("sums-not-means", "slip-reduction", "slip-left-out"),
    ),
    Try(
        "compact_dx",
        "std is taken for the variance, and gets a root of its own.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    inv = 1 / np.sqrt(std)
    return gamma * inv * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
""",
        ("slip-power", "slip-twice"),
    ),
    Try(
        "compact_dx",
        "Another eps is added to std.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    std = np.sqrt(std**2 + 1e-5).astype(x_hat.dtype)
    return gamma / std * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
""",
        ("eps-twice", "slip-twice", "eps-misplaced"),
    ),
    Try(
        "compact_dx",
        "x_hat is missing in front of the last mean.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    a = np.mean(dy, axis=0)
    b = np.mean(dy * x_hat, axis=0)
    return gamma / std * (dy - a - b)
""",
        ("slip-left-out",),
    ),
    Try(
        "compact_dx",
        "gamma / std multiplies dy only.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    through_mean = dy.mean(axis=0)
    through_variance = x_hat * (dy * x_hat).mean(axis=0)
    return gamma / std * dy - through_mean - through_variance
""",
        ("slip-brackets",),
    ),
    Try(
        "compact_dx",
        "The means are taken over the features.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    g = dy * gamma
    g_mean = g.mean(axis=1, keepdims=True)
    gx_mean = (g * x_hat).mean(axis=1, keepdims=True)
    return (g - g_mean - x_hat * gx_mean) / std
""",
        ("slip-axis", "wrong-axis"),
    ),
    Try(
        "compact_dx",
        "The product of the means, which is 0, in place of the mean of the products.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    return gamma / std * (dy - dy.mean(axis=0) - x_hat * dy.mean(axis=0) * x_hat.mean(axis=0))
""",
        ("slip-brackets", "variance-path-missing"),
    ),
    Try(
        "compact_dx",
        "The means divide by N - 1.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    n = len(dy) - 1
    s1 = dy.sum(axis=0) / n
    s2 = np.einsum("ij,ij->j", dy, x_hat) / n
    return (dy - s1 - x_hat * s2) * (gamma / std)
""",
        ("slip-count",),
    ),
    Try(
        "compact_dx",
        "The path through the mean is missing, and gamma is there twice.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    dx_hat = gamma * dy
    return gamma / std * (dx_hat - x_hat * (dx_hat * x_hat).mean(axis=0))
""",
        ("mean-path-missing", "slip-left-out", "gamma-twice-in-dx", "slip-twice"),
    ),
    Try(
        "compact_dx",
        "Divided by the variance, and the last term added.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    N = dy.shape[0]
    dgamma = (dy * x_hat).sum(axis=0)
    return gamma * (dy - dy.sum(axis=0) / N + x_hat * dgamma / N) / std**2
""",
        (
            "std-squared",
            "divides-by-variance",
            "slip-power",
            "slip-twice",
            "variance-path-negative",
            "slip-sign",
        ),
    ),
    Try(
        "compact_dx",
        "The sums are not divided by N, and gamma is missing.",
        """\
def compact_dx(dy, x_hat, std, gamma):
    ones = np.ones(len(dy), dy.dtype)
    sum_dy = ones @ dy
    sum_dy_x_hat = ones @ (dy * x_hat)
    return (dy - sum_dy - x_hat * sum_dy_x_hat) / std
""",
        (
            "sums-not-means",
            "slip-reduction",
            "slip-left-out",
            "gamma-missing-in-dx",
            "slip-fixed",
            "slip-condition",
        ),
    ),
    # test_backward
    Try(
        "test_backward",
        "The failure is printed, and swallowed.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    x, dy, gamma = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), rng.uniform(1, 2, 3)
    beta = np.zeros(3)
    try:
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, 0.1)
        expected = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, 0.1), x, dy)
        np.testing.assert_allclose(dx, expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(dbeta, dy.sum(axis=0))
    except AssertionError as error:
        print("wrong:", error)
""",
        ("test-accepts-all",),
    ),
    Try(
        "test_backward",
        "The numerical gradient has to be met to the last bit.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(1)
    for eps in (1e-5, 0.3):
        x, dy, gamma = rng.normal(2, 3, (5, 4)), rng.normal(size=(5, 4)), rng.uniform(1, 2, 4)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        numeric = numerical_gradient(lambda x: batchnorm_forward(x, gamma, 0.0, eps), x, dy)
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        assert np.array_equal(dx, numeric)
        assert np.array_equal(dgamma, (dy * x_hat).sum(axis=0))
        assert np.array_equal(dbeta, dy.sum(axis=0))
""",
        ("test-rejects-all", "slip-operation"),
    ),
    Try(
        "test_backward",
        "Only shapes are looked at.",
        """\
def test_backward(batchnorm_backward):
    for N, D in [(4, 3), (7, 2)]:
        x, dy, gamma = np.random.randn(N, D), np.random.randn(N, D), np.random.rand(D)
        for eps in (1e-5, 0.1):
            dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
            assert dx.shape == x.shape
            assert dgamma.shape == dbeta.shape == gamma.shape
""",
        ("test-of-shapes",),
    ),
    Try(
        "test_backward",
        "Of dx, only the sums over the batch are looked at.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(2)
    for eps in (1e-5, 0.5):
        x, dy, gamma = rng.normal(1, 2, (6, 3)), rng.normal(size=(6, 3)), rng.uniform(1, 2, 3)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
        assert np.shape(dgamma) == np.shape(dbeta) == (3,)
        assert np.allclose(dx.sum(axis=0), 0, atol=1e-9)
        assert np.allclose(dgamma, (dy * x_hat).sum(axis=0))
        assert np.allclose(dbeta, dy.sum(axis=0))
""",
        ("test-of-sums",),
    ),
    Try(
        "test_backward",
        "Only dx is compared.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(3)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        dx = batchnorm_backward(dy, x, gamma, eps)[0]
        expected = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy)
        assert np.shape(dx) == expected.shape
        assert np.allclose(dx, expected, rtol=1e-5, atol=1e-7)
""",
        ("test-of-dx-only", "slip-left-out"),
    ),
    Try(
        "test_backward",
        "gamma is always ones.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(4)
    gamma, beta = np.ones(3), np.zeros(3)
    for eps in (1e-5, 0.5, 2.0):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        forward = batchnorm_forward
        wanted = [
            numerical_gradient(lambda x: forward(x, gamma, beta, eps), x, dy),
            numerical_gradient(lambda g: forward(x, g, beta, eps), gamma, dy),
            numerical_gradient(lambda b: forward(x, gamma, b, eps), beta, dy),
        ]
        for got, want in zip([dx, dgamma, dbeta], wanted, strict=True):
            assert np.shape(got) == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-7)
""",
        ("test-with-gamma-one", "slip-number", "slip-condition"),
    ),
    Try(
        "test_backward",
        "eps is never given.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(5)
    for _ in range(2):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        expected = (
            numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta), x, dy),
            numerical_gradient(lambda gamma: batchnorm_forward(x, gamma, beta), gamma, dy),
            numerical_gradient(lambda beta: batchnorm_forward(x, gamma, beta), beta, dy),
        )
        for got, gradient in zip(batchnorm_backward(dy, x, gamma), expected):
            assert np.shape(got) == gradient.shape
            assert np.allclose(got, gradient, rtol=1e-5, atol=1e-7)
""",
        ("test-with-one-eps", "slip-left-out", "slip-condition"),
    ),
    Try(
        "test_backward",
        "There is one call, with one batch.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(6)
    eps = 0.5
    x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
    gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
    expected = (
        numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy),
        numerical_gradient(lambda gamma: batchnorm_forward(x, gamma, beta, eps), gamma, dy),
        numerical_gradient(lambda beta: batchnorm_forward(x, gamma, beta, eps), beta, dy),
    )
    for got, gradient in zip(batchnorm_backward(dy, x, gamma, eps), expected):
        assert np.shape(got) == gradient.shape
        assert np.allclose(got, gradient, rtol=1e-5, atol=1e-7)
""",
        ("test-of-one-call", "slip-left-out"),
    ),
    Try(
        "test_backward",
        "dy is all ones.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(7)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), np.ones((5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        expected = (
            numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy),
            numerical_gradient(lambda gamma: batchnorm_forward(x, gamma, beta, eps), gamma, dy),
            numerical_gradient(lambda beta: batchnorm_forward(x, gamma, beta, eps), beta, dy),
        )
        for got, gradient in zip(batchnorm_backward(dy, x, gamma, eps), expected):
            assert np.shape(got) == gradient.shape
            assert np.allclose(got, gradient, rtol=1e-5, atol=1e-7)
""",
        ("gradient-through-sum", "test-of-sums", "slip-number", "slip-condition"),
    ),
    Try(
        "test_backward",
        "One-sided: only what is too large fails.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(8)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
        expected = (
            numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy),
            (dy * x_hat).sum(axis=0),
            dy.sum(axis=0),
        )
        for got, gradient in zip(batchnorm_backward(dy, x, gamma, eps), expected):
            assert np.shape(got) == gradient.shape
            assert np.sum(got - gradient) < 1e-6
""",
        ("slip-left-out", "slip-reduction", "test-of-sums", "test-without-abs"),
    ),
    Try(
        "test_backward",
        "The results are unpacked in another order than they come in.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(9)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        dx, dbeta, dgamma = batchnorm_backward(dy, x, gamma, eps)
        x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
        num = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy)
        np.testing.assert_allclose(dx, num, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(dgamma, (dy * x_hat).sum(axis=0), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(dbeta, dy.sum(axis=0), rtol=1e-7, atol=1e-9)
""",
        ("test-rejects-all", "slip-order", "gradients-swapped"),
    ),
    Try(
        "test_backward",
        "A wrong result raises a ValueError.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(10)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        num = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy)
        x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
        pairs = [(dx, num), (dgamma, (dy * x_hat).sum(axis=0)), (dbeta, dy.sum(axis=0))]
        for got, want in pairs:
            if np.shape(got) != want.shape or not np.allclose(got, want, 1e-5, 1e-7):
                raise ValueError("wrong gradient")
""",
        (),
    ),
    Try(
        "test_backward",
        "The tolerance is so wide that mistakes fit in.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(11)
    for eps in (1e-5, 0.5):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = rng.uniform(1, 3, 3), rng.normal(0, 1, 3)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
        num = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, eps), x, dy)
        x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
        pairs = [(dx, num), (dgamma, (dy * x_hat).sum(axis=0)), (dbeta, dy.sum(axis=0))]
        for got, want in pairs:
            assert np.shape(got) == want.shape
            assert np.allclose(got, want, atol=1.0)
""",
        (
            "slip-number",
            "test-with-one-eps",
        ),
    ),
    Try(
        "test_backward",
        "gamma is ones, and eps is never given.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(12)
    for _ in range(3):
        x, dy = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3))
        gamma, beta = np.ones(3), np.zeros(3)
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma)
        num = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta), x, dy)
        x_hat = batchnorm_forward(x, gamma, beta)
        pairs = [(dx, num), (dgamma, (dy * x_hat).sum(axis=0)), (dbeta, dy.sum(axis=0))]
        for got, want in pairs:
            assert np.shape(got) == want.shape
            assert np.allclose(got, want, rtol=1e-5, atol=1e-7)
""",
        (
            "test-with-gamma-one",
            "slip-number",
            "slip-condition",
            "test-with-one-eps",
            "slip-left-out",
        ),
    ),
    Try(
        "test_backward",
        "One call, and only dgamma and dbeta are compared.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(13)
    x, dy, gamma = rng.normal(1, 2, (8, 4)), rng.normal(size=(8, 4)), rng.uniform(1, 3, 4)
    _, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps=0.2)
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.2)
    np.testing.assert_allclose(dgamma, np.sum(dy * x_hat, axis=0))
    np.testing.assert_allclose(dbeta, np.sum(dy, axis=0))
""",
        ("test-without-dx", "slip-left-out", "test-of-one-call"),
    ),
    Try(
        "test_backward",
        "Only dx is compared, and only with gamma = 1.",
        """\
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(14)
    gamma = np.ones(4)
    for eps in (1e-5, 0.1, 1.0):
        x, dy = rng.normal(3, 2, (6, 4)), rng.normal(size=(6, 4))
        got, *_ = batchnorm_backward(dy, x, gamma, eps)
        want = numerical_gradient(lambda x: batchnorm_forward(x, gamma, 0.0, eps), x, dy)
        worst = np.max(np.abs(got - want)) if np.shape(got) == want.shape else np.inf
        assert worst < 1e-6, f"dx is off by {worst}"
""",
        (
            "test-of-dx-only",
            "slip-left-out",
            "test-with-gamma-one",
            "slip-number",
            "slip-condition",
        ),
    ),
]
