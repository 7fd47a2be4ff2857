"""Wrong implementations for problem set 5, of a sixth round."""

from tries import Try

INIT = """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        stats = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if stats else None)
"""

TRIES: list[Try] = [
    Try(
        "module_training",
        "Only exercise 1 is written: the variance is torch's default, N - 1.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        if x.numel() // x.shape[1] == 1:
            raise ValueError("one value a channel")
        shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
        mean = x.mean(dim=dims, keepdim=True)
        var = x.var(dim=dims, keepdim=True)
        y = (x - mean) / torch.sqrt(var + self.eps)
        return self.weight.view(shape) * y + self.bias.view(shape)
""",
        ("unbiased-normalise",),
    ),
    Try(
        "module_training",
        "Maps are flattened to rows, but with view(-1, C).",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        rows = x.reshape(-1, self.num_features)
        if len(rows) < 2:
            raise ValueError("one value a channel")
        centred = rows - rows.mean(0)
        var = (centred * centred).mean(0)
        y = self.weight * centred / (var + self.eps).sqrt() + self.bias
        return y.reshape(x.shape)
""",
        ("reshape-without-transpose",),
    ),
    Try(
        "module_training",
        "eps is added after the root, and bias is forgotten.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        t = x.transpose(0, 1)
        flat = t.reshape(self.num_features, -1)
        if flat.shape[1] == 1:
            raise ValueError("one value a channel")
        mu = flat.mean(1, keepdim=True)
        sd = (flat - mu).pow(2).mean(1, keepdim=True).sqrt() + self.eps
        out = self.weight[:, None] * (flat - mu) / sd
        return out.reshape(t.shape).transpose(0, 1)
""",
        ("eps-outside-sqrt", "gamma-only"),
    ),
    Try(
        "module_inference",
        "The running variance is corrected by N / (N - 1), N the number of samples.",
        INIT
        + """\

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        if self.training or self.running_mean is None:
            if x.numel() == x.shape[1]:
                raise ValueError("one value a channel")
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum
                if m is None:
                    m = 1 / self.num_batches_tracked.item()
                n = x.shape[0]
                with torch.no_grad():
                    self.running_mean.mul_(1 - m).add_(mean, alpha=m)
                    self.running_var.mul_(1 - m).add_(var * n / max(n - 1, 1), alpha=m)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt()
        if self.weight is not None:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y
""",
        ("running-variance-by-samples", "slip-count"),
    ),
    Try(
        "module_inference",
        "momentum=None is taken for 0.1.",
        INIT
        + """\

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        n = x.numel() // x.shape[1]
        if self.training or self.running_mean is None:
            if n == 1 and self.training:
                raise ValueError("one value a channel")
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked += 1
                m = 0.1 if self.momentum is None else self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
                self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt()
        if self.weight is not None:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y
""",
        ("momentum-none",),
    ),
    Try(
        "module_state",
        "The counter is a plain number, the other two are buffers.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        stats = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if stats else None)
        self.num_batches_tracked = torch.tensor(0) if stats else None

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        n = x.numel() // x.shape[1]
        if self.training or self.running_mean is None:
            if n == 1 and self.training:
                raise ValueError("one value a channel")
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum or 1 / self.num_batches_tracked.item()
                self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
                self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt()
        if self.weight is not None:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y
""",
        ("not-a-buffer",),
    ),
    Try(
        "module_gradients",
        "The standard deviation is taken out of the graph.",
        INIT
        + """\

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        n = x.numel() // x.shape[1]
        if self.training or self.running_mean is None:
            if n == 1 and self.training:
                raise ValueError("one value a channel")
            mean = x.mean(dims)
            var = x.detach().var(dims, unbiased=False)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum or 1 / self.num_batches_tracked.item()
                self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
                self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt()
        if self.weight is not None:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y
""",
        ("no-grad-statistics", "variance-path-missing"),
    ),
    Try(
        "keras_to_torch",
        "The momentum is right; epsilon is put under the name epsilon.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    names = ["weight", "bias", "running_mean", "running_var", "momentum", "epsilon"]
    values = [gamma, beta, moving_mean, moving_variance, 1 - momentum, epsilon]
    return dict(zip(names, values))
""",
        ("keras-names", "numbers-missing"),
    ),
    Try(
        "keras_to_torch",
        "The momentum is inverted as 1 / m, not as 1 - m.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    layer = {"weight": gamma, "bias": beta}
    layer["running_mean"] = moving_mean
    layer["running_var"] = moving_variance
    layer["momentum"] = 1 / momentum
    layer["eps"] = epsilon
    return layer
""",
        ("slip-operation", "slip-sign", "slip-brackets"),
    ),
    Try(
        "fold_batchnorm",
        "The root is forgotten in the scale.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps)
    if bias is None:
        bias = torch.zeros_like(running_mean)
    w = torch.einsum("o,o...->o...", scale, weight)
    return w, beta + scale * (bias - running_mean)
""",
        ("divides-by-variance", "slip-left-out"),
    ),
    Try(
        "fold_batchnorm",
        "beta is inside the bracket, and scaled.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    std = torch.sqrt(running_var + eps)
    scale = gamma / std
    b = 0 if bias is None else bias
    new_bias = (b - running_mean + beta) * scale
    new_weight = weight * scale.reshape([-1] + [1] * (weight.ndim - 1))
    return new_weight, new_bias
""",
        ("fold-beta-scaled",),
    ),
    Try(
        "fold_batchnorm",
        "gamma is left out of the weight's scale, and stands in that of the bias.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    inv_std = (running_var + eps).rsqrt()
    new_weight = (weight.flatten(1) * inv_std[:, None]).reshape(weight.shape)
    old = torch.zeros_like(beta) if bias is None else bias
    new_bias = gamma * inv_std * (old - running_mean) + beta
    return new_weight, new_bias
""",
        ("fold-gamma-forgotten", "slip-left-out", "slip-operand"),
    ),
    Try(
        "keras_to_torch",
        "gamma and beta are exchanged, the momentum is right.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return {
        "weight": beta,
        "bias": gamma,
        "running_mean": moving_mean,
        "running_var": moving_variance,
        "momentum": 1.0 - momentum,
        "eps": epsilon,
    }
""",
        ("gamma-beta-swapped", "slip-order"),
    ),
    Try(
        "fold_batchnorm",
        "eps is outside the root, and the mean is added.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var.sqrt() + eps)
    shape = (-1,) + (1,) * (weight.dim() - 1)
    b = torch.zeros_like(running_mean) if bias is None else bias
    return weight * scale.view(shape), beta + scale * (b + running_mean)
""",
        ("eps-outside-sqrt", "fold-mean-added"),
    ),
    Try(
        "fold_batchnorm",
        "The unbiased correction of the variance is undone by the number of outputs.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    n = weight.shape[0]
    var = running_var * (n - 1) / n
    scale = gamma / torch.sqrt(var + eps)
    b = 0.0 if bias is None else bias
    return weight * scale.view(-1, *[1] * (weight.dim() - 1)), beta + scale * (b - running_mean)
""",
        ("slip-factor", "slip-count"),
    ),
]
