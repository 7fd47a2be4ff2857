"""Wrong solutions of problem set 5, with the names that would be right."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "module_training",
        "The batch is normalised with the unbiased variance, which only the running one takes.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var)
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y if self.weight is None else y * wide(self.weight) + wide(self.bias)
""",
        (
            "unbiased-normalise",
            "slip-count",
        ),
    ),
    Try(
        "module_training",
        "view(N C, -1) is impossible in the channels_last layout.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def per_channel_mean(self, values):
        N, C = values.shape[:2]
        return values.view(N * C, -1).mean(1).view(N, C).mean(0)

    def forward(self, x):
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("one value per channel")
        wide = [1, -1] + [1] * (x.ndim - 2)
        centred = x - self.per_channel_mean(x).view(wide)
        var = self.per_channel_mean(centred**2).view(wide)
        x_hat = centred / torch.sqrt(var + self.eps)
        return self.weight.view(wide) * x_hat + self.bias.view(wide)
""",
        ("memory-layout-assumed",),
    ),
    Try(
        "module_training",
        "The rows of the channels are reshaped to x's shape without turning the axes back.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(x.shape)
""",
        (
            "reshape-back",
            "transposed-back",
        ),
    ),
    Try(
        "module_training",
        "Feature maps are averaged over the samples only: each pixel has its own statistics.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0]
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (
            "per-pixel",
            "slip-axis",
        ),
    ),
    Try(
        "module_training",
        "Nothing is reshaped, so the channels' numbers meet the last axis of feature maps.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = (0,) if x.ndim == 2 else (0, 2, 3)
        if x.numel() == self.num_features:
            raise ValueError("cannot normalise one value")
        mu = x.mean(axes)
        var = x.var(axes, unbiased=False)
        return self.weight * (x - mu) / (var + self.eps) ** 0.5 + self.bias
""",
        (
            "broadcast-along-width",
            "keepdims-missing",
        ),
    ),
    Try(
        "module_training",
        "One sample is refused even if its maps have many values.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.shape[0] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (
            "one-sample-refused",
            "slip-count",
        ),
    ),
    Try(
        "module_training",
        "One value a channel fails an assertion, so no ValueError is raised.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 1.0 / float(self.num_batches_tracked)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            assert size > 1 or not self.training, "Expected more than 1 value per channel"
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        ("other-error-for-one",),
    ),
    Try(
        "module_training",
        "Feature maps are averaged over their pixels only, as in instance normalisation.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        if x.numel() == x.shape[1]:
            raise ValueError("a batch of one value")
        if x.ndim == 2:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            weight, bias = self.weight, self.bias
        else:
            mean = x.mean((2, 3), keepdim=True)
            var = x.var((2, 3), unbiased=False, keepdim=True)
            weight, bias = self.weight[:, None, None], self.bias[:, None, None]
        return weight * (x - mean) / torch.sqrt(var + self.eps) + bias
""",
        (
            "per-sample",
            "slip-axis",
        ),
    ),
    Try(
        "module_training",
        "The weights start as random numbers, like those of a linear layer.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.rand(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (),
    ),
    Try(
        "module_training",
        "weight is added and bias multiplies.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.bias[:, None] * y + self.weight[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "gamma-beta-swapped",
            "slip-order",
        ),
    ),
    Try(
        "module_training",
        "The variance of a channel is the mean of its samples' own variances.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        if x.shape[0] * x[0, 0].numel() == 1:
            raise ValueError("a variance needs two values")
        if x.ndim == 4:
            mean = x.mean((2, 3)).mean(0)
            var = x.var((2, 3), unbiased=False).mean(0)
            shape = (1, self.num_features, 1, 1)
        else:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            shape = (1, self.num_features)
        x = (x - mean.reshape(shape)) / (var.reshape(shape) + self.eps).sqrt()
        return x * self.weight.reshape(shape) + self.bias.reshape(shape)
''',
        ("mean-of-variances",),
    ),
    Try(
        "module_training",
        "bias is added before weight multiplies; the default of eps is Keras's.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-3, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y if self.weight is None else wide(self.weight) * (y + wide(self.bias))
""",
        (
            "shift-before-scale",
            "slip-brackets",
            "eps-default",
            "slip-default",
        ),
    ),
    Try(
        "module_training",
        "The variance is unbiased, and one value a channel is let through.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.reshape(shape) * X_hat + beta.reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not self.training and self.running_mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.running_mean, self.running_var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        mean = X.mean(axes)
        var = X.var(axes)
        if self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
            new_mean, new_var = mean.detach(), var.detach()
            self.running_mean = (1.0 - momentum) * self.running_mean + momentum * new_mean
            self.running_var = (1.0 - momentum) * self.running_var + momentum * new_var
        return batch_norm(X, self.weight, self.bias, mean, var, self.eps)
""",
        (
            "unbiased-normalise",
            "slip-count",
            "no-error-for-one",
            "one-value-per-channel",
            "slip-left-out",
        ),
    ),
    Try(
        "module_training",
        "Everything is float32 whatever x is; one value a channel raises a RuntimeError.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        x = x.to(torch.float32)
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise RuntimeError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        weight, bias = self.weight.float().view(shape), self.bias.float().view(shape)
        return weight * (x - mean) / std + bias
""",
        (
            "precision-fixed",
            "loses-dtype",
            "other-error-for-one",
        ),
    ),
    Try(
        "module_training",
        "x is normalised in place, so the caller's batch changes.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        x -= mean
        x /= std
        return self.weight.view(shape) * x + self.bias.view(shape)
""",
        ("mutates-input",),
    ),
    Try(
        "module_training",
        "x.std is unbiased, and eps is added to it, outside the root.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps = num_features, eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        other = [i for i in range(x.ndim) if i != 1]
        if x.shape[1] == x.numel():
            raise ValueError(f"got only {x.shape}")
        z = (x - x.mean(other, keepdim=True)) / (x.std(other, keepdim=True) + self.eps)
        z = z.transpose(1, -1)          # channels last, for the broadcast
        return (self.weight * z + self.bias).transpose(1, -1)
""",
        (
            "unbiased-normalise",
            "slip-count",
            "eps-outside-sqrt",
            "slip-brackets",
        ),
    ),
    Try(
        "module_training",
        "weight multiplies x before the mean is taken away, not the difference.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        return (self.weight.view(shape) * x - mean) / std + self.bias.view(shape)
""",
        ("slip-brackets",),
    ),
    Try(
        "module_training",
        "The sum over all values of a channel is divided by the number of samples.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.sum(axes) / x.shape[0]
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("slip-count",),
    ),
    Try(
        "module_training",
        "Only rows are normalised; for maps the code is still missing.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        if x.ndim == 4:
            # YOUR CODE HERE
            raise NotImplementedError("BatchNorm.forward: your code here")
        if len(x) == 1:
            raise ValueError("one row only")
        mean, var = x.mean(0), x.var(0, unbiased=False)
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias
""",
        (),
    ),
    Try(
        "module_training",
        "weight starts as random numbers, and eps is outside the root.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.randn(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None].sqrt() + self.eps)
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "eps-outside-sqrt",
            "slip-brackets",
        ),
    ),
    Try(
        "module_training",
        "The axes are those of feature maps; rows are an IndexError.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = (0, 2, 3)
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (),
    ),
    Try(
        "module_inference",
        "momentum is the share of the old statistics, as in Keras.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 - 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = m * self.running_mean + (1 - m) * mean.detach()
            self.running_var = m * self.running_var + (1 - m) * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "momentum-inverted",
            "slip-order",
        ),
    ),
    Try(
        "module_inference",
        "momentum=None is multiplied like a number: a TypeError.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def update(self, running, new):
        running.copy_((1 - self.momentum) * running + self.momentum * new)

    def forward(self, x):
        axes = (0,) + tuple(range(2, x.ndim))
        mean, var = self.running_mean, self.running_var
        if self.training:
            n = x.numel() // x.shape[1]
            if n == 1:
                raise ValueError("one value")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            self.update(self.running_mean, mean.detach())
            self.update(self.running_var, n / (n - 1) * var.detach())
        shape = (1, -1) + (1,) * (x.ndim - 2)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
""",
        (
            "momentum-none",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "With momentum=None the share is computed before the batch is counted: 1 / 0.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
            self.num_batches_tracked += 1
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("momentum-none",),
    ),
    Try(
        "module_inference",
        "Batches are counted in inference too.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if tracked:
            self.num_batches_tracked += 1
        if self.training and tracked:
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        ("batches-not-counted",),
    ),
    Try(
        "module_inference",
        "The mode is taken from torch.is_grad_enabled(), not from self.training.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.reshape(shape) * X_hat + beta.reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not torch.is_grad_enabled() and self.running_mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.running_mean, self.running_var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        n = X.numel() / X.shape[1]
        if n == 1:
            raise ValueError("batch normalization needs more than one value")
        mean = X.mean(axes)
        var = X.var(axes, unbiased=False)
        if self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
            new_mean, new_var = mean.detach(), var.detach() * n / (n - 1)
            self.running_mean = (1.0 - momentum) * self.running_mean + momentum * new_mean
            self.running_var = (1.0 - momentum) * self.running_var + momentum * new_var
        return batch_norm(X, self.weight, self.bias, mean, var, self.eps)
""",
        (
            "mode-from-grad-enabled",
            "slip-condition",
        ),
    ),
    Try(
        "module_inference",
        "After the update, training too normalises with the running statistics.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("running-stats-in-training",),
    ),
    Try(
        "module_inference",
        "n / (n - 1) counts the samples, not the values of a channel.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * len(x) / (len(x) - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y if self.weight is None else y * wide(self.weight) + wide(self.bias)
""",
        ("slip-count", "running-variance-by-samples"),
    ),
    Try(
        "module_inference",
        "The running variance is an average of standard deviations.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0, 2, 3][: max(1, x.ndim - 1)]
        s = [1, -1, 1, 1][: x.ndim]
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("one value")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            m = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
            self.running_mean = torch.lerp(self.running_mean, mean.detach(), m)
            self.running_var = torch.lerp(self.running_var, x.std(axes).detach(), m)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean.reshape(s)) / (var.reshape(s) + self.eps).sqrt()
        return self.weight.reshape(s) * x_hat + self.bias.reshape(s)
""",
        (
            "running-standard-deviation",
            "slip-power",
        ),
    ),
    Try(
        "module_inference",
        "A single value a channel is an error in inference as well.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "refuses-one-in-eval",
            "error-in-eval",
            "slip-condition",
        ),
    ),
    Try(
        "module_inference",
        "`momentum or ...` takes a momentum of 0 for None.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            m = self.momentum or 1 / self.num_batches_tracked.item()
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (),
    ),
    Try(
        "module_inference",
        "momentum weighs the old statistics, and the running variance is the biased one.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.reshape(shape) * X_hat + beta.reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not self.training and self.running_mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.running_mean, self.running_var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        n = X.numel() / X.shape[1]
        if self.training and n == 1:
            raise ValueError("batch normalization needs more than one value")
        mean = X.mean(axes)
        var = X.var(axes, unbiased=False)
        if self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 - 1.0 / self.num_batches_tracked.item()
            new_mean, new_var = mean.detach(), var.detach()
            self.running_mean = momentum * self.running_mean + (1.0 - momentum) * new_mean
            self.running_var = momentum * self.running_var + (1.0 - momentum) * new_var
        return batch_norm(X, self.weight, self.bias, mean, var, self.eps)
""",
        (
            "momentum-inverted",
            "slip-order",
            "biased-running-variance",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "Batches are counted in floats, and inference divides without eps.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        count = torch.tensor(0.0)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        eps = self.eps if self.training or not self.track else 0.0
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + eps)
        return y if self.weight is None else y * wide(self.weight) + wide(self.bias)
""",
        (
            "counts-in-floats",
            "eval-eps-missing",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "The running mean is never moved, and momentum=None is taken for 0.1.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = 0.1 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        (
            "running-mean-forgotten",
            "momentum-none",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "eval() is written anew and does not return the layer.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)

    def eval(self):
        self.training = False
''',
        ("mode-returns-nothing",),
    ),
    Try(
        "module_inference",
        "The correction of the variance is upside down: (n - 1) / n.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * (n - 1) / n
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("slip-order", "slip-operation"),
    ),
    Try(
        "module_inference",
        "eps is in the variance that is remembered.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False) + self.eps
        else:
            mean = self.running_mean
            var = self.running_var + self.eps
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape))
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("running-variance-with-eps",),
    ),
    Try(
        "module_inference",
        "In inference the running statistics go on moving, and the batch is counted.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        n = rows.shape[1]
        if self.training and n < 2:
            raise ValueError("only one value")
        mean = rows.mean(1)
        var = ((rows - mean[:, None]) ** 2).mean(1)
        tracked = self.running_mean is not None
        used = mean, var
        if tracked and not self.training:
            used = self.running_mean, self.running_var
        if tracked and n > 1:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        mean, var = used
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "updated-in-eval",
            "batches-not-counted",
            "slip-condition",
        ),
    ),
    Try(
        "module_inference",
        "Exercise 1 only: nothing of the running statistics is begun.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps) ** 0.5
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (),
    ),
    Try(
        "module_inference",
        "Exercise 1 only: in inference the stub's error is still raised.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        if not self.training:
            # YOUR CODE HERE
            raise NotImplementedError("BatchNorm.forward: your code here")
        if x.numel() == self.num_features:
            raise ValueError("one value per channel")
        axes = [i for i in range(x.ndim) if i != 1]
        mean = x.mean(axes, keepdim=True)
        var = ((x - mean) ** 2).mean(axes, keepdim=True)
        shape = mean.shape
        x_hat = (x - mean) / (var + self.eps).sqrt()
        return self.weight.reshape(shape) * x_hat + self.bias.reshape(shape)
''',
        (),
    ),
    Try(
        "module_inference",
        "torch.nn.functional.batch_norm does everything.",
        """
import torch.nn.functional as F


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        track = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if track else None)
        self.register_buffer("running_var", torch.ones(num_features) if track else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track else None)

    def forward(self, x):
        momentum = self.momentum
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if momentum is None:
                momentum = 1 / int(self.num_batches_tracked)
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            momentum or 0.0,
            self.eps,
        )
""",
        ("torch-does-it",),
    ),
    Try(
        "module_inference",
        "With momentum=None the share is half of 1 / num_batches_tracked.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 0.5 / float(self.num_batches_tracked)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        (
            "momentum-none",
            "slip-factor",
            "slip-number",
        ),
    ),
    Try(
        "module_inference",
        "Inference takes the mean that was remembered, but the variance of the batch at hand.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = x.var(axes, unbiased=False)
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "batch-stats-in-eval",
            "slip-operand",
        ),
    ),
    Try(
        "module_inference",
        "The share is always 0.1, and n / (n - 1) counts samples only.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        N = x.shape[0]
        axes, shape = ((0,), (1, -1)) if x.ndim == 2 else ((0, 2, 3), (1, -1, 1, 1))
        if self.training:
            if x.numel() == self.num_features:
                raise ValueError("one value")
            mu, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            self.running_mean = 0.9 * self.running_mean + 0.1 * mu.detach()
            self.running_var = 0.9 * self.running_var + 0.1 * var.detach() * N / (N - 1)
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - mu.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * y + self.bias.view(shape)
""",
        (
            "slip-count",
            "momentum-fixed",
            "slip-fixed",
            "momentum-none",
            "running-variance-by-samples",
        ),
    ),
    Try(
        "module_inference",
        "The running variance starts as zeros, and no batch is ever counted.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.zeros(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value if track_running_stats else None)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            m = self.momentum
            if m is None:
                m = 1 / max(1, self.num_batches_tracked.item())
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "starts-at-zero-variance",
            "slip-number",
            "batches-not-counted",
            "momentum-none",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "The running variance is the biased one, and inference leaves weight and bias out.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach()
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None or not self.training:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "biased-running-variance",
            "eval-no-affine",
            "slip-left-out",
        ),
    ),
    Try(
        "module_inference",
        "The old running variance is taken from the running mean, by a slip in copying.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_mean + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("slip-operand",),
    ),
    Try(
        "module_state",
        "The running statistics are plain attributes.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.running_mean = torch.zeros(num_features)
            self.running_var = torch.ones(num_features)
            self.num_batches_tracked = torch.tensor(0)
        else:
            self.running_mean = self.running_var = self.num_batches_tracked = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("not-a-buffer",),
    ),
    Try(
        "module_state",
        "The running statistics are parameters without gradients.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.running_mean = self.running_var = self.num_batches_tracked = None
        if track_running_stats:
            self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
            self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)
            self.num_batches_tracked = nn.Parameter(torch.tensor(0), requires_grad=False)

    @torch.no_grad()
    def remember(self, mean, var):
        self.num_batches_tracked += 1
        m = self.momentum if self.momentum is not None else 1 / self.num_batches_tracked.item()
        self.running_mean += m * (mean - self.running_mean)
        self.running_var += m * (var - self.running_var)

    def forward(self, x):
        axes = [0] + [2, 3] * (x.ndim == 4)
        shape = (1, -1, 1, 1)[: x.ndim]
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("more values, please")
        if self.training or self.running_mean is None:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and self.running_mean is not None:
            self.remember(mean, x.var(axes))
        y = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + self.eps)
        if self.weight is None:
            return y
        return self.weight.reshape(shape) * y + self.bias.reshape(shape)
""",
        ("stats-are-parameters",),
    ),
    Try(
        "module_state",
        "The parameters are called gamma and beta.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.gamma = nn.Parameter(torch.empty(num_features))
            self.beta = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("gamma", None)
            self.register_parameter("beta", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.gamma)
            nn.init.zeros_(self.beta)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 1.0 / float(self.num_batches_tracked)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.gamma.view(view) + self.beta.view(view)
        return output
""",
        (
            "other-names",
            "keras-names",
        ),
    ),
    Try(
        "module_state",
        "affine=False changes nothing.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)))
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y * wide(self.weight) + wide(self.bias)
""",
        (
            "affine-ignored",
            "slip-fixed",
        ),
    ),
    Try(
        "module_state",
        "Without running statistics, inference takes None for the mean.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 1.0 / float(self.num_batches_tracked)
        bn_training = self.training
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        ("track-false-crashes",),
    ),
    Try(
        "module_state",
        "The buffers are not persistent, so that they are not saved.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features), persistent=False)
            self.register_buffer("running_var", torch.ones(num_features), persistent=False)
            self.register_buffer("num_batches_tracked", torch.tensor(0), persistent=False)
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("buffers-not-saved",),
    ),
    Try(
        "module_state",
        "The buffers are called mean, var and count.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.reshape(shape) * X_hat + beta.reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("mean", mean)
        self.register_buffer("var", var)
        self.register_buffer("count", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not self.training and self.mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.mean, self.var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        n = X.numel() / X.shape[1]
        if self.training and n == 1:
            raise ValueError("batch normalization needs more than one value")
        mean = X.mean(axes)
        var = X.var(axes, unbiased=False)
        if self.mean is not None:
            self.count = self.count + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 / self.count.item()
            new_mean, new_var = mean.detach(), var.detach() * n / (n - 1)
            self.mean = (1.0 - momentum) * self.mean + momentum * new_mean
            self.var = (1.0 - momentum) * self.var + momentum * new_var
        return batch_norm(X, self.weight, self.bias, mean, var, self.eps)
""",
        (),
    ),
    Try(
        "module_state",
        "affine=False only tells autograd to leave weight and bias alone: they are still there.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features), requires_grad=affine)
        self.bias = nn.Parameter(torch.zeros(num_features), requires_grad=affine)
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("affine-frozen",),
    ),
    Try(
        "module_state",
        "The count is a plain int, and affine=False crashes in forward.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.num_batches_tracked = 0 if self.track else None

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked += 1
                    m = self.momentum
                    if m is None:
                        m = 1 / self.num_batches_tracked
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y * wide(self.weight) + wide(self.bias)
""",
        (
            "not-a-buffer",
            "affine-false-crashes",
        ),
    ),
    Try(
        "module_state",
        "The parameters are called scale and shift; track_running_stats is not looked at.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.scale = self.shift = None
        if affine:
            self.scale = nn.Parameter(torch.ones(num_features))
            self.shift = nn.Parameter(torch.zeros(num_features))
        names = ["running_mean", "running_var", "num_batches_tracked"]
        values = [torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)]
        for name, value in zip(names, values):
            self.register_buffer(name, value)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training or not tracked:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.scale is not None:
            y = self.scale[:, None] * y + self.shift[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "other-names",
            "track-ignored",
            "slip-fixed",
        ),
    ),
    Try(
        "module_state",
        "The running statistics have the shape (1, C, 1, 1).",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        shape = (1, num_features, 1, 1)
        self.eps, self.momentum, self.affine = eps, momentum, affine
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(shape) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(shape) if track_running_stats else None)
        self.register_buffer(
            "num_batches_tracked", torch.tensor(0) if track_running_stats else None
        )

    def forward(self, x):
        shape, is_rows = x.shape, x.ndim == 2
        if is_rows:
            x = x[:, :, None, None]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("one value")
        mean, var = self.running_mean, self.running_var
        if self.training or mean is None:
            mean = x.mean((0, 2, 3), keepdim=True)
            var = x.var((0, 2, 3), unbiased=False, keepdim=True)
            if self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked.item() if m is None else m
                with torch.no_grad():
                    self.running_mean = (1 - m) * self.running_mean + m * mean
                    self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        x = (x - mean) / torch.sqrt(var + self.eps)
        if self.affine:
            x = self.weight[:, None, None] * x + self.bias[:, None, None]
        return x.reshape(shape)
""",
        ("statistics-shape",),
    ),
    Try(
        "module_state",
        "Both options are left for later: affine and track_running_stats have no effect.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = list(range(x.ndim))
        axes.remove(1)
        shape = [self.num_features] + [1] * (x.ndim - 2)
        if self.training:
            if x.numel() == self.num_features:
                raise ValueError("needs more than one value per channel")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean.mul_(1 - m).add_(mean.detach(), alpha=m)
            self.running_var.mul_(1 - m).add_(x.detach().var(axes), alpha=m)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + self.eps)
        return self.weight.reshape(shape) * y + self.bias.reshape(shape)
""",
        (
            "affine-ignored",
            "track-ignored",
            "slip-fixed",
        ),
    ),
    Try(
        "module_state",
        "Exercise 1 only: the options and the buffers are not begun.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        if not affine or not track_running_stats:
            raise NotImplementedError("BatchNorm.__init__: your code here")
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        if x.numel() == x.shape[1]:
            raise ValueError("one value a channel")
        rows = x.movedim(1, -1)
        axes = tuple(range(rows.ndim - 1))
        rows = rows - rows.mean(axes)
        rows = rows / torch.sqrt((rows**2).mean(axes) + self.eps)
        return (self.weight * rows + self.bias).movedim(-1, 1)
''',
        (),
    ),
    Try(
        "module_state",
        "The buffers are not registered at all when track_running_stats=False.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            pass
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 1.0 / float(self.num_batches_tracked)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        (),
    ),
    Try(
        "module_state",
        "weight and bias are buffers, so that no optimiser finds them.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_buffer("weight", torch.ones(C) if affine else None)
        self.register_buffer("bias", torch.zeros(C) if affine else None)
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y if self.weight is None else y * wide(self.weight) + wide(self.bias)
""",
        ("not-a-parameter",),
    ),
    Try(
        "module_state",
        "The buffers are not persistent, and affine=False changes nothing.",
        """
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super(BatchNorm, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = True
        self.track_running_stats = track_running_stats
        if self.affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if self.track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features), False)
            self.register_buffer("running_var", torch.ones(num_features), False)
            self.register_buffer("num_batches_tracked", torch.tensor(0), False)
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, input):
        exponential_average_factor = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                exponential_average_factor = 1.0 / float(self.num_batches_tracked)
        bn_training = self.training or not self.track_running_stats
        dims = [d for d in range(input.dim()) if d != 1]
        view = [1] * input.dim()
        view[1] = self.num_features
        if bn_training:
            size = input.numel() // self.num_features
            if self.training and size == 1:
                raise ValueError("Expected more than 1 value per channel when training")
            mean = input.mean(dims)
            var = input.var(dims, unbiased=False)
            if self.training and self.track_running_stats:
                f = exponential_average_factor
                unbiased = var.detach() * size / (size - 1)
                self.running_mean = f * mean.detach() + (1 - f) * self.running_mean
                self.running_var = f * unbiased + (1 - f) * self.running_var
        else:
            mean = self.running_mean
            var = self.running_var
        output = (input - mean.view(view)) / (var.view(view) + self.eps) ** 0.5
        if self.affine:
            output = output * self.weight.view(view) + self.bias.view(view)
        return output
