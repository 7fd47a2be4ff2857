"""Right solutions of ps6_practice in different styles: name -> the notebook's code."""

# ruff: noqa: E501  students write longer lines

HEAD = """
import contextlib, copy, itertools
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
"""

EVALUATE = [
    """
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            rows += len(y)
    model.train(before)
    return right / rows
""",
    """
@torch.inference_mode()
def evaluate(model, loader):
    modes = {m: m.training for m in model.modules()}
    model.train(False)
    hits = torch.cat([model(x).max(1).indices.eq(y) for x, y in loader])
    for m, mode in modes.items():
        m.training = mode
    return hits.float().mean().item()
""",
    """
def evaluate(model, loader):
    was = model.training
    model.eval()
    with torch.no_grad():
        good = sum(int((model(x).argmax(-1) == y).sum()) for x, y in loader)
    if was:
        model.train()
    return good / len(loader.dataset)
""",
    """
def evaluate(model, loader):
    twin = copy.deepcopy(model).eval()  # the model itself is not touched
    shares, sizes = [], []
    for x, y in loader:
        with torch.no_grad():
            shares.append((twin(x).argmax(1) == y).double().mean())
        sizes.append(len(x))
    return torch.stack(shares) @ torch.tensor(sizes, dtype=torch.double) / sum(sizes)
""",
    """
@contextlib.contextmanager
def inference(model):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(mode)

def evaluate(model, loader):
    with inference(model):
        pairs = [(int(p), int(t)) for x, y in loader for p, t in zip(model(x).argmax(1), y)]
    return sum(p == t for p, t in pairs) / len(pairs)
""",
    """
def evaluate(model, loader):
    torch.set_grad_enabled(False)
    mode = model.training
    model.eval()
    x, y = (torch.cat(parts) for parts in zip(*loader))
    answer = (torch.argmax(model(x), 1) == y).float().mean()
    torch.set_grad_enabled(True)
    model.train(mode)
    return float(answer)
""",
]

FREEZE = [
    """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
            layer.requires_grad_(False)
""",
    """
def freeze_batchnorm(model):
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    def hold(layer, inputs):
        layer.training = False
    for norm in norms:
        norm.register_forward_pre_hook(hold)
        for p in norm.parameters():
            p.requires_grad = False
    return model
""",
    """
class Frozen(nn.Module):
    def __init__(self, norm):
        super().__init__()
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, getattr(norm, name).detach().clone())
        self.eps = norm.eps

    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)

def freeze_batchnorm(model):
    for name, child in model.named_children():
        if isinstance(child, (nn.BatchNorm1d, nn.BatchNorm2d)):
            setattr(model, name, Frozen(child))
        else:
            freeze_batchnorm(child)
    return model
""",
    """
def freeze_batchnorm(model):
    def keep_eval(norm):
        def train(mode=True):
            norm.training = False
            return norm
        return train
    def visit(m):
        if "BatchNorm" in type(m).__name__:
            m.train = keep_eval(m)
            m.train(False)
            m.weight.requires_grad = m.bias.requires_grad = False
    model.apply(visit)
""",
    """
class Fixed1d(nn.BatchNorm1d):
    def train(self, mode=True):
        return super().train(False)

class Fixed2d(nn.BatchNorm2d):
    def train(self, mode=True):
        return super().train(False)

def freeze_batchnorm(model):
    for m in model.modules():
        kind = {nn.BatchNorm1d: Fixed1d, nn.BatchNorm2d: Fixed2d}.get(type(m))
        if kind is not None:
            m.__class__ = kind
            m.eval().requires_grad_(False)
    return model
""",
    """
def freeze_batchnorm(model):
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    original = model.train
    def train(mode=True):
        original(mode)
        for norm in norms:
            norm.training = False
        return model
    model.train = train
    model.train(model.training)
    for norm in norms:
        norm.requires_grad_(False)
""",
]

