"""Wrong implementations for problem set 7, of a seventh round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "One norm is made before the loop, and used again: only the first hidden layer has one.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(len(widths) - 2):
        layers += [nn.Linear(widths[i], widths[i + 1], bias=not batchnorm)]
        if batchnorm and i == 0:
            layers += [nn.BatchNorm1d(widths[1])]
        layers += [nn.Sigmoid()]
    layers += [nn.Linear(widths[-2], widths[-1])]
    return nn.Sequential(*layers)
""",
        ("norms-missing",),
    ),
    Try(
        "build_model",
        "A module of its own: the norm after the sigmoid, and biases in all layers.",
        """\
class Net(nn.Module):
    def __init__(self, widths, batchnorm):
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths[:-2], widths[1:-1]))
        norms = [nn.BatchNorm1d(w) if batchnorm else nn.Identity() for w in widths[1:-1]]
        self.norms = nn.ModuleList(norms)
        self.out = nn.Linear(widths[-2], widths[-1])

    def forward(self, x):
        for linear, norm in zip(self.hidden, self.norms):
            x = norm(torch.sigmoid(linear(x)))
        return self.out(x)


def build_model(widths, batchnorm):
    return Net(widths, batchnorm)
""",
        ("norm-after-activation", "redundant-bias"),
    ),
    Try(
        "build_model",
        "Weights start by Xavier.",
        """\
def build_model(widths, batchnorm):
    modules = []
    *hidden, last = list(zip(widths, widths[1:]))
    for a, b in hidden:
        linear = nn.Linear(a, b, bias=not batchnorm)
        nn.init.xavier_uniform_(linear.weight)
        modules.append(linear)
        if batchnorm:
            modules.append(nn.BatchNorm1d(b))
        modules.append(nn.Sigmoid())
    modules.append(nn.Linear(*last))
    return nn.Sequential(*modules)
""",
        ("other-start",),
    ),
    Try(
        "train",
        "The gradients are never cleared, by hand-written SGD.",
        """\
def train(model, batches, lr):
    losses = []
    model.train()
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
        losses.append(loss.item())
    return losses
""",
        ("gradients-accumulate",),
    ),
    Try(
        "train",
        "The loss is a running mean of the losses so far.",
        """\
def train(model, batches, lr):
    model.train()
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    total, curve = 0.0, []
    for step, (x, y) in enumerate(batches, 1):
        opt.zero_grad()
        loss = nn.CrossEntropyLoss()(model(x), y)
        loss.backward()
        opt.step()
        total += loss.item()
        curve.append(total / step)
    return curve
""",
        ("slip-operand",),
    ),
    Try(
        "train",
        "The mode is left as it is, and the loss is that after the step.",
        """\
def train(model, batches, lr):
    opt = torch.optim.SGD(model.parameters(), lr)
    losses = []
    for x, y in batches:
        opt.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        opt.step()
        with torch.no_grad():
            losses.append(float(F.cross_entropy(model(x), y)))
    return losses
""",
        ("trained-in-eval", "losses-after-step"),
    ),
    Try(
        "predict",
        "The most likely class of softmax over the rows.",
        """\
def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        probabilities = torch.softmax(model(x), dim=0)
    model.train(mode)
    return probabilities.argmax(dim=1)
""",
        ("slip-axis", "argmax-over-rows"),
    ),
    Try(
        "predict",
        "The mode is set to train afterwards, whatever it was.",
        """\
def predict(model, x):
    model.eval()
    with torch.inference_mode():
        _, classes = torch.max(model(x), 1)
    model.train()
    return classes
""",
        ("left-in-train",),
    ),
    Try(
        "compare",
        "One seed is set before the pair, so the second network starts elsewhere.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    result = {"with": [], "without": []}
    for seed in seeds:
        torch.manual_seed(seed)
        for name in result:
            model = nn.Sequential()
            for a, b in zip(widths[:-2], widths[1:-1]):
                model.append(nn.Linear(a, b, bias=name == "without"))
                if name == "with":
                    model.append(nn.BatchNorm1d(b))
                model.append(nn.Sigmoid())
            model.append(nn.Linear(widths[-2], widths[-1]))
            opt = torch.optim.SGD(model.parameters(), lr=lr)
            for x, y in batches:
                opt.zero_grad()
                F.cross_entropy(model(x), y).backward()
                opt.step()
            with torch.no_grad():
                result[name].append(model.eval()(x_new).argmax(1))
    return {name: torch.stack(rows) for name, rows in result.items()}
""",
        ("seed-ignored",),
    ),
    Try(
        "compare",
        "Predictions are made in training mode.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    def run(batchnorm, seed):
        torch.manual_seed(seed)
        layers = []
        for i, o in zip(widths[:-2], widths[1:-1]):
            layers.append(nn.Linear(i, o, bias=not batchnorm))
            if batchnorm:
                layers.append(nn.BatchNorm1d(o))
            layers.append(nn.Sigmoid())
        net = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
        sgd = torch.optim.SGD(net.parameters(), lr=lr)
        for x, y in batches:
            sgd.zero_grad()
            F.cross_entropy(net(x), y).backward()
            sgd.step()
        return net(x_new).argmax(dim=1)

    return {
        "with": torch.stack([run(True, s) for s in seeds]),
        "without": torch.stack([run(False, s) for s in seeds]),
    }
""",
        ("forgot-eval",),
    ),
    Try(
        "sweep",
        "best is the index, and the accuracies are in percent.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    result = {}
    for name in ("with", "without"):
        accs, preds = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            layers = []
            for a, b in zip(widths[:-2], widths[1:-1]):
                layers.append(nn.Linear(a, b, bias=name == "without"))
                if name == "with":
                    layers.append(nn.BatchNorm1d(b))
                layers.append(nn.Sigmoid())
            net = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
            opt = torch.optim.SGD(net.parameters(), lr=lr)
            for x, y in batches:
                opt.zero_grad()
                F.cross_entropy(net(x), y).backward()
                opt.step()
            net.eval()
            with torch.no_grad():
                accs.append(100 * (net(x_val).argmax(1) == y_val).float().mean().item())
                preds.append(net(x_new).argmax(1))
        result[name] = {
            "accuracies": accs,
            "best": int(np.argmax(accs)),
            "predictions": torch.stack(preds),
        }
    return result
""",
        ("accuracies-in-percent", "best-is-no-rate"),
    ),
    Try(
        "sweep",
        "The network is made once for each side, and trained on at the next rate.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    def make(batchnorm):
        torch.manual_seed(seed)
        parts = []
        for a, b in zip(widths[:-2], widths[1:-1]):
            parts.append(nn.Linear(a, b, bias=not batchnorm))
            if batchnorm:
                parts.append(nn.BatchNorm1d(b))
            parts.append(nn.Sigmoid())
        return nn.Sequential(*parts, nn.Linear(widths[-2], widths[-1]))

    answer = {}
    for name, net in (("with", make(True)), ("without", make(False))):
        acc, new = [], []
        for lr in lrs:
            net.train()
            opt = torch.optim.SGD(net.parameters(), lr=lr)
            for x, y in batches:
                opt.zero_grad()
                F.cross_entropy(net(x), y).backward()
                opt.step()
            net.eval()
            with torch.no_grad():
                acc.append((net(x_val).argmax(1) == y_val).double().mean().item())
                new.append(net(x_new).argmax(1))
        best = max(range(len(lrs)), key=lambda i: acc[i])
        answer[name] = {"accuracies": acc, "best": lrs[best], "predictions": torch.stack(new)}
    return answer
""",
        ("model-reused",),
    ),
    Try(
        "build_model",
        "ReLU, and a norm on the outputs.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for k, (a, b) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(a, b, bias=not batchnorm or k == len(widths) - 2))
        if batchnorm:
            layers.append(nn.BatchNorm1d(b))
        if k < len(widths) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
""",
        ("another-activation", "norm-on-output"),
    ),
    Try(
        "train",
        "SGD with momentum, and the losses are tensors of sums.",
        """\
def train(model, batches, lr):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y, reduction="sum")
        loss.backward()
        optimizer.step()
        losses.append(loss.item() / len(y))
    return losses