""",
        ("affine-ignored", "slip-fixed", "buffers-not-saved"),
    ),
    Try(
        "module_state",
        "Mean and variance are plain attributes; without them inference crashes.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = torch.zeros(num_features) if track_running_stats else None
        self.running_var = torch.ones(num_features) if track_running_stats else None
        count = torch.tensor(0) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)

    def forward(self, x):
        turned = x.transpose(0, 1)                    # (C, N) or (C, N, H, W)
        rows = turned.reshape(x.shape[1], -1)         # one row for each channel
        tracked = self.running_mean is not None
        if self.training:
            n = rows.shape[1]
            if self.training and n < 2:
                raise ValueError("only one value")
            mean = rows.mean(1)
            var = ((rows - mean[:, None]) ** 2).mean(1)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and tracked:
            self.num_batches_tracked += 1
            m = self.momentum
            if m is None:
                m = 1 / self.num_batches_tracked.item()
            self.running_mean = self.running_mean + m * (mean.detach() - self.running_mean)
            unbiased = var.detach() * n / (n - 1)
            self.running_var = self.running_var + m * (unbiased - self.running_var)
        y = (rows - mean[:, None]) / (var[:, None] + self.eps).sqrt()
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.reshape(turned.shape).transpose(0, 1)
""",
        (
            "not-a-buffer",
            "track-false-crashes",
        ),
    ),
    Try(
        "module_gradients",
        "The batch's mean and variance are computed under no_grad.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            with torch.no_grad():
                mean = x.mean(axes)
                var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "no-grad-statistics",
            "statistics-as-constants",
        ),
    ),
    Try(
        "module_gradients",
        "x.data is normalised, so autograd sees no x.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        C = num_features
        self.eps, self.momentum, self.track = eps, momentum, track_running_stats
        self.register_parameter("weight", nn.Parameter(torch.ones(C)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(C)) if affine else None)
        count = torch.zeros((), dtype=torch.long)
        self.register_buffer("running_mean", torch.zeros(C) if self.track else None)
        self.register_buffer("running_var", torch.ones(C) if self.track else None)
        self.register_buffer("num_batches_tracked", count if self.track else None)

    def forward(self, x):
        x = x.data
        dims = (0, *range(2, x.dim()))

        def wide(v):
            return v.reshape(1, -1, *[1] * (x.dim() - 2))

        if self.training or not self.track:
            n = x.numel() / x.size(1)
            if self.training and n <= 1:
                raise ValueError(f"one value per channel: {tuple(x.shape)}")
            mu, var = x.mean(dims), x.var(dims, correction=0)
            if self.training and self.track:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1 / int(self.num_batches_tracked)
                    self.running_mean.mul_(1 - m).add_(m * mu)
                    self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        else:
            mu, var = self.running_mean, self.running_var
        y = (x - wide(mu)) * torch.rsqrt(wide(var) + self.eps)
        return y if self.weight is None else y * wide(self.weight) + wide(self.bias)
""",
        ("input-detached",),
    ),
    Try(
        "module_gradients",
        "The variance is detached before x is divided by its root.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False).detach()
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        ("variance-path-missing",),
    ),
    Try(
        "module_gradients",
        "A backward of one's own forgets the path through the mean.",
        """
class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, eps):
        inv = (var + eps) ** -0.5
        x_hat = (x - mean) * inv
        ctx.save_for_backward(x_hat, weight, inv)
        return weight * x_hat + bias

    @staticmethod
    def backward(ctx, dy):
        x_hat, weight, inv = ctx.saved_tensors
        dx_hat = dy * weight
        dx = dx_hat - x_hat * (dx_hat * x_hat).mean(0)
        return inv * dx, (dy * x_hat).sum(0), dy.sum(0), None, None, None


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        last = x.movedim(1, -1)
        rows = last.reshape(-1, x.shape[1])
        if self.training:
            if len(rows) == 1:
                raise ValueError("one value")
            with torch.no_grad():
                mean, var = rows.mean(0), rows.var(0, unbiased=False)
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked.item() if m is None else m
                self.running_mean += m * (mean - self.running_mean)
                self.running_var += m * (rows.var(0) - self.running_var)
            y = Normalise.apply(rows, self.weight, self.bias, mean, var, self.eps)
        else:
            y = (rows - self.running_mean) / torch.sqrt(self.running_var + self.eps)
            y = self.weight * y + self.bias
        return y.reshape(last.shape).movedim(-1, 1)
