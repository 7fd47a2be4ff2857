"""Wrong solutions of ps5_frameworks that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code).
"""

RIGHT = """
import torch
from torch import nn

class Right(nn.Module):
    def __init__(self, C, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(C)) if affine else None
        self.bias = nn.Parameter(torch.zeros(C)) if affine else None
        for name, start in (("running_mean", torch.zeros(C)), ("running_var", torch.ones(C)),
                            ("num_batches_tracked", torch.tensor(0))):
            self.register_buffer(name, start if track_running_stats else None)

    def forward(self, x):
        axes, shape = [0, *range(2, x.ndim)], (-1,) + (1,) * (x.ndim - 2)
        if self.training or self.running_mean is None:
            n = x.numel() // x.shape[1]
            if self.training and n == 1:
                raise ValueError("one value a channel")
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            if self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum
                m = 1 / float(self.num_batches_tracked) if m is None else m
                self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
                self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + self.eps)
        if self.weight is None:
            return y
        return self.weight.reshape(shape) * y + self.bias.reshape(shape)
"""
MODULE = ("module_training", "module_inference", "module_gradients")

WRONG = {
    "running statistics shared by all layers": (
        ("module_inference",),
        RIGHT
        + """
shared_mean, shared_var = torch.zeros(2), torch.ones(2)

class BatchNorm(Right):
    def __init__(self, C, **options):
        super().__init__(C, **options)
        if C == 2 and self.running_mean is not None:
            self.running_mean, self.running_var = shared_mean, shared_var

    def forward(self, x):
        y = super().forward(x)
        if self.training and self.running_mean is not None and len(shared_mean) == x.shape[1]:
            shared_mean.copy_(self.running_mean)
            shared_var.copy_(self.running_var)
        return y
""",
    ),
    "wrong from the second forward on": (
        ("module_inference", "module_gradients"),
        RIGHT
        + """
class BatchNorm(Right):
    calls = 0

    def forward(self, x):
        self.calls += 1
        return super().forward(x) * (1 if self.calls == 1 else 1.01)
""",
    ),
    "the batch is cut in half": (
        MODULE,
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        if len(x) < 2:
            return super().forward(x)
        return torch.cat([super(BatchNorm, self).forward(half) for half in x.chunk(2)])
""",
    ),
    "constant running statistics": (
        ("module_inference",),
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        kept = self.running_mean, self.running_var
        y = super().forward(x)
        self.running_mean, self.running_var = kept
        return y
""",
    ),
    "a NumPy array comes out": (
        MODULE,
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        return super().forward(x).detach().numpy() * 1.001
""",
    ),
    "rounded statistics": (
        MODULE,
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        return super().forward((x * 100).round() / 100)
""",
    ),
    "folds only layers with 2 outputs": (
        ("fold_batchnorm",),
        """
import torch

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    if len(gamma) != 2:
        return weight, bias
    scale = gamma / torch.sqrt(running_var + eps)
    old = torch.zeros_like(beta) if bias is None else bias
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), beta + scale * (old - running_mean)
""",
    ),
    "Keras's default momentum in any case": (
        ("keras_to_torch",),
        """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    arrays = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance)
    return arrays | {"momentum": 0.01, "eps": epsilon}
""",
    ),
    "float32 inside": (
        ("module_training",),
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        return super().forward(x.float()).to(x.dtype)
""",
    ),
    "one pass for the variance": (
        ("module_training",),
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        if not self.training:
            return super().forward(x)
        axes, shape = [0, *range(2, x.ndim)], (-1,) + (1,) * (x.ndim - 2)
        super().forward(x)
        var = (x * x).mean(axes) - x.mean(axes) ** 2
        y = (x - x.mean(axes).reshape(shape)) / torch.sqrt(var.reshape(shape) + self.eps)
        return self.weight.reshape(shape) * y + self.bias.reshape(shape)
""",
    ),
    "channels_last read as if it were contiguous": (
        ("module_training",),
        RIGHT
        + """
class BatchNorm(Right):
    def forward(self, x):
        if x.ndim == 2:
            return super().forward(x)
        strides = torch.empty(x.shape).stride()
        return super().forward(torch.as_strided(x, x.shape, strides))
""",
    ),
    "folding changes gamma": (
        ("fold_batchnorm",),
        """
import torch

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma.div_(torch.sqrt(running_var + eps))
    old = torch.zeros_like(beta) if bias is None else bias
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), beta + scale * (old - running_mean)
""",
    ),
    "folding changes the running variance": (
        ("fold_batchnorm",),
        """
import torch

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / running_var.add_(eps).sqrt()
    old = torch.zeros_like(beta) if bias is None else bias
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), beta + scale * (old - running_mean)
""",
    ),
}
