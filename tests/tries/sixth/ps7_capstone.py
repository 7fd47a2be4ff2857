"""Wrong implementations for problem set 7, of a sixth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "Biases stay before the norms, and the sigmoid comes first.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(a, b), nn.Sigmoid()]
        if batchnorm:
            layers += [nn.BatchNorm1d(b)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
        ("redundant-bias", "norm-after-activation"),
    ),
    Try(
        "build_model",
        "The weights are drawn with a small standard deviation.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        layers.append(nn.Linear(a, b, bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(b))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    net = nn.Sequential(*layers)
    for p in net.parameters():
        if p.dim() == 2:
            nn.init.normal_(p, std=0.01)
    return net
""",
        ("other-start",),
    ),
    Try(
        "train",
        "zero_grad is called once, before the loop.",
        """\
def train(model, batches, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    opt.zero_grad()
    model.train()
    history = []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        history.append(float(loss))
    return history
""",
        ("gradients-accumulate",),
    ),
    Try(
        "train",
        "The step is made by hand, divided by the number of rows once more.",
        """\
def train(model, batches, lr):
    model.train()
    losses = []
    for x, y in batches:
        model.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad / len(x)
        losses.append(loss.item())
    return losses
""",
        ("rate-ignored", "slip-factor", "slip-count", "slip-twice", "loss-divided-twice"),
    ),
    Try(
        "train",
        "Training goes on in whatever mode the model came, with weight decay.",
        """\
def train(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=1e-2)
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
        ("trained-in-eval", "another-optimizer"),
    ),
    Try(
        "train",
        "The running mean of the losses is recorded, not the loss of each batch.",
        """\
def train(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    total, losses = 0.0, []
    for i, (x, y) in enumerate(batches, 1):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        losses.append(total / i)
    return losses
""",
        ("slip-operand",),
    ),
    Try(
        "predict",
        "The probabilities' largest value is returned, and the mode is not restored.",
        """\
def predict(model, x):
    model.eval()
    with torch.no_grad():
        p = F.softmax(model(x), dim=1)
    return p.max(dim=1).indices
""",
        ("left-in-eval",),
    ),
    Try(
        "predict",
        "The answers come in training mode, the largest over the rows.",
        """\
def predict(model, x):
    with torch.no_grad():
        return torch.argmax(model(x), 0)
""",
        ("argmax-over-rows", "forgot-eval"),
    ),
    Try(
        "compare",
        "The seed is set once a pair of networks, so the second starts elsewhere.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    out = {"with": [], "without": []}
    for seed in seeds:
        torch.manual_seed(seed)
        for name, norm in [("with", True), ("without", False)]:
            net = build_model(widths, norm)
            train(net, batches, lr)
            out[name].append(predict(net, x_new))
    return {k: torch.stack(v) for k, v in out.items()}
""",
        ("seed-ignored",),
    ),
    Try(
        "compare",
        "Each network sees the batches twice.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    def run(norm, seed):
        torch.manual_seed(seed)
        net = build_model(widths, norm)
        for _ in range(2):
            train(net, batches, lr)
        return predict(net, x_new)

    return {
        "with": torch.stack([run(True, s) for s in seeds]),
        "without": torch.stack([run(False, s) for s in seeds]),
    }
""",
        ("more-steps",),
    ),
    Try(
        "sweep",
        "The best is the index of the largest accuracy.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    result = {}
    for name in ("with", "without"):
        accs, preds = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            net = build_model(widths, name == "with")
            train(net, batches, lr)
            accs.append((predict(net, x_val) == y_val).float().mean().item())
            preds.append(predict(net, x_new))
        best = int(np.argmax(accs))
        result[name] = {"accuracies": accs, "best": best, "predictions": torch.stack(preds)}
    return result
""",
        ("best-is-no-rate",),
    ),
    Try(
        "sweep",
        "One network is made a side, and trained on at each rate.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    result = {}
    for name in ("with", "without"):
        torch.manual_seed(seed)
        net = build_model(widths, name == "with")
        accuracies, predictions = [], []
        for lr in lrs:
            train(net, batches, lr)
            accuracies.append((predict(net, x_val) == y_val).double().mean().item())
            predictions.append(predict(net, x_new))
        best = lrs[accuracies.index(max(accuracies))]
        result[name] = dict(
            accuracies=accuracies, best=best, predictions=torch.stack(predictions)
        )
    return result
""",
        ("model-reused",),
    ),
    Try(
        "train",
        "The loss is not the cross-entropy of logits, but of probabilities.",
        """\
def train(model, batches, lr):
    model.train()
    losses = []
    for x, y in batches:
        p = model(x).softmax(dim=1)
        loss = nn.CrossEntropyLoss()(p, y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for q in model.parameters():
                q.sub_(lr * q.grad)
        losses.append(loss.item())
    return losses
""",
        ("softmax-before-loss",),
    ),
    Try(
        "predict",
        "The network answers in training mode.",
        """\
def predict(model, x):
    mode = model.training
    model.train()
    with torch.no_grad():
        classes = model(x).argmax(dim=-1)
    model.train(mode)
    return classes
""",
        ("forgot-eval",),
    ),
]