""",
        (
            "mean-path-missing",
            "slip-left-out",
        ),
    ),
    Try(
        "module_gradients",
        "A backward of one's own: the path through the variance has a plus, dgamma is a mean.",
        """
class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, eps):
        inv = (var + eps) ** -0.5
        x_hat = (x - mean) * inv
        ctx.save_for_backward(x_hat, weight, inv)
        return weight * x_hat + bias

    @staticmethod
    def backward(ctx, dy):
        x_hat, weight, inv = ctx.saved_tensors
        dx_hat = dy * weight
        dx = dx_hat - dx_hat.mean(0) + x_hat * (dx_hat * x_hat).mean(0)
        return inv * dx, (dy * x_hat).mean(0), dy.sum(0), None, None, None


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        last = x.movedim(1, -1)
        rows = last.reshape(-1, x.shape[1])
        if self.training:
            if len(rows) == 1:
                raise ValueError("one value")
            with torch.no_grad():
                mean, var = rows.mean(0), rows.var(0, unbiased=False)
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked.item() if m is None else m
                self.running_mean += m * (mean - self.running_mean)
                self.running_var += m * (rows.var(0) - self.running_var)
            y = Normalise.apply(rows, self.weight, self.bias, mean, var, self.eps)
        else:
            y = (rows - self.running_mean) / torch.sqrt(self.running_var + self.eps)
            y = self.weight * y + self.bias
        return y.reshape(last.shape).movedim(-1, 1)
