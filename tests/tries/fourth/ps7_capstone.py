"""Wrong implementations for problem set 7, of a fourth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "The loop starts at the second width: the first layer is missing.",
        """\
def build_model(widths, batchnorm):
    layers = []
    for i in range(1, len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=not batchnorm))
        if batchnorm:
            layers.append(nn.BatchNorm1d(widths[i + 1]))
        layers.append(nn.Sigmoid())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("layers-missing",),
    ),
    Try(
        "build_model",
        "batchnorm is a module, and every network has one.",
        """\
def block(n_in, n_out, batchnorm):
    norm = nn.BatchNorm1d(n_out)
    return [nn.Linear(n_in, n_out, bias=not norm), norm, nn.Sigmoid()]


def build_model(widths, batchnorm):
    layers = []
    for a, b in zip(widths[:-2], widths[1:]):
        layers += block(a, b, batchnorm)
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
        ("norm-in-baseline", "baseline-without-bias"),
    ),
    Try(
        "train",
        "Adam, because it always works.",
        """\
def train(model, batches, lr):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
        ("another-optimizer",),
    ),
    Try(
        "train",
        "The losses are added up along the way.",
        """\
def train(model, batches, lr):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses, total = [], 0.0
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        losses.append(total / (len(losses) + 1))
    return losses
""",
        ("slip-operand", "slip-reduction"),
    ),
    Try(
        "predict",
        "The mode is put back to training, always.",
        """\
def predict(model, x):
    model.eval()
    with torch.no_grad():
        out = model(x)
    model.train()
    return out.argmax(1)
""",
        ("left-in-train", "slip-condition"),
    ),
    Try(
        "predict",
        "The largest output itself, not its number.",
        """\
def predict(model, x):
    mode = model.training
    model.eval()
    with torch.no_grad():
        values, classes = model(x).max(dim=1)
    model.train(mode)
    return values
""",
        ("logits", "slip-operand"),
    ),
    Try(
        "compare",
        "Both networks are made once, before the loop over the seeds.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    torch.manual_seed(seeds[0])
    models = {"with": build_model(widths, True), "without": build_model(widths, False)}
    result = {}
    for name, model in models.items():
        rows = []
        for seed in seeds:
            torch.manual_seed(seed)
            train(model, batches, lr)
            rows.append(predict(model, x_new))
        result[name] = torch.stack(rows)
    return result
""",
        ("model-reused", "seed-ignored"),
    ),
    Try(
        "compare",
        "The seed is set before the two networks of a seed, not before each.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    rows = {"with": [], "without": []}
    for seed in seeds:
        torch.manual_seed(seed)
        for name in rows:
            model = build_model(widths, batchnorm=name == "with")
            train(model, batches, lr)
            rows[name].append(predict(model, x_new))
    return {name: torch.stack(found) for name, found in rows.items()}
""",
        ("seed-ignored",),
    ),
    Try(
        "sweep",
        "The best is the place in the list, not the rate there.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    results = {}
    for name in ["with", "without"]:
        accuracies, predictions = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            accuracies.append((predict(model, x_val) == y_val).float().mean().item())
            predictions.append(predict(model, x_new))
        best = accuracies.index(max(accuracies))
        predictions = torch.stack(predictions)
        results[name] = {"accuracies": accuracies, "best": best, "predictions": predictions}
    return results
""",
        ("best-is-no-rate", "slip-operand"),
    ),
    Try(
        "sweep",
        "One network for each side, trained on from rate to rate.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    found = {}
    for batchnorm, name in ((True, "with"), (False, "without")):
        torch.manual_seed(seed)
        model = build_model(widths, batchnorm)
        accuracies, classes = [], []
        for lr in lrs:
            train(model, batches, lr)
            accuracies.append(float((predict(model, x_val) == y_val).float().mean()))
            classes.append(predict(model, x_new))
        best = lrs[accuracies.index(max(accuracies))]
        entries = {"accuracies": accuracies, "best": best}
        found[name] = entries | {"predictions": torch.stack(classes)}
    return found
""",
        ("model-reused",),
    ),
]