""",
        ("another-optimizer", "loss-summed"),
    ),
    Try(
        "predict",
        "The smallest output, in training mode.",
        """\
def predict(model, x):
    with torch.no_grad():
        out = model(x)
    return out.argsort(dim=1)[:, 0]
""",
        ("smallest-output", "forgot-eval"),
    ),
    Try(
        "sweep",
        "The rate with the smallest accuracy is the best.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    out = {}
    for name in ["with", "without"]:
        accs, preds = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            layers = []
            for a, b in zip(widths[:-2], widths[1:-1]):
                layers.append(nn.Linear(a, b, bias=name == "without"))
                if name == "with":
                    layers.append(nn.BatchNorm1d(b))
                layers.append(nn.Sigmoid())
            net = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
            opt = torch.optim.SGD(net.parameters(), lr=lr)
            for x, y in batches:
                opt.zero_grad()
                F.cross_entropy(net(x), y).backward()
                opt.step()
            net.eval()
            with torch.no_grad():
                accs.append((net(x_val).argmax(1) == y_val).float().mean().item())
                preds.append(net(x_new).argmax(1))
        best = lrs[accs.index(min(accs))]
        out[name] = {"accuracies": accs, "best": best, "predictions": torch.stack(preds)}
    return out
""",
        ("best-is-worst",),
    ),
    Try(
        "compare",
        "The two networks train by turns on halves of the batches: each sees every other one.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    rows = {"with": [], "without": []}
    for seed in seeds:
        for name, part in (("with", batches[::2]), ("without", batches[1::2])):
            torch.manual_seed(seed)
            net = nn.Sequential()
            for a, b in zip(widths[:-2], widths[1:-1]):
                net.append(nn.Linear(a, b, bias=name == "without"))
                if name == "with":
                    net.append(nn.BatchNorm1d(b))
                net.append(nn.Sigmoid())
            net.append(nn.Linear(widths[-2], widths[-1]))
            opt = torch.optim.SGD(net.parameters(), lr=lr)
            for x, y in part:
                opt.zero_grad()
                F.cross_entropy(net(x), y).backward()
                opt.step()
            net.eval()
            rows[name].append(net(x_new).argmax(1))
    return {name: torch.stack(r) for name, r in rows.items()}
""",
        ("batches-left-out",),
    ),
    Try(
        "train",
        "zero_grad stands between backward and step.",
        """\
def train(model, batches, lr):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, targets in batches:
        loss = F.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
        ("never-steps", "zeroed-before-step"),
    ),
    Try(
        "predict",
        "Rounded probabilities of class 1 are taken for the class.",
        """\
def predict(model, x):
    before = model.training
    model.eval()
    with torch.no_grad():
        p = model(x).softmax(dim=1)
    model.train(before)
    return p.max(dim=1).values
""",
        ("logits",),
    ),
    Try(
        "compare",
        "The rows are stacked along the second axis, and the model stays in training mode.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    out = {}
    for name in ("with", "without"):
        columns = []
        for seed in seeds:
            torch.manual_seed(seed)
            layers = []
            for a, b in zip(widths[:-2], widths[1:-1]):
                layers.append(nn.Linear(a, b, bias=name == "without"))
                if name == "with":
                    layers.append(nn.BatchNorm1d(b))
                layers.append(nn.Sigmoid())
            net = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
            opt = torch.optim.SGD(net.parameters(), lr=lr)
            for x, y in batches:
                opt.zero_grad()
                F.cross_entropy(net(x), y).backward()
                opt.step()
            with torch.no_grad():
                columns.append(net(x_new).argmax(1))
        out[name] = torch.stack(columns, dim=1)
    return out
""",
        ("rows-and-columns-swapped", "forgot-eval"),
    ),
    Try(
        "build_model",
        "The baseline has the norms too, and the other has none.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(1, len(widths) - 1):
        layers.append(nn.Linear(widths[i - 1], widths[i], bias=batchnorm))
        if not batchnorm:
            layers.append(nn.BatchNorm1d(widths[i]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("with-without-swapped",),
    ),
]