""",
        (
            "variance-path-negative",
            "slip-sign",
            "mean-not-sum",
            "slip-reduction",
        ),
    ),
    Try(
        "module_gradients",
        "A backward of one's own leaves gamma out of dx.",
        """
class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, eps):
        inv = (var + eps) ** -0.5
        x_hat = (x - mean) * inv
        ctx.save_for_backward(x_hat, weight, inv)
        return weight * x_hat + bias

    @staticmethod
    def backward(ctx, dy):
        x_hat, weight, inv = ctx.saved_tensors
        dx_hat = dy
        dx = dx_hat - dx_hat.mean(0) - x_hat * (dx_hat * x_hat).mean(0)
        return inv * dx, (dy * x_hat).sum(0), dy.sum(0), None, None, None


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        last = x.movedim(1, -1)
        rows = last.reshape(-1, x.shape[1])
        if self.training:
            if len(rows) == 1:
                raise ValueError("one value")
            with torch.no_grad():
                mean, var = rows.mean(0), rows.var(0, unbiased=False)
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked.item() if m is None else m
                self.running_mean += m * (mean - self.running_mean)
                self.running_var += m * (rows.var(0) - self.running_var)
            y = Normalise.apply(rows, self.weight, self.bias, mean, var, self.eps)
        else:
            y = (rows - self.running_mean) / torch.sqrt(self.running_var + self.eps)
            y = self.weight * y + self.bias
        return y.reshape(last.shape).movedim(-1, 1)
