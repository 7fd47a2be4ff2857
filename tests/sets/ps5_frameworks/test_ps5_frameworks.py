"""ps5_frameworks: PyTorch as oracle, mistakes made in torch, torch's own inside, messages."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from helpers.masters import SOLUTIONS, solution
from helpers.sets import changed, in_fresh_python
from torch import nn
from torch.nn.utils import fusion

from grader.checking.borrowed import borrowed
from grader.checking.check import Verdict
from grader.checking.load import load
from grader.checking.local import CheckFailed, check
from grader.checking.remote import Loopback, StandIn, Student
from grader.notebooks.notebook import Master, read_master
from grader.sets.ps5_frameworks import checks as asked

pytestmark = pytest.mark.usefixtures("one_thread")
SEED = 4711
CHECKS = load("ps5_frameworks")
MODULE_CHECKS = [id for id in CHECKS if id.startswith("module_")]
NAMES = read_master(SOLUTIONS, "ps5_frameworks").names


def run(*sources: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"np": np, "torch": torch, "nn": nn, "__name__": "__main__"}
    for source in sources:
        exec(source, namespace)
    return namespace


def grade(id: str, *sources: str, seed: int = SEED, read: bool = True) -> Verdict:
    """The verdict on a notebook with these cells; with `read`, their sources are known."""
    student = Student(Loopback(run(*sources)), NAMES, sources if read else ())
    return CHECKS[id].grade(student, 100, seed)


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(master: Master, id: str) -> None:
    """Is the master's own solution right?"""
    cells = [c.source for id, c in master.cells.items() if id.endswith("-solution")]
    for seed in range(5):
        verdict = grade(id, *cells, seed=seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


class Either(nn.modules.batchnorm._BatchNorm):
    """PyTorch's own layer for (N, C) and (N, C, H, W)."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        pass


class Oracle(asked.BatchNorm):
    """The driver with PyTorch's own layer in it, and nobody watching."""

    def __init__(self, _: object, *arguments: Any) -> None:
        super().__init__(Either, *arguments)

    def _try(self, student: object) -> None:
        pass

    def _call(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.inner(x)
        return y


def oracle_fold(
    student: object,
    weight: np.ndarray,
    bias: np.ndarray | None,
    gamma: np.ndarray,
    beta: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    eps: float,
) -> object:
    fuse = fusion.fuse_linear_bn_weights if weight.ndim == 2 else fusion.fuse_conv_bn_weights
    tensors = [
        None if array is None else torch.from_numpy(array)
        for array in (weight, bias, running_mean, running_var, gamma, beta)
    ]
    w, b, mean, var, g, shift = tensors
    given = [weight, bias, gamma, beta, running_mean, running_var]
    return fuse(w, b, mean, var, eps, g, shift), given


@pytest.mark.parametrize("id", [*MODULE_CHECKS, "fold_batchnorm"])
def test_pytorch_has_full_marks(id: str) -> None:
    """Does every check accept what PyTorch's own layer, or its own folding, answers?"""
    oracle = SimpleNamespace(BatchNorm=Oracle, fold_batchnorm=oracle_fold)
    for seed in range(5):
        verdict = CHECKS[id].grade(StandIn(oracle), 100, seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


# Mistakes as they are made in torch: the check, the mistake, and in the master's solution a text
# and what it becomes.
PARAMETERS = (
    "nn.Parameter(torch.ones(num_features)) if affine else None",
    "nn.Parameter(torch.zeros(num_features)) if affine else None",
)
BUFFER = "self.register_buffer(name, start if track_running_stats else None)"
UPDATE = "self._remember(mean.detach(), variance.detach() * count / (count - 1))"
RAISES = "if self.training and count == 1:"
MEAN = "self.running_mean = (1 - share) * self.running_mean + share * mean"
VAR = "self.running_var = (1 - share) * self.running_var + share * variance"
BATCH = "mean, variance = x.mean(axes), x.var(axes, unbiased=False)"
STD = "std = torch.sqrt(variance + self.eps)"
Y = "y = (x - mean.reshape(per_channel)) / std.reshape(per_channel)"
SHARE = "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum"
TRACKS = "if self.running_mean is not None:"
MODE = "if self.training or self.running_mean is None:"
IN_TORCH = [
    ("module_training", "one-value-per-channel", {RAISES: "if False:"}),
    ("module_training", "eps-outside-sqrt", {STD: "std = torch.sqrt(variance) + self.eps"}),
    ("module_training", "eps-missing", {STD: "std = torch.sqrt(variance)"}),
    ("module_training", "eps-fixed", {STD: "std = torch.sqrt(variance + 1e-5)"}),
    ("module_training", "divides-by-variance", {STD: "std = variance + self.eps"}),
    ("module_training", "unbiased-normalise", {", unbiased=False": ""}),
    ("module_training", "not-centred", {"(x - mean.reshape(per_channel))": "x"}),
    ("module_training", "beta-only", {"self.weight.reshape(per_channel) * y": "y"}),
    ("module_training", "gamma-only", {" + self.bias.reshape(per_channel)": ""}),
    (
        "module_training",
        "broadcast-along-width",
        {
            "self.weight.reshape(per_channel)": "self.weight",
            "self.bias.reshape(per_channel)": "self.bias",
        },
    ),
    (
        "module_training",
        "per-pixel",
        {
            BATCH: "mean, variance = x.mean(0), x.var(0, unbiased=False)",
            UPDATE: "pass",
            Y: "y = (x - mean) / std",
        },
    ),
    (
        "module_training",
        "per-sample",
        {
            BATCH: "axes = axes[1:] or [0]\n            "
            "mean, variance = (s(axes, keepdim=True) for s in (x.mean, "
            "lambda *a, **k: x.var(*a, **k, unbiased=False)))",
            UPDATE: "pass",
            Y: "y = (x - mean) / std",
        },
    ),
    ("module_training", "precision-fixed", {"        return y": "        return y.float()"}),
    (
        "module_training",
        "memory-layout-assumed",
        {"axes = [0": "x = x.view(-1).view(x.shape); axes = [0"},
    ),
    (
        "module_training",
        "mutates-input",
        {Y: "y = x.sub_(mean.reshape(per_channel)) / std.reshape(per_channel)"},
    ),
    (
        "module_training",
        "running-stats-in-training",
        {STD: "mean, variance = self.running_mean, self.running_var; " + STD},
    ),
    ("module_inference", "never-updated", {MEAN: "pass", VAR: "pass"}),
    ("module_inference", "overwritten", {SHARE: "share = 1.0"}),
    ("module_inference", "momentum-fixed", {"else self.momentum": "else 0.1"}),
    ("module_inference", "momentum-inverted", {"else self.momentum": "else 1 - self.momentum"}),
    ("module_inference", "biased-running-variance", {" * count / (count - 1)": ""}),
    ("module_inference", "running-variance-forgotten", {VAR: "pass"}),
    (
        "module_inference",
        "running-standard-deviation",
        {VAR: VAR.replace("* variance", "* variance.sqrt()")},
    ),
    ("module_inference", "momentum-none", {SHARE: "share = self.momentum"}),
    ("module_inference", "momentum-none", {SHARE: "share = self.momentum or 0.1"}),
    (
        "module_inference",
        "batches-not-counted",
        {
            '"num_batches_tracked": torch.tensor(0),': "",
            "self.num_batches_tracked += 1": "self.n = getattr(self, 'n', 0) + 1",
            "float(self.num_batches_tracked)": "self.n",
        },
    ),
    ("module_inference", "batch-stats-in-eval", {MODE: "if True:", TRACKS: "if self.training:"}),
    (
        "module_inference",
        "mode-from-grad-enabled",
        {"self.training": "torch.is_grad_enabled()"},
    ),
    (
        "module_inference",
        "refuses-one-in-eval",
        {"axes = [0": "x[:, 0].numel() == 1 and int('x'); axes = [0"},
    ),
    (
        "module_state",
        "not-a-parameter",
        dict(
            zip(PARAMETERS, ("torch.ones(num_features)", "torch.zeros(num_features)"), strict=True)
        ),
    ),
    (
        "module_state",
        "not-a-buffer",
        {BUFFER: BUFFER.replace("self.register_buffer(", "setattr(self, ")},
    ),
    (
        "module_state",
        "other-names",
        {"self.weight": "self.gamma", "self.bias": "self.beta"},
    ),
    ("module_state", "affine-ignored", {" if affine else None": ""}),
    ("module_state", "track-ignored", {"start if track_running_stats else None": "start"}),
    ("module_state", "track-false-crashes", {MODE: "if self.training:"}),
    (
        "module_gradients",
        "no-grad-statistics",
        {BATCH: f"with torch.no_grad():\n                {BATCH}"},
    ),
    ("module_gradients", "mean-path-missing", {"x - mean": "x - mean.detach()"}),
    (
        "module_gradients",
        "variance-path-missing",
        {STD: STD.replace("variance", "variance.detach()")},
    ),
    ("module_gradients", "input-detached", {"axes = [0": "x = x.data; axes = [0"}),
    ("module_gradients", "not-detached", {".detach()": ""}),
    (
        "module_gradients",
        "parameters-detached",
        {
            "self.weight.reshape": "self.weight.data.reshape",
            "self.bias.reshape": "self.bias.data.reshape",
        },
    ),
    (
        "module_gradients",
        "not-a-parameter",
        dict(
            zip(PARAMETERS, ("torch.ones(num_features)", "torch.zeros(num_features)"), strict=True)
        ),
    ),
]


@pytest.mark.parametrize(
    ("id", "mistake", "changes"), [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in IN_TORCH]
)
def test_mistakes_in_torch_are_named(
    master: Master, id: str, mistake: str, changes: dict[str, str]
) -> None:
    """Is a mistake made in torch recognised by its model in NumPy?"""
    verdict = grade(id, changed(solution(master, "batchnorm"), changes))
    assert verdict.points < 100
    assert verdict.diagnosis == (mistake,), verdict.message


def test_float32_inside_float64_is_caught(master: Master) -> None:
    """Does a module lose points that gives float64, but computed in float32?"""
    source = changed(solution(master, "batchnorm"), {"axes = [0": "x = x.float(); axes = [0"})
    verdict = grade("module_training", source)
    assert "WRONG  the dtype of x, and double precision after double()" in verdict.message


HEAD = "import torch, torch.nn.functional as F\nfrom torch import nn\n"
INSIDE = (
    HEAD
    + """
class BatchNorm(nn.Module):
    def __init__(self, num_features, **options):
        super().__init__()
        self.inner = {layer}

    def forward(self, x):
        return self.inner(x)
"""
)
CALLED = (
    HEAD
    + """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        C, mean, var, weight, bias = (
            x.shape[1], self.running_mean, self.running_var, self.weight, self.bias
        )
        return {call}
"""
)
BORROWED = {
    "the layer inside": INSIDE.format(layer="nn.BatchNorm2d(num_features, **options)"),
    "a lazy layer inside": INSIDE.format(layer="nn.LazyBatchNorm2d(**options)"),
    "instance norm inside": INSIDE.format(layer="nn.InstanceNorm2d(num_features, affine=True)"),
    "found in its module": INSIDE.format(
        layer="getattr(torch.nn.modules.batchnorm, 'Batch' + 'Norm2d')(num_features, **options)"
    ),
    "derived": HEAD + "class BatchNorm(nn.BatchNorm2d):\n    pass",
    "derived from its base": HEAD
    + "from torch.nn.modules.batchnorm import _BatchNorm as Base\n"
    + "class BatchNorm(Base):\n    def _check_input_dim(self, x):\n        pass",
    "another name for it": HEAD + "Own = nn.BatchNorm2d\nclass BatchNorm(Own):\n    pass",
    "no class at all": HEAD + "BatchNorm = nn.BatchNorm2d",
    "F.batch_norm": CALLED.format(
        call="F.batch_norm(x, mean, var, weight, bias, self.training, self.momentum, self.eps)"
    ),
    "torch.batch_norm": CALLED.format(
        call="torch.batch_norm(x, weight, bias, mean, var, self.training, 0.1, self.eps, False)"
    ),
    "native": CALLED.format(
        call="torch.native_batch_norm(x, weight, bias, mean, var, self.training, 0.1, self.eps)[0]"
    ),
    "an operator by its name": CALLED.format(
        call="getattr(torch.ops.aten, 'native_' + 'batch_norm')("
        "x, weight, bias, mean, var, self.training, 0.1, self.eps)[0]"
    ),
    "instance norm of the rows": CALLED.format(
        call="F.instance_norm(x.transpose(0, 1).reshape(1, C, -1))"
        ".reshape(C, len(x), *x.shape[2:]).transpose(0, 1)"
    ),
    "layer norm of the columns": CALLED.format(
        call="(lambda v: F.layer_norm(v, v.shape[1:]))(x.transpose(0, 1).flatten(1))"
        ".reshape(C, len(x), *x.shape[2:]).transpose(0, 1)"
    ),
    "group norm of the rows": CALLED.format(
        call="F.group_norm(x.transpose(0, 1).reshape(1, C, -1), C)"
        ".reshape(C, len(x), *x.shape[2:]).transpose(0, 1)"
    ),
}


@pytest.mark.parametrize("read", [True, False], ids=["source read", "only watched"])
@pytest.mark.parametrize("case", BORROWED)
def test_torchs_own_earns_nothing(case: str, read: bool) -> None:
    """Is torch's own normalisation found, from the source or from what is called?"""
    for id in MODULE_CHECKS:
        verdict = grade(id, BORROWED[case], read=read)
        assert verdict.points == 0, verdict.message
        assert verdict.diagnosis[0] == "torch-does-it", verdict.message


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("the layer inside", "nn.BatchNorm2d"),
        ("derived", "nn.BatchNorm2d"),
        ("derived from its base", "torch.nn.modules.batchnorm._BatchNorm"),
        ("another name for it", "nn.BatchNorm2d"),
        ("no class at all", "nn.BatchNorm2d"),
        ("F.batch_norm", "F.batch_norm"),
        ("native", "torch.native_batch_norm"),
        ("layer norm of the columns", "F.layer_norm"),
    ],
)
def test_what_is_borrowed_is_said(case: str, found: str) -> None:
    """Does the student read what was found?"""
    assert borrowed((BORROWED[case],), "BatchNorm") == found
    message = grade("module_training", BORROWED[case]).message
    assert f"raised Borrowed: {found} is torch's own; write the formula yourself" in message
    assert "Mistake: torch's own batch normalisation does the work (torch-does-it)." in message


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("found in its module", "torch.nn.BatchNorm2d is in it"),
        ("an operator by its name", "it calls torch's own aten.native_batch_norm"),
    ],
)
def test_what_is_seen_at_work_is_said(case: str, found: str) -> None:
    """Is what is not seen in the source found when it runs, and said?"""
    verdict = grade("module_training", BORROWED[case], read=False)
    assert f"raised Borrowed: {found}" in verdict.message


