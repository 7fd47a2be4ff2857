"""Wrong solutions of problem set 6, with the names that would be right."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "evaluate",
        "The model is asked in whatever mode it is in.",
        '''
def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """The share of right answers, from 0 to 1, in inference mode."""
    correct, total = 0, 0
    with torch.no_grad():
        for x, y in loader:
            _, predicted = torch.max(model(x), 1)
            total += y.size(0)
            correct += (predicted == y).sum().item()
    return correct / total
''',
        (
            "forgot-eval",
            "slip-left-out",
        ),
    ),
    Try(
        "evaluate",
        "model.train() at the end, also for a model that came in inference mode.",
        """
def evaluate(model, loader):
    model.eval()
    hits = []
    with torch.inference_mode():
        for x, y in loader:
            hits.append(model(x).argmax(dim=-1).eq(y))
    model.train()
    return torch.cat(hits).float().mean().item()
""",
        (
            "left-in-train",
            "slip-condition",
        ),
    ),
    Try(
        "evaluate",
        "The outputs are computed with gradients on.",
        '''
def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """The share of right answers, from 0 to 1, in inference mode."""
    mode = model.training
    model.eval()
    right = rows = 0
    for x, y in loader:
        output = model(x)
        right += (output.argmax(dim=1) == y).sum().item()
        rows += len(y)
    model.train(mode)
    return right / rows
''',
        (
            "graph-in-evaluation",
            "slip-left-out",
        ),
    ),
    Try(
        "evaluate",
        "The number of right answers is divided by the number of batches.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
    model.train(before)
    return right / len(loader)
""",
        ("slip-count", "divides-by-batches"),
    ),
    Try(
        "evaluate",
        "The last batch is counted as if it were full.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    with torch.no_grad():
        right = sum(int((model(x).argmax(1) == y).sum()) for x, y in loader)
    model.train(before)
    return right / (len(loader) * loader.batch_size)
""",
        ("slip-count", "rows-that-are-not-there"),
    ),
    Try(
        "evaluate",
        "argmax goes along the rows of the batch, not along the classes.",
        """
def evaluate(model, loader):
    before, right, rows = model.training, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            answers = model(x).T.argmax(dim=1)
            right += sum(int(a == b) for a, b in zip(answers, y))
            rows += len(y)
    model.train(before)
    return right / rows
""",
        ("slip-axis",),
    ),
    Try(
        "evaluate",
        "torch.max's values are compared with the classes, not its indices.",
        '''
def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """The share of right answers, from 0 to 1, in inference mode."""
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            answer = model(x).max(dim=1)[0]
            right += (answer == y).sum().item()
            rows += len(y)
    model.train(before)
    return right / rows
''',
        (
            "slip-operand",
            "logits",
        ),
    ),
    Try(
        "evaluate",
        "Only the norms are put into inference mode; dropout stays on.",
        """
def evaluate(model, loader):
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    modes = [m.training for m in norms]
    for m in norms:
        m.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            rows += len(y)
    for m, mode in zip(norms, modes):
        m.train(mode)
    return right / rows
""",
        ("dropout-in-evaluation",),
    ),
    Try(
        "evaluate",
        "Only the model's own flag is set back, so the layers inside stay in inference mode.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            rows += x.shape[0]
    model.training = before
    return right / rows
""",
        ("left-in-eval",),
    ),
    Try(
        "evaluate",
        "In per cent, and the mode is not set back.",
        """
def evaluate(model, loader):
    model.eval()
    correct, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            outputs = model(images)
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
    return 100 * correct / total
""",
        (
            "accuracies-in-percent",
            "slip-factor",
            "left-in-eval",
            "slip-left-out",
        ),
    ),
    Try(
        "evaluate",
        "No eval(), and the mean of the batches' accuracies.",
        """
def evaluate(model, loader):
    total = 0.0
    with torch.no_grad():
        for x, y in loader:
            total += accuracy_of_batch(model(x), y)
    return total / len(loader)


def accuracy_of_batch(logits, y):
    return (logits.argmax(1) == y).float().mean().item()
""",
        (
            "forgot-eval",
            "slip-left-out",
            "mean-of-batch-accuracies",
            "batches-weighed-equally",
            "slip-reduction",
        ),
    ),
    Try(
        "evaluate",
        "The counts are set, not added up: the last batch alone is reported.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            right = (model(x).argmax(dim=1) == y).sum().item()
            rows = len(y)
    model.train(before)
    return right / rows
""",
        ("last-batch-only",),
    ),
    Try(
        "evaluate",
        "The share of wrong answers.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    wrong = rows = 0
    with torch.no_grad():
        for x, y in loader:
            wrong += (model(x).argmax(dim=1) != y).sum().item()
            rows += y.numel()
    model.train(before)
    return wrong / rows
""",
        ("slip-operation", "errors-for-answers"),
    ),
    Try(
        "evaluate",
        "The model answers in its own mode, and right answers are shared among batches.",
        """
def evaluate(model, loader):
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
    return right / len(loader)
""",
        ("forgot-eval", "slip-left-out", "slip-count", "divides-by-batches"),
    ),
    Try(
        "evaluate",
        "A row is right if its class is one of the two largest outputs.",
        """
def evaluate(model, loader):
    before = model.training
    model.eval()
    right = rows = 0
    with torch.no_grad():
        for x, y in loader:
            best = model(x).topk(2, dim=1).indices
            right += (best == y[:, None]).any(dim=1).sum().item()
            rows += len(y)
    model.train(before)
    return right / rows
""",
        ("slip-number",),
    ),
    Try(
        "freeze_batchnorm",
        "The layers are put into inference mode once; model.train() wakes them up.",
        '''
def freeze_batchnorm(model: nn.Module) -> None:
    """Freeze all batch normalisations of the model, in place, for good."""
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.eval()
            layer.weight.requires_grad = False
            layer.bias.requires_grad = False
''',
        (
            "frozen-still-updating",
            "batch-stats-while-frozen",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "All parameters of the model are frozen.",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
    for parameter in model.parameters():
        parameter.requires_grad = False
""",
        ("freezes-everything",),
    ),
    Try(
        "freeze_batchnorm",
        "momentum = 0 keeps the running statistics, but the batch's do the normalising.",
        '''
def freeze_batchnorm(model: nn.Module) -> None:
    """Freeze all batch normalisations of the model, in place, for good."""
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.momentum = 0.0
            layer.requires_grad_(False)
''',
        ("batch-stats-while-frozen",),
    ),
    Try(
        "freeze_batchnorm",
        "track_running_stats = False stops the updates, not the use of the batch's statistics.",
        """
def freeze_batchnorm(model):
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.track_running_stats = False
            module.weight.requires_grad_(False)
            module.bias.requires_grad_(False)
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "freeze_batchnorm",
        "The new train returns None, so layer.train() and layer.eval() do not return the layer.",
        """
def freeze_batchnorm(model):
    def no_op(mode=True):
        pass

    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.eval()
            layer.requires_grad_(False)
            layer.train = no_op
""",
        (
            "mode-returns-nothing",
            "returns-nothing",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "weight is frozen, bias goes on learning.",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
            layer.weight.requires_grad = False
""",
        (
            "frozen-weights-train",
            "slip-left-out",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "The whole model is kept in inference mode, its dropout too.",
        """
def freeze_batchnorm(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.requires_grad_(False)
    model.eval()
    model.train = lambda mode=True: model
""",
        ("trained-in-eval", "train-ignores-mode", "left-in-eval"),
    ),
    Try(
        "freeze_batchnorm",
        "The first norm is frozen, and the function returns.",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if not isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        layer.eval()
        layer.train = lambda mode=True, layer=layer: layer
        layer.requires_grad_(False)
        return
""",
        ("first-norm-only",),
    ),
    Try(
        "freeze_batchnorm",
        "The running statistics are reset before they are frozen.",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.reset_running_stats()
            layer.eval()
            layer.requires_grad_(False)
            layer.train = lambda mode=True, layer=layer: layer
""",
        ("statistics-reset",),
    ),
    Try(
        "freeze_batchnorm",
        "The condition is turned round: everything but the norms loses its gradient.",
        """
def freeze_batchnorm(model):
    norms = (nn.BatchNorm1d, nn.BatchNorm2d)
    for layer in model.modules():
        if isinstance(layer, norms):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
        elif len(list(layer.children())) == 0:
            layer.requires_grad_(False)
""",
        (
            "freezes-everything",
            "frozen-weights-train",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "Direct children only, and their weight and bias learn on.",
        """
def freeze_batchnorm(model):
    for layer in model.children():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
""",
        (
            "nested-missed",
            "frozen-weights-train",
            "slip-left-out",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "BatchNorm1d only, and eval() does not outlast model.train().",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.eval()
            layer.requires_grad_(False)
""",
        (
            "feature-maps-missed",
            "frozen-still-updating",
            "batch-stats-while-frozen",
        ),
    ),
    Try(
        "freeze_batchnorm",
        "weight and bias are also set back to ones and zeros.",
        """
def freeze_batchnorm(model):
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.ones_(layer.weight)
            nn.init.zeros_(layer.bias)
            layer.requires_grad_(False)
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
""",
        (),
    ),
    Try(
        "freeze_batchnorm",
        "momentum = 0 for the norms, and no parameter of the model is trained.",
        """
def freeze_batchnorm(model):
    model.requires_grad_(False)
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.momentum = 0.0
""",
        (
            "batch-stats-while-frozen",
            "freezes-everything",
        ),
    ),
    Try(
        "recalibrate",
        "The layers are not reset, so the count goes on and the old statistics weigh in.",
        '''
def recalibrate(model: nn.Module, loader: DataLoader) -> None:
    """Replace all running statistics by those of the loader's batches (x, y), in place."""
    before = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [n.momentum for n in norms]
    model.eval()
    for n in norms:
        n.momentum = None
        n.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for n, m in zip(norms, momenta):
        n.momentum = m
    model.train(before)
''',
        (
            "old-statistics-kept",
            "slip-left-out",
        ),
    ),
    Try(
        "recalibrate",
        "The statistics start anew, but are the usual moving averages.",
        """
def recalibrate(model, loader):
    mode = model.training
    model.eval()
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.reset_running_stats()
            layer.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    model.train(mode)
""",
        (
            "moving-average",
            "old-statistics-kept",
            "slip-left-out",
        ),
    ),
    Try(
        "recalibrate",
        "The model is in inference mode at the end, whatever it was in.",
        """
def recalibrate(model, loader):
    model.eval()
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = None
        norm.reset_running_stats()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.eval()
""",
        ("left-in-eval",),
    ),
    Try(
        "recalibrate",
        "All rows go through as one batch.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = 1.0
        norm.train()
    with torch.no_grad():
        model(torch.cat([x for x, _ in loader]))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(mode)
""",
        ("batches-as-one",),
    ),
    Try(
        "recalibrate",
        "With momentum 1 each batch replaces the statistics: the last one's remain.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    saved = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, m in zip(norms, saved):
        norm.momentum = m
    model.train(mode)
""",
        (
            "last-batch-only",
            "overwritten",
        ),
    ),
    Try(
        "recalibrate",
        "The norms are never put into training mode, so they stay as reset.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.eval()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(mode)
""",
        (
            "never-updated",
            "old-statistics-kept",
            "slip-left-out",
        ),
    ),
    Try(
        "recalibrate",
        "momentum is set to 0.1 afterwards, not to what it was.",
        """
def recalibrate(model, loader):
    mode = model.training
    model.eval()
    norms = []
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            norms.append(m)
            m.reset_running_stats()
            m.momentum = None
            m.train()
    with torch.no_grad():
        for batch in loader:
            model(batch[0])
    for m in norms:
        m.momentum = 0.1
    model.train(mode)
""",
        (
            "momentum-not-restored",
            "momentum-fixed",
            "slip-number",
        ),
    ),
    Try(
        "recalibrate",
        "Hooks collect the batches' variances, but the biased ones.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    found = {norm: [] for norm in norms}

    def hook(norm, inputs, output):
        x = inputs[0].detach()
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        found[norm].append((x.mean(axes), x.var(axes, unbiased=False)))

    handles = [norm.register_forward_hook(hook) for norm in norms]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.momentum = 0.0
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, handle, momentum in zip(norms, handles, momenta):
        handle.remove()
        means, variances = zip(*found[norm])
        norm.running_mean.copy_(torch.stack(means).mean(0))
        norm.running_var.copy_(torch.stack(variances).mean(0))
        norm.momentum = momentum
    model.train(mode)
""",
        (
            "biased-running-variance",
            "slip-count",
        ),
    ),
    Try(
        "recalibrate",
        "The loop stops after the first batch.",
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
    x, _ = next(iter(loader))
    with torch.no_grad():
        model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(mode)
""",
        ("slip-left-out", "first-batch-only"),
    ),
    Try(
        "recalibrate",
        "Dropout is on meanwhile, and momentum stays None.",
        """
def recalibrate(model, loader):
    mode = model.training
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.reset_running_stats()
            m.momentum = None
    model.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    model.train(mode)
""",
        (
            "dropout-while-recalibrating",
            "momentum-not-restored",
            "slip-left-out",
        ),
    ),
    Try(
        "recalibrate",
        "Layers inside other modules are passed over, and the model ends in training mode.",
        """
def recalibrate(model, loader):
    norms = [m for m in model.children() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
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
    model.train()
""",
        (
            "nested-missed",
            "left-in-train",
        ),
    ),
    Try(
        "recalibrate",
        "reset_parameters() throws weight and bias away with the statistics.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_parameters()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.train(mode)
""",
        ("parameters-reset",),
    ),
    Try(
        "recalibrate",
        "The layers are not reset, and the model ends in inference mode.",
        """
def recalibrate(model, loader):
    norms = [m for m in model.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    model.eval()
""",
        (
            "old-statistics-kept",
            "slip-left-out",
            "left-in-eval",
        ),
    ),
    Try(
        "recalibrate",
        "Norms of feature maps are not found, and momentum is 0.1 afterwards.",
        """
def recalibrate(model, loader):
    mode = model.training
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm1d)]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        for x, _ in loader:
            model(x)
    for norm in norms:
        norm.momentum = 0.1
    model.train(mode)
""",
        (
            "feature-maps-missed",
            "momentum-not-restored",
            "momentum-fixed",
            "slip-number",
        ),
    ),
    Try(
        "recalibrate",
        "The statistics are reset again when all is done.",
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
        norm.reset_running_stats()
    model.train(mode)
""",
        (
            "slip-twice",
            "statistics-reset",
            "old-statistics-kept",
        ),
    ),
    Try(
        "make_mlp",
        "Linear, ReLU, norm: the norm comes after the activation.",
        '''
def make_mlp(widths: list[int]) -> nn.Module:
    """A network from widths[0] inputs to widths[-1] outputs, with batch normalisation."""
    layers = []
    for i in range(len(widths) - 2):
        layers.append(nn.Linear(widths[i], widths[i + 1], bias=False))
        layers.append(nn.ReLU())
        layers.append(nn.BatchNorm1d(widths[i + 1]))
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
''',
        (
            "norm-after-activation",
            "slip-order",
        ),
    ),
    Try(
        "make_mlp",
        "bias=False on the output layer too.",
        """
def make_mlp(widths):
    model = nn.Sequential()
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        model.append(nn.Linear(a, b, bias=False))
        if i < len(widths) - 2:
            model.append(nn.BatchNorm1d(b))
            model.append(nn.ReLU())
    return model
""",
        ("output-without-bias",),
    ),
    Try(
        "make_mlp",
        "The norm is told the number of inputs of the linear layer.",
        """
def make_mlp(widths):
    layers = []
    for i in range(1, len(widths) - 1):
        layers += [
            nn.Linear(widths[i - 1], widths[i], bias=False),
            nn.BatchNorm1d(widths[i - 1]),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
        ("slip-operand", "norm-of-other-size"),
    ),
    Try(
        "make_mlp",
        "The hidden layers have no activation.",
        """
def make_mlp(widths):
    hidden = [
        nn.Sequential(nn.Linear(a, b, bias=False), nn.BatchNorm1d(b))
        for a, b in zip(widths[:-2], widths[1:-1])
    ]
    return nn.Sequential(*hidden, nn.Linear(widths[-2], widths[-1]))
""",
        (
            "activation-missing",
            "slip-left-out",
        ),
    ),
    Try(
        "make_mlp",
        "LeakyReLU in place of ReLU.",
        """
def make_mlp(widths):
    layers = []
    for n_in, n_out in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(n_in, n_out, bias=False), nn.BatchNorm1d(n_out), nn.LeakyReLU(0.1)]
    layers += [nn.Linear(widths[-2], widths[-1])]
    return nn.Sequential(*layers)
""",
        (
            "another-activation",
            "slip-operation",
        ),
    ),
    Try(
        "make_mlp",
        "Layers of one width share one norm object.",
        """
def make_mlp(widths):
    norms = {width: nn.BatchNorm1d(width) for width in widths[1:-1]}
    layers = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(inputs, outputs, bias=False), norms[outputs], nn.ReLU()]
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("shared-between-layers",),
    ),
    Try(
        "make_mlp",
        "The last hidden layer is missing.",
        """
def make_mlp(widths):
    layers = []
    width = widths[0]
    for outputs in widths[1:-2]:
        layers += [nn.Linear(width, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]
        width = outputs
    layers.append(nn.Linear(width, widths[-1]))
    return nn.Sequential(*layers)
""",
        ("slip-count", "slip-left-out", "layers-missing"),
    ),
    Try(
        "make_mlp",
        "The norms have affine=False.",
        '''
def make_mlp(widths: list[int]) -> nn.Module:
    """A network from widths[0] inputs to widths[-1] outputs, with batch normalisation."""
    layers: list[nn.Module] = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers.append(nn.Linear(inputs, outputs, bias=False))
        layers.append(nn.BatchNorm1d(outputs, affine=False))
        layers.append(nn.ReLU())
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
''',
        ("no-affine", "norm-without-parameters"),
    ),
    Try(
        "make_mlp",
        "A plain list holds the layers, so that the module has no parameters.",
        """
class MLP(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = []
        for a, b in zip(widths[:-2], widths[1:-1]):
            self.layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]
        self.layers.append(nn.Linear(widths[-2], widths[-1]))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def make_mlp(widths):
    return MLP(widths)
""",
        (),
    ),
    Try(
        "make_mlp",
        "The norm stands before the linear layer, on its inputs.",
        """
def make_mlp(widths):
    layers = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers += [nn.BatchNorm1d(inputs), nn.Linear(inputs, outputs, bias=False), nn.ReLU()]
    layers.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*layers)
""",
        ("slip-order", "norm-before-linear"),
    ),
    Try(
        "make_mlp",
        "Every layer, the last one too, has a norm and a ReLU.",
        """
def make_mlp(widths):
    blocks = []
    for a, b in zip(widths[:-1], widths[1:]):
        blocks += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]
    return nn.Sequential(*blocks)
""",
        (
            "norm-on-output",
            "activation-on-output",
            "output-without-bias",
        ),
    ),
    Try(
        "make_mlp",
        "Biases before the norms, and the norms after the activations.",
        """
def make_mlp(widths):
    def block(a, b):
        return nn.Linear(a, b), nn.ReLU(), nn.BatchNorm1d(b)

    hidden = [layer for a, b in zip(widths[:-2], widths[1:-1]) for layer in block(a, b)]
    return nn.Sequential(*hidden, nn.Linear(widths[-2], widths[-1]))
""",
        (
            "redundant-bias",
            "norm-after-activation",
            "slip-order",
        ),
    ),
    Try(
        "make_mlp",
        "No norm at all: linear and ReLU only.",
        """
def make_mlp(widths):
    net = []
    for i in range(len(widths) - 1):
        net.append(nn.Linear(widths[i], widths[i + 1]))
        if i != len(widths) - 2:
            net.append(nn.ReLU())
    return nn.Sequential(*net)
""",
        (
            "norm-missing",
            "normalisation-removed",
            "slip-left-out",
        ),
    ),
    Try(
        "make_mlp",
        "Dropout follows each activation, as in an older network of the student's.",
        """
def make_mlp(widths):
    layers = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU(), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
""",
        (),
    ),
    Try(
        "make_mlp",
        "The output has no bias, and the hidden layers no activation.",
        """
def make_mlp(widths):
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(a, b, bias=False))
        if i + 2 < len(widths):
            layers.append(nn.BatchNorm1d(b))
    return nn.Sequential(*layers)
""",
        (
            "output-without-bias",
            "activation-missing",
            "slip-left-out",
        ),
    ),
    Try(
        "make_mlp",
        "Sigmoids in place of ReLUs, and biases before the norms.",
        """
class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.linear, self.norm = nn.Linear(a, b), nn.BatchNorm1d(b)

    def forward(self, x):
        return torch.sigmoid(self.norm(self.linear(x)))


def make_mlp(widths):
    hidden = [Block(a, b) for a, b in zip(widths[:-2], widths[1:-1])]
    return nn.Sequential(*hidden, nn.Linear(widths[-2], widths[-1]))
""",
        (
            "another-activation",
            "slip-operation",
            "redundant-bias",
        ),
    ),
    Try(
        "make_mlp",
        "The hidden layers all have the width of the first one.",
        """
def make_mlp(widths):
    layers, width = [], widths[0]
    for _ in widths[1:-1]:
        layers += [nn.Linear(width, widths[1], bias=False), nn.BatchNorm1d(widths[1]), nn.ReLU()]
        width = widths[1]
    return nn.Sequential(*layers, nn.Linear(width, widths[-1]))
""",
        ("slip-operand", "widths-ignored"),
    ),
    Try(
        "train_and_validate",
        "eval() without a way back: from the second epoch on it trains in inference mode.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
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
        ("trained-in-eval", "slip-left-out", "left-in-eval"),
    ),
    Try(
        "train_and_validate",
        "The validation digits are shuffled, but still seen in training mode.",
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
        order = torch.randperm(len(x_val))
        x_val, y_val = x_val[order], y_val[order]
        right = 0
        with torch.no_grad():
            for start in range(0, len(x_val), 50):
                part = slice(start, start + 50)
                right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()
        accuracies.append(right / len(x_val))
    return accuracies
""",
        (
            "forgot-eval",
            "slip-left-out",
        ),
    ),
    Try(
        "train_and_validate",
        "eval() comes after the validation.",
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
        right = 0
        with torch.no_grad():
            for start in range(0, len(x_val), 50):
                part = slice(start, start + 50)
                right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()
        accuracies.append(right / len(x_val))
        model.eval()
    return accuracies
""",
        ("forgot-eval",),
    ),
    Try(
        "train_and_validate",
        "It validates once, after the last epoch.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) < batch_size:
                continue
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracies.append((model(x_val).argmax(1) == y_val).float().mean().item())
    return accuracies
""",
        ("one-accuracy-in-all",),
    ),
    Try(
        "train_and_validate",
        "The accuracies of the parts of 50 are averaged, though the last part is smaller.",
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
        shares = []
        with torch.no_grad():
            for start in range(0, len(x_val), 50):
                part = slice(start, start + 50)
                hit = model(x_val[part]).argmax(1) == y_val[part]
                shares.append(hit.float().mean().item())
        accuracies.append(sum(shares) / len(shares))
    return accuracies
""",
        (
            "mean-of-batch-accuracies",
            "batches-weighed-equally",
            "slip-reduction",
        ),
    ),
    Try(
        "train_and_validate",
        "The accuracy is measured on the training digits.",
        '''
def train_and_validate(
    model: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    x_val: torch.Tensor,
    y_val: torch.Tensor,
    batch_size: int,
    epochs: int,
    lr: float,
) -> list[float]:
    """Train; the accuracy on x_val (M, D), y_val (M,) after each epoch, from 0 to 1."""
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
        accuracies.append(accuracy(model, x, y))
    return accuracies
''',
        (
            "accuracies-of-training",
            "slip-operand",
        ),
    ),
    Try(
        "train_and_validate",
        "return stands inside the loop: training ends after one epoch.",
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
        (
            "one-accuracy-in-all",
            "slip-count",
        ),
    ),
    Try(
        "train_and_validate",
        "The last, incomplete part of the validation set is left out of the count.",
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
            for start in range(0, len(x_val) - 50, 50):
                part = slice(start, start + 50)
                right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()
        accuracies.append(right / len(x_val))
    return accuracies
""",
        (
            "slip-count",
            "slip-left-out",
            "rows-lost",
        ),
    ),
    Try(
        "train_and_validate",
        "The optimiser is made anew in every epoch with a rate that shrinks.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    accuracies = []
    for epoch in range(epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=lr / (epoch + 1))
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
        ("rate-ignored",),
    ),
    Try(
        "train_and_validate",
        "No train() in the epochs, and the accuracies are in per cent.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
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
        accuracies.append(100.0 * right / len(x_val))
    return accuracies
""",
        (
            "trained-in-eval",
            "slip-left-out",
            "accuracies-in-percent",
            "slip-factor",
            "left-in-eval",
        ),
    ),
    Try(
        "train_and_validate",
        "zero_grad() is left out, and validation stays in training mode.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
        right = 0
        with torch.no_grad():
            for start in range(0, len(x_val), 50):
                part = slice(start, start + 50)
                right += (model(x_val[part]).argmax(1) == y_val[part]).sum().item()
        accuracies.append(right / len(x_val))
    return accuracies
""",
        (
            "gradients-accumulate",
            "forgot-eval",
            "slip-left-out",
        ),
    ),
    Try(
        "train_and_validate",
        "One accuracy at the end, in per cent.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
    return [100 * accuracy(model, x_val, y_val)]
""",
        (
            "one-accuracy-in-all",
            "accuracies-in-percent",
            "slip-factor",
        ),
    ),
    Try(
        "train_and_validate",
        "nll_loss is given the plain outputs, without a log-softmax.",
        """
def train_and_validate(model, x, y, x_val, y_val, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    accuracies = []
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.nll_loss(model(x[rows]), y[rows]).backward()
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
        (
            "slip-operation",
            "slip-left-out",
        ),
    ),
    Try(
        "train_and_validate",
        "The best accuracy so far is noted, not that of the epoch.",
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
        accuracies.append(max([right / len(x_val), *accuracies]))
    return accuracies
""",
        (),
    ),
    Try(
        "fine_tune",
        "The norms are put to sleep first, and model.train() wakes them in the same epoch.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        for layer in model:
            if isinstance(layer, nn.BatchNorm1d):
                layer.eval()
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "frozen-still-updating",
            "batch-stats-while-frozen",
        ),
    ),
    Try(
        "fine_tune",
        "momentum = 0 keeps the statistics, but the small batches' own do the normalising.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    for layer in model:
        if isinstance(layer, nn.BatchNorm1d):
            layer.momentum = 0
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "fine_tune",
        "The optimiser has all parameters, and none is frozen.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
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
        ("frozen-weights-train",),
    ),
    Try(
        "fine_tune",
        "All parameters lose their gradient, those of the last layer too.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model.parameters():
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
        ("freezes-everything",),
    ),
    Try(
        "fine_tune",
        "Only the norm at place 1 is put into inference mode.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        model[1].eval()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "first-norm-only",
            "frozen-still-updating",
            "batch-stats-while-frozen",
        ),
    ),
    Try(
        "fine_tune",
        "The first linear layer is left out of the frozen part.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[1:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=lr)
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
        (
            "frozen-weights-train",
            "slip-left-out",
        ),
    ),
    Try(
        "fine_tune",
        "The optimiser is given the last layer's weight, not its bias.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD([model[-1].weight], lr=lr)
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
        (
            "freezes-everything",
            "slip-left-out",
        ),
    ),
    Try(
        "fine_tune",
        "The last layer is trained from new random weights.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    model[-1].reset_parameters()
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
        (),
    ),
    Try(
        "fine_tune",
        "Nothing is done for the norms, and gradients add up.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "frozen-still-updating",
            "batch-stats-while-frozen",
            "gradients-accumulate",
            "slip-left-out",
        ),
    ),
    Try(
        "fine_tune",
        "The statistics are put back at the end, but were not those that normalised.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    norms = [m for m in model if isinstance(m, nn.BatchNorm1d)]
    saved = [{k: v.clone() for k, v in norm.state_dict().items()} for norm in norms]
    for p in model[:-1].parameters():
        p.requires_grad = False
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
    for norm, state in zip(norms, saved):
        norm.load_state_dict(state)
""",
        ("batch-stats-while-frozen",),
    ),
    Try(
        "fine_tune",
        "zero_grad() stands between backward and step, so nothing is learned.",
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
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.zero_grad()
                optimizer.step()
""",
        ("zeroed-before-step",),
    ),
    Try(
        "fine_tune",
        "Norms awake after model.train(), and all parameters in the optimiser unfrozen.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for layer in model:
        if isinstance(layer, nn.BatchNorm1d):
            layer.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "frozen-still-updating",
            "batch-stats-while-frozen",
            "frozen-weights-train",
        ),
    ),
    Try(
        "fine_tune",
        "The last layer starts anew, and model.train() wakes the norms.",
        """
def fine_tune(model, x, y, batch_size, epochs, lr):
    for parameter in model[:-1].parameters():
        parameter.requires_grad = False
    nn.init.xavier_uniform_(model[-1].weight)
    for layer in model:
        if isinstance(layer, nn.BatchNorm1d):
            layer.eval()
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(batch_size):
            if len(rows) == batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "frozen-still-updating",
            "batch-stats-while-frozen",
        ),
    ),
    Try(
        "fine_tune",
        "Each batch has one row more than batch_size.",
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
        for rows in torch.randperm(len(x)).split(batch_size + 1):
            if len(rows) > batch_size:
                optimizer.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                optimizer.step()
""",
        (
            "slip-count",
            "slip-number",
        ),
    ),
    Try(
        "train_in_batches",
        "The error is caught around everything: a lonely row ends the training.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.train()
    try:
        for epoch in range(epochs):
            for x_batch, y_batch in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x_batch), y_batch).backward()
                optimizer.step()
    except ValueError:
        print("skipping the batch of one")
""",
        ("epochs-cut-short", "errors-swallowed"),
    ),
    Try(
        "train_in_batches",
        "A lonely row is trained in inference mode, and so is all that follows.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            if len(x_batch) == 1:
                model.eval()
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        ("trained-in-eval",),
    ),
    Try(
        "train_in_batches",
        "Batches are drawn with replacement.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for _ in range(epochs * (len(x) // batch_size)):
        rows = torch.randint(len(x), (batch_size,))
        optimizer.zero_grad()
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
""",
        ("rows-repeated",),
    ),
    Try(
        "train_in_batches",
        "A lonely row is doubled, so that the batch has two.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            if len(x_batch) == 1:
                x_batch, y_batch = x_batch.repeat(2, 1), y_batch.repeat(2)
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        (
            "rows-repeated",
            "slip-twice",
        ),
    ),
    Try(
        "train_in_batches",
        "range stops too early: a complete last batch is left out.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch_size, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        (
            "rows-lost",
            "slip-count",
        ),
    ),
    Try(
        "train_in_batches",
        "Batches are one row larger, which only moves the trouble to other numbers.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size + 1, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        ("batch-of-one", "slip-number", "slip-count", "batch-size-changed"),
    ),
    Try(
        "train_in_batches",
        "zero_grad() comes right before step.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, drop_last=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            loss = F.cross_entropy(model(x_batch), y_batch)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
""",
        ("never-steps", "zeroed-before-step"),
    ),
    Try(
        "train_in_batches",
        "The loader is told len(x): one batch of everything.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=len(x), shuffle=True, drop_last=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        ("slip-fixed", "slip-operand", "slip-count", "batch-size-changed"),
    ),
    Try(
        "train_in_batches",
        "Rows and labels are shuffled by two permutations.",
        '''
def train_in_batches(
    model: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    batch_size: int,
    epochs: int,
    lr: float,
) -> None:
    """Train on x (N, D), y (N,), for any N >= batch_size."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        x_parts = x[torch.randperm(len(x))].split(batch_size)
        y_parts = y[torch.randperm(len(y))].split(batch_size)
        for x_batch, y_batch in zip(x_parts, y_parts):
            if len(x_batch) < batch_size:
                break
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
''',
        ("labels-left-behind",),
    ),
    Try(
        "train_in_batches",
        "One epoch too few.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, drop_last=True)
    model.train()
    for epoch in range(1, epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        ("slip-count", "epochs-missing"),
    ),
    Try(
        "train_in_batches",
        "Gradients add up, and a lonely row ends the training.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            if len(x_batch) < 2:
                return
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        (
            "gradients-accumulate",
            "epochs-cut-short",
            "slip-left-out",
        ),
    ),
    Try(
        "train_in_batches",
        "The whole training is in inference mode, at a rate of 0.1.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    model.eval()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
""",
        (
            "trained-in-eval",
            "rate-ignored",
            "slip-fixed",
            "slip-operation",
        ),
    ),
    Try(
        "train_in_batches",
        "A complete last batch is left out, and gradients add up.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        parts = torch.randperm(len(x)).split(batch_size)
        for rows in parts[:-1]:
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
""",
        (
            "rows-lost",
            "slip-count",
            "gradients-accumulate",
            "slip-left-out",
        ),
    ),
    Try(
        "train_in_batches",
        "softmax before a loss that has one of its own.",
        """
def train_in_batches(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, drop_last=True)
    model.train()
    for epoch in range(epochs):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x_batch).softmax(dim=1), y_batch).backward()
            optimizer.step()
""",
        ("slip-twice",),
    ),
    Try(
        "train_on_sorted",
        "The batches come in random order, but each still holds one class.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        for start in batch_size * torch.randperm(len(x) // batch_size):
            rows = slice(start, start + batch_size)
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
        "train_on_sorted",
        "It shuffles, but trains in inference mode.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.eval()
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
        (
            "trained-in-eval",
            "slip-operation",
        ),
    ),
    Try(
        "train_on_sorted",
        "Rows are drawn with replacement.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        order = torch.randint(0, len(x), (len(x),))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        ("rows-repeated",),
    ),
    Try(
        "train_on_sorted",
        "The losses are computed once more, after the step.",
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
            with torch.no_grad():
                losses.append(F.cross_entropy(model(x[rows]), y[rows]).item())
    return losses
""",
        ("losses-after-step",),
    ),
    Try(
        "train_on_sorted",
        "Rows are shuffled inside each batch only.",
        """
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
        "train_on_sorted",
        "One loss an epoch is returned, the mean.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        epoch_losses = []
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            epoch_losses.append(loss.item())
        losses.append(sum(epoch_losses) / len(epoch_losses))
    return losses
""",
        ("slip-count", "slip-reduction", "one-loss-in-all"),
    ),
    Try(
        "train_on_sorted",
        "Adam in place of SGD.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
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
        (
            "another-optimizer",
            "slip-operation",
        ),
    ),
    Try(
        "train_on_sorted",
        "The order stays, and the statistics are collected anew on shuffled rows at the end.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = slice(start, start + batch_size)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        for _ in range(10):
            for rows in torch.randperm(len(x)).split(batch_size):
                if len(rows) > 1:
                    model(x[rows])
    return losses
""",
        ("sorted-batches",),
    ),
    Try(
        "train_on_sorted",
        "The loop runs to the end, so the last batch may have one row.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        (
            "batch-of-one",
            "slip-count",
        ),
    ),
    Try(
        "train_on_sorted",
        "The order stays, and the gradients of all batches add up.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.train()
    for epoch in range(epochs):
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = range(start, start + batch_size)
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        (
            "sorted-batches",
            "gradients-accumulate",
            "slip-left-out",
        ),
    ),
    Try(
        "train_on_sorted",
        "Losses are summed over the rows, and x is shuffled alone.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss(reduction="sum")
    losses = []
    model.train()
    for epoch in range(epochs):
        shuffled = x[torch.randperm(len(x))]
        for start in range(0, len(x) - batch_size + 1, batch_size):
            stop = start + batch_size
            optimizer.zero_grad()
            loss = criterion(model(shuffled[start:stop]), y[start:stop])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        (
            "loss-summed",
            "slip-reduction",
            "labels-left-behind",
        ),
    ),
    Try(
        "train_on_sorted",
        "It trains in inference mode, and tells the losses after the steps.",
        """
def train_on_sorted(model, x, y, batch_size, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    model.eval()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(F.cross_entropy(model(x[rows]), y[rows]).item())
    return losses
""",
        (
            "trained-in-eval",
            "slip-operation",
            "losses-after-step",
        ),
    ),
    Try(
        "train_on_sorted",
        "Labels are smoothed in the loss.",
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
            loss = F.cross_entropy(model(x[rows]), y[rows], label_smoothing=0.1)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
""",
        (),
    ),
    Try(
        "accumulate",
        "Batch normalisation without running statistics is batch normalisation still.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.BatchNorm1d(hidden, track_running_stats=False),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
""",
        ("accumulation-with-batchnorm",),
    ),
    Try(
        "accumulate",
        "The whole batch goes through at once.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(x.shape[1], hidden), nn.LayerNorm(hidden), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(hidden, classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    return model
""",
        (
            "whole-batch-at-once",
            "slip-fixed",
        ),
    ),
    Try(
        "accumulate",
        "Each part has the same weight, though the last may be smaller.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss / len(rows.split(micro_batch))).backward()
        optimizer.step()
    return model
""",
        (
            "batches-weighed-equally",
            "slip-count",
        ),
    ),
    Try(
        "accumulate",
        "The batch norm is in inference mode while training, so it passes everything on.",
        '''
def accumulate(
    x: torch.Tensor,
    y: torch.Tensor,
    hidden: int,
    classes: int,
    batch_size: int,
    micro_batch: int,
    steps: int,
    lr: float,
    seed: int,
) -> nn.Module:
    """A network with one hidden layer, trained on batches of which micro_batch rows fit at once."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
''',
        (
            "normalisation-removed",
            "trained-in-eval",
        ),
    ),
    Try(
        "accumulate",
        "The last part is weighed as if it had micro_batch rows.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * micro_batch / batch_size).backward()
        optimizer.step()
    return model
""",
        (
            "slip-operand",
            "slip-count",
            "batches-weighed-equally",
        ),
    ),
    Try(
        "accumulate",
        "The seed is always 0.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
""",
        (
            "one-seed-for-all",
            "slip-fixed",
        ),
    ),
    Try(
        "accumulate",
        "The seed is set after the network is made.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
""",
        ("seed-ignored",),
    ),
    Try(
        "accumulate",
        "zero_grad() is in the inner loop: only the last part counts.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
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
        ("last-batch-only", "gradients-lost"),
    ),
    Try(
        "accumulate",
        "The outputs are normalised, not the hidden layer.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
        nn.LayerNorm(classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
""",
        ("norm-on-output",),
    ),
    Try(
        "accumulate",
        "Batch normalisation is kept, and the parts' losses are not weighed.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            loss.backward()
        optimizer.step()
    return model
""",
        (
            "accumulation-with-batchnorm",
            "loss-not-divided",
            "slip-left-out",
        ),
    ),
    Try(
        "accumulate",
        "No norm, and a step after each part.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
            optimizer.step()
            optimizer.zero_grad()
    return model
""",
        (
            "normalisation-removed",
            "norm-missing",
            "slip-left-out",
            "step-each-micro-batch",
        ),
    ),
    Try(
        "accumulate",
        "Tanh takes the place of the norm and of the ReLU.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.Tanh(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / batch_size).backward()
        optimizer.step()
    return model
""",
        (
            "normalisation-removed",
            "norm-missing",
            "slip-left-out",
            "another-activation",
            "slip-operation",
        ),
    ),
    Try(
        "accumulate",
        "The last part is weighed as a full one, and every seed is 0.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * micro_batch / batch_size).backward()
        optimizer.step()
    return model
""",
        (
            "slip-operand",
            "slip-count",
            "batches-weighed-equally",
            "one-seed-for-all",
            "slip-fixed",
        ),
    ),
    Try(
        "accumulate",
        "The parts are weighed by their share of all rows, not of the batch.",
        """
def accumulate(x, y, hidden, classes, batch_size, micro_batch, steps, lr, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step in range(steps):
        rows = torch.randperm(len(x))[:batch_size]
        optimizer.zero_grad()
        for part in rows.split(micro_batch):
            loss = F.cross_entropy(model(x[part]), y[part])
            (loss * len(part) / len(x)).backward()
        optimizer.step()
    return model
""",
        (
            "slip-count",
            "slip-operand",
        ),
    ),
]
