"""Wrong implementations for problem set 7, of a fifth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "Every layer ends with a sigmoid, the last too.",
        """\
def build_model(widths, batchnorm):
    layers = []
    last = len(widths) - 2
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        normed = batchnorm and i < last
        layers.append(nn.Linear(a, b, bias=not normed))
        if normed:
            layers.append(nn.BatchNorm1d(b))
        layers.append(nn.Sigmoid())
    return nn.Sequential(*layers)
""",
        ("activation-on-output",),
    ),
    Try(
        "train",
        "The loss of a batch is divided by the number of batches.",
        """\
def train(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    losses = []
    for x, y in batches:
        loss = F.cross_entropy(model(x), y) / len(batches)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
        ("slip-factor", "slip-operation", "slip-twice"),
    ),
    Try(
        "predict",
        "The mode is put back before the model is asked.",
        """\
def predict(model, x):
    before = model.training
    model.eval()
    model.train(before)
    with torch.no_grad():
        return model(x).argmax(dim=1)
""",
        ("forgot-eval",),
    ),
    Try(
        "compare",
        "The network without normalisation is trained twice as long, to be fair.",
        """\
def compare(batches, x_new, widths, lr, seeds):
    found = {"with": [], "without": []}
    for seed in seeds:
        for name in found:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            if name == "without":
                train(model, batches, lr)
            found[name].append(predict(model, x_new))
    return {name: torch.stack(rows) for name, rows in found.items()}
""",
        ("more-steps",),
    ),
    Try(
        "sweep",
        "The accuracies are those of the new pictures' classes, compared with the validation's.",
        """\
def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):
    found = {}
    for name in ("with", "without"):
        accuracies, predictions = [], []
        for lr in lrs:
            torch.manual_seed(seed)
            model = build_model(widths, name == "with")
            train(model, batches, lr)
            classes = predict(model, x_new)
            accuracies.append((classes == y_val).float().mean().item())
            predictions.append(classes)
        best = lrs[int(np.argmax(accuracies))]
        found[name] = {
            "accuracies": accuracies,
            "best": best,
            "predictions": torch.stack(predictions),
        }
    return found
""",
        ("slip-operand",),
    ),
]