@pytest.mark.parametrize(
    "sources",
    [
        ["class BatchNorm(nn.Module):\n    'As nn.BatchNorm2d.'", "nn.BatchNorm2d(3)"],
        ["class BatchNorm(nn.BatchNorm2d): pass", "class BatchNorm(nn.Module): pass"],
        ["def batch_norm(x): return x", "class BatchNorm:\n  def forward(self, x): batch_norm(x)"],
        ["class BatchNorm:\n  def forward(self, x): return self.batch_norm(x)"],
        ["from mine import batch_norm", "class BatchNorm:\n  forward = batch_norm"],
        ["%matplotlib inline\n!ls\nclass BatchNorm: pass", "this is no Python", "x = ("],
        ["def other():\n    return nn.BatchNorm2d(3)", "class BatchNorm: pass", "other()"],
        ["BatchNorm = None"],
        [],
    ],
)
def test_what_is_not_borrowed(sources: list[str]) -> None:
    """Is code free that only compares, was replaced, or has names of its own like torch's?"""
    assert borrowed(tuple(sources), "BatchNorm") is None


@pytest.mark.parametrize(
    "sources",
    [
        ["def f(x): return nn.functional.batch_norm(x)", "class BatchNorm:\n  forward = f"],
        ["class BatchNorm: pass", "BatchNorm.forward = lambda self, x: F.batch_norm(x)"],
        [
            "if True:\n  try:\n    own = nn.BatchNorm2d\n  finally: pass",
            "class BatchNorm(own): pass",
        ],
        ["class A:\n  f = staticmethod(F.batch_norm)\nclass B(A): pass\nclass BatchNorm(B): pass"],
        ["class BatchNorm:\n  def forward(self, x): return getattr(F, 'batch_norm')(x)"],
        ["%time\nclass BatchNorm(nn.BatchNorm1d): pass"],
    ],
)
def test_what_is_borrowed(sources: list[str]) -> None:
    """Are names followed through functions, classes, assignments and attributes?"""
    assert borrowed(tuple(sources), "BatchNorm") is not None


