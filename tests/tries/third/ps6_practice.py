"""Wrong implementations for problem set 6, of a third round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The model is put into training mode at the end, whatever it was in.",
        """\
def evaluate(model, loader):
    model.eval()
    n_right, n_rows = 0, 0
    with torch.no_grad():
        for x, y in loader:
            predicted = model(x).argmax(dim=-1)
            n_right += int((predicted == y).sum())
            n_rows += y.numel()
    model.train()
    return n_right / n_rows
""",
        ("left-in-train", "slip-condition"),
    ),
    Try(
        "evaluate",
        "The right answers are divided by the length of the loader.",
        """\
@torch.no_grad()
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    hits = 0
    for x, y in loader:
        hits += (model(x).argmax(1) == y).sum().item()
    model.train(was_training)
    return hits / len(loader)
""",
        ("divides-by-batches", "slip-count"),
    ),
    Try(
        "freeze_batchnorm",
        "Only the direct children are looked at.",
        """\
def freeze(layer):
    layer.eval()
    layer.train = lambda mode=True: layer
    for parameter in layer.parameters():
        parameter.requires_grad_(False)


def freeze_batchnorm(model):
    for child in model.children():
        if isinstance(child, (nn.BatchNorm1d, nn.BatchNorm2d)):
            freeze(child)
""",
        ("nested-missed",),
    ),
    Try(
        "freeze_batchnorm",
        "The momentum is set to 0, which keeps the statistics but does not use them.",
        """\
def freeze_batchnorm(model):
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.momentum = 0.0
            module.weight.requires_grad = False
            module.bias.requires_grad = False
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "recalibrate",
        "The layers do not start anew.",
        """\
def recalibrate(model, loader):
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    before, momenta = model.training, [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(before)
""",
        ("old-statistics-kept",),
    ),
    Try(
        "make_mlp",
        "A helper makes one block a step, for the outputs too.",
        """\
def block(inputs, outputs):
    return [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]


def make_mlp(widths):
    layers = []
    for i in range(len(widths) - 1):
        layers.extend(block(widths[i], widths[i + 1]))
    return nn.Sequential(*layers)
""",
        ("norm-on-output", "activation-on-output", "output-without-bias"),
    ),
    Try(
        "train_and_validate",
        "train() comes once before the epochs, eval() in each.",
        """\
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            right = (model(x_val).argmax(1) == y_val).sum().item()
        accuracies.append(right / len(x_val))
    return accuracies
""",
        ("left-in-eval", "trained-in-eval"),
    ),
    Try(
        "fine_tune",
        "eval() of the norms stays before the epochs, and train() is called in each.",
        """\
def fine_tune(model, x, y, batch_size, epochs, lr):
    body, head = model[:-1], model[-1]
    for p in body.parameters():
        p.requires_grad_(False)
    body.eval()
    optimizer = torch.optim.SGD(head.parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) < batch_size:
                continue
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        ("frozen-still-updating", "batch-stats-while-frozen"),
    ),
    Try(
        "train_in_batches",
        "The last digit is thrown away, whatever their number is.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x[:-1], y[:-1]), batch_size=batch_size, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            if len(x_batch) > 1:
                optimizer.zero_grad()
                F.cross_entropy(model(x_batch), y_batch).backward()
                optimizer.step()
""",
        ("rows-lost", "slip-left-out"),
    ),
    Try(
        "accumulate",
        "LayerNorm is there, but the loss of a part is no longer weighed.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            F.cross_entropy(model(x[part]), y[part]).backward()
        optimizer.step()
    return model
""",
        ("loss-not-divided", "slip-left-out"),
    ),
]
