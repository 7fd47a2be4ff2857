"""Wrong implementations for problem set 5, of a fourth round."""

from tries import Try
from tries.fourth._layers import BATCHNORM, changed

TRIES: list[Try] = [
    Try(
        "module_training",
        "For feature maps the mean is over samples and rows, not over columns.",
        changed(
            BATCHNORM,
            (
                "        dims = [d for d in range(x.dim()) if d != 1]\n",
                "        dims = [0] if x.dim() == 2 else [0, 2]\n",
            ),
            ("x.mean(dims)", "x.mean(dims, keepdim=True)"),
            ("x.var(dims, unbiased=False)", "x.var(dims, unbiased=False, keepdim=True)"),
            (
                "        if self.training and self.track:\n",
                "        if self.training and self.track and x.dim() == 2:\n",
            ),
            (
                "        y = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)\n",
                "        y = (x - mean) / torch.sqrt(var + self.eps)\n",
            ),
        ),
        ("slip-axis", "wrong-axis", "per-pixel"),
    ),
    Try(
        "module_training",
        "The default of var, and eps behind the root.",
        changed(
            BATCHNORM,
            ("x.var(dims, unbiased=False)", "x.var(dims)"),
            ("torch.sqrt(var.view(shape) + self.eps)", "(torch.sqrt(var.view(shape)) + self.eps)"),
        ),
        ("unbiased-normalise", "eps-outside-sqrt"),
    ),
    Try(
        "module_training",
        "A batch of one is refused, also where it has many pixels.",
        changed(
            BATCHNORM,
            ("if self.training and n == 1:", "if self.training and x.shape[0] == 1:"),
        ),
        ("one-sample-refused",),
    ),
    Try(
        "module_inference",
        "The batch is counted after the rate was calculated from the count.",
        changed(
            BATCHNORM,
            ("                self.num_batches_tracked += 1\n", ""),
            (
                "rate * var * n / (n - 1)\n",
                "rate * var * n / (n - 1)\n                self.num_batches_tracked += 1\n",
            ),
            (
                "rate = 1.0 / float(self.num_batches_tracked)",
                "rate = 1.0 / max(1, int(self.num_batches_tracked))",
            ),
        ),
        ("momentum-none",),
    ),
    Try(
        "module_inference",
        "lerp without an underscore: the new running mean is thrown away.",
        changed(
            BATCHNORM,
            (
                "self.running_mean = (1 - rate) * self.running_mean + rate * mean",
                "self.running_mean.lerp(mean, rate)",
            ),
        ),
        ("running-mean-forgotten", "slip-left-out"),
    ),
    Try(
        "module_inference",
        "In inference the running mean is multiplied by gamma and added.",
        changed(
            BATCHNORM,
            (
                "        y = (x - mean.view(shape))",
                "        if not self.training:\n            mean = -mean\n"
                "        y = (x - mean.view(shape))",
            ),
        ),
        ("slip-sign",),
    ),
    Try(
        "module_state",
        "The running statistics have the shape in which they are broadcast.",
        changed(
            BATCHNORM,
            ("start[0](num_features)", "start[0](1, num_features, 1, 1)"),
            ("start[1](num_features)", "start[1](1, num_features, 1, 1)"),
            ("+ rate * mean\n", "+ rate * mean.view(1, -1, 1, 1)\n"),
            ("+ rate * var * n / (n - 1)", "+ rate * var.view(1, -1, 1, 1) * n / (n - 1)"),
        ),
        ("statistics-shape",),
    ),
    Try(
        "module_gradients",
        "The variance is detached, the mean is not.",
        changed(
            BATCHNORM,
            ("x.var(dims, unbiased=False)", "x.detach().var(dims, unbiased=False)"),
        ),
        ("no-grad-statistics", "variance-path-missing"),
    ),
    Try(
        "keras_to_torch",
        "The root of the variance, and the momentum as it is.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return dict(
        weight=gamma,
        bias=beta,
        running_mean=moving_mean,
        running_var=np.sqrt(moving_variance),
        momentum=momentum,
        eps=epsilon,
    )
""",
        ("deviation-for-variance", "momentum-as-in-keras", "slip-power", "slip-operand"),
    ),
    Try(
        "fold_batchnorm",
        "The scale is lined up with the inputs of a linear layer.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / torch.sqrt(running_var + eps)
    if bias is None:
        bias = torch.zeros_like(beta)
    new_weight = weight * (scale if weight.dim() == 2 else scale[:, None, None, None])
    return new_weight, scale * (bias - running_mean) + beta
""",
        ("fold-wrong-axis", "fold-one-kind-of-layer"),
    ),
]
