"""Tries of ps7_capstone that slipped through once, or got no name or a wrong one.

The check, the mistakes that it names, joined by +, and what is changed in the master's solution, or
what stands in its place. Without a name, points are lost, and no wrong one is said.
"""

# ruff: noqa: E501  students write longer lines

TRIES: list[tuple[str, str, dict[str, str] | str]] = [
    (
        "build_model",
        "norm-on-output",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), *([nn.BatchNorm1d(b)] if batchnorm else []))\n",
    ),
    (
        "build_model",
        "redundant-bias+norm-on-output",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), *([nn.BatchNorm1d(b)] if batchnorm else []))\n",
    ),
    (
        "build_model",
        "redundant-bias",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "another-activation",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()] if batchnorm else [nn.Linear(a, b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "norm-after-activation",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.Sigmoid(), nn.BatchNorm1d(b)] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "norm-before-linear",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.BatchNorm1d(a), nn.Linear(a, b, bias=False), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "activation-on-output",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.Sigmoid())\n",
    ),
    (
        "build_model",
        "activation-on-output",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.Softmax(1))\n",
    ),
    (
        "build_model",
        "baseline-without-bias",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b, bias=False), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "norm-in-baseline",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "with-without-swapped",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "build_model",
        "output-without-bias",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b, bias=False))\n",
    ),
    (
        "build_model",
        "output-without-bias",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b, bias=not batchnorm))\n",
    ),
    (
        "build_model",
        "other-start",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    model = nn.Sequential(*layers, nn.Linear(a, b))\n    for m in model:\n        if isinstance(m, nn.Linear): nn.init.zeros_(m.weight)\n    return model\n",
    ),
    (
        "build_model",
        "other-start",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    model = nn.Sequential(*layers, nn.Linear(a, b))\n    for m in model:\n        if isinstance(m, nn.Linear): nn.init.normal_(m.weight, 0, 1)\n    return model\n",
    ),
    (
        "build_model",
        "norm-without-parameters",
        "def build_model(widths, batchnorm):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b, affine=False), nn.Sigmoid()] if batchnorm else [nn.Linear(a, b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    ("train", "gradients-accumulate", {"        optimizer.zero_grad()\n": ""}),
    ("train", "", {"    return losses": "    return sum(losses) / len(losses)"}),
    ("train", "one-loss-in-all", {"    return losses": "    return [sum(losses) / len(losses)]"}),
    ("train", "returns-nothing", {"    return losses": "    pass"}),
    ("train", "more-steps", {"in batches:": "in batches * 2:"}),
    (
        "train",
        "another-optimizer",
        {"SGD(model.parameters(), lr=lr)": "Adam(model.parameters(), lr=lr)"},
    ),
    ("train", "another-optimizer", {"lr=lr)": "lr=lr, momentum=0.9)"}),
    ("train", "another-optimizer", {"lr=lr)": "lr=lr, momentum=0.9, nesterov=True)"}),
    ("train", "", {"lr=lr)": "lr=lr, weight_decay=0.01)"}),
    ("train", "", {"losses.append(loss.item())": "losses.append(loss.item() * len(y))"}),
    (
        "train",
        "losses-after-step",
        {"losses.append(loss.item())": "losses.append(F.cross_entropy(model(x), y).item())"},
    ),
    ("train", "rate-ignored", {"lr=lr)": "lr=0.1)"}),
    ("train", "rate-ignored", {"lr=lr)": "lr=0.01)"}),
    ("train", "loss-summed", {"(model(x), y)": "(model(x), y, reduction='sum')"}),
    ("train", "trained-in-eval", {"    model.train()\n": ""}),
    ("train", "never-steps", {"        optimizer.step()\n": ""}),
    ("train", "batches-in-another-order", {"in batches:": "in batches[::-1]:"}),
    ("train", "batches-left-out", {"in batches:": "in batches[1:]:"}),
    ("train", "batches-left-out", {"in batches:": "in batches[:-1]:"}),
    ("train", "softmax-before-loss", {"(model(x), y)": "(model(x).softmax(1), y)"}),
    (
        "train",
        "batches-left-out",
        {"losses.append(loss.item())": "losses.append(loss.item())\n        break"},
    ),
    ("predict", "forgot-eval", {"    model.eval()\n": ""}),
    ("predict", "logits", {".argmax(dim=1)": ""}),
    ("predict", "argmax-over-rows", {"dim=1": "dim=0"}),
    ("predict", "logits", {".argmax(dim=1)": ".softmax(1).max(1).values"}),
    ("predict", "smallest-output", {".argmax(dim=1)": ".argmin(dim=1)"}),
    ("predict", "logits", {".argmax(dim=1)": ".softmax(1)"}),
    ("predict", "left-in-eval", {"    model.train(before)\n": ""}),
    ("predict", "left-in-train", {"model.train(before)": "model.train()"}),
    ("predict", "", {"argmax(dim=1)": "argmax(dim=1, keepdim=True)"}),
    ("predict", "", {"    return classes": "    return classes.tolist()"}),
    ("compare", "with-without-swapped", {"build_model(widths, ": "build_model(widths, not "}),
    (
        "compare",
        "model-reused",
        {
            "            torch.manual_seed(seed)\n            model = build_model(widths, batchnorm)\n": "",
            "        rows = []\n": "        rows = []\n        torch.manual_seed(seeds[0]); model = build_model(widths, batchnorm)\n",
        },
    ),
    ("compare", "seed-ignored", {"            torch.manual_seed(seed)\n": ""}),
    (
        "compare",
        "seed-ignored",
        {
            "            torch.manual_seed(seed)\n            model = build_model(widths, batchnorm)\n": "            model = build_model(widths, batchnorm)\n            torch.manual_seed(seed)\n"
        },
    ),
    ("compare", "one-seed-for-all", {"manual_seed(seed)": "manual_seed(0)"}),
    ("compare", "", {"torch.stack(rows)": "rows[-1]"}),
    ("compare", "", {"torch.stack(rows)": "torch.stack(rows).float().mean(0)"}),
    ("compare", "never-trained", {"            train(model, batches, lr)\n": ""}),
    ("compare", "rows-and-columns-swapped", {"torch.stack(rows)": "torch.stack(rows).T"}),
    ("sweep", "accuracies-in-percent", {".item())": ".item() * 100)"}),
    ("sweep", "best-is-worst", {"np.argmax": "np.argmin"}),
    ("sweep", "best-is-no-rate", {"lrs[int(np.argmax(accuracies))]": "int(np.argmax(accuracies))"}),
    ("sweep", "best-is-no-rate", {"lrs[int(np.argmax(accuracies))]": "max(accuracies)"}),
    ("sweep", "rates-sorted", {"for lr in lrs:": "for lr in sorted(lrs):"}),
    ("sweep", "best-is-largest", {"lrs[int(np.argmax(accuracies))]": "max(lrs)"}),
    (
        "sweep",
        "model-reused",
        {
            "            torch.manual_seed(seed)\n            model = build_model(widths, batchnorm)\n": "",
            "        accuracies, predictions = [], []\n": "        accuracies, predictions = [], []\n        torch.manual_seed(seed); model = build_model(widths, batchnorm)\n",
        },
    ),
    ("sweep", "counts-for-shares", {".float().mean().item()": ".sum().item()"}),
    (
        "build_model",
        "norms-missing",
        {"        if batchnorm:": "        if batchnorm and len(layers) == 1:"},
    ),
    ("predict", "logits", {"argmax(dim=1)": "softmax(dim=1).max(dim=1).values"}),
    (
        "train",
        "another-optimizer+loss-summed",
        {
            "lr=lr)": "lr=lr, momentum=0.9)",
            "F.cross_entropy(model(x), y)": 'F.cross_entropy(model(x), y, reduction="sum")',
            "loss.item()": "loss.item() / len(y)",
        },
    ),
]
