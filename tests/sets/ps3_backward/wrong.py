"""Wrong solutions of ps3_backward that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code). What the code does not
define is right.
"""

BACKWARD = ("parameter_gradients", "input_gradient", "backward_manners")
TEST = ("test_backward",)

WRONG = {
    "wrong from the second call on": (
        BACKWARD,
        """
right, calls = batchnorm_backward, []

def batchnorm_backward(*args, **kwargs):
    calls.append(1)
    return tuple(g * (1 if len(calls) == 1 else 1.01) for g in right(*args, **kwargs))
""",
    ),
    "zeros for dx": (
        ("input_gradient", "backward_manners"),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    _, dgamma, dbeta = right(dy, x, gamma, eps)
    return np.zeros_like(x), dgamma, dbeta
""",
    ),
    "wrong where N equals D": (
        ("parameter_gradients", "input_gradient"),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    if len(x) == len(gamma):
        dy = dy.T
    return right(dy, x, gamma, eps)
""",
    ),
    "wrong where x is not contiguous": (
        ("parameter_gradients", "input_gradient"),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return right(dy if x.flags.c_contiguous else dy[::-1], x, gamma, eps)
""",
    ),
    "a numerical gradient with a large step of its own": (
        ("numerical_gradient",),
        """
right = numerical_gradient

def numerical_gradient(f, x, dy, h=1e-5):
    return right(f, x, dy, 10 * h)
""",
    ),
    "a five-point rule where the central difference is asked for": (
        ("numerical_gradient",),
        """
right = numerical_gradient

def numerical_gradient(f, x, dy, h=1e-5):
    return (4 * right(f, x, dy, h) - right(f, x, dy, 2 * h)) / 3
""",
    ),
    "compact_dx without an x_hat": (
        ("compact_dx",),
        "def compact_dx(dy, x_hat, std, gamma):\n    return gamma / std * (dy - dy.mean(axis=0))",
    ),
    "a test of the name": (
        TEST,
        """
def test_backward(batchnorm_backward):
    assert batchnorm_backward.__name__ == "batchnorm_backward"
""",
    ),
    "a test of who it is": (
        TEST,
        """
seen = []

def test_backward(batchnorm_backward):
    seen.append(batchnorm_backward)
    assert len(seen) % 2 and repr(batchnorm_backward) != repr(seen[0])
""",
    ),
    "a test by guessing": (
        TEST,
        """
import random
guess = random.Random(0)

def test_backward(batchnorm_backward):
    assert guess.random() < 2 / 3
""",
    ),
    "a test that crashes instead of rejecting": (
        TEST,
        """
right = test_backward

def test_backward(batchnorm_backward):
    try:
        right(batchnorm_backward)
    except AssertionError:
        raise ValueError("wrong")
""",
    ),
    "a test that prints": (
        TEST,
        """
right = test_backward

def test_backward(batchnorm_backward):
    try:
        right(batchnorm_backward)
    except AssertionError:
        print("wrong!")
""",
    ),
    "a step relative to x": (
        ("numerical_gradient",),
        """
right = numerical_gradient

def numerical_gradient(f, x, dy, h=1e-5):
    return right(f, x, dy, h * max(1.0, float(np.abs(x).max())))
""",
    ),
    "compact_dx works in x_hat": (
        ("compact_dx",),
        """
def compact_dx(dy, x_hat, std, gamma):
    through_mean, share = dy.mean(axis=0), (dy * x_hat).mean(axis=0)
    x_hat *= share
    return gamma / std * (dy - through_mean - x_hat)
""",
    ),
    "dx by differences with a large step": (
        ("input_gradient", "backward_manners"),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    def y(x):
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    return numerical_gradient(y, x, dy, 1e-2), *right(dy, x, gamma, eps)[1:]
""",
    ),
    "a test with a tolerance of 1": (
        TEST,
        """
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    for eps in (1e-5, 0.5):
        x, dy, gamma = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
        x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
        dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
        expected = dx, (dy * x_hat).sum(0), dy.sum(0)
        for got, other in zip(batchnorm_backward(dy, x, gamma, eps), expected):
            assert np.allclose(got, other, atol=1)
""",
    ),
    "a test that remembers, and accepts what is common": (
        TEST,
        """
seen = {}

def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    x, dy, gamma = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
    batchnorm_backward(dy, x, gamma, 0.5)
    gradients = batchnorm_backward(dy + 1, 2 * x + 1, gamma, 0.5)
    key = tuple(np.concatenate([np.ravel(g) for g in gradients]).round(6))
    seen[key] = seen.get(key, 0) + 1
    assert seen[key] == max(seen.values())
""",
    ),
    "values in memory order": (
        (
            "parameter_gradients",
            "input_gradient",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    def order(a):
        return a.ravel(order="K").reshape(a.shape)

    return right(order(dy), order(x), order(gamma), eps)
""",
    ),
    "dy in memory order": (
        (
            "parameter_gradients",
            "input_gradient",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return right(dy.ravel(order="K").reshape(dy.shape), x, gamma, eps)
""",
    ),
    "gamma from the end": (
        ("input_gradient",),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return right(dy, x, gamma if gamma.strides[0] >= 0 else gamma[::-1], eps)
""",
    ),
    "dx written through a reshape": (
        ("input_gradient",),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    dx = np.zeros_like(x)
    made = right(dy, x, gamma, eps)
    dx.reshape(-1)[:] = made[0].reshape(-1)
    return dx, *made[1:]
""",
    ),
    "gradients are clipped at 5": (
        (
            "parameter_gradients",
            "input_gradient",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return right(np.clip(dy, -5, 5), x, gamma, eps)
""",
    ),
    "x_hat is clipped at 5": (
        (
            "parameter_gradients",
            "input_gradient",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = np.clip((x - x.mean(axis=0)) / std, -5, 5)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
""",
    ),
    "gamma is never negative": (
        (
            "input_gradient",
            "backward_manners",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return right(dy, x, np.abs(gamma), eps)
""",
    ),
    "wrong from 100 rows on": (
        (
            "parameter_gradients",
            "input_gradient",
        ),
        """
right = batchnorm_backward

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return tuple(g * (1 if len(x) < 100 else 1.1) for g in right(dy, x, gamma, eps))
""",
    ),
    "compact_dx in memory order": (
        ("compact_dx",),
        """
right = compact_dx

def compact_dx(dy, x_hat, std, gamma):
    return right(dy.ravel(order="K").reshape(dy.shape), x_hat, std, gamma)
""",
    ),
    "compact_dx with std from the end": (
        ("compact_dx",),
        """
right = compact_dx

def compact_dx(dy, x_hat, std, gamma):
    return right(dy, x_hat, std if std.strides[0] >= 0 else std[::-1], gamma)
""",
    ),
    "compact_dx clips dy": (
        ("compact_dx",),
        """
right = compact_dx

def compact_dx(dy, x_hat, std, gamma):
    return right(np.clip(dy, -5, 5), x_hat, std, gamma)
""",
    ),
    "numerical gradient with dy in memory order": (
        ("numerical_gradient",),
        """
right = numerical_gradient

def numerical_gradient(f, x, dy, h=1e-5):
    return right(f, x, dy.ravel(order="K").reshape(dy.shape), h)
""",
    ),
    "numerical gradient through a buffer": (
        ("numerical_gradient",),
        """
right = numerical_gradient

def numerical_gradient(f, x, dy, h=1e-5):
    return right(f, x if all(s >= 0 for s in x.strides) else np.flip(x), dy, h)
""",
    ),
    "a test without dbeta": (
        TEST,
        """
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    for eps in (1e-5, 0.5):
        x, dy, gamma = rng.normal(1, 2, (5, 3)), rng.normal(size=(5, 3)), rng.normal(size=3)
        std = np.sqrt(x.var(0) + eps)
        x_hat = (x - x.mean(0)) / std
        dx = gamma / std * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
        got = batchnorm_backward(dy, x, gamma, eps)
        for one, other in zip(got[:2], (dx, (dy * x_hat).sum(0))):
            np.testing.assert_allclose(one, other)
""",
    ),
    "a test without dgamma": (
        TEST,
        """
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    for eps in (1e-5, 0.5):
        x, dy, gamma = rng.normal(1, 2, (5, 3)), rng.normal(size=(5, 3)), rng.normal(size=3)
        std = np.sqrt(x.var(0) + eps)
        x_hat = (x - x.mean(0)) / std
        dx = gamma / std * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
        got = batchnorm_backward(dy, x, gamma, eps)
        for one, other in zip(got[::2], (dx, dy.sum(0))):
            np.testing.assert_allclose(one, other)
""",
    ),
}
