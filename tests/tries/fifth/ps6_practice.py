"""Wrong implementations for problem set 6, of a fifth round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The number of rows is set anew for each batch.",
        """\
def evaluate(model, loader):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in loader:
            rows = len(y)
            right += (model(x).argmax(dim=1) == y).sum().item()
    model.train(mode)
    return right / rows
""",
        ("slip-count", "slip-operand", "slip-left-out"),
    ),
    Try(
        "freeze_batchnorm",
        "requires_grad is set on the norm, not on its parameters.",
        """\
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.eval()
            m.train = lambda mode=True, m=m: m
            m.requires_grad = False
""",
        ("frozen-weights-train",),
    ),
    Try(
        "recalibrate",
        "The statistics start anew, and the momentum stays as it was.",
        """\
def recalibrate(model, loader):
    mode = model.training
    model.eval()
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.reset_running_stats()
            m.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    model.train(mode)
""",
        ("old-statistics-kept",),
    ),
    Try(
        "train_and_validate",
        "The optimiser's zero_grad comes between backward and step.",
        """\
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.zero_grad()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            accuracies.append((model(x_val).argmax(1) == y_val).float().mean().item())
    model.train()
    return accuracies
""",
        ("zeroed-before-step",),
    ),
    Try(
        "accumulate",
        "GroupNorm with one group, and zero_grad inside the loop over the parts.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.GroupNorm(1, hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
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
        ("gradients-lost",),
    ),
]
