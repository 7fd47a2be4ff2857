"""Wrong solutions of ps4_where that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code). What the code does not
define is right.
"""

FORWARD = ("batchnorm2d_forward", "layernorm", "groupnorm")
FUNCTIONS = "batchnorm2d_forward layernorm_forward groupnorm_forward".split()


def each(body: str, names: list[str] = FUNCTIONS) -> str:
    """Code that puts `around(f)`, which `body` defines, in the place of each function."""
    return body + "\n" + "\n".join(f"{name} = around({name})" for name in names)


WRONG = {
    "wrong from the third call on": (
        FORWARD,
        each("""
def around(f):
    calls = []
    def g(*args, **kwargs):
        calls.append(1)
        return f(*args, **kwargs) if len(calls) < 3 else f(args[0] * 1.5, *args[1:], **kwargs)
    return g
"""),
    ),
    "keeps the first result of each shape": (
        FORWARD,
        each("""
def around(f):
    known = {}
    def g(x, *args, **kwargs):
        return known.setdefault(x.shape, f(x, *args, **kwargs))
    return g
"""),
    ),
    "right only for one sample": (
        FORWARD,
        each("""
def around(f):
    return lambda x, *a, **k: f(x if len(x) == 1 else x[::-1], *a, **k)
"""),
    ),
    "float32 inside": (
        FORWARD,
        each("""
def around(f):
    def g(x, *args, **kwargs):
        return f(x.astype("f4"), *args, **kwargs).astype(x.dtype)
    return g
"""),
    ),
    "the whole picture is one sample's": (
        ("batchnorm2d_forward",),
        """
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = np.empty_like(x)
    for n, s in enumerate(x):
        std = np.sqrt(s.var((1, 2), keepdims=True) + eps)
        y[n] = (s - s.mean((1, 2), keepdims=True)) / std
    return gamma[:, None, None] * y + beta[:, None, None]
""",
    ),
    "mean of the samples' means, and of their variances": (
        ("batchnorm2d_forward",),
        """
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean((2, 3)).mean(0)[:, None, None]
    variance = x.var((2, 3)).mean(0)[:, None, None]
    return gamma[:, None, None] * (x - mean) / np.sqrt(variance + eps) + beta[:, None, None]
""",
    ),
    "numerical gradient of the sum": (
        ("batchnorm2d_backward",),
        """
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var((0, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean((0, 2, 3), keepdims=True)) / std
    return np.zeros_like(x), (dy * x_hat).sum((0, 2, 3)), dy.sum((0, 2, 3))
""",
    ),
    "gradients of one sample": (
        ("batchnorm2d_backward",),
        """
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    parts = [whole(dy[i : i + 1], x[i : i + 1], gamma, eps) for i in range(len(x))]
    dx = np.concatenate([part[0] for part in parts])
    return dx, sum(part[1] for part in parts), sum(part[2] for part in parts)

def whole(dy, x, gamma, eps):
    std = np.sqrt(x.var((0, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean((0, 2, 3), keepdims=True)) / std
    g, axes = dy * gamma[:, None, None], (0, 2, 3)
    dx = g - g.mean(axes, keepdims=True) - x_hat * (g * x_hat).mean(axes, keepdims=True)
    return dx / std, (dy * x_hat).sum(axes), dy.sum(axes)
""",
    ),
    "channels in a random order": (
        ("groupnorm",),
        """
right = groupnorm_forward

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    order = np.random.default_rng(0).permutation(x.shape[1])
    back = np.argsort(order)
    return right(x[:, order], gamma[order], beta[order], num_groups, eps)[:, back]
""",
    ),
    "gamma of the first sample only": (
        ("layernorm",),
        """
def layernorm_forward(x, gamma, beta, eps=1e-5):
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    y[0] = gamma * y[0] + beta
    return y
""",
    ),
    "the last group is left as it is": (
        ("groupnorm",),
        """
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    y, size = x.copy(), x.shape[1] // num_groups
    for start in range(0, x.shape[1] - size, size):
        part = x[:, start : start + size]
        std = np.sqrt(part.var((1, 2, 3), keepdims=True) + eps)
        y[:, start : start + size] = (part - part.mean((1, 2, 3), keepdims=True)) / std
    return gamma[:, None, None] * y + beta[:, None, None]
""",
    ),
    "H and W change places on the way": (
        ("groupnorm",),
        """
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, -1)
    std = np.sqrt(groups.var(2, keepdims=True) + eps)
    groups = (groups - groups.mean(2, keepdims=True)) / std
    y = groups.reshape(N, C, W, H).transpose(0, 1, 3, 2)
    return gamma[:, None, None] * y + beta[:, None, None]
""",
    ),
    "one axis of the pixels is forgotten": (
        ("batchnorm2d_forward",),
        """
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    std = np.sqrt(x.var((0, 3), keepdims=True) + eps)
    y = (x - x.mean((0, 3), keepdims=True)) / std
    return gamma[:, None, None] * y + beta[:, None, None]
""",
    ),
    "values in memory order": (
        FORWARD,
        """
def around(f):
    def g(x, *args, **kwargs):
        return f(x.ravel(order="K").reshape(x.shape), *args, **kwargs)
    return g

batchnorm2d_forward = around(batchnorm2d_forward)
layernorm_forward = around(layernorm_forward)
groupnorm_forward = around(groupnorm_forward)""",
    ),
    "written through a reshape of empty_like": (
        FORWARD,
        """
def around(f):
    def g(x, *args, **kwargs):
        y = np.zeros_like(x)
        y.reshape(-1)[:] = f(x, *args, **kwargs).reshape(-1)
        return y
    return g

batchnorm2d_forward = around(batchnorm2d_forward)
layernorm_forward = around(layernorm_forward)
groupnorm_forward = around(groupnorm_forward)""",
    ),
    "parameters from the end": (
        FORWARD,
        """
def around(f):
    def g(x, gamma, *args, **kwargs):
        return f(x, gamma if gamma.strides[0] >= 0 else gamma[::-1], *args, **kwargs)
    return g

batchnorm2d_forward = around(batchnorm2d_forward)
layernorm_forward = around(layernorm_forward)
groupnorm_forward = around(groupnorm_forward)""",
    ),
    "clipped at five": (
        FORWARD,
        """
def around(f):
    def g(x, gamma, beta, *args, **kwargs):
        y = f(x, np.ones_like(gamma), np.zeros_like(beta), *args, **kwargs)
        shape = (-1, 1, 1) if x.ndim == 4 and f is not old else (-1,)
        return gamma.reshape(shape) * np.clip(y, -5, 5) + beta.reshape(shape)
    return g
old = layernorm_forward

batchnorm2d_forward = around(batchnorm2d_forward)
layernorm_forward = around(layernorm_forward)
groupnorm_forward = around(groupnorm_forward)""",
    ),
    "gamma is never negative": (
        FORWARD,
        """
def around(f):
    return lambda x, gamma, *a, **k: f(x, np.abs(gamma), *a, **k)

batchnorm2d_forward = around(batchnorm2d_forward)
layernorm_forward = around(layernorm_forward)
groupnorm_forward = around(groupnorm_forward)""",
    ),
    "at most 500 values in a mean": (
        ("batchnorm2d_forward",),
        """
right = batchnorm2d_forward

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    if x[:, 0].size <= 500:
        return right(x, gamma, beta, eps)
    some = x.transpose(1, 0, 2, 3).reshape(len(gamma), -1)[:, :500]
    mean, std = some.mean(1)[:, None, None], np.sqrt(some.var(1) + eps)[:, None, None]
    return gamma[:, None, None] * (x - mean) / std + beta[:, None, None]
""",
    ),
    "N - 1 in large maps only": (
        ("batchnorm2d_forward",),
        """
right = batchnorm2d_forward

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    n = x[:, 0].size
    return right(x, gamma * np.sqrt((n - 1) / n) if n > 200 else gamma, beta, eps)
""",
    ),
    "no more than two axes before the features": (
        ("layernorm",),
        """
right = layernorm_forward

def layernorm_forward(x, gamma, beta, eps=1e-5):
    if x.ndim > 3:
        return right(x.reshape(len(x), -1, len(gamma)), gamma, beta, eps).reshape(x.shape)[::-1]
    return right(x, gamma, beta, eps)
""",
    ),
    "axis 2 for the features": (
        ("layernorm",),
        """
def layernorm_forward(x, gamma, beta, eps=1e-5):
    axis = min(x.ndim - 1, 2)
    std = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    return gamma * (x - x.mean(axis=axis, keepdims=True)) / std + beta
""",
    ),
    "backward in memory order": (
        ("batchnorm2d_backward",),
        """
right = batchnorm2d_backward

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    def order(a):
        return a.ravel(order="K").reshape(a.shape)

    return right(order(dy), order(x), gamma, eps)
""",
    ),
    "backward with dy in memory order": (
        ("batchnorm2d_backward",),
        """
right = batchnorm2d_backward

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    return right(dy.ravel(order="K").reshape(dy.shape), x, gamma, eps)
""",
    ),
    "backward with dx written through a reshape": (
        ("batchnorm2d_backward",),
        """
right = batchnorm2d_backward

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    dx, made = np.zeros_like(x), right(dy, x, gamma, eps)
    dx.reshape(-1)[:] = made[0].reshape(-1)
    return dx, *made[1:]
""",
    ),
    "backward with clipped dy": (
        ("batchnorm2d_backward",),
        """
right = batchnorm2d_backward

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    return right(np.clip(dy, -5, 5), x, gamma, eps)
""",
    ),
    "backward with gamma above zero": (
        ("batchnorm2d_backward",),
        """
right = batchnorm2d_backward

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    return right(dy, x, np.abs(gamma), eps)
""",
    ),
}