""",
        (
            "gamma-missing-in-dx",
            "slip-left-out",
        ),
    ),
    Try(
        "module_gradients",
        "A backward of one's own divides dx by the standard deviation twice.",
        """
class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var, eps):
        inv = (var + eps) ** -0.5
        x_hat = (x - mean) * inv
        ctx.save_for_backward(x_hat, weight, inv)
        return weight * x_hat + bias

    @staticmethod
    def backward(ctx, dy):
        x_hat, weight, inv = ctx.saved_tensors
        dx_hat = dy * weight
        dx = dx_hat - dx_hat.mean(0) - x_hat * (dx_hat * x_hat).mean(0)
        return inv**2 * dx, (dy * x_hat).sum(0), dy.sum(0), None, None, None


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        last = x.movedim(1, -1)
        rows = last.reshape(-1, x.shape[1])
        if self.training:
            if len(rows) == 1:
                raise ValueError("one value")
            with torch.no_grad():
                mean, var = rows.mean(0), rows.var(0, unbiased=False)
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / self.num_batches_tracked.item() if m is None else m
                self.running_mean += m * (mean - self.running_mean)
                self.running_var += m * (rows.var(0) - self.running_var)
            y = Normalise.apply(rows, self.weight, self.bias, mean, var, self.eps)
        else:
            y = (rows - self.running_mean) / torch.sqrt(self.running_var + self.eps)
            y = self.weight * y + self.bias
        return y.reshape(last.shape).movedim(-1, 1)
