"""Wrong implementations for problem set 6, of a seventh round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The batches' accuracies are averaged, and the model is left in inference mode.",
        """\
def evaluate(model, loader):
    model.eval()
    scores = []
    with torch.no_grad():
        for x, y in loader:
            pred = model(x).max(dim=1).indices
            scores.append((pred == y).float().mean())
    return torch.stack(scores).mean().item()
""",
        ("mean-of-batch-accuracies", "left-in-eval"),
    ),
    Try(
        "evaluate",
        "no_grad is taken for inference mode.",
        """\
@torch.no_grad()
def evaluate(model, loader):
    was_training = model.training
    hits, seen = 0, 0
    for xb, yb in loader:
        out = model(xb)
        hits += int((out.argmax(dim=-1) == yb).sum())
        seen += yb.numel()
    model.train(was_training)
    return hits / seen
""",
        ("forgot-eval",),
    ),
    Try(
        "freeze_batchnorm",
        "eval() and requires_grad, but train() wakes them.",
        """\
def freeze_batchnorm(model):
    def freeze(m):
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            m.eval()
            m.weight.requires_grad_(False)
            m.bias.requires_grad_(False)

    model.apply(freeze)
""",
        ("frozen-still-updating",),
    ),
    Try(
        "freeze_batchnorm",
        "momentum = 0 keeps the statistics, but the batch's are used; only one level is searched.",
        """\
def freeze_batchnorm(model):
    for name, layer in model.named_children():
        if "BatchNorm" in type(layer).__name__:
            layer.momentum = 0.0
            for p in layer.parameters():
                p.requires_grad = False
""",
        ("batch-stats-while-frozen", "nested-missed"),
    ),
    Try(
        "recalibrate",
        "The whole model is in training mode while the statistics are collected.",
        """\
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    old = [m.momentum for m in norms]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
    model.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for m, mom in zip(norms, old):
        m.momentum = mom
    model.train(mode)
""",
        ("dropout-while-recalibrating",),
    ),
    Try(
        "recalibrate",
        "momentum stays 0.1 after a reset.",
        """\
def recalibrate(model, loader):
    was = model.training
    model.eval()
    for m in model.modules():
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.reset_running_stats()
            m.train()
    with torch.no_grad():
        for x, y in loader:
            model(x)
    model.train(was)
""",
        ("old-statistics-kept", "moving-average"),
    ),
    Try(
        "make_mlp",
        "The norm is before the linear layer.",
        """\
def make_mlp(widths):
    net = nn.Sequential()
    for i in range(len(widths) - 2):
        net.append(nn.BatchNorm1d(widths[i]))
        net.append(nn.Linear(widths[i], widths[i + 1], bias=False))
        net.append(nn.ReLU())
    net.append(nn.Linear(widths[-2], widths[-1]))
    return net
""",
        ("norm-before-linear",),
    ),
    Try(
        "make_mlp",
        "The biases stay, and so does the activation on the output.",
        """\
def make_mlp(widths):
    layers = []
    for n_in, n_out in zip(widths[:-1], widths[1:]):
        layers.append(nn.Linear(n_in, n_out))
        if n_out is not widths[-1]:
            layers.append(nn.BatchNorm1d(n_out))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)
""",
        ("redundant-bias", "activation-on-output"),
    ),
    Try(
        "train_and_validate",
        "eval() before validation, and train() only once, at the start.",
        """\
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    accs = []
    model.train()
    for _ in range(epochs):
        for idx in torch.randperm(len(x)).split(batch_size):
            if len(idx) < batch_size:
                continue
            opt.zero_grad()
            loss = F.cross_entropy(model(x[idx]), y[idx])
            loss.backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            accs.append((model(x_val).argmax(1) == y_val).float().mean().item())
    return accs
""",
        ("left-in-eval", "trained-in-eval"),
    ),
    Try(
        "train_and_validate",
        "Accuracy on the training batches is what is returned.",
        """\
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
        model.eval()
        right = 0
        with torch.no_grad():
            for start in range(0, len(x), 50):
                right += (model(x[start : start + 50]).argmax(1) == y[start : start + 50]).sum()
        accuracies.append(right.item() / len(x))
    return accuracies
""",
        ("accuracies-of-training", "slip-operand"),
    ),
    Try(
        "fine_tune",
        "All of the model is in eval, but the optimiser gets all parameters.",
        """\
