"""Each way to get eps wrong costs the part that asks about eps, and no other, in ps1 to ps4."""

import pytest
from helpers.masters import solved

from grader.checking.load import load
from grader.checking.remote import Loopback, Student

pytestmark = pytest.mark.usefixtures("undiagnosed")

# What the formula has as sqrt(variance + eps), and the default of eps.
WAYS = {
    "left out": ("np.sqrt(variance)", 1e-5),
    "outside the root": ("(np.sqrt(variance) + eps)", 1e-5),
    "added twice": ("(np.sqrt(variance + eps) + eps)", 1e-5),
    "added twice under the root": ("np.sqrt(variance + 2 * eps)", 1e-5),
    "fixed at 1e-5": ("np.sqrt(variance + 1e-5)", 1e-5),
    "fixed at 1e-8": ("np.sqrt(variance + 1e-8)", 1e-5),
    "fixed at 1e-3": ("np.sqrt(variance + 1e-3)", 1e-5),
    "fixed at 1e-5, outside the root": ("(np.sqrt(variance) + 1e-5)", 1e-5),
    "fixed at 1e-8, outside the root": ("(np.sqrt(variance) + 1e-8)", 1e-5),
    "a lower bound": ("np.sqrt(np.maximum(variance, eps))", 1e-5),
    "a lower bound for the root": ("np.maximum(np.sqrt(variance), eps)", 1e-5),
    "squared": ("np.sqrt(variance + eps**2)", 1e-5),
    "subtracted": ("np.sqrt(np.abs(variance - eps))", 1e-5),
    "added after the division": ("np.sqrt(variance) + eps", 1e-5),
    "1e-3 by default": ("np.sqrt(variance + eps)", 1e-3),
    "1e-8 by default": ("np.sqrt(variance + eps)", 1e-8),
    "not passed on to a helper": ("root(variance)", 1e-5),
}
ASKS = "eps as the caller gives it, 1e-5 if it is not given"

FORWARD = """
def root(variance, eps=1e-5):
    return np.sqrt(variance + eps)

def normalize(x, mean, variance, eps={default}):
    return (x - mean) / {std}

def batchnorm_forward(x, gamma, beta, eps={default}):
    mean, variance = x.mean(axis=0), x.var(axis=0)
    return gamma * ((x - mean) / {std}) + beta
"""
LAYER = """
def root(variance, eps=1e-5):
    return np.sqrt(variance + eps)

class BatchNorm1d:
    def __init__(self, num_features, eps={default}, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x):
        eps, m = self.eps, self.momentum
        if self.training:
            if len(x) == 1:
                raise ValueError("one row")
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(axis=0, ddof=1)
            x_hat = (x - mean) / {training}
        else:
            mean, variance = self.running_mean, self.running_var
            x_hat = (x - mean) / {inference}
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    __call__ = forward
"""
BACKWARD = """
def root(variance, eps=1e-5):
    return np.sqrt(variance + eps)

def batchnorm_backward(dy, x, gamma, eps={default}):
    variance = x.var(axis=0)
    x_hat = (x - x.mean(axis=0)) / {std}
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    std = {std}
    return gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x)), dgamma, dbeta
"""
WHERE = """
def root(variance, eps=1e-5):
    return np.sqrt(variance + eps)

def normalized(x, axes, eps):
    variance = x.var(axis=axes, keepdims=True)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / {std}
    return x_hat, {std}

def up(v):
    return v[:, None, None]

def batchnorm2d_forward(x, gamma, beta, eps={default}):
    return up(gamma) * normalized(x, (0, 2, 3), eps)[0] + up(beta)

def batchnorm2d_backward(dy, x, gamma, eps={default}):
    axes, m = (0, 2, 3), x.size // len(gamma)
    x_hat, std = normalized(x, axes, eps)
    dgamma, dbeta = (dy * x_hat).sum(axis=axes), dy.sum(axis=axes)
    return up(gamma) / std * (dy - up(dbeta) / m - x_hat * up(dgamma) / m), dgamma, dbeta

def layernorm_forward(x, gamma, beta, eps={default}):
    return gamma * normalized(x, -1, eps)[0] + beta

def groupnorm_forward(x, gamma, beta, num_groups, eps={default}):
    groups = x.reshape(len(x), num_groups, -1)
    return up(gamma) * normalized(groups, 2, eps)[0].reshape(x.shape) + up(beta)
"""
EVERYWHERE = {"batchnorm2d_forward", "batchnorm2d_backward", "layernorm", "groupnorm"}


def failed(assignment: str, source: str, seed: int) -> dict[str, list[str]]:
    """The parts that the source fails, by check; checks that it passes are left out."""
    namespace = solved(assignment)
    exec(source, namespace)
    found = {}
    for id, check in load(assignment).items():
        verdict = check.grade(Student(Loopback(namespace), list(namespace)), 100, seed)
        if verdict.points < 100:
            lines = verdict.message.splitlines()
            found[id] = [line[7:] for line in lines if line.startswith("WRONG")]
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("way", WAYS)
def test_eps_costs_the_parts_about_eps(way: str, seed: int) -> None:
    """Does a mistake with eps alone fail the part about it in each check, and nothing else?"""
    std, default = WAYS[way]
    forward = FORWARD.format(std=std, default=default)
    assert failed("ps1_standardize", forward, seed) == {"normalize": [ASKS], "forward": [ASKS]}
    backward = BACKWARD.format(std=std, default=default)
    assert failed("ps3_backward", backward, seed) == {
        "parameter_gradients": [f"dgamma with {ASKS}"],
        "input_gradient": [ASKS],
    }
    where = WHERE.format(std=std, default=default)
    assert failed("ps4_where", where, seed) == {id: [ASKS] for id in EVERYWHERE}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("way", WAYS)
def test_eps_of_one_mode_costs_the_part_of_that_mode(way: str, seed: int) -> None:
    """Does a mistake with eps in training cost nothing in inference, and the other way round?

    The default is that of both.
    """
    std, default = WAYS[way]
    right = "np.sqrt(variance + eps)"
    modes = {
        "layer_training": LAYER.format(training=std, inference=right, default=default),
        "layer_inference": LAYER.format(training=right, inference=std, default=default),
    }
    for id, source in modes.items():
        wrong = modes if default != 1e-5 else [id]
        assert failed("ps2_inference", source, seed) == {id: [ASKS] for id in wrong}


@pytest.mark.parametrize(
    ("assignment", "source", "expected"),
    [
        (
            "ps1_standardize",
            "def batch_variance(x):\n    return x.var(axis=0) + 1e-5",
            {"batch_variance": ["nothing is added to it: small ones are as right"]},
        ),
        (
            "ps1_standardize",
            """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x)), gamma, beta)
""",
            {"forward": [ASKS]},
        ),
        (
            "ps3_backward",
            """
right = compact_dx

def compact_dx(dy, x_hat, std, gamma):
    return right(dy, x_hat, np.sqrt(std**2 + 1e-5), gamma)
""",
            {"compact_dx": ["std as it is given: eps is in it already"]},
        ),
        (
            "ps3_backward",
            """
right = compact_dx

def compact_dx(dy, x_hat, std, gamma):
    return right(dy, x_hat, std + 1e-5, gamma)
""",
            {"compact_dx": ["std as it is given: eps is in it already"]},
        ),
    ],
)
def test_eps_where_none_belongs(
    assignment: str, source: str, expected: dict[str, list[str]]
) -> None:
    """Does an eps in a function that has none, or that is not passed on, cost one part too?"""
    for seed in range(3):
        assert failed(assignment, source, seed) == expected
