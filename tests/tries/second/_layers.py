"""Classes of problem sets 2 and 5, with lines replaced: what the tries differ in."""

BATCHNORM_1D = """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        if self.training:
            if x.shape[0] < 2:
                raise ValueError("more than one row is needed")
            mu = x.mean(axis=0)
            var = ((x - mu) ** 2).mean(axis=0)
            n = x.shape[0]
            new_var = var * n / (n - 1)
            self.running_mean = self.running_mean * (1 - self.momentum) + mu * self.momentum
            self.running_var = self.running_var * (1 - self.momentum) + new_var * self.momentum
        else:
            mu, var = self.running_mean, self.running_var
        normed = (x - mu) / np.sqrt(var + self.eps)
        return (normed * self.gamma + self.beta).astype(x.dtype)
"""

BATCHNORM = """\
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track = affine, track_running_stats
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        start = torch.zeros, torch.ones
        self.register_buffer("running_mean", start[0](num_features) if self.track else None)
        self.register_buffer("running_var", start[1](num_features) if self.track else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if self.track else None)

    def forward(self, x):
        dims = [d for d in range(x.dim()) if d != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        n = x.numel() // x.size(1)
        if self.training and n == 1:
            raise ValueError("one value per channel")
        if self.training or not self.track:
            mean = x.mean(dims)
            var = x.var(dims, unbiased=False)
        else:
            mean, var = self.running_mean, self.running_var
        if self.training and self.track:
            with torch.no_grad():
                self.num_batches_tracked += 1
                rate = self.momentum
                if rate is None:
                    rate = 1.0 / float(self.num_batches_tracked)
                self.running_mean = (1 - rate) * self.running_mean + rate * mean
                self.running_var = (1 - rate) * self.running_var + rate * var * n / (n - 1)
        y = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        if self.affine:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y
"""


def changed(source: str, *lines: tuple[str, str]) -> str:
    """The source with other lines."""
    for old, new in lines:
        assert old in source, old
        source = source.replace(old, new)
    return source
