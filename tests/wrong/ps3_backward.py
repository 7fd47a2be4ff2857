"""Wrong solutions of ps3_backward that are no fault of grader.faults.

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
}
