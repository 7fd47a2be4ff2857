"""What a new student reads in the notebook after the slips that people make first."""

import linecache
from functools import cache
from typing import Any

import pytest
from helpers.masters import solved

from grader import CheckFailed, check

RETURN = ": is a return missing?"
CELL = "<ipython-input-7-try>"

# by problem set: the exercise, what was written, and lines of what the check says
TRIES: dict[str, list[tuple[str, str, str]]] = {
    "ps1_standardize": [
        (
            "batch_mean",
            "def batch_mean(x):\n    print(x.mean(axis=0))",
            f"an array was expected, this is None{RETURN}",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    return x.mean(axis=0, keepdims=True)",
            "the values are right, but in shape (1, 2), where (2,) was expected",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    return x.mean(axis=1)",
            "Mistake: the statistics are taken over the features of each example (wrong-axis).",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    m = X.mean(axis=0)\n    return m",
            "raised NameError: name 'X' is not defined\n"
            "       in batch_mean, line 2 of its cell: m = X.mean(axis=0)",
        ),
        (
            "normalize",
            "import math\n\ndef normalize(x, mean, variance, eps=1e-5):\n"
            "    return (x - mean) / math.sqrt(variance + eps)",
            "in normalize, line 4 of its cell: return (x - mean) / math.sqrt(variance + eps)",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    return x.mean(axis=0), x.var(axis=0)",
            "an array was expected, this is a tuple of 2: the first is right",
        ),
        (
            "batch_variance",
            "def batch_variance(x):\n    return x.mean(axis=0), x.var(axis=0)",
            "batch_variance: failed, 0% of the points\n"
            "Mistake: the result comes in a tuple, with something else (returns-more).",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    return tuple(x.mean(axis=0))",
            "batch_mean: failed, 0% of the points\n"
            "WRONG  one mean for each feature, taken over the batch",
        ),
        (
            "scale_and_shift",
            "def scale_and_shift(x_hat, gamma, beta):\n"
            "    return tuple(gamma * row + beta for row in x_hat)",
            "scale_and_shift: failed, 0% of the points\nWRONG  ",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    return x.mean(axis=0).astype(object)",
            "an array was expected, this is of type ndarray of object",
        ),
        (
            "normalize",
            "def normalize(x, mean, variance, eps=1e-5):\n    variance += eps\n"
            "    return (x - mean) / np.sqrt(variance)",
            "       variance was changed",
        ),
        (
            "batch_mean",
            "def batch_mean():\n    return x.mean(axis=0)",
            "raised TypeError: batch_mean() takes 0 positional arguments but 1 was given",
        ),
        (
            "batch_mean",
            "del batch_mean",
            "Not written yet: batch_mean is not defined\n"
            "Its cell did not run or ended in an error, or the name is another.",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    x -= x.mean(axis=0)\n    return x.sum(axis=0) / 3",
            "x = np.array([[",
        ),
    ],
    "ps2_inference": [
        (
            "layer_modes",
            "BatchNorm1d.eval = lambda self: self.train(False) and None",
            f"bn.eval()\n       an array was expected, this is None{RETURN}",
        ),
        (
            "layer_modes",
            "class BatchNorm1d(BatchNorm1d):\n"
            "    def __init__(self, num_features, eps=1e-5, momentum=0.1):\n"
            "        self.training, gamma = True, np.ones(num_features)",
            "BatchNorm1d(num_features=1)\n"
            "       raised AttributeError: 'BatchNorm1d' object has no attribute 'gamma'",
        ),
        (
            "layer_modes",
            "class BatchNorm1d(BatchNorm1d):\n"
            "    def __init__(self, num_features, eps=1e-5, momentum=0.1):\n"
            "        super().__init__(num_features)\n        self.train = True\n"
            "    def eval(self):\n        self.training = False\n        return self",
            "raised TypeError: BatchNorm1d(...).train is of type bool, and no function",
        ),
        (
            "layer_modes",
            "BatchNorm1d.train = lambda mode=True: None",
            "takes from 0 to 1 positional arguments but 2 were given",
        ),
        (
            "layer_batch_of_one",
            "BatchNorm1d.__call__ = lambda self, x: None",
            f"an array was expected, this is None{RETURN}",
        ),
        (
            "population_statistics",
            "def population_statistics(batches):\n    return np.concatenate(list(batches)).mean(0)",
            "2 values were expected, this is an array of shape (2,)",
        ),
        (
            "population_statistics",
            "def population_statistics(batches):\n"
            "    rows = np.concatenate(batches)\n"
            "    return rows.mean(axis=0), rows.var(axis=0)",
            "WRONG  the batches may come from a generator, and are read once\n"
            "       population_statistics(...)\n"
            "       raised TypeError: The first input argument needs to be a sequence\n"
            "       in population_statistics, line 2 of its cell: rows = np.concatenate(batches)",
        ),
    ],
    "ps3_backward": [
        (
            "parameter_gradients",
            "def batchnorm_backward(dy, x, gamma, eps=1e-5):\n    dbeta = dy.sum(axis=0)",
            f"3 values were expected, this is None{RETURN}\n\nRead: “The gradients of gamma",
        ),
        (
            "input_gradient",
            "def batchnorm_backward(dy, x, gamma, eps=1e-5):\n"
            "    return None, dy.sum(axis=0), dy.sum(axis=0)",
            "input_gradient: missing, 0% of the points\nNot written yet: dx is None so far\n",
        ),
        (
            "input_gradient",
            "def batchnorm_backward(dy, x, gamma, eps=1e-5):\n    return dy, dy.sum(axis=0)",
            "3 values were expected, not 2",
        ),
        (
            "numerical_gradient",
            "def numerical_gradient(f, x, dy, h=1e-5):\n    return dy * f(x + 1j * h).imag / h",
            "raised TypeError: f takes real numbers, not complex128\n",
        ),
        (
            "numerical_gradient",
            "def numerical_gradient(f, x, dy, h=1e-5):\n    return f(x[0] + h)",
            "raised ValueError: f takes numbers in shape (2,), not ()\n"
            "       in numerical_gradient, line 2 of its cell: return f(x[0] + h)",
        ),
        (
            "numerical_gradient",
            "def numerical_gradient(f, x, dy, h=1e-5):\n    x += h\n    return 0 * x",
            ", h=0.1)\n       x was changed",
        ),
        (
            "test_backward",
            "def test_backward(batchnorm_backward):\n    pass",
            "       rejects the wrong one: no\n",
        ),
    ],
    "ps4_where": [
        (
            "batchnorm2d_backward",
            "def batchnorm2d_backward(dy, x, gamma, eps=1e-5):\n"
            "    return None, None, dy.sum(axis=0)",
            "Mistake: dgamma or dbeta is not summed over everything that shares the parameter",
        ),
        (
            "batchnorm2d_forward",
            "def batchnorm2d_forward(x, gamma, beta, eps=1e-5):\n"
            "    return x - x.mean(axis=[0, 2, 3])",
            "raised TypeError: 'list' object cannot be interpreted as an integer\n"
            "       in batchnorm2d_forward, line 2 of its cell: return x - x.mean(axis=[0, 2, 3])",
        ),
        (
            "groupnorm",
            "def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):\n    return x[0]",
            "groupnorm_forward(x, gamma, beta, num_groups=2, eps=1e-15)",
        ),
    ],
    "ps6_practice": [
        (
            "evaluate",
            "def evaluate(model, loader):\n    model.eval()",
            f"evaluate(...) with batch_size=20\n       a number was expected, this is None{RETURN}",
        ),
        (
            "freeze_batchnorm",
            "def freeze_batchnorm(model):\n    model.eval()",
            "       # and then a step of SGD, lr=1: the parameters that it moves\n"
            "       1.bias moves: yes",
        ),
        (
            "recalibrate",
            "def recalibrate(model, loader):\n    pass",
            "running_mean of norm 1: wrong values",
        ),
        (
            "make_mlp",
            "def make_mlp(widths):\n    layers = [nn.Linear(*widths[:2])]",
            "make_mlp(...) with widths=[3, 2]\n"
            "       raised TypeError: a torch.nn.Module should be returned, not NoneType",
        ),
        (
            "make_mlp",
            "def make_mlp(widths):\n    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))",
            "sizes of the norms: no values were expected, not 1\n       got  [2]   expected []",
        ),
    ],
    "ps7_capstone": [
        (
            "train",
            "def train(model, batches, lr):\n    model.train()",
            f"train(...) with lr=0.5\n       an array was expected, this is None{RETURN}",
        ),
        (
            "predict",
            "def predict(model, x):\n    model.eval()\n    return model(x)",
            "Mistake: the result is what the network puts out, not a class (logits).",
        ),
        (
            "compare",
            "def compare(batches, x_new, widths, lr, seeds):\n    pass",
            'compare(...)\n       a dict with "with" was expected, this is None',
        ),
        (
            "compare",
            "def compare(batches, x_new, widths, lr, seeds):\n"
            "    return {'with': [0.7] * len(seeds)}",
            "classes in shape (3,), but (_, 1000) was expected: a row a network",
        ),
        (
            "compare",
            "def compare(batches, x_new, widths, lr, seeds):\n"
            "    rows = torch.zeros(2, len(x_new))\n"
            "    return {'with': rows, 'without': rows}",
            'a row for each of 3 seeds was expected in "with", not 2',
        ),
        (
            "sweep",
            "def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):\n"
            "    rows = torch.zeros(len(lrs), len(x_new))\n"
            "    return dict.fromkeys(('with', 'without'), {'predictions': rows})",
            'the dict has no "accuracies"',
        ),
        (
            "sweep",
            "def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):\n"
            "    found = {'predictions': torch.zeros(len(lrs), len(x_new)), 'accuracies': 0.5}\n"
            "    return {'with': found, 'without': found}",
            "it learns at every rate: no (accuracy 0.11, at least 0.5 expected)",
        ),
        (
            "sweep",
            "def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):\n    return {'with': 1}",
            'a dict with "predictions" was expected, this is of type int: 1',
        ),
    ],
}


@cache
def master(assignment: str) -> dict[str, Any]:
    return solved(assignment)


def cases() -> list[Any]:
    return [
        pytest.param(assignment, *row, id=f"{row[0]}-{i}")
        for assignment, rows in TRIES.items()
        for i, row in enumerate(rows)
    ]


@pytest.mark.parametrize(("assignment", "id", "source", "told"), cases())
def test_first_try(
    assignment: str, id: str, source: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does the check say what is wrong, where, and what to do about it?"""
    lines = source.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, CELL, (len(source), None, lines, CELL))
    namespace = dict(master(assignment))
    exec(compile(source, CELL, "exec"), namespace)
    with pytest.raises(CheckFailed) as failed:
        check(id, namespace)
    assert told in str(failed.value)