RECALIBRATE = [
    """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(mode)
""",
    """
@torch.no_grad()
def recalibrate(model, loader):
    modes = {m: m.training for m in model.modules()}
    norms = {m: m.momentum for m in modes if isinstance(m, nn.modules.batchnorm._BatchNorm)}
    for m in modes:
        m.training = m in norms
    for k, (x, y) in enumerate(loader, 1):
        for norm in norms:
            norm.momentum = 1 / k
        model(x)
    for m in modes:
        m.training = modes[m]
    for norm, momentum in norms.items():
        norm.momentum = momentum
""",
    """
def recalibrate(model, loader):
    was = model.training
    seen = {}
    def remember(norm, inputs):
        x = inputs[0].transpose(0, 1).flatten(1)
        seen.setdefault(norm, []).append((x.mean(1), x.var(1)))
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    hooks = [norm.register_forward_pre_hook(remember) for norm in norms]
    model.eval()
    for norm in norms:
        norm.train()
    with torch.no_grad():
        for x, y in loader:
            model(x)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        means, variances = zip(*seen[norm])
        norm.running_mean.copy_(torch.stack(means).mean(0))
        norm.running_var.copy_(torch.stack(variances).mean(0))
    model.train(was)
""",
    """
def recalibrate(model, loader):
    twin = copy.deepcopy(model).eval()
    pairs = [(a, b) for a, b in zip(model.modules(), twin.modules()) if isinstance(a, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for _, b in pairs:
        b.reset_running_stats()
        b.momentum = None
        b.train()
    with torch.no_grad():
        [twin(x) for x, _ in loader]
    for a, b in pairs:
        a.running_mean, a.running_var = b.running_mean, b.running_var
""",
    """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    old = [n.momentum for n in norms]
    sums = [[0.0, 0.0] for _ in norms]
    model.eval()
    for n in norms:
        n.train()
        n.momentum = 1.0
    batches = 0
    with torch.no_grad():
        for batch in loader:
            model(batch[0])
            batches += 1
            for s, n in zip(sums, norms):
                s[0], s[1] = s[0] + n.running_mean.clone(), s[1] + n.running_var.clone()
    for s, n, m in zip(sums, norms, old):
        n.running_mean, n.running_var, n.momentum = s[0] / batches, s[1] / batches, m
    model.train(mode)
""",
    """
def recalibrate(model, loader):
    training = model.training
    kept = {}
    def start(m):
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            kept[m] = m.momentum
            m.momentum = None
            m.num_batches_tracked.zero_()
    model.apply(start)
    model.train()
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.eval()
    for x, y in loader:
        with torch.no_grad():
            model(x)
    for m in kept:
        m.momentum = kept[m]
    model.train(training)
""",
]

MLP = [
    """
def make_mlp(widths):
    layers = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
    """
def make_mlp(widths):
    model = nn.Sequential()
    for i in range(len(widths) - 1):
        last = i == len(widths) - 2
        model.append(nn.Linear(widths[i], widths[i + 1], bias=last))
        if not last:
            model.append(nn.BatchNorm1d(widths[i + 1])).append(nn.ReLU(inplace=True))
    return model
""",
    """
class MLP(nn.Module):
    def __init__(self, widths):
        super().__init__()
        sizes = list(zip(widths, widths[1:]))
        self.hidden = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in sizes[:-1])
        self.norms = nn.ModuleList(nn.BatchNorm1d(b) for _, b in sizes[:-1])
        self.out = nn.Linear(*sizes[-1])

    def forward(self, x):
        for linear, norm in zip(self.hidden, self.norms):
            x = F.relu(norm(linear(x)))
        return self.out(x)

make_mlp = MLP
""",
    """
def block(a, b):
    return nn.Sequential(nn.Linear(a, b, False), nn.BatchNorm1d(b), nn.ReLU())

def make_mlp(widths):
    *hidden, last = itertools.pairwise(widths)
    return nn.Sequential(*itertools.starmap(block, hidden), nn.Linear(*last))
""",
    """
def make_mlp(widths):
    if len(widths) == 2:
        return nn.Sequential(nn.Linear(*widths))
    first, second, *rest = widths
    return nn.Sequential(
        nn.Linear(first, second, bias=False), nn.BatchNorm1d(second), nn.ReLU(), make_mlp([second, *rest])
    )
""",
    """
def make_mlp(widths):
    modules = [m for a, b in zip(widths, widths[1:])
               for m in (nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU())][:-3]
    modules.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*modules)
""",
]

VALIDATE = [
    """
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
            for start in range(0, len(x_val), 50):
                part = slice(start, start + 50)
                right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()
        accuracies.append(right / len(x_val))
    return accuracies