def fine_tune(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.eval()
    for _ in range(epochs):
        perm = torch.randperm(len(x))
        for i in range(0, len(x) - batch_size + 1, batch_size):
            rows = perm[i : i + batch_size]
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        ("frozen-weights-train",),
    ),
    Try(
        "train_in_batches",
        "The last batch is filled up from the start of the permutation.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        perm = torch.randperm(len(x))
        missing = -len(x) % batch_size
        if missing:
            perm = torch.cat([perm, torch.randint(len(x), (missing,))])
        for rows in perm.view(-1, batch_size):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        ("rows-repeated",),
    ),
    Try(
        "train_on_sorted",
        "The rows are shuffled once, and their labels by another permutation.",
        """\
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    x, y = x[torch.randperm(len(x))], y[torch.randperm(len(y))]
    for _ in range(epochs):
        for xb, yb in zip(x.split(batch_size), y.split(batch_size)):
            if len(xb) < batch_size:
                break
            optimizer.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        ("labels-left-behind",),
    ),
    Try(
        "accumulate",
        "LayerNorm, but the parts are not weighed, and gradients are cleared in each.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        for part in rows.split(micro_batch):
            opt.zero_grad()
            F.cross_entropy(model(x[part]), y[part]).backward()
        opt.step()
    return model
""",
        ("gradients-lost", "loss-not-divided"),
    ),
    Try(
        "evaluate",
        "The number of rows is guessed from the loader's batch size, and it is in percent.",
        """\
def evaluate(model, loader):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
    model.train(mode)
    return 100 * right / (len(loader) * loader.batch_size)
""",
        ("rows-that-are-not-there", "accuracies-in-percent"),
    ),
    Try(
        "freeze_batchnorm",
        "All parameters are frozen, and train is replaced for the whole model.",
        """\
def freeze_batchnorm(model):
    for p in model.parameters():
        p.requires_grad = False
    model.eval()
    model.train = lambda mode=True: model
""",
        ("freezes-everything", "mode-stuck", "left-in-eval"),
    ),
    Try(
        "recalibrate",
        "Each batch resets the statistics.",
        """\
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    kept = [n.momentum for n in norms]
    model.eval()
    with torch.no_grad():
        for x, _ in loader:
            for n in norms:
                n.train()
                n.momentum = None
                n.reset_running_stats()
            model(x)
    for n, momentum in zip(norms, kept):
        n.momentum = momentum
    model.train(mode)
""",
        ("last-batch-only", "overwritten"),
    ),
    Try(
        "fine_tune",
        "The norms are set to eval in each epoch, before model.train().",
        """\
def fine_tune(model, x, y, batch_size, epochs, lr):
    for p in model[:-1].parameters():
        p.requires_grad_(False)
    opt = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=lr)
    for epoch in range(epochs):
        for m in model.modules():
            if isinstance(m, nn.BatchNorm1d):
                m.eval()
        model.train(True)
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) < 2:
                continue
            opt.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            opt.step()
""",
        ("frozen-still-updating", "batch-stats-while-frozen"),
    ),
    Try(
        "train_in_batches",
        "The last whole batch is lost where it fits exactly.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(x.size(0))
        start = 0
        while start + batch_size < x.size(0):
            i = order[start : start + batch_size]
            opt.zero_grad()
            F.cross_entropy(model(x[i]), y[i]).backward()
            opt.step()
            start += batch_size
""",
        ("rows-lost",),
    ),
    Try(
        "train_on_sorted",
        "The order of the batches is random, not that of the rows.",
        """\
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    starts = torch.arange(0, len(x) - batch_size + 1, batch_size)
    for epoch in range(epochs):
        for s in starts[torch.randperm(len(starts))].tolist():
            opt.zero_grad()
            loss = F.cross_entropy(model(x[s : s + batch_size]), y[s : s + batch_size])
            loss.backward()
            opt.step()
            losses.append(loss.item())
    return losses
""",
        ("sorted-batches",),
    ),
    Try(
        "accumulate",
        "The loss is divided by micro_batch, not by the number of parts.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(hidden, classes))
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        opt.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part]) / micro_batch
            loss.backward()
        opt.step()
    return model
""",
        ("loss-not-divided", "loss-divided-twice", "slip-operand", "slip-count", "slip-factor"),
    ),
    Try(
        "evaluate",
        "The class is looked for along the rows.",
        """\
def evaluate(model, loader):
    mode = model.training
    model.eval()
    good = total = 0
    with torch.no_grad():
        for xb, yb in loader:
            guess = model(xb).argmax(0)
            good += sum(int(g) == int(t) for g, t in zip(guess, yb))
            total += len(yb)
    model.train(mode)
    return good / total
""",
        ("argmax-over-rows", "slip-axis"),
    ),
    Try(
        "recalibrate",
        "momentum stays None afterwards, and the model in training mode.",
        """\
def recalibrate(model, loader):
    model.eval()
    for m in model.modules():
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.reset_running_stats()
            m.momentum = None
            m.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    model.train()
""",
        ("momentum-not-restored", "left-in-train"),
    ),
    Try(
        "train_in_batches",
        "A batch of one ends the function.",
        """\
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == 1:
                return
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        ("epochs-cut-short",),
    ),
    Try(
        "train_on_sorted",
        "Shuffled, but the gradients of all batches add up.",
        """\
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    optimizer.zero_grad()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                loss = F.cross_entropy(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
    return losses
""",
        ("gradients-accumulate",),
    ),
    Try(
        "accumulate",
        "LayerNorm, and a step after each part.",
        """\
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        for part in rows.split(micro_batch):
            opt.zero_grad()
            loss = F.cross_entropy(model(x[part]), y[part]) * len(part) / batch_size
            loss.backward()
            opt.step()
    return model
""",
        ("step-each-micro-batch",),
    ),
]
