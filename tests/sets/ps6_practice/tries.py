"""Tries of ps6_practice that slipped through once, or got no name or a wrong one.

The check, the mistakes that it names, joined by +, and what is changed in the master's solution, or
what stands in its place. Without a name, points are lost, and no wrong one is said.
"""

# ruff: noqa: E501  students write longer lines

TRIES: list[tuple[str, str, dict[str, str] | str]] = [
    ("evaluate", "forgot-eval", {"    model.eval()\n": ""}),
    ("evaluate", "accuracies-in-percent", {"right / rows": "100 * right / rows"}),
    ("evaluate", "divides-by-batches", {"right / rows": "right / len(loader)"}),
    ("evaluate", "counts-for-shares", {"right / rows": "right"}),
    (
        "evaluate",
        "rows-that-are-not-there",
        {"right / rows": "right / (len(loader) * loader.batch_size)"},
    ),
    ("evaluate", "", {"argmax(dim=1)": "argmax(dim=0)"}),
    (
        "evaluate",
        "graph-in-evaluation",
        {"model(x).argmax": "model(x).detach().argmax", "with torch.no_grad():": "if True:"},
    ),
    ("evaluate", "left-in-train", {"model.train(before)": "model.train()"}),
    ("evaluate", "left-in-eval", {"    model.train(before)\n": ""}),
    ("evaluate", "errors-for-answers", {"== y": "!= y"}),
    ("evaluate", "first-batch-only", {"rows += len(y)": "rows += len(y); break"}),
    ("evaluate", "last-batch-only", {"right += ": "right = ", "rows += len(y)": "rows = len(y)"}),
    (
        "evaluate",
        "mean-of-batch-accuracies",
        {"rows += len(y)": "rows += 1", "== y).sum().item()": "== y).float().mean().item()"},
    ),
    (
        "evaluate",
        "dropout-in-evaluation",
        {
            "    model.eval()\n": "    [m.eval() for m in model.modules() if isinstance(m, nn.BatchNorm1d)]\n"
        },
    ),
    ("evaluate", "", {"right / rows": "str(right / rows)"}),
    ("evaluate", "returns-nothing", {"    return right / rows": "    print(right / rows)"}),
    (
        "evaluate",
        "statistics-reset",
        {
            "    model.eval()\n": "    model.eval()\n    [m.reset_running_stats() for m in model.modules() if hasattr(m, 'running_mean')]\n"
        },
    ),
    ("evaluate", "", {"right / rows": "round(right / rows, 2)"}),
    (
        "evaluate",
        "forgot-eval",
        {
            "    model.eval()\n": "    import copy; kept = copy.deepcopy(model.state_dict())\n",
            "    model.train(before)": "    model.load_state_dict(kept)",
        },
    ),
    ("freeze_batchnorm", "nested-missed", {"model.modules()": "model.children()"}),
    ("freeze_batchnorm", "nested-missed", {"model.modules()": "model"}),
    ("freeze_batchnorm", "nested-missed", {"model.modules()": "model._modules.values()"}),
    (
        "freeze_batchnorm",
        "feature-maps-missed",
        {"(nn.BatchNorm1d, nn.BatchNorm2d)": "nn.BatchNorm1d"},
    ),
    ("freeze_batchnorm", "rows-missed", {"(nn.BatchNorm1d, nn.BatchNorm2d)": "nn.BatchNorm2d"}),
    (
        "freeze_batchnorm",
        "frozen-still-updating",
        {"            layer.train = lambda mode=True, layer=layer: layer\n": ""},
    ),
    (
        "freeze_batchnorm",
        "frozen-still-updating",
        {
            "            layer.train = lambda mode=True, layer=layer: layer\n": "",
            "            layer.eval()\n": "",
        },
    ),
    (
        "freeze_batchnorm",
        "frozen-weights-train",
        {"            layer.requires_grad_(False)": "            pass"},
    ),
    (
        "freeze_batchnorm",
        "frozen-weights-train",
        {"layer.requires_grad_(False)": "layer.weight.requires_grad_(False)"},
    ),
    (
        "freeze_batchnorm",
        "frozen-still-updating+frozen-weights-train",
        {
            "            layer.train = lambda mode=True, layer=layer: layer\n": "",
            "            layer.requires_grad_(False)": "",
        },
    ),
    (
        "freeze_batchnorm",
        "mode-stuck",
        {
            "    for layer": "    model.train = lambda mode=True: model\n    model.eval()\n    for layer"
        },
    ),
    (
        "freeze_batchnorm",
        "freezes-everything",
        {"    for layer": "    model.requires_grad_(False)\n    for layer"},
    ),
    (
        "freeze_batchnorm",
        "first-norm-only",
        {"layer.requires_grad_(False)": "layer.requires_grad_(False); break"},
    ),
    (
        "freeze_batchnorm",
        "first-norm-only",
        {
            "    for layer in model.modules():\n": "    for layer in list(model.modules())[::-1]:\n",
            "layer.requires_grad_(False)": "layer.requires_grad_(False); break",
        },
    ),
    (
        "freeze_batchnorm",
        "batch-stats-while-frozen",
        {
            "            layer.train = lambda mode=True, layer=layer: layer\n": "            layer.momentum = 0.0\n"
        },
    ),
    (
        "freeze_batchnorm",
        "batch-stats-while-frozen",
        {
            "            layer.train = lambda mode=True, layer=layer: layer\n": "            layer.track_running_stats = False\n",
            "            layer.eval()\n": "",
        },
    ),
    (
        "freeze_batchnorm",
        "statistics-reset",
        {"layer.eval()": "layer.reset_running_stats(); layer.eval()"},
    ),
    (
        "freeze_batchnorm",
        "parameters-reset",
        {"layer.eval()": "layer.reset_parameters(); layer.eval()"},
    ),
    (
        "freeze_batchnorm",
        "gradients-blocked",
        {
            "            layer.train = lambda mode=True, layer=layer: layer\n": "            layer.train = lambda mode=True, layer=layer: layer\n            layer.forward = torch.no_grad()(layer.forward)\n"
        },
    ),
    (
        "freeze_batchnorm",
        "freezes-everything",
        {
            "            layer.requires_grad_(False)": "            layer.requires_grad_(False)\n        if isinstance(layer, nn.Linear): layer.requires_grad_(False)"
        },
    ),
    ("recalibrate", "parameters-reset", {"norm.reset_running_stats()": "norm.reset_parameters()"}),
    ("recalibrate", "nested-missed", {"model.modules()": "model.children()"}),
    ("recalibrate", "feature-maps-missed", {"(nn.BatchNorm1d, nn.BatchNorm2d)": "nn.BatchNorm1d"}),
    ("recalibrate", "left-in-train", {"    model.train(mode)": "    if mode: model.train()"}),
    ("recalibrate", "left-in-eval", {"    model.train(mode)": "    model.training = mode"}),
    ("recalibrate", "never-updated", {"        norm.train()\n": ""}),
    ("recalibrate", "old-statistics-kept", {"        norm.reset_running_stats()\n": ""}),
    ("recalibrate", "old-statistics-kept", {"        norm.momentum = None\n": ""}),
    ("recalibrate", "momentum-not-restored", {"        norm.momentum = momentum": "        pass"}),
    (
        "recalibrate",
        "momentum-not-restored",
        {"        norm.momentum = momentum": "        norm.momentum = 0.1"},
    ),
    (
        "recalibrate",
        "momentum-not-restored",
        {"        norm.momentum = momentum": "        norm.momentum = momenta[0]"},
    ),
    ("recalibrate", "dropout-while-recalibrating", {"    model.eval()\n": "    model.train()\n"}),
    ("recalibrate", "first-batch-only", {"            model(x)": "            model(x); break"}),
    ("recalibrate", "overwritten", {"momentum = None": "momentum = 1.0"}),
    (
        "recalibrate",
        "batches-as-one",
        {
            "        for x, _ in loader:\n            model(x)": "        model(torch.cat([x for x, _ in loader]))"
        },
    ),
    ("recalibrate", "never-updated", {"            model(x)": "            pass"}),
    (
        "recalibrate",
        "batches-weighed-by-rows",
        "def recalibrate(model, loader):\n    mode = model.training\n    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]\n    old = [n.momentum for n in norms]\n    model.eval()\n    seen = 0\n    for n in norms: n.train()\n    with torch.no_grad():\n        for x, _ in loader:\n            seen += len(x)\n            for n in norms: n.momentum = len(x) / seen\n            model(x)\n    for n, m in zip(norms, old): n.momentum = m\n    model.train(mode)\n",
    ),
    (
        "recalibrate",
        "first-norm-only",
        {
            "            model(x)": "            model(x)",
            "    momenta =": "    norms = norms[:1]\n    momenta =",
        },
    ),
    (
        "make_mlp",
        "redundant-bias+norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.BatchNorm1d(b))\n",
    ),
    (
        "make_mlp",
        "norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.BatchNorm1d(b))\n",
    ),
    (
        "make_mlp",
        "norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b, bias=False), nn.BatchNorm1d(b))\n",
    ),
    (
        "make_mlp",
        "norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU())\n",
    ),
    (
        "make_mlp",
        "redundant-bias+norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU())\n",
    ),
    (
        "make_mlp",
        "norm-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU())\n",
    ),
    (
        "make_mlp",
        "redundant-bias",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "output-without-bias",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b, bias=False))\n",
    ),
    (
        "make_mlp",
        "norm-after-activation",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.ReLU(), nn.BatchNorm1d(b)]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "redundant-bias+norm-after-activation",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.ReLU(), nn.BatchNorm1d(b)]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "redundant-bias+norm-before-linear",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.BatchNorm1d(a), nn.Linear(a, b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "norm-before-linear",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.BatchNorm1d(a), nn.Linear(a, b, bias=False), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "activation-missing",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b)]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "activation-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.ReLU())\n",
    ),
    (
        "make_mlp",
        "activation-on-output",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b), nn.Softmax(1))\n",
    ),
    (
        "make_mlp",
        "norm-missing",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "norm-missing",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.LayerNorm(b), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "norm-without-parameters",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b, affine=False), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "norm-without-statistics",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b, track_running_stats=False), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "another-activation",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Sigmoid()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU(), nn.Dropout()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "norm-of-other-size",
        "def make_mlp(widths):\n    layers = []\n    for a, b in zip(widths[:-2], widths[1:-1]):\n        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(a), nn.ReLU()]\n    a, b = widths[-2:]\n    return nn.Sequential(*layers, nn.Linear(a, b))\n",
    ),
    (
        "make_mlp",
        "",
        "def make_mlp(widths):\n    return nn.Sequential(*[m for a, b in zip(widths[:-2], widths[1:-1]) for m in (nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU())])\n",
    ),
    (
        "make_mlp",
        "",
        "def make_mlp(widths):\n    a, b, *_, c = widths\n    return nn.Sequential(nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, c))\n",
    ),
    (
        "train_and_validate",
        "accuracies-in-percent",
        {"right / len(x_val)": "100 * right / len(x_val)"},
    ),
    ("train_and_validate", "forgot-eval", {"        model.eval()\n": ""}),
    ("train_and_validate", "left-in-eval", {"        model.train()\n": ""}),
    (
        "train_and_validate",
        "one-accuracy-in-all",
        {
            "        accuracies.append(right / len(x_val))\n    return accuracies": "    return [right / len(x_val)]"
        },
    ),
    (
        "train_and_validate",
        "",
        {
            "        model.train()\n": "        pass\n",
            "    for epoch": "    def val():\n        model.eval()\n        s = (model(x_val).argmax(1) == y_val).float().mean().item()\n        model.train()\n        return s\n    model.train()\n    for epoch",
            "        accuracies.append(right / len(x_val))": "        model.train()",
            "        for rows": "        accuracies.append(val())\n        for rows",
        },
    ),
    (
        "train_and_validate",
        "accuracies-of-training",
        {
            "range(0, len(x_val), 50)": "range(0, len(x), 50)",
            "(model(x_val[part]).argmax(1) == y_val[part])": "(model(x[part]).argmax(1) == y[part])",
            "right / len(x_val)": "right / len(x)",
        },
    ),
    (
        "train_and_validate",
        "mean-of-batch-accuracies",
        {".sum().item()": ".float().mean().item()", "right / len(x_val)": "right / 5"},
    ),
    ("train_and_validate", "counts-for-shares", {"right / len(x_val)": "right"}),
    ("train_and_validate", "gradients-accumulate", {"                optimizer.zero_grad()\n": ""}),
    (
        "train_and_validate",
        "",
        {
            "        right = 0\n": "",
            "    accuracies = []\n": "    accuracies = []\n    right = 0\n",
        },
    ),
    (
        "train_and_validate",
        "",
        {
            "        accuracies.append(right / len(x_val))\n    return accuracies": "        accuracies.append(right / len(x_val))"
        },
    ),
    (
        "train_and_validate",
        "",
        {
            "right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()": "right += F.cross_entropy(model(x_val[part]), y_val[part], reduction='sum').item()"
        },
    ),
    (
        "fine_tune",
        "frozen-still-updating",
        {"                layer.eval()": "                pass"},
    ),
    ("fine_tune", "batch-stats-while-frozen", {"layer.eval()": "layer.momentum = 0.0"}),
    (
        "fine_tune",
        "frozen-weights-train",
        {
            "requires_grad = False": "requires_grad = True",
            "model[-1].parameters()": "model.parameters()",
        },
    ),
    (
        "fine_tune",
        "freezes-everything",
        {"model[-1].parameters(), lr=lr": "model[-1].parameters(), lr=0.0"},
    ),
    ("fine_tune", "gradients-accumulate", {"                optimizer.zero_grad()\n": ""}),
    (
        "fine_tune",
        "frozen-weights-train",
        {
            "    for parameter in model[:-1].parameters():\n        parameter.requires_grad = False\n": "",
            "model[-1].parameters()": "model.parameters()",
        },
    ),
    ("fine_tune", "", {"for epoch in range(epochs)": "for epoch in range(0)"}),
    ("fine_tune", "", {"    for epoch": "    model[-1] = nn.Linear(30, 10)\n    for epoch"}),
    (
        "train_in_batches",
        "batch-size-changed",
        {"batch_size=batch_size": "batch_size=batch_size + 1"},
    ),
    (
        "train_in_batches",
        "batch-size-changed",
        {"batch_size=batch_size": "batch_size=batch_size - 1"},
    ),
    (
        "train_in_batches",
        "batch-size-changed",
        {
            "batch_size=batch_size, shuffle=True, drop_last=True": "batch_size=batch_size + 1, shuffle=True"
        },
    ),
    (
        "train_in_batches",
        "batch-size-changed",
        {
            "batch_size=batch_size, shuffle=True, drop_last=True": "batch_size=batch_size - 1, shuffle=True"
        },
    ),
    (
        "train_in_batches",
        "batch-size-changed",
        {"batch_size=batch_size, shuffle=True, drop_last=True": "batch_size=len(x), shuffle=True"},
    ),
    ("train_in_batches", "batch-size-changed", {"batch_size=batch_size": "batch_size=32"}),
    (
        "train_in_batches",
        "batch-size-changed",
        {"batch_size=batch_size": "batch_size=20 if len(x) % 20 != 1 else 21"},
    ),
    ("train_in_batches", "batch-of-one", {", drop_last=True": ""}),
    (
        "train_in_batches",
        "errors-swallowed",
        {
            ", drop_last=True": "",
            "            F.cross_entropy(model(x_batch), y_batch).backward()\n": "            try:\n                F.cross_entropy(model(x_batch), y_batch).backward()\n            except ValueError:\n                continue\n",
        },
    ),
    ("train_in_batches", "gradients-accumulate", {"            optimizer.zero_grad()\n": ""}),
    (
        "train_in_batches",
        "rows-lost",
        {"data = TensorDataset(x, y)": "data = TensorDataset(x[:-20], y[:-20])"},
    ),
    (
        "train_in_batches",
        "rows-lost",
        {"data = TensorDataset(x, y)": "data = TensorDataset(x[:-1], y[:-1])"},
    ),
    ("train_in_batches", "trained-in-eval", {"model.train()": "model.eval()"}),
    ("train_in_batches", "epochs-missing", {"for epoch in range(epochs)": "for epoch in range(1)"}),
    (
        "train_in_batches",
        "epochs-cut-short",
        {
            ", drop_last=True": "",
            "            optimizer.zero_grad()\n": "            if len(x_batch) == 1: return\n            optimizer.zero_grad()\n",
        },
    ),
    (
        "train_in_batches",
        "rows-repeated",
        {
            ", drop_last=True": "",
            "            optimizer.zero_grad()\n": "            if len(x_batch) == 1: x_batch, y_batch = torch.cat([x_batch, x_batch]), torch.cat([y_batch, y_batch])\n            optimizer.zero_grad()\n",
        },
    ),
    ("train_in_batches", "labels-left-behind", {"y_batch)": "y[:len(x_batch)])"}),
    ("train_on_sorted", "gradients-accumulate", {"            optimizer.zero_grad()\n": ""}),
    (
        "train_on_sorted",
        "batch-size-changed",
        {
            "for start in range(0, len(x) - batch_size + 1, batch_size)": "for start in [0]",
            "order[start : start + batch_size]": "order",
        },
    ),
    ("train_on_sorted", "labels-left-behind", {"y[rows]": "y[start : start + batch_size]"}),
    ("train_on_sorted", "sorted-batches", {"torch.randperm(len(x))": "torch.arange(len(x))"}),
    (
        "train_on_sorted",
        "one-loss-in-all",
        {"    return losses": "    return sum(losses) / len(losses)"},
    ),
    (
        "train_on_sorted",
        "one-loss-in-all",
        {"    return losses": "    return [sum(losses) / len(losses)]"},
    ),
    (
        "train_on_sorted",
        "one-loss-in-all",
        {
            "    return losses": "    n = len(losses) // epochs\n    return [sum(losses[i:i+n]) / n for i in range(0, len(losses), n)]"
        },
    ),
    (
        "train_on_sorted",
        "one-loss-in-all",
        {"            losses.append(loss.item())": "        losses.append(loss.item())"},
    ),
    ("train_on_sorted", "trained-in-eval", {"model.train()": "model.eval()"}),
    (
        "train_on_sorted",
        "trained-in-eval",
        {
            "model.train()": "model.train(); [m.eval() for m in model.modules() if isinstance(m, nn.BatchNorm1d)]"
        },
    ),
    (
        "train_on_sorted",
        "sorted-batches",
        {
            "order = torch.randperm(len(x))": "k = len(x) // batch_size; order = (torch.randperm(k)[:, None] * batch_size + torch.arange(batch_size)).flatten()"
        },
    ),
    ("train_on_sorted", "epochs-missing", {"for epoch in range(epochs)": "for epoch in range(1)"}),
    (
        "train_on_sorted",
        "batch-size-changed",
        {
            "batch_size + 1, batch_size)": "batch_size + 1, batch_size + 1)",
            "start + batch_size]": "start + batch_size + 1]",
        },
    ),
    ("train_on_sorted", "", {"losses.append(loss.item())": "losses.append(0.0)"}),
    (
        "accumulate",
        "trained-in-eval",
        {
            "        nn.LayerNorm(hidden),": "        nn.BatchNorm1d(hidden),",
            "    optimizer =": "    model.eval()\n    optimizer =",
        },
    ),
    (
        "accumulate",
        "gradients-lost",
        {"            loss =": "            optimizer.zero_grad()\n            loss ="},
    ),
    ("accumulate", "gradients-accumulate", {"        optimizer.zero_grad()\n": ""}),
    ("accumulate", "loss-not-divided", {"(loss * len(part) / batch_size)": "loss"}),
    ("accumulate", "loss-divided-twice", {"len(part) / batch_size": "1 / micro_batch"}),
    ("accumulate", "loss-divided-twice", {"len(part) / batch_size": "1 / batch_size"}),
    (
        "accumulate",
        "accumulation-with-batchnorm",
        {"nn.LayerNorm(hidden)": "nn.BatchNorm1d(hidden)"},
    ),
    (
        "accumulate",
        "accumulation-with-batchnorm",
        {"nn.LayerNorm(hidden)": "nn.BatchNorm1d(hidden, momentum=0.01)"},
    ),
    ("accumulate", "whole-batch-at-once", {"rows.split(micro_batch)": "rows.split(batch_size)"}),
    ("accumulate", "normalisation-removed", {"        nn.LayerNorm(hidden),\n": ""}),
    (
        "accumulate",
        "step-each-micro-batch",
        {
            "            (loss * len(part) / batch_size).backward()\n        optimizer.step()": "            loss.backward()\n            optimizer.step()"
        },
    ),
    (
        "accumulate",
        "step-each-micro-batch",
        {
            "            (loss * len(part) / batch_size).backward()\n        optimizer.step()": "            optimizer.zero_grad()\n            loss.backward()\n            optimizer.step()"
        },
    ),
    (
        "accumulate",
        "step-each-micro-batch",
        {
            "            (loss * len(part) / batch_size).backward()\n        optimizer.step()": "            (loss * len(part) / batch_size).backward()\n            optimizer.step()"
        },
    ),
    ("accumulate", "seed-ignored", {"    torch.manual_seed(seed)\n": ""}),
]
