"""Wrong implementations for problem set 7, of a third round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "The norm stands behind the sigmoid.",
        """\
def build_model(widths, batchnorm):
    parts = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        parts += [nn.Linear(a, b, bias=not batchnorm), nn.Sigmoid()]
        if batchnorm:
            parts += [nn.BatchNorm1d(b)]
    parts += [nn.Linear(widths[-2], widths[-1])]
    return nn.Sequential(*parts)
""",
        ("norm-after-activation", "slip-order"),
    ),
    Try(
        "build_model",
        "bias=False in both networks.",
        """\
def build_model(widths, batchnorm):
    model = nn.Sequential()
    for a, b in zip(widths[:-2], widths[1:-1]):
        model.append(nn.Linear(a, b, bias=False))
        if batchnorm:
            model.append(nn.BatchNorm1d(b))
        model.append(nn.Sigmoid())
    model.append(nn.Linear(widths[-2], widths[-1]))
    return model
""",
        ("baseline-without-bias", "slip-fixed"),
    ),
    Try(
        "train",
        "The loss is asked for again after the step.",
        """\
def train(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        with torch.no_grad():
            losses.append(F.cross_entropy(model(x), y).item())
    return losses
""",
        ("losses-after-step",),
    ),
    Try(
        "train",
        "The gradients are never set to zero.",
        """\
def train(model, batches, lr):
    model.train()
    losses = []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
        losses.append(float(loss))
    return losses
""",
        ("gradients-accumulate", "slip-left-out"),
    ),
    Try(
        "train",
        "Steps by hand, uphill.",
        """\
def train(model, batches, lr):
    model.train()
    losses = []
    for x, y in batches:
        model.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        for p in model.parameters():
            p.data += lr * p.grad
        losses.append(loss.item())
    return losses
""",
        ("slip-sign",),
    ),
    Try(
        "predict",
        "argmax goes along axis 0.",
        """\
def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        p = F.softmax(model(x), dim=1)
    model.train(mode)
    return p.argmax(0)
""",
        ("argmax-over-rows", "slip-axis"),
    ),
    Try(
        "compare",
        "The seed is set once, before the loop over the seeds.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(widths[i + 1]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)


def train(model, batches, lr):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        classes = model(x).argmax(dim=1)
    model.train(mode)
    return classes



def compare(batches, x_new, widths, lr, seeds):
    torch.manual_seed(seeds[0])
    found = {"with": [], "without": []}
    for seed in seeds:
        for name, rows in found.items():
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            rows.append(predict(model, x_new))
    return {name: torch.stack(rows) for name, rows in found.items()}
""",
        ("seed-ignored",),
    ),
    Try(
        "compare",
        "The baseline is not written yet.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(widths[i + 1]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)


def train(model, batches, lr):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        classes = model(x).argmax(dim=1)
    model.train(mode)
    return classes



def compare(batches, x_new, widths, lr, seeds):
    rows = []
    for seed in seeds:
        torch.manual_seed(seed)
        model = build_model(widths, True)
        train(model, batches, lr)
        rows.append(predict(model, x_new))
    return {"with": torch.stack(rows)}
""",
        (),
    ),
    Try(
        "sweep",
        "The best accuracy is called the best, not its rate.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(widths[i + 1]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)


def train(model, batches, lr):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        classes = model(x).argmax(dim=1)
    model.train(mode)
    return classes



def one_side(batches, x_val, y_val, x_new, widths, lrs, seed, batchnorm):
    accuracies, predictions = [], []
    for lr in lrs:
        torch.manual_seed(seed)
        model = build_model(widths, batchnorm)
        train(model, batches, lr)
        accuracies.append((predict(model, x_val) == y_val).float().mean().item())
        predictions.append(predict(model, x_new))
    return {
        "accuracies": accuracies,
        "best": max(accuracies),
        "predictions": torch.stack(predictions),
    }


def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    args = (batches, x_val, y_val, x_new, widths, lrs, seed)
    return {"with": one_side(*args, True), "without": one_side(*args, False)}
""",
        ("best-is-no-rate", "slip-operand"),
    ),
    Try(
        "sweep",
        "The accuracies are counted in rows.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(widths[i + 1]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)


def train(model, batches, lr):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        classes = model(x).argmax(dim=1)
    model.train(mode)
    return classes



def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    result = {}
    for name in ("with", "without"):
        right, predictions = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            right.append(int((predict(model, x_val) == y_val).sum()))
            predictions.append(predict(model, x_new))
        best = lrs[int(np.argmax(right))]
        result[name] = {"accuracies": right, "best": best, "predictions": torch.stack(predictions)}
    return result
""",
        ("counts-for-shares", "slip-left-out"),
    ),
]