def test_grading_needs_no_torch() -> None:
    """Do checks, reference and diagnosis of the set run without importing torch here?"""
    program = """
import sys
from grader.checking.load import load
from grader.sets.ps5_frameworks.faults import MISTAKES, implementation
from grader.checking.remote import StandIn
for id, check in load("ps5_frameworks").items():
    assert check.grade(StandIn(implementation()), 1, 0).status == "passed"
    assert check.grade(StandIn(implementation(MISTAKES[id][-1])), 1, 0).diagnosis
print("torch" in sys.modules)
"""
    assert in_fresh_python(program) == ("False\n", "")


def message(id: str, *sources: str) -> str:
    """What a student reads in the notebook."""
    with pytest.raises(CheckFailed) as failed:
        check(id, run(*sources))
    return str(failed.value)


def test_message_for_a_plain_tensor(master: Master) -> None:
    """What does a student read whose weight is a plain tensor?"""
    ones, zeros = PARAMETERS
    changes = {ones: "torch.ones(num_features)", zeros: "torch.zeros(num_features)"}
    text = message("module_state", changed(solution(master, "batchnorm"), changes))
    assert "WRONG  weight and bias are its parameters, and nothing else is" in text
    assert "ok     double() changes the running statistics too" in text
    assert text.splitlines()[1:4] == [
        "Mistake: weight and bias are not parameters (not-a-parameter).",
        "The optimiser takes what parameters() lists. A plain tensor is not in it, nor is a buffer:"
        " it would never learn.",
        "Read: “Parameters and buffers” in the book,"
        " chapters/06_frameworks/pytorch.html#parameters-and-buffers",
    ]