""",
        (
            "std-squared",
            "slip-power",
        ),
    ),
    Try(
        "module_gradients",
        "The running variance keeps the graph, and bias is detached.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.reshape(shape) * X_hat + beta.detach().reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not self.training and self.running_mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.running_mean, self.running_var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        n = X.numel() / X.shape[1]
        if self.training and n == 1:
            raise ValueError("batch normalization needs more than one value")
        mean = X.mean(axes)
        var = X.var(axes, unbiased=False)
        if self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
            new_mean, new_var = mean.detach(), var * n / (n - 1)
            self.running_mean = (1.0 - momentum) * self.running_mean + momentum * new_mean
            self.running_var = (1.0 - momentum) * self.running_var + momentum * new_var
        return batch_norm(X, self.weight, self.bias, mean, var, self.eps)
""",
        (
            "not-detached",
            "slip-left-out",
            "parameters-detached",
        ),
    ),
    Try(
        "module_gradients",
        "The whole forward pass is under no_grad.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    @torch.no_grad()
    def forward(self, x):
        axes = [0] + list(range(2, x.ndim))
        shape = [1, -1] + [1] * (x.ndim - 2)
        if self.training and x.numel() // x.shape[1] == 1:
            raise ValueError("need more than one value per channel")
        mean = x.mean(axes, keepdim=True)
        std = (x.var(axes, unbiased=False, keepdim=True) + self.eps).sqrt()
        self.num_batches_tracked += 1
        m = self.momentum
        self.running_mean += m * (mean.flatten() - self.running_mean)
        self.running_var += m * (x.var(axes) - self.running_var)
        return self.weight.view(shape) * (x - mean) / std + self.bias.view(shape)
""",
        (
            "input-detached",
            "parameters-detached",
            "no-grad-statistics",
        ),
    ),
    Try(
        "module_gradients",
        "Exercise 1 only: there are no running statistics yet.",
        """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        x = x.swapaxes(1, -1)
        dims = tuple(range(x.ndim - 1))
        if x[..., 0].numel() == 1:
            raise ValueError("batch too small")
        x = x - x.mean(dims)
        x = x / torch.sqrt(x.square().mean(dims) + self.eps)
        return (self.weight * x + self.bias).swapaxes(1, -1)
""",
        (),
    ),
    Try(
        "module_gradients",
        "eps is outside the root, and the running statistics hold on to the graph.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        axes = [0] if x.ndim == 2 else [0, 2, 3]
        shape = [1, -1] if x.ndim == 2 else [1, -1, 1, 1]
        n = x.numel() // x.shape[1]
        if self.training and n == 1:
            raise ValueError("a single value per channel has no variance")
        if self.training or self.running_mean is None:
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
        else:
            mean = self.running_mean
            var = self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked += 1
            if self.momentum is None:
                m = 1 / self.num_batches_tracked.item()
            else:
                m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        x_hat = (x - mean.view(shape)) / (torch.sqrt(var.view(shape)) + self.eps)
        if self.weight is None:
            return x_hat
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
''',
        (
            "eps-outside-sqrt",
            "slip-brackets",
            "not-detached",
            "slip-left-out",
        ),
    ),
    Try(
        "module_gradients",
        "The stub of forward is not touched; only __init__ is written.",
        '''
class BatchNorm(nn.Module):
    """nn.BatchNorm1d for (N, C) and nn.BatchNorm2d for (N, C, H, W) in one."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x is (N, C) or (N, C, H, W); the result has its shape and dtype."""
        # YOUR CODE HERE
        raise NotImplementedError("BatchNorm.forward: your code here")
''',
        (),
    ),
    Try(
        "module_gradients",
        "The variance is a constant for autograd, and weight gives only its data.",
        """
def batch_norm(X, gamma, beta, mean, var, eps):
    shape = (1, X.shape[1]) + (1,) * (len(X.shape) - 2)
    X_hat = (X - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    if gamma is not None:
        X_hat = gamma.data.reshape(shape) * X_hat + beta.reshape(shape)
    return X_hat


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        mean, var, count = torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)
        if not track_running_stats:
            mean = var = count = None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)

    def forward(self, X):
        assert len(X.shape) in (2, 4)
        if not self.training and self.running_mean is not None:
            return batch_norm(
                X, self.weight, self.bias, self.running_mean, self.running_var, self.eps
            )
        axes = 0 if len(X.shape) == 2 else (0, 2, 3)
        n = X.numel() / X.shape[1]
        if self.training and n == 1:
            raise ValueError("batch normalization needs more than one value")
        mean = X.mean(axes)
        var = X.var(axes, unbiased=False)
        if self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            momentum = self.momentum
            if momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
            new_mean, new_var = mean.detach(), var.detach() * n / (n - 1)
            self.running_mean = (1.0 - momentum) * self.running_mean + momentum * new_mean
            self.running_var = (1.0 - momentum) * self.running_var + momentum * new_var
        return batch_norm(X, self.weight, self.bias, mean, var.detach(), self.eps)
""",
        (
            "variance-path-missing",
            "parameters-detached",
        ),
    ),
    Try(
        "keras_to_torch",
        "eps is PyTorch's default, not the layer's epsilon.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    state = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance)
    state["momentum"] = 1.0 - momentum
    state["eps"] = 1e-5
    return state
""",
        (
            "epsilon-forgotten",
            "eps-fixed",
            "slip-fixed",
        ),
    ),
    Try(
        "keras_to_torch",
        "running_var is given the standard deviation.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    running_std = np.sqrt(moving_variance)
    return {
        "weight": gamma,
        "bias": beta,
        "running_mean": moving_mean,
        "running_var": running_std,
        "momentum": 1 - momentum,
        "eps": epsilon,
    }
""",
        (
            "deviation-for-variance",
            "slip-power",
        ),
    ),
    Try(
        "keras_to_torch",
        "momentum - 1 in place of 1 - momentum.",
        '''
def keras_to_torch(
    gamma: np.ndarray,
    beta: np.ndarray,
    moving_mean: np.ndarray,
    moving_variance: np.ndarray,
    momentum: float,
    epsilon: float,
) -> dict:
    """A Keras layer by PyTorch's names and conventions; the arrays are (D,)."""
    return dict(
        weight=gamma.copy(),
        bias=beta.copy(),
        running_mean=moving_mean.copy(),
        running_var=moving_variance.copy(),
        momentum=momentum - 1,
        eps=epsilon,
    )
''',
        (
            "slip-sign",
            "slip-order",
        ),
    ),
    Try(
        "keras_to_torch",
        "momentum and eps stand in each other's place.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    names = ["weight", "bias", "running_mean", "running_var", "momentum", "eps"]
    values = [gamma, beta, moving_mean, moving_variance, epsilon, 1 - momentum]
    return dict(zip(names, values))
""",
        (
            "slip-order",
            "momentum-forgotten",
            "epsilon-forgotten",
        ),
    ),
    Try(
        "keras_to_torch",
        "Two entries keep Keras's names.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return {
        "weight": gamma,
        "bias": beta,
        "moving_mean": moving_mean,
        "moving_variance": moving_variance,
        "momentum": 1 - momentum,
        "eps": epsilon,
    }
""",
        ("keras-names",),
    ),
    Try(
        "keras_to_torch",
        "momentum is always 0.1, and epsilon is added to the variance as well.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    out = {}
    out["weight"], out["bias"] = gamma, beta
    out["running_mean"] = moving_mean
    out["running_var"] = moving_variance + epsilon
    out["momentum"] = 0.1
    out["eps"] = epsilon
    return out
""",
        (
            "momentum-forgotten",
            "momentum-fixed",
            "slip-fixed",
            "variance-with-epsilon",
        ),
    ),
    Try(
        "keras_to_torch",
        "The moving statistics have changed places, and momentum is copied.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    g, b, v, m = (torch.as_tensor(a) for a in (gamma, beta, moving_mean, moving_variance))
    return {
        "weight": g,
        "bias": b,
        "running_mean": m,
        "running_var": v,
        "momentum": momentum,
        "eps": epsilon,
    }
""",
        (
            "moving-statistics-swapped",
            "mean-and-variance-swapped",
            "slip-order",
            "momentum-as-in-keras",
        ),
    ),
    Try(
        "keras_to_torch",
        "The dict is a layer's state_dict, which knows neither momentum nor eps.",
        '''
def keras_to_torch(
    gamma: np.ndarray,
    beta: np.ndarray,
    moving_mean: np.ndarray,
    moving_variance: np.ndarray,
    momentum: float,
    epsilon: float,
) -> dict:
    """A Keras layer by PyTorch's names and conventions; the arrays are (D,)."""
    layer = nn.BatchNorm1d(len(gamma), eps=epsilon, momentum=1 - momentum).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(gamma))
        layer.bias.copy_(torch.tensor(beta))
    layer.running_mean.copy_(torch.tensor(moving_mean))
    layer.running_var.copy_(torch.tensor(moving_variance))
    return dict(layer.state_dict())
