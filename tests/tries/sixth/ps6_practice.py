"""Wrong implementations for problem set 6, of a sixth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The mode is restored before the model has answered.",
        """\
def evaluate(model, loader):
    was = model.training
    model.eval()
    model.train(was)
    right, rows = 0, 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            rows += len(y)
    return right / rows
""",
        ("forgot-eval",),
    ),
    Try(
        "evaluate",
        "The rows are counted as batches times the size of the first.",
        """\
def evaluate(model, loader):
    training = model.training
    model.eval()
    correct = 0.0
    batches = list(loader)
    with torch.no_grad():
        for x, y in batches:
            correct += float(torch.sum(torch.max(model(x), 1)[1] == y))
    model.train(training)
    return correct / (len(batches) * len(batches[0][1]))
""",
        ("rows-that-are-not-there",),
    ),
    Try(
        "freeze_batchnorm",
        "Only requires_grad is switched off, and eval() is called once.",
        """\
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.eval()
            m.weight.requires_grad_(False)
            m.bias.requires_grad_(False)
""",
        ("frozen-still-updating", "batch-stats-while-frozen"),
    ),
    Try(
        "freeze_batchnorm",
        "The momentum is 0, so that nothing moves, but the batch normalises.",
        """\
def freeze_batchnorm(model):
    for name, m in model.named_modules():
        if "BatchNorm" in type(m).__name__:
            m.momentum = 0.0
            for p in m.parameters():
                p.requires_grad = False
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "recalibrate",
        "The momentum is set to None and never set back, and the model is left in eval.",
        """\
def recalibrate(model, loader):
    model.eval()
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.reset_running_stats()
            m.momentum = None
            m.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    model.eval()
""",
        ("momentum-not-restored", "left-in-eval"),
    ),
    Try(
        "recalibrate",
        "The old statistics are not reset before the average.",
        """\
def recalibrate(model, loader):
    was = model.training
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    before = [m.momentum for m in norms]
    model.eval()
    with torch.no_grad():
        for b, (x, _) in enumerate(loader):
            for m in norms:
                m.train()
                m.momentum = 1 / (b + 2)
            model(x)
    model.train(was)
    for m, momentum in zip(norms, before):
        m.momentum = momentum
""",
        ("old-statistics-kept",),
    ),
    Try(
        "make_mlp",
        "The norm has the width of the input of its linear layer.",
        """\
def make_mlp(widths):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.BatchNorm1d(widths[i]))
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=False))
        layers.append(nn.ReLU())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("norm-before-linear", "norm-of-other-size"),
    ),
    Try(
        "make_mlp",
        "All linear layers are without bias, the last too.",
        """\
def make_mlp(widths):
    net = nn.Sequential()
    last = len(widths) - 2
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        net.add_module(f"linear{i}", nn.Linear(a, b, bias=False))
        if i != last:
            net.add_module(f"norm{i}", nn.BatchNorm1d(b))
            net.add_module(f"relu{i}", nn.ReLU())
    return net
""",
        ("output-without-bias",),
    ),
    Try(
        "train_and_validate",
        "eval() before validation, and train() only before the first epoch.",
        """\
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    accuracies = []
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            accuracies.append((model(x_val).argmax(1) == y_val).float().mean().item())
    return accuracies
""",
        ("trained-in-eval", "left-in-eval"),
    ),
    Try(
        "fine_tune",
        "eval() is called before the loop, and train() in it is left.",
        """\
def fine_tune(model, x, y, batch_size, epochs, lr):
    for p in model[:-1].parameters():
        p.requires_grad_(False)
    model[:-1].eval()
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) > 1:
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
""",
        ("frozen-still-updating", "batch-stats-while-frozen"),
    ),
    Try(
        "train_in_batches",
        "A last batch of one is filled up with the first row of the data.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            if len(rows) == 1:
                rows = torch.cat([rows, rows])
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        ("rows-repeated",),
    ),
    Try(
        "train_on_sorted",
        "The batches are shuffled, the rows in them are not.",
        """\
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    starts = torch.arange(0, len(x) - batch_size + 1, batch_size)
    for epoch in range(epochs):
        for start in starts[torch.randperm(len(starts))]:
            rows = slice(int(start), int(start) + batch_size)
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
        "LayerNorm, but each micro-batch's mean loss counts fully.",
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
        ("loss-not-divided",),
    ),
    Try(
        "evaluate",
        "The accuracy is the share of the last batch.",
        """\
def evaluate(model, loader):
    mode = model.training
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            right = (model(x).argmax(1) == y).sum().item()
            rows = len(y)
    model.train(mode)
    return right / rows
""",
        ("last-batch-only", "slip-left-out"),
    ),
    Try(
        "make_mlp",
        "A norm and a ReLU come after the last linear layer too.",
        """\
def make_mlp(widths):
    blocks = []
    for a, b in zip(widths, widths[1:]):
        blocks.extend([nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()])
    return nn.Sequential(*blocks)
""",
        ("norm-on-output", "activation-on-output", "output-without-bias"),
    ),
]