def test_message_for_keras_momentum() -> None:
    """Is a student who copies Keras's momentum told so, and given the other points?"""
    text = message(
        "keras_to_torch",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    arrays = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance)
    return arrays | {"momentum": momentum, "eps": epsilon}
""",
    )
    assert text.startswith("keras_to_torch: partial, 75% of the points\n")
    assert "momentum=0.99" in text
    assert "Mistake: momentum is taken over as it is (momentum-as-in-keras)." in text


def test_message_for_a_layer_without_bias() -> None:
    """What does a student read who did not think of bias=None?"""
    text = message(
        "fold_batchnorm",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps).sqrt()
    shape = (-1,) + (1,) * (weight.ndim - 1)
    return weight * scale.reshape(shape), beta + scale * (bias - running_mean)
""",
    )
    assert "WRONG  a layer without bias (None) gets one" in text
    assert "raised TypeError: unsupported operand type(s) for -: 'NoneType' and 'Tensor'" in text
    assert "Mistake: a layer without bias is not provided for (fold-none-crashes)." in text


def test_message_for_a_class_that_is_no_module() -> None:
    """What does a student read whose class does not derive from nn.Module?"""
    text = message("module_training", "class BatchNorm:\n    def __init__(self, C): pass")
    assert "raised TypeError: BatchNorm must be a class derived from torch.nn.Module" in text


def test_message_for_a_class_that_cannot_be_made() -> None:
    """Is code shown that can be pasted, and no call with arguments of the check's own?"""
    source = (
        "class BatchNorm(nn.Module):\n    def __init__(self, num_features):\n        self.eps = eps"
    )
    namespace = run(source)
    with pytest.raises(CheckFailed) as failed:
        check("module_training", namespace)
    assert failed.value.text.splitlines()[2:6] == [
        "       bn = BatchNorm(2)",
        "       bn.weight.data = torch.tensor([-2.9, 2.87])",
        "       bn.bias.data = torch.tensor([-0.6, 0.85])",
        "       raised NameError: name 'eps' is not defined",
    ]