''',
        ("slip-left-out", "momentum-forgotten", "epsilon-forgotten", "numbers-missing"),
    ),
    Try(
        "keras_to_torch",
        "The variance is made unbiased with D, as if D were the number of examples.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    d = len(moving_variance)
    return {
        "weight": gamma,
        "bias": beta,
        "running_mean": moving_mean,
        "running_var": moving_variance * d / (d - 1),
        "momentum": 1 - momentum,
        "eps": epsilon,
    }
""",
        ("slip-factor",),
    ),
    Try(
        "keras_to_torch",
        "momentum is inverted as a fraction: 1 / momentum.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return {
        "weight": gamma,
        "bias": beta,
        "running_mean": moving_mean,
        "running_var": moving_variance,
        "momentum": 1 / momentum,
        "eps": epsilon,
    }
""",
        ("slip-operation",),
    ),
    Try(
        "keras_to_torch",
        "weight and bias keep Keras's names, and momentum its value.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return {
        "gamma": gamma,
        "beta": beta,
        "running_mean": moving_mean,
        "running_var": moving_variance,
        "momentum": momentum,
        "eps": epsilon,
    }
""",
        (
            "keras-names",
            "other-names",
            "momentum-as-in-keras",
        ),
    ),
    Try(
        "keras_to_torch",
        "running_var is given the standard deviation, and momentum - 1 is negative.",
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    weight, bias = torch.tensor(gamma), torch.tensor(beta)
    mean, std = torch.tensor(moving_mean), torch.tensor(moving_variance).sqrt()
    out = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": std}
    out.update(momentum=momentum - 1, eps=epsilon)
    return out
""",
        (
            "deviation-for-variance",
            "slip-power",
            "slip-sign",
            "slip-order",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The running mean is not subtracted.",
        '''