""",
    """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    def validate():
        model.eval()
        share = (model(x_val).argmax(1) == y_val).float().mean().item()
        model.train()
        return share
    told = []
    for epoch in range(epochs):
        for rows in torch.randperm(len(x))[: len(x) // batch_size * batch_size].view(-1, batch_size):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        told.append(validate())
    return told
""",
    """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    model.train()
    opt = torch.optim.SGD(model.parameters(), lr)
    loader = DataLoader(TensorDataset(x, y), batch_size, shuffle=True, drop_last=True)
    out = []
    for _ in range(epochs):
        for a, b in loader:
            opt.zero_grad(); F.cross_entropy(model(a), b).backward(); opt.step()
        twin = copy.deepcopy(model).eval()
        with torch.inference_mode():
            out.append(float((twin(x_val).argmax(1) == y_val).double().mean()))
    return out
""",
]

TUNE = [
    """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for layer in model:
            if isinstance(layer, nn.BatchNorm1d):
                layer.eval()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
    """
def fine_tune(model, x, y, batch_size, epochs, lr):
    model.eval()
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            model.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
    """
def fine_tune(model, x, y, batch_size, epochs, lr):
    body, head = model[:-1].eval(), model[-1].train()
    with torch.no_grad():
        features = body(x)
    optimizer = torch.optim.SGD(head.parameters(), lr=lr)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            optimizer.zero_grad()
            F.cross_entropy(head(features[rows]), y[rows]).backward()
            optimizer.step()
""",
]

BATCHES = [
    """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, drop_last=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
    """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) < 2:
                continue
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
    """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        parts = list(torch.randperm(len(x)).split(batch_size))
        if len(parts[-1]) == 1:  # the last two together
            parts[-2:] = [torch.cat(parts[-2:])]
        for rows in parts:
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
    """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for rows in order.tensor_split(max(len(x) // batch_size, 1)):  # of nearly equal size
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
]

SORTED = [
    """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
    """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    order = torch.randperm(len(x))  # once
    x, y = x[order], y[order]
    model.train()
    for epoch in range(epochs):
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = slice(start, start + batch_size)
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
    """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    model.train()
    losses = []
    loader = DataLoader(list(zip(x, y)), batch_size=batch_size, shuffle=True)
    for _, (a, b) in itertools.product(range(epochs), loader):
        loss = F.cross_entropy(model(a), b)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * g
        losses.append(float(loss))
    return losses
""",
    """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    # every k-th row: a sorted set is mixed so, too
    k = len(x) // batch_size
    for epoch in range(epochs):
        for start in torch.randperm(k).tolist():
            rows = slice(start, None, k)
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
]

ACCUMULATE = """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(x.shape[1], hidden{bias}), {norm}, nn.ReLU(), nn.Linear(hidden, classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            {loss}.backward()
        optimizer.step()
    return model
"""
MEAN = "(F.cross_entropy(model(x[part]), y[part]) * len(part) / batch_size)"
SUM = "(F.cross_entropy(model(x[part]), y[part], reduction='sum') / batch_size)"
ACCUMULATED = [
    ACCUMULATE.format(bias="", norm="nn.LayerNorm(hidden)", loss=MEAN),
    ACCUMULATE.format(bias="", norm="nn.GroupNorm(5, hidden)", loss=SUM),
    ACCUMULATE.format(bias=", bias=False", norm="nn.RMSNorm(hidden)", loss=MEAN),
    """
class Standardise(nn.Module):
    def forward(self, x):
        return (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True) + 1e-5).sqrt()
"""
    + ACCUMULATE.format(bias=", bias=False", norm="Standardise()", loss=SUM),
]

STYLES = (
    "plain",
    "modes kept one by one, hooks",
    "other layers in place, loaders",
    "copies, weighted means",
    "context managers, subclasses",
    "apply, everything at once",
)
RIGHT = {
    style: HEAD
    + "".join(
        variants[i % len(variants)]
        for variants in (
            EVALUATE, FREEZE, RECALIBRATE, MLP, VALIDATE, TUNE, BATCHES, SORTED, ACCUMULATED
        )
    )
    for i, style in enumerate(STYLES)
}  # fmt: skip
