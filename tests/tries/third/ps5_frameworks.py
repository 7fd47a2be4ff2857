"""Wrong implementations for problem set 5, of a third round."""

from tries import Try
from tries.third._layers import BATCHNORM, changed

TRIES: list[Try] = [
    Try(
        "module_training",
        "torch's var is taken as it is, and divides by N - 1.",
        changed(
            BATCHNORM, ("x.var(dims, unbiased=False)", "x.var(dims)"), ("var * n / (n - 1)", "var")
        ),
        ("unbiased-normalise", "slip-count", "slip-default"),
    ),
    Try(
        "module_training",
        "For rows alone: of maps the mean is over the batch, and the weight meets the width.",
        """\
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        if len(x) == 1:
            raise ValueError("one row has no variance")
        mean = x.mean(0)
        var = ((x - mean) ** 2).mean(0)
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias
""",
        ("per-pixel", "broadcast-along-width", "one-sample-refused"),
    ),
    Try(
        "module_training",
        "eps is added to the root.",
        changed(
            BATCHNORM,
            ("torch.sqrt(var.view(shape) + self.eps)", "(torch.sqrt(var.view(shape)) + self.eps)"),
        ),
        ("eps-outside-sqrt", "slip-brackets"),
    ),
    Try(
        "module_inference",
        "The running variance gets the biased one.",
        changed(BATCHNORM, (" + rate * var * n / (n - 1)", " + rate * var")),
        ("biased-running-variance", "slip-left-out", "slip-count"),
    ),
    Try(
        "module_inference",
        "The batch is counted after the share was computed.",
        changed(
            BATCHNORM,
            ("                self.num_batches_tracked += 1\n", ""),
            (
                "rate * var * n / (n - 1)\n",
                "rate * var * n / (n - 1)\n                self.num_batches_tracked += 1\n",
            ),
        ),
        ("momentum-none", "slip-order"),
    ),
    Try(
        "module_state",
        "The running statistics are plain attributes.",
        changed(
            BATCHNORM,
            (
                'register_buffer("running_mean", start[0](num_features) if self.track else None)',
                "running_mean = start[0](num_features) if self.track else None",
            ),
            (
                'register_buffer("running_var", start[1](num_features) if self.track else None)',
                "running_var = start[1](num_features) if self.track else None",
            ),
        ),
        ("not-a-buffer",),
    ),
    Try(
        "module_gradients",
        "The update is made with the graph.",
        changed(BATCHNORM, ("with torch.no_grad():", "if True:")),
        ("not-detached", "slip-left-out"),
    ),
    Try(
        "module_gradients",
        "The mean is detached, the variance is not.",
        changed(
            BATCHNORM,
            ("            mean = x.mean(dims)\n", "            mean = x.mean(dims).detach()\n"),
        ),
        ("mean-path-missing", "no-grad-statistics"),
    ),
    Try(
        "keras_to_torch",
        "epsilon goes into the variance, and stays as eps too.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    arrays = {"weight": gamma, "bias": beta, "running_mean": moving_mean}
    arrays["running_var"] = moving_variance + epsilon
    return arrays | {"momentum": 1 - momentum, "eps": epsilon}
""",
        ("variance-with-epsilon", "slip-twice"),
    ),
    Try(
        "fold_batchnorm",
        "The layer's own bias is added without the scale.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    new_bias = beta - running_mean * scale
    if bias is not None:
        new_bias = new_bias + bias
    return new_weight, new_bias
""",
        ("fold-bias-unscaled", "slip-left-out"),
    ),
]
