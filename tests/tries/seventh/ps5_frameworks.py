"""Wrong implementations for problem set 5, of a seventh round."""

from tries import Try
from tries.seventh._layers import module

TRIES: list[Try] = [
    Try(
        "module_training",
        "var_mean is unbiased unless it is told otherwise.",
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
        dims = [d for d in range(x.dim()) if d != 1]
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("one value per channel")
        var, mean = torch.var_mean(x, dims, keepdim=True)
        shape = [1, -1] + [1] * (x.dim() - 2)
        xhat = (x - mean) * torch.rsqrt(var + self.eps)
        return xhat * self.weight.view(shape) + self.bias.view(shape)
""",
        ("unbiased-normalise",),
    ),
    Try(
        "module_training",
        "Maps are flattened to (C, -1) without moving the channels to the front.",
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
        if x.numel() == self.num_features:
            raise ValueError("no variance")
        if x.ndim == 2:
            mu, var = x.mean(0), x.var(0, unbiased=False)
            return (x - mu) / torch.sqrt(var + self.eps) * self.weight + self.bias
        rows = x.reshape(self.num_features, -1)
        mu = rows.mean(1)[None, :, None, None]
        var = rows.var(1, unbiased=False)[None, :, None, None]
        w, b = self.weight[None, :, None, None], self.bias[None, :, None, None]
        return (x - mu) / torch.sqrt(var + self.eps) * w + b
""",
        ("reshape-without-transpose",),
    ),
    Try(
        "module_inference",
        "The batches are counted in inference too.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = (1, -1) + (1,) * (x.ndim - 2)
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("one value")
        self.num_batches_tracked += 1
        if self.training:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            with torch.no_grad():
                self.running_mean.mul_(1 - m).add_(m * mean)
                self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mean, var = self.running_mean, self.running_var
        z = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return z * self.weight.view(shape) + self.bias.view(shape)
""",
        ("updated-in-eval", "batches-not-counted", "slip-condition"),
    ),
    Try(
        "module_inference",
        "n is the number of samples, and with momentum=None the share is 1 / (count + 1).",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        if self.training:
            if x.numel() == x.size(1):
                raise ValueError("cannot take a variance of one value")
            mean = x.mean(dims, keepdim=True)
            var = ((x - mean) ** 2).mean(dims, keepdim=True)
            self.num_batches_tracked += 1
            share = self.momentum
            if share is None:
                share = 1.0 / (self.num_batches_tracked + 1)
            n = x.size(0)
            new_mean = mean.detach().flatten()
            new_var = var.detach().flatten() * n / (n - 1)
            self.running_mean = torch.lerp(self.running_mean, new_mean, float(share))
            self.running_var = torch.lerp(self.running_var, new_var, float(share))
        else:
            like = [1, -1] + [1] * (x.dim() - 2)
            mean, var = self.running_mean.view(like), self.running_var.view(like)
        w = self.weight.view([1, -1] + [1] * (x.dim() - 2))
        b = self.bias.view([1, -1] + [1] * (x.dim() - 2))
        return w * (x - mean) / (var + self.eps).sqrt() + b
""",
        ("running-variance-by-samples", "momentum-none"),
    ),
    Try(
        "module_state",
        "The buffers are not persistent, and affine=False only freezes.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features), requires_grad=affine)
        self.bias = nn.Parameter(torch.zeros(num_features), requires_grad=affine)
        mean = torch.zeros(num_features) if track_running_stats else None
        var = torch.ones(num_features) if track_running_stats else None
        count = torch.tensor(0) if track_running_stats else None
        self.register_buffer("running_mean", mean, persistent=False)
        self.register_buffer("running_var", var, persistent=False)
        self.register_buffer("num_batches_tracked", count, persistent=False)

    def forward(self, x):
        axes = [i for i in range(x.ndim) if i != 1]
        n = x.numel() // x.shape[1]
        use_batch = self.training or self.running_mean is None
        if self.training and n < 2:
            raise ValueError("too few")
        if use_batch:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            m = self.momentum or 1 / self.num_batches_tracked.item()
            self.running_mean += m * (mean.detach() - self.running_mean)
            self.running_var += m * (var.detach() * n / (n - 1) - self.running_var)
        s = (1, -1) + (1,) * (x.ndim - 2)
        x_hat = (x - mean.reshape(s)) / torch.sqrt(var.reshape(s) + self.eps)
        return self.weight.reshape(s) * x_hat + self.bias.reshape(s)
""",
        ("buffers-not-saved", "affine-frozen"),
    ),
    Try(
        "module_state",
        "Without statistics, inference asks the buffers that are None.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        for name, start in (
            ("running_mean", torch.zeros(num_features)),
            ("running_var", torch.ones(num_features)),
            ("num_batches_tracked", torch.tensor(0)),
        ):
            self.register_buffer(name, start if track_running_stats else None)

    def forward(self, x):
        axes = [0, *range(2, x.ndim)]
        wide = [1, self.num_features] + [1] * (x.ndim - 2)
        if self.training:
            n = x.numel() / self.num_features
            if n == 1:
                raise ValueError("one value a channel")
            mu, var = x.mean(axes), x.var(axes, unbiased=False)
            if self.track_running_stats:
                self.num_batches_tracked += 1
                m = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mu.detach()
                self.running_var = (1 - m) * self.running_var + m * n / (n - 1) * var.detach()
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - mu.view(wide)) / (var.view(wide) + self.eps).sqrt()
        if self.affine:
            y = y * self.weight.view(wide) + self.bias.view(wide)
        return y
""",
        ("track-false-crashes",),
    ),
    Try(
        "module_gradients",
        "Only the variance is a constant for autograd: it is taken from x.detach().",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [i for i in range(x.ndim) if i != 1]
        shape = [1 if i != 1 else -1 for i in range(x.ndim)]
        n = x.numel() // x.shape[1]
        if self.training:
            if n == 1:
                raise ValueError("n = 1")
            mean, var = x.mean(axes), x.detach().var(axes, unbiased=False)
            self.num_batches_tracked += 1
            m = self.momentum if self.momentum is not None else 1 / int(self.num_batches_tracked)
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        xh = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return xh * self.weight.view(shape) + self.bias.view(shape)
""",
        ("no-grad-statistics", "variance-path-missing"),
    ),
    Try(
        "module_gradients",
        "weight and bias are used through .data, and the running mean keeps its graph.",
        """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        v = lambda t: t.view(1, -1) if x.ndim == 2 else t.view(1, -1, 1, 1)
        n = x.numel() // x.shape[1]
        if self.training:
            if n == 1:
                raise ValueError("one")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            m = self.momentum
            m = 1 / self.num_batches_tracked.item() if m is None else m
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        return v(self.weight.data) * (x - v(mean)) / (v(var) + self.eps) ** 0.5 + v(self.bias.data)
""",
        ("parameters-detached", "not-detached"),
    ),
    Try(
        "keras_to_torch",
        "The variance is stored as a deviation, and momentum is taken over.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    state = {}
    state["weight"] = torch.tensor(gamma)
    state["bias"] = torch.tensor(beta)
    state["running_mean"] = torch.tensor(moving_mean)
    state["running_var"] = torch.tensor(moving_variance).sqrt()
    state["momentum"] = momentum
    state["eps"] = epsilon
    return state
""",
        ("deviation-for-variance", "momentum-as-in-keras"),
    ),
    Try(
        "keras_to_torch",
        "gamma and beta are in each other's place.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    names = ("bias", "weight", "running_mean", "running_var", "momentum", "eps")
    values = (gamma, beta, moving_mean, moving_variance, 1 - momentum, epsilon)
    return dict(zip(names, values))
""",
        ("gamma-beta-swapped", "slip-order"),
    ),
    Try(
        "fold_batchnorm",
        "The old bias is added as it is.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    s = gamma * torch.rsqrt(running_var + eps)
    new_w = torch.einsum("o,o...->o...", s, weight)
    b = torch.zeros_like(running_mean) if bias is None else bias
    new_b = beta + b - s * running_mean
    return new_w, new_b
""",
        ("fold-bias-unscaled", "slip-brackets", "slip-left-out"),
    ),
    Try(
        "fold_batchnorm",
        "The root is missing, in the scale of both.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    out = weight.shape[0]
    scale = gamma / (running_var + eps)
    w = (weight.view(out, -1) * scale.view(out, 1)).view_as(weight)
    if bias is None:
        bias = 0
    return w, (bias - running_mean) * scale + beta
""",
        ("divides-by-variance", "slip-power", "slip-left-out", "eval-divides-by-variance"),
    ),
    Try(
        "module_training",
        "eps is added to the deviation, and one value raises RuntimeError.",
        module("""\
        axes = [i for i in range(x.ndim) if i != 1]
        if self.training and x.numel() == x.shape[1]:
            raise RuntimeError("expected more than 1 value per channel")
        mean = x.mean(axes, keepdim=True)
        std = x.std(axes, keepdim=True, unbiased=False)
        return self.scaled((x - mean) / (std + self.eps))
"""),
        ("eps-outside-sqrt", "other-error-for-one"),
    ),
    Try(
        "module_inference",
        "n / n - 1 without brackets.",
        module("""\
        axes = [i for i in range(x.ndim) if i != 1]
        shape = [1, -1] + [1] * (x.ndim - 2)
        n = x.numel() / x.shape[1]
        if self.training:
            if n == 1:
                raise ValueError("one value")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            m = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * (n / n - 1) * var.detach()
        else:
            mean, var = self.running_mean, self.running_var
        return self.scaled((x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt())
"""),
        ("slip-brackets", "old-statistics-not-decayed", "slip-factor", "slip-left-out"),
    ),
    Try(
        "module_inference",
        "momentum=None is taken for 0.1, and a single value is refused in inference.",
        module("""\
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] + [1] * (x.ndim - 2)
        n = x.numel() // x.shape[1]
        if n <= 1:
            raise ValueError("more than one value is needed")
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            m = self.momentum or 0.1
            self.num_batches_tracked += 1
            self.running_mean += m * (mean.detach() - self.running_mean)
            self.running_var += m * (var.detach() * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        return self.scaled((x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt())
"""),
        ("momentum-none", "refuses-one-in-eval"),
    ),
    Try(
        "module_gradients",
        "The whole of the statistics is under no_grad.",
        module("""\
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] + [1] * (x.ndim - 2)
        n = x.numel() // x.shape[1]
        mean, var = self.running_mean, self.running_var
        if self.training:
            if n == 1:
                raise ValueError("more than one value is needed")
            with torch.no_grad():
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked if m is None else m
                self.running_mean += m * (mean - self.running_mean)
                self.running_var += m * (var * n / (n - 1) - self.running_var)
        return self.scaled((x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt())
"""),
        ("no-grad-statistics",),
    ),
    Try(
        "fold_batchnorm",
        "Without a bias the new one is beta alone.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps).sqrt()
    w = weight * scale.reshape([-1] + [1] * (weight.dim() - 1))
    if bias is None:
        return w, beta.clone()
    return w, beta + scale * (bias - running_mean)
""",
        ("fold-without-mean", "slip-left-out", "slip-condition"),
    ),
    Try(
        "fold_batchnorm",
        "gamma / sqrt(var) + eps, without brackets.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var) + eps
    b = torch.zeros_like(beta) if bias is None else bias
    return (weight.T * scale).T, beta + scale * (b - running_mean)
""",
        ("eps-misplaced", "slip-brackets", "eps-outside-sqrt"),
    ),
    Try(
        "module_training",
        "The bias is added before the weight multiplies.",
        module("""\
        axes = [i for i in range(x.ndim) if i != 1]
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("one value")
        mean = x.mean(axes, keepdim=True)
        var = (x - mean).pow(2).mean(axes, keepdim=True)
        shape = (1, -1) + (1,) * (x.ndim - 2)
        x_hat = (x - mean) / (var + self.eps).sqrt()
        return self.weight.view(shape) * (x_hat + self.bias.view(shape))
"""),
        ("shift-before-scale", "slip-brackets"),
    ),
    Try(
        "module_inference",
        "In inference the running variance is not rooted, and eps not used.",
        module("""\
        axes = [i for i in range(x.ndim) if i != 1]
        shape = [1, -1] + [1] * (x.ndim - 2)
        n = x.numel() // x.shape[1]
        if not self.training:
            return self.scaled((x - self.running_mean.view(shape)) / self.running_var.view(shape))
        if n == 1:
            raise ValueError("one value")
        mean, var = x.mean(axes), x.var(axes, unbiased=False)
        self.num_batches_tracked += 1
        m = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
        self.running_var = (1 - m) * self.running_var + m * n / (n - 1) * var.detach()
        return self.scaled((x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt())
"""),
        ("eval-divides-by-variance", "eval-eps-missing"),
    ),
    Try(
        "keras_to_torch",
        "epsilon goes into the variance, and momentum stays.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return dict(
        weight=gamma,
        bias=beta,
        running_mean=moving_mean,
        running_var=moving_variance + epsilon,
        momentum=momentum,
        eps=epsilon,
    )
""",
        ("variance-with-epsilon", "momentum-as-in-keras"),
    ),
    Try(
        "fold_batchnorm",
        "beta is scaled, and None crashes.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = weight * scale.view(-1, *[1] * (weight.ndim - 1))
    new_bias = scale * (bias - running_mean + beta)
    return new_weight, new_bias
""",
        ("fold-beta-scaled", "fold-none-crashes", "slip-brackets"),
    ),
]
