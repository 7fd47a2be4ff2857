"""Right solutions of ps7_capstone in different styles: name -> the notebook's code."""

# ruff: noqa: E501  students write longer lines

HEAD = """
import copy
import torch
from torch import nn
from torch.nn import functional as F
"""

BUILD = [
    """
def build_model(widths, batchnorm):
    layers = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers.append(nn.Linear(inputs, outputs, bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(outputs))
        layers.append(nn.Sigmoid())
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
    """
class Net(nn.Module):
    def __init__(self, widths, batchnorm):
        super().__init__()
        sizes = list(zip(widths, widths[1:]))
        self.linears = nn.ModuleList(nn.Linear(a, b, bias=not batchnorm) for a, b in sizes[:-1])
        self.norms = nn.ModuleList(nn.BatchNorm1d(b) if batchnorm else nn.Identity() for a, b in sizes[:-1])
        self.out = nn.Linear(*sizes[-1])

    def forward(self, x):
        for linear, norm in zip(self.linears, self.norms):
            x = torch.sigmoid(norm(linear(x)))
        return self.out(x)

def build_model(widths, batchnorm):
    return Net(widths, batchnorm)
""",
    """
def build_model(widths, batchnorm):
    def block(a, b):
        if batchnorm:
            return [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()]
        return [nn.Linear(a, b), nn.Sigmoid()]
    hidden = [layer for a, b in zip(widths, widths[1:-1]) for layer in block(a, b)]
    return nn.Sequential(*hidden, nn.Linear(*widths[-2:]))
""",
]

TRAIN = [
    """
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
""",
    """
def train(model, batches, lr):
    model.train()
    parameters = list(model.parameters())
    losses = []
    for x, y in batches:
        loss = nn.CrossEntropyLoss()(model(x), y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients):
                p.sub_(lr * g)
        losses.append(float(loss))
    return losses
""",
    """
def train(model, batches, lr):
    was = model.training
    model.train()
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.0)
    def step(x, y):
        loss = -F.log_softmax(model(x), 1)[torch.arange(len(y)), y].mean()
        opt.zero_grad(set_to_none=False)
        loss.backward()
        opt.step()
        return loss.detach()
    told = [step(x, y) for x, y in batches]
    model.train(was)
    return told
""",
]

PREDICT = [
    """
def predict(model, x):
    before = model.training
    model.eval()
    with torch.no_grad():
        classes = model(x).argmax(dim=1)
    model.train(before)
    return classes
""",
    """
def predict(model, x):
    twin = copy.deepcopy(model).eval()
    return twin(x).max(1)[1]  # the graph is thrown away
""",
    """
@torch.inference_mode()
def predict(model, x):
    mode = model.training
    model.train(False)
    parts = [model(part).argmax(-1) for part in x.split(64)]
    model.train(mode)
    return torch.cat(parts)
""",
]

COMPARE = [
    """
def compare(batches, x_new, widths, lr, seeds):
    found = {}
    for name, batchnorm in (("with", True), ("without", False)):
        rows = []
        for seed in seeds:
            torch.manual_seed(seed)
            model = build_model(widths, batchnorm)
            train(model, batches, lr)
            rows.append(predict(model, x_new))
        found[name] = torch.stack(rows)
    return found
""",
    """
def compare(batches, x_new, widths, lr, seeds):
    out = {"with": [], "without": []}
    for seed in seeds:
        for name in out:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            out[name].append(predict(model, x_new).numpy())
    return {name: np.array(rows) for name, rows in out.items()}
""",
    """
def run(batches, x_new, widths, batchnorm, lr, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_model(widths, batchnorm)
    train(model, batches, lr)
    return predict(model, x_new).tolist()

def compare(batches, x_new, widths, lr, seeds):
    return {
        "with": [run(batches, x_new, widths, True, lr, s) for s in seeds],
        "without": [run(batches, x_new, widths, False, lr, s) for s in seeds],
    }
""",
]

SWEEP = [
    """
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    found = {}
    for name, batchnorm in (("with", True), ("without", False)):
        accuracies, predictions = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, batchnorm)
            train(model, batches, lr)
            accuracies.append((predict(model, x_val) == y_val).float().mean().item())
            predictions.append(predict(model, x_new))
        best = lrs[int(np.argmax(accuracies))]
        found[name] = {"accuracies": accuracies, "best": best, "predictions": torch.stack(predictions)}
    return found
""",
    """
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    def side(batchnorm):
        result = {"accuracies": [], "best": None, "predictions": []}
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, batchnorm)
            train(model, batches, lr)
            classes = predict(model, torch.cat([x_val, x_new]))
            share = (classes[: len(x_val)] == y_val).sum().item() / len(y_val)
            if share > max(result["accuracies"], default=-1):
                result["best"] = lr
            result["accuracies"].append(share)
            result["predictions"].append(classes[len(x_val):].tolist())
        return result
    return {"with": side(True), "without": side(False)}
""",
    """
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    found = {}
    for name in ["without", "with"]:
        models = {}
        for lr in lrs:
            torch.manual_seed(seed)
            models[lr] = build_model(widths, name == "with")
            train(models[lr], batches, lr)
        shares = {lr: (predict(m, x_val) == y_val).double().mean() for lr, m in models.items()}
        found[name] = {
            "accuracies": torch.stack(list(shares.values())).numpy(),
            "best": max(shares, key=shares.get),
            "predictions": np.stack([predict(m, x_new).numpy() for m in models.values()]),
        }
    return found
""",
]

STYLES = {
    "plain": (0, 0, 0, 0, 0),
    "a class, gradients by hand": (1, 1, 1, 1, 1),
    "helpers, parts of x, lists": (2, 2, 2, 2, 2),
    "plain, copies": (0, 1, 1, 2, 0),
    "a class, inference mode": (1, 0, 2, 0, 1),
    "blocks, the mode put back": (2, 2, 0, 1, 2),
}
RIGHT = {
    style: HEAD
    + "".join(
        variants[i]
        for variants, i in zip((BUILD, TRAIN, PREDICT, COMPARE, SWEEP), chosen, strict=True)
    )
    for style, chosen in STYLES.items()
}
