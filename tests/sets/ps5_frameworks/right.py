"""Right solutions of ps5_frameworks in different styles: name -> the notebook's code."""

# ruff: noqa: E501  students write longer lines

# For styles that differ in the class alone.
REST = """
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return dict(
        weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance,
        momentum=1 - momentum, eps=epsilon,
    )

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps).sqrt()
    if bias is None:
        bias = torch.zeros_like(running_mean)
    shape = [len(scale)] + [1] * (weight.dim() - 1)
    return weight * scale.view(shape), (bias - running_mean) * scale + beta
"""

RIGHT = {
    "reshaped statistics, buffers replaced": """
import torch
from torch import nn

class BatchNorm(nn.Module):
    def __init__(self, C, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(C)) if affine else None
        self.bias = nn.Parameter(torch.zeros(C)) if affine else None
        for name, start in (("running_mean", torch.zeros(C)), ("running_var", torch.ones(C)),
                            ("num_batches_tracked", torch.tensor(0))):
            self.register_buffer(name, start if track_running_stats else None)

    def forward(self, x):
        axes = [0, *range(2, x.ndim)]
        shape = (-1,) + (1,) * (x.ndim - 2)
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
        return y if self.weight is None else self.weight.reshape(shape) * y + self.bias.reshape(shape)
"""
    + REST,
    "in place under no_grad, var_mean, lerp_": """
import torch
import torch.nn as nn

class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super(BatchNorm, self).__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", torch.empty(num_features))
            self.register_buffer("running_var", torch.empty(num_features))
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
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    @torch.no_grad()
    def update(self, mean, var, n):
        self.num_batches_tracked.add_(1)
        m = self.momentum if self.momentum is not None else 1.0 / self.num_batches_tracked.item()
        self.running_mean.lerp_(mean, m)
        self.running_var.lerp_(var * (n / (n - 1)), m)

    def batch_norm(self, x, mean, var):
        view = [1, -1] + [1] * (x.dim() - 2)
        y = (x - mean.view(view)) * torch.rsqrt(var.view(view) + self.eps)
        if self.affine:
            y = y.mul(self.weight.view(view)).add(self.bias.view(view))
        return y

    def forward(self, x):
        if not self.training and self.track_running_stats:
            return self.batch_norm(x, self.running_mean, self.running_var)
        dims = tuple(d for d in range(x.dim()) if d != 1)
        n = x.numel() / x.size(1)
        if n <= 1 and self.training:
            raise ValueError(f"Expected more than 1 value per channel, got {x.size()}")
        var, mean = torch.var_mean(x, dim=dims, correction=0)
        if self.training and self.track_running_stats:
            self.update(mean, var, n)
        return self.batch_norm(x, mean, var)
"""
    + REST,
    "rows and columns": """
import torch
from torch.nn import Module, Parameter

class BatchNorm(Module):
    \"\"\"Not nn.BatchNorm2d: (N, C, H, W) becomes rows (NHW, C), and comes back.\"\"\"

    def __init__(self, num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = self.bias = None
        if affine:
            self.weight, self.bias = Parameter(torch.ones(num_features)), Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64) if track_running_stats else None)

    def forward(self, x):
        if x.ndim == 4:
            N, C, H, W = x.shape
            rows = self.rows(x.permute(0, 2, 3, 1).reshape(-1, C))
            return rows.reshape(N, H, W, C).permute(0, 3, 1, 2)
        return self.rows(x)

    def rows(self, x):
        tracks = self.running_mean is not None
        if self.training and len(x) < 2:
            raise ValueError("a batch of one")
        if self.training or not tracks:
            mean = x.sum(dim=0) / len(x)
            variance = ((x - mean) ** 2).sum(dim=0) / len(x)
            if tracks:
                self.num_batches_tracked = self.num_batches_tracked + 1
                share = self.momentum
                if share is None:
                    share = 1 / self.num_batches_tracked
                with torch.no_grad():
                    unbiased = x.var(dim=0)
                    self.running_mean += share * (mean - self.running_mean)
                    self.running_var += share * (unbiased - self.running_var)
        else:
            mean, variance = self.running_mean, self.running_var
        y = (x - mean) / (variance + self.eps) ** 0.5
        if self.weight is not None:
            y = y * self.weight + self.bias
        return y

def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    names = ["weight", "bias", "running_mean", "running_var"]
    arrays = gamma, beta, moving_mean, moving_variance
    layer = {name: torch.tensor(array) for name, array in zip(names, arrays)}
    layer.update(momentum=1.0 - momentum, eps=epsilon)
    return layer

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma * torch.rsqrt(running_var + eps)
    new_weight = torch.einsum("o,o...->o...", scale, weight)
    new_bias = beta - running_mean * scale
    if bias is not None:
        new_bias = new_bias + bias * scale
    return new_weight, new_bias
""",
    "an autograd function of its own": """
import torch
from torch import nn

def lift(v, x):
    return v.reshape((1, -1) + (1,) * (x.dim() - 2))

def others(x):
    return [d for d in range(x.dim()) if d != 1]

class Standardise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        mean = x.mean(others(x))
        variance = (x - lift(mean, x)).square().mean(others(x))
        std = (variance + eps).sqrt()
        x_hat = (x - lift(mean, x)) / lift(std, x)
        ctx.save_for_backward(x_hat, std)
        ctx.mark_non_differentiable(mean, variance)
        return x_hat, mean, variance

    @staticmethod
    def backward(ctx, dx_hat, _dmean, _dvariance):
        x_hat, std = ctx.saved_tensors
        axes = others(dx_hat)
        inside = dx_hat - lift(dx_hat.mean(axes), dx_hat)
        inside = inside - x_hat * lift((dx_hat * x_hat).mean(axes), dx_hat)
        return inside / lift(std, dx_hat), None

class BatchNorm(nn.Module):
    running_mean: torch.Tensor | None
    running_var: torch.Tensor | None

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        ones, zeros = torch.ones(num_features), torch.zeros(num_features)
        self.weight = nn.Parameter(ones.clone()) if affine else None
        self.bias = nn.Parameter(zeros.clone()) if affine else None
        self.register_buffer("running_mean", zeros if track_running_stats else None)
        self.register_buffer("running_var", ones if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track_running_stats else None)

    @property
    def tracks(self):
        return self.running_mean is not None

    def forward(self, x):
        if self.training and x[:, 0].numel() == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        if self.training or not self.tracks:
            x_hat, mean, variance = Standardise.apply(x, self.eps)
            if self.training and self.tracks:
                n = x[:, 0].numel()
                self.num_batches_tracked.add_(1)
                factor = self.momentum or 1.0 / float(self.num_batches_tracked)
                self.running_mean.mul_(1 - factor).add_(factor * mean)
                self.running_var.mul_(1 - factor).add_(factor * variance, alpha=n / (n - 1))
        else:
            x_hat = (x - lift(self.running_mean, x)) / lift((self.running_var + self.eps).sqrt(), x)
        return x_hat if self.weight is None else torch.addcmul(lift(self.bias, x), x_hat, lift(self.weight, x))
"""
    + REST,
    "loops over channels": """
import torch

class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        print("a layer for", num_features, "channels")
        self.eps, self.momentum = eps, momentum
        if affine:
            self.weight = torch.nn.Parameter(torch.ones(num_features))
            self.bias = torch.nn.Parameter(torch.zeros(num_features))
        else:
            self.weight, self.bias = None, None
        tracked = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if tracked else None)
        self.register_buffer("running_var", torch.ones(num_features) if tracked else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if tracked else None)

    def one(self, c, values):
        if not self.training and self.running_mean is not None:
            mean, variance = self.running_mean[c], self.running_var[c]
        else:
            n = values.numel()
            mean = values.mean()
            variance = ((values - mean) ** 2).mean()
            if self.training and self.running_mean is not None:
                m = self.momentum
                if m is None:
                    m = 1 / self.num_batches_tracked.item()
                self.running_mean[c] = (1 - m) * self.running_mean[c] + m * mean.item()
                self.running_var[c] = (1 - m) * self.running_var[c] + m * variance.item() * n / (n - 1)
        y = (values - mean) / torch.sqrt(variance + self.eps)
        return y if self.weight is None else self.weight[c] * y + self.bias[c]

    def forward(self, x):
        if self.training:
            if x.shape[0] * x[0, 0].numel() == 1:
                raise ValueError("more than one value a channel, please")
            if self.num_batches_tracked is not None:
                self.num_batches_tracked += 1
        return torch.stack([self.one(c, x[:, c]) for c in range(x.shape[1])], dim=1)

def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    torch_layer = {}
    torch_layer["eps"] = float(epsilon)
    torch_layer["momentum"] = float(1 - momentum)
    torch_layer["running_var"] = moving_variance.copy()
    torch_layer["running_mean"] = moving_mean.copy()
    torch_layer["bias"] = beta.copy()
    torch_layer["weight"] = gamma.copy()
    return torch_layer

def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    new_weight, new_bias = torch.empty_like(weight), torch.empty_like(beta)
    for o in range(weight.shape[0]):
        scale = gamma[o] / (running_var[o] + eps) ** 0.5
        old = 0.0 if bias is None else bias[o]
        new_weight[o] = scale * weight[o]
        new_bias[o] = beta[o] + scale * (old - running_mean[o])
    return [new_weight, new_bias]
""",
    "einsum, helpers with the names of torch's": """
import warnings
import torch
import torch.nn.functional as F
from torch import nn

reference = nn.BatchNorm2d(3)  # only to compare with

def batch_norm(x, mean, var, weight, bias, eps):
    scale = torch.rsqrt(var + eps)
    shift = -mean * scale
    if weight is not None:
        scale, shift = scale * weight, shift * weight + bias
    if x.ndim == 2:
        return torch.einsum("nc,c->nc", x, scale) + shift
    return torch.einsum("nchw,c->nchw", x, scale) + shift[:, None, None]

class BatchNorm(nn.Module):
    def __init__(self, num_features, *, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = (
            (nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features)))
            if affine else (None, None)
        )
        keep = (lambda t: t) if track_running_stats else (lambda t: None)
        self.register_buffer("running_mean", keep(torch.zeros(num_features)))
        self.register_buffer("running_var", keep(torch.ones(num_features)))
        self.register_buffer("num_batches_tracked", keep(torch.tensor(0)))

    def forward(self, x):
        warnings.warn("a warning is no mistake", stacklevel=1)
        if self.training:
            mean, var = self.seen(x)
        elif self.running_mean is None:
            mean, var = self.moments(x)
        else:
            mean, var = self.running_mean, self.running_var
        if x.ndim == 2:
            centred, m = x - mean, torch.zeros_like(mean)
        else:
            centred, m = x - mean[:, None, None], torch.zeros_like(mean)
        return batch_norm(centred, m, var, self.weight, self.bias, self.eps)

    @staticmethod
    def moments(x):
        flat = x.transpose(0, 1).flatten(start_dim=1)
        mean = flat.mean(dim=1)
        return mean, torch.mean((flat - mean[:, None]) ** 2, dim=1)

    def seen(self, x):
        mean, var = self.moments(x)
        n = x.numel() // len(mean)
        if n == 1:
            raise ValueError("one value")
        if self.running_mean is not None:
            self.num_batches_tracked += 1
            m = 1 / self.num_batches_tracked.double() if self.momentum is None else self.momentum
            m = float(m)
            self.running_mean.data = self.running_mean.data * (1 - m) + mean.data * m
            self.running_var.data = self.running_var.data * (1 - m) + var.data * (m * n / (n - 1))
        return mean, var
"""
    + REST,
    "inherited from helpers of its own": """
import torch
from torch import nn

class Affine(nn.Module):
    def __init__(self, C, affine):
        super().__init__()
        for n, v in (("weight", 1.), ("bias", 0.)):
            self.register_parameter(n, nn.Parameter(torch.full((C,), v)) if affine else None)
    def up(self, v, x): return v.reshape(1, -1, *([1]*(x.dim()-2)))
    def affine(self, x): return x if self.weight is None else self.up(self.weight, x)*x+self.up(self.bias, x)
class Running(Affine):
    def __init__(self, C, affine, track):
        super().__init__(C, affine)
        for n, v in (("running_mean", torch.zeros(C)), ("running_var", torch.ones(C)), ("num_batches_tracked", torch.zeros((), dtype=torch.long))):
            self.register_buffer(n, v if track else None)
    @torch.no_grad()
    def remember(self, mean, var):
        if self.running_mean is None: return
        self.num_batches_tracked.add_(1)
        a = 1/self.num_batches_tracked.item() if self.momentum is None else self.momentum
        for old, new in ((self.running_mean, mean), (self.running_var, var)):
            old.mul_(1-a).add_(new, alpha=a)
class BatchNorm(Running):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__(num_features, affine, track_running_stats)
        self.eps, self.momentum = eps, momentum
    def forward(self, x):
        if not self.training and self.running_mean is not None:
            m, v = self.running_mean, self.running_var
        else:
            k = x.numel()//x.size(1)
            if self.training and k < 2: raise ValueError("Expected more than 1 value per channel")
            ax = tuple(i for i in range(x.dim()) if i != 1)
            m = x.mean(dim=ax); v = ((x-self.up(m, x))**2).mean(dim=ax)
            if self.training: self.remember(m, v*k/(k-1))
        return self.affine((x-self.up(m, x))/torch.sqrt(self.up(v, x)+self.eps))
"""
    + REST,
    "statistics of constants, and a backward that knows better": """
import torch
from torch import nn

class F_(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, mean, var, eps, batch):
        sh = (1,-1)+(1,)*(x.dim()-2)
        inv = (var+eps).rsqrt().reshape(sh)
        xh = (x-mean.reshape(sh))*inv
        ctx.save_for_backward(xh, inv); ctx.batch = batch
        return xh
    @staticmethod
    def backward(ctx, g):
        xh, inv = ctx.saved_tensors
        if ctx.batch:
            ax = [0]+list(range(2, g.dim()))
            g = g-g.mean(ax, keepdim=True)-xh*(g*xh).mean(ax, keepdim=True)
        return g*inv, None, None, None, None
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum, self.tr = eps, momentum, track_running_stats
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        z = (torch.zeros(num_features), torch.ones(num_features), torch.tensor(0)) if self.tr else (None,)*3
        for n, v in zip(("running_mean","running_var","num_batches_tracked"), z): self.register_buffer(n, v)
    def forward(self, x):
        batch = self.training or not self.tr
        if batch:
            d = x.detach(); ax=[0]+list(range(2,x.dim())); n = d.numel()/d.shape[1]
            if self.training and n < 2: raise ValueError
            mean, var = d.mean(ax), d.var(ax, correction=0)
            if self.training and self.tr:
                self.num_batches_tracked += 1
                a = self.momentum if self.momentum is not None else 1/self.num_batches_tracked.item()
                self.running_mean.add_(mean-self.running_mean, alpha=a)
                self.running_var.add_(var*(n/(n-1))-self.running_var, alpha=a)
        else: mean, var = self.running_mean, self.running_var
        y = F_.apply(x, mean, var, self.eps, batch)
        if self.weight is not None:
            sh = (1,-1)+(1,)*(x.dim()-2)
            y = y*self.weight.reshape(sh)+self.bias.reshape(sh)
        return y
"""
    + REST,
}
