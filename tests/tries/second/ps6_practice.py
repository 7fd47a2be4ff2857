"""Wrong implementations for problem set 6, of a second round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The number of batches times the loader's batch size stands for the number of rows.",
        """
def evaluate(model, loader):
    was = model.training
    model.eval()
    hits = 0
    with torch.no_grad():
        for xb, yb in loader:
            hits += (model(xb).argmax(1) == yb).sum().item()
    model.train(was)
    return hits / (len(loader) * loader.batch_size)
""",
        ("rows-that-are-not-there", "slip-count"),
    ),
    Try(
        "evaluate",
        "The mode is put back to training in any case, and no_grad is forgotten.",
        """
def evaluate(model, loader):
    model.eval()
    hits = total = 0
    for xb, yb in loader:
        hits += (model(xb).argmax(1) == yb).sum().item()
        total += len(yb)
    model.train()
    return hits / total
""",
        ("left-in-train", "graph-in-evaluation", "slip-left-out"),
    ),
    Try(
        "freeze_batchnorm",
        "Only the weights stop learning, and the norms are not in inference mode.",
        """
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.weight.requires_grad_(False)
            m.bias.requires_grad_(False)
""",
        ("frozen-still-updating", "batch-stats-while-frozen", "slip-left-out"),
    ),
    Try(
        "freeze_batchnorm",
        "momentum is set to 0: the statistics stay, but the batch's own are used.",
        """
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.momentum = 0.0
            for p in m.parameters():
                p.requires_grad = False
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "recalibrate",
        "momentum=None is set, but the count is not reset, so old batches have their part.",
        """
def recalibrate(model, loader):
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    old = [m.momentum for m in norms]
    mode = model.training
    model.eval()
    for m in norms:
        m.momentum = None
        m.train()
    with torch.no_grad():
        for xb, _ in loader:
            model(xb)
    for m, value in zip(norms, old):
        m.momentum = value
    model.train(mode)
""",
        ("old-statistics-kept",),
    ),
    Try(
        "make_mlp",
        "All layers have a bias, and the norm comes after the ReLU.",
        """
def make_mlp(widths):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        layers.append(nn.Linear(a, b))
        layers.append(nn.ReLU())
        layers.append(nn.BatchNorm1d(b))
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("redundant-bias", "norm-after-activation", "slip-order"),
    ),
    Try(
        "train_and_validate",
        "Only the accuracy after the last epoch is returned, in a list.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) < batch_size:
                continue
            opt.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            opt.step()
    model.eval()
    with torch.no_grad():
        return [(model(x_val).argmax(1) == y_val).float().mean().item()]
""",
        ("one-accuracy-in-all",),
    ),
    Try(
        "train_in_batches",
        "The optimiser never has its gradients cleared.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) > 1:
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                opt.step()
""",
        ("gradients-accumulate", "slip-left-out"),
    ),
    Try(
        "accumulate",
        "The gradients of the parts are added, and never divided.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        opt.zero_grad()
        for rows in torch.randperm(len(x))[:batch_size].split(micro_batch):
            F.cross_entropy(model(x[rows]), y[rows]).backward()
        opt.step()
    return model
""",
        ("loss-not-divided", "slip-left-out"),
    ),
]
