"""Wrong solutions of ps7_capstone that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code).
"""

HEAD = """
import torch
from torch import nn
from torch.nn import functional as F
"""
BUILD = """
def build_model(widths, batchnorm):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        norm = [nn.BatchNorm1d(b)] if batchnorm else []
        layers += [nn.Linear(a, b, bias=not batchnorm), *norm, nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
"""
TRAIN = """
def train(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
"""
SWEEP = """
def predict(model, x):
    with torch.no_grad():
        return model.eval()(x).argmax(1)

def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    found = {}
    for name in ("with", "without"):
        accuracies, predictions = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            accuracies.append((predict(model, x_val) == y_val).float().mean().item())
            predictions.append(predict(model, x_new))
        best = lrs[accuracies.index(max(accuracies))]
        predictions = torch.stack(predictions)
        found[name] = {"accuracies": accuracies, "best": best, "predictions": predictions}
    return found
"""


def changed(source: str, right: str, wrong: str, *others: str) -> str:
    """The source with one thing changed, after what it needs."""
    assert right in source
    return "".join((HEAD, *others, source.replace(right, wrong)))


WRONG = {
    "tanh": (("build_model",), changed(BUILD, "nn.Sigmoid()", "nn.Tanh()")),
    "a softmax on the output": (
        ("build_model",),
        changed(BUILD, "widths[-1]))", "widths[-1]), nn.LogSoftmax(1))"),
    ),
    "weight decay": (("train",), changed(TRAIN, "lr=lr", "lr=lr, weight_decay=0.01")),
    "a learning rate that decays": (
        ("train",),
        changed(TRAIN, "step()", "step()\n        optimizer.param_groups[0]['lr'] *= 0.9"),
    ),
    "clipped gradients": (
        ("train",),
        changed(
            TRAIN,
            "backward()",
            "backward()\n        nn.utils.clip_grad_norm_(model.parameters(), 0.1)",
        ),
    ),
    "smoothed labels": (
        ("train",),
        changed(
            TRAIN, "cross_entropy(model(x), y)", "cross_entropy(model(x), y, label_smoothing=0.1)"
        ),
    ),
    "the norms are not trained": (
        ("train",),
        changed(TRAIN, "model.parameters()", "[p for p in model.parameters() if p.ndim > 1]"),
    ),
    "the rate is sorted, and the best from the sorted ones": (
        ("sweep",),
        changed(SWEEP, "found = {}", "found, lrs = {}, sorted(lrs)", BUILD, TRAIN),
    ),
    "one rate for all": (
        ("sweep",),
        changed(SWEEP, "train(model, batches, lr)", "train(model, batches, 0.3)", BUILD, TRAIN),
    ),
    "trained on the validation pictures too": (
        ("sweep",),
        changed(SWEEP, "batches, lr)", "[*batches, (x_val, y_val)], lr)", BUILD, TRAIN),
    ),
}
