"""Wrong implementations for problem set 6, of a fourth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "return stands in the loop, before the mode is put back.",
        """\
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            rows += len(y)
            return right / rows
    model.train(before)
""",
        ("first-batch-only", "left-in-eval"),
    ),
    Try(
        "evaluate",
        "The rows are counted with the loader's batch size.",
        """\
def evaluate(model, loader):
    mode = model.training
    model.eval()
    right, rows = 0, 0
    with torch.no_grad():
        for x, y in loader:
            right += int((model(x).argmax(1) == y).sum())
            rows += loader.batch_size
    model.train(mode)
    return right / rows
""",
        ("rows-that-are-not-there", "slip-count"),
    ),
    Try(
        "freeze_batchnorm",
        "track_running_stats is switched off, and the parameters are frozen.",
        """\
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.track_running_stats = False
            m.weight.requires_grad = False
            m.bias.requires_grad = False
            m.eval()
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "recalibrate",
        "The norms' momentum stays None, and they stay in training mode.",
        """\
def recalibrate(model, loader):
    model.eval()
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.reset_running_stats()
            m.momentum = None
            m.train()
    with torch.no_grad():
        for x, y in loader:
            model(x)
""",
        ("momentum-not-restored", "left-in-train", "left-in-eval"),
    ),
    Try(
        "make_mlp",
        "A whole block for each layer, and only the last activation is cut off.",
        """\
def make_mlp(widths):
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [nn.Linear(n_in, n_out, bias=False), nn.BatchNorm1d(n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
""",
        ("norm-on-output", "output-without-bias"),
    ),
    Try(
        "train_and_validate",
        "A helper for the accuracy gets the training data.",
        """\
def accuracy_of(model, x, y):
    model.eval()
    with torch.no_grad():
        share = (model(x).argmax(1) == y).float().mean().item()
    model.train()
    return share


def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
        accuracies.append(accuracy_of(model, x, y))
    return accuracies
""",
        ("accuracies-of-training", "slip-operand"),
    ),
    Try(
        "fine_tune",
        "All in inference mode, but the optimiser gets all parameters.",
        """\
def fine_tune(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.eval()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        ("frozen-weights-train",),
    ),
    Try(
        "train_in_batches",
        "The batch is made one larger where one row would be left.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    if len(x) % batch_size == 1:
        batch_size = batch_size + 1
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        ("batch-size-changed", "batch-of-one"),
    ),
    Try(
        "train_on_sorted",
        "The rows are shuffled within each batch only.",
        """\
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = start + torch.randperm(batch_size)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        ("sorted-batches",),
    ),
    Try(
        "accumulate",
        "LayerNorm, and a step for each part.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        for part in rows.split(micro_batch):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
            optimizer.step()
    return model
""",
        ("step-each-micro-batch",),
    ),
]
