"""Wrong solutions of ps6_practice that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code).
"""

HEAD = """
import torch
from torch import nn
from torch.nn import functional as F

def norms(model):
    return [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
"""
EVALUATE = """
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
            rows += len(y)
    model.train(before)
    return right / rows
"""
RECALIBRATE = """
def recalibrate(model, loader):
    mode, momenta = model.training, [norm.momentum for norm in norms(model)]
    model.eval()
    for norm in norms(model):
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms(model), momenta):
        norm.momentum = momentum
    model.train(mode)
"""
MLP = """
def make_mlp(widths):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
"""


def changed(source: str, right: str, wrong: str) -> str:
    """The source with one thing changed, after what all notebooks begin with."""
    assert right in source
    return HEAD + source.replace(right, wrong)


WRONG = {
    "the share of wrong answers": (
        ("evaluate",),
        changed(EVALUATE, "right / rows", "1 - right / rows"),
    ),
    "the first batch alone": (
        ("evaluate",),
        changed(EVALUATE, "rows += len(y)", "rows += len(y)\n            break"),
    ),
    "evaluation forgets the running statistics": (
        ("evaluate",),
        changed(
            EVALUATE,
            "model.eval()",
            "model.eval()\n    [n.reset_running_stats() for n in norms(model)]",
        ),
    ),
    "freezing resets the statistics": (
        ("freeze_batchnorm",),
        HEAD
        + """
def freeze_batchnorm(model):
    for norm in norms(model):
        norm.reset_running_stats()
        norm.eval().requires_grad_(False)
        norm.train = lambda mode=True, norm=norm: norm
""",
    ),
    "freezing takes the norms out": (
        ("freeze_batchnorm",),
        HEAD
        + """
def freeze_batchnorm(model):
    for name, child in list(model.named_children()):
        freeze_batchnorm(child)
        if norms(child) == [child]:
            setattr(model, name, nn.Identity())
""",
    ),
    "recalibrated on the first batch": (
        ("recalibrate",),
        changed(RECALIBRATE, "            model(x)", "            model(x)\n            break"),
    ),
    "recalibrated on all rows as one batch": (
        ("recalibrate",),
        changed(
            RECALIBRATE,
            "for x, _ in loader:\n            model(x)",
            "model(torch.cat([x for x, _ in loader]))",
        ),
    ),
    "recalibrating resets weight and bias": (
        ("recalibrate",),
        changed(RECALIBRATE, "norm.reset_running_stats()", "norm.reset_parameters()"),
    ),
    "a softmax on the output": (
        ("make_mlp",),
        changed(MLP, "widths[-1]))", "widths[-1]), nn.Softmax(1))"),
    ),
    "norms that do not track": (
        ("make_mlp",),
        changed(MLP, "BatchNorm1d(b)", "BatchNorm1d(b, track_running_stats=False)"),
    ),
    "layer normalisation": (("make_mlp",), changed(MLP, "BatchNorm1d(b)", "LayerNorm(b)")),
}