def fold_batchnorm(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of the one layer that equals a layer and the batch norm after it."""
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = scale.reshape(-1, *[1] * (weight.ndim - 1)) * weight
    if bias is None:
        bias = torch.zeros_like(running_mean)
    new_bias = beta + scale * bias
    return new_weight, new_bias
''',
        (
            "fold-without-mean",
            "slip-left-out",
        ),
    ),
    Try(
        "fold_batchnorm",
        "view(-1, 1, 1, 1) lines up with a convolution only.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps).sqrt()
    old = 0 if bias is None else bias
    return weight * scale.view(-1, 1, 1, 1), beta + scale * (old - running_mean)
""",
        ("fold-wrong-axis", "slip-axis", "fold-one-kind-of-layer"),
    ),
    Try(
        "fold_batchnorm",
        "The scale multiplies the inputs' axis of the weight.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    inv_std = torch.rsqrt(running_var + eps)
    s = gamma * inv_std
    if weight.dim() == 4:
        w = weight * s[None, :, None, None]
    else:
        w = weight * s[None, :]
    b = beta - s * running_mean
    if bias is not None:
        b = b + s * bias
    return w, b
""",
        (
            "fold-wrong-axis",
            "slip-axis",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The layer's own bias is added without the scale.",
        '''
def fold_batchnorm(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of the one layer that equals a layer and the batch norm after it."""
    scale = gamma * (running_var + eps) ** -0.5
    new_weight = torch.einsum("o,o...->o...", scale, weight)
    new_bias = beta - scale * running_mean
    if bias is not None:
        new_bias = new_bias + bias
    return new_weight, new_bias
''',
        (
            "fold-bias-unscaled",
            "slip-brackets",
            "slip-left-out",
        ),
    ),
    Try(
        "fold_batchnorm",
        "A layer without a bias is given back without one.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    shape = [len(scale)] + [1] * (weight.ndim - 1)
    new_weight = weight * scale.view(shape)
    if bias is None:
        return new_weight, None
    return new_weight, (bias - running_mean) * scale + beta
""",
        ("fold-none-stays",),
    ),
    Try(
        "fold_batchnorm",
        "The weight that is given is scaled in place.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    weight.mul_(scale.reshape([-1] + [1] * (weight.ndim - 1)))
    old = torch.zeros_like(beta) if bias is None else bias
    return weight, beta + scale * (old - running_mean)
""",
        ("mutates-input",),
    ),
    Try(
        "fold_batchnorm",
        "The running mean is added.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    s = gamma / (running_var + eps) ** 0.5
    if bias is None:
        bias = 0.0
    W = (weight.transpose(0, -1) * s).transpose(0, -1)
    return W, beta + s * (bias + running_mean)
""",
        (
            "fold-mean-added",
            "slip-sign",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The bias is returned first.",
        '''
def fold_batchnorm(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of the one layer that equals a layer and the batch norm after it."""
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = scale[(...,) + (None,) * (weight.ndim - 1)] * weight
    old = 0.0 if bias is None else bias
    new_bias = beta + scale * (old - running_mean)
    return new_bias, new_weight
''',
        ("slip-order", "fold-returns-swapped"),
    ),
    Try(
        "fold_batchnorm",
        "The scale is gamma over the variance, not over its root.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps)
    new_weight = torch.stack([s * w for s, w in zip(scale, weight)])
    old = torch.zeros_like(gamma) if bias is None else bias
    return new_weight, beta + scale * (old - running_mean)
""",
        (
            "divides-by-variance",
            "eval-divides-by-variance",
            "slip-power",
            "slip-left-out",
        ),
    ),
    Try(
        "fold_batchnorm",
        "gamma is not in the scale, and a bias of None is an error.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = 1 / torch.sqrt(running_var + eps)
    view = scale.view(-1, 1) if weight.ndim == 2 else scale.view(-1, 1, 1, 1)
    return weight * view, scale * (bias - running_mean) + beta
""",
        (
            "fold-gamma-forgotten",
            "fold-none-crashes",
            "slip-left-out",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The layer's bias is dropped, and eps is outside the root.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (torch.sqrt(running_var) + eps)
    new_weight = weight * scale.reshape(-1, *(1 for _ in weight.shape[1:]))
    new_bias = beta - scale * running_mean
    return new_weight, new_bias
""",
        (
            "fold-bias-forgotten",
            "slip-left-out",
            "eps-outside-sqrt",
            "eval-eps-outside-sqrt",
            "slip-brackets",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The mean is subtracted unscaled, and the bias that is given is changed.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    if bias is None:
        return new_weight, beta - running_mean
    bias *= scale
    bias += beta - running_mean
    return new_weight, bias
""",
        (
            "fold-mean-unscaled",
            "slip-brackets",
            "slip-left-out",
            "mutates-input",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The mean and the variance have changed places.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    std = torch.sqrt(running_mean + eps)
    scale = gamma / std
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    old = torch.zeros_like(beta) if bias is None else bias
    return new_weight, beta + scale * (old - running_var)
""",
        (
            "mean-and-variance-swapped",
            "moving-statistics-swapped",
            "slip-order",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The result is computed in float32, from double weights too.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    args = [weight, gamma, beta, running_mean, running_var]
    weight, gamma, beta, running_mean, running_var = (a.to(torch.float32) for a in args)
    bias = torch.zeros_like(beta) if bias is None else bias.to(torch.float32)
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    return new_weight, beta + scale * (bias - running_mean)
""",
        (
            "precision-fixed",
            "loses-dtype",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The old bias is not multiplied with the scale but divided by it.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    new_bias = beta - scale * running_mean
    if bias is not None:
        new_bias = new_bias + bias / scale
    return new_weight, new_bias
""",
        ("slip-operation",),
    ),
    Try(
        "fold_batchnorm",
        "A missing bias is taken for ones.",
        '''
def fold_batchnorm(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of the one layer that equals a layer and the batch norm after it."""
    if bias is None:
        bias = torch.ones(weight.shape[0])
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = (weight.movedim(0, -1) * scale).movedim(-1, 0)
    return new_weight, (bias - running_mean) * scale + beta
''',
        ("slip-number",),
    ),
    Try(
        "fold_batchnorm",
        "beta is scaled, and a layer without a bias gets none.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    s = gamma / torch.sqrt(running_var + eps)
    new_weight = s.reshape(-1, *[1] * (weight.ndim - 1)) * weight
    new_bias = None if bias is None else s * (bias - running_mean + beta)
    return new_weight, new_bias
""",
        (
            "fold-beta-scaled",
            "slip-brackets",
            "fold-none-stays",
        ),
    ),
    Try(
        "fold_batchnorm",
        "The scale meets the last axis of the weight, and the mean is added.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    old = torch.zeros_like(beta) if bias is None else bias
    return scale * weight, beta + scale * old + scale * running_mean
""",
        (
            "fold-wrong-axis",
            "slip-axis",
            "fold-mean-added",
            "slip-sign",
        ),
    ),
    Try(
        "fold_batchnorm",
        "eps is forgotten, and the bias is returned first.",
        """
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    std = running_var.sqrt()
    extra = (1,) * (weight.ndim - 1)
    folded_weight = weight * (gamma / std).reshape(-1, *extra)
    folded_bias = beta - gamma * running_mean / std
    if bias is not None:
        folded_bias += gamma * bias / std
    return folded_bias, folded_weight
""",
        ("eps-missing", "eval-eps-missing", "slip-left-out", "slip-order", "fold-returns-swapped"),
    ),
]
