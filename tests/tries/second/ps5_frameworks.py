"""Wrong implementations for problem set 5, of a second round."""

from tries import Try
from tries.second._layers import BATCHNORM, changed

MOVED = "self.running_var = (1 - rate) * self.running_var + rate * var * n / (n - 1)"

TRIES: list[Try] = [
    Try(
        "module_training",
        "The biased and the unbiased variance have changed places.",
        changed(
            BATCHNORM,
            ("unbiased=False", "unbiased=True"),
            (MOVED, MOVED.replace("n / (n - 1)", "(n - 1) / n")),
        ),
        ("unbiased-normalise", "slip-count", "slip-factor"),
    ),
    Try(
        "module_training",
        "The view puts the channels first, so they meet the samples.",
        changed(BATCHNORM, ("shape = [1, -1] +", "shape = [-1, 1] +")),
        ("slip-axis",),
    ),
    Try(
        "module_training",
        "eps is added to the mean's side: to the difference, not under the root.",
        changed(
            BATCHNORM,
            (
                "(x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)",
                "(x - mean.view(shape) + self.eps) / torch.sqrt(var.view(shape))",
            ),
        ),
        ("eps-misplaced", "slip-brackets", "eps-missing"),
    ),
    Try(
        "module_inference",
        "The count goes up in inference too.",
        changed(
            BATCHNORM,
            (
                "        n = x.numel() // x.size(1)\n",
                "        n = x.numel() // x.size(1)\n"
                "        if not self.training and self.track:\n"
                "            self.num_batches_tracked += 1\n",
            ),
        ),
        ("batches-not-counted",),
    ),
    Try(
        "module_inference",
        "momentum weighs the old value, as in Keras.",
        changed(
            BATCHNORM,
            (
                "(1 - rate) * self.running_mean + rate * mean",
                "rate * self.running_mean + (1 - rate) * mean",
            ),
            (MOVED, "self.running_var = rate * self.running_var + (1 - rate) * var * n / (n - 1)"),
        ),
        ("momentum-inverted",),
    ),
    Try(
        "module_state",
        "The count is kept as a float of shape (1,).",
        changed(BATCHNORM, ("torch.tensor(0) if", "torch.zeros(1) if")),
        ("counts-in-floats",),
    ),
    Try(
        "module_gradients",
        "The mean is detached, the variance is not.",
        changed(BATCHNORM, ("mean = x.mean(dims)", "mean = x.mean(dims).detach()")),
        ("mean-path-missing", "no-grad-statistics"),
    ),
    Try(
        "keras_to_torch",
        "The moving variance is turned into a standard deviation, and beta has a minus.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    return dict(
        weight=gamma,
        bias=-beta,
        running_mean=moving_mean,
        running_var=moving_variance**0.5,
        momentum=1 - momentum,
        eps=epsilon,
    )
""",
        ("deviation-for-variance", "slip-sign", "slip-power"),
    ),
    Try(
        "fold_batchnorm",
        "The mean is not scaled, and the old bias is.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    factor = gamma * torch.rsqrt(running_var + eps)
    if bias is None:
        bias = torch.zeros_like(beta)
    w = weight * factor.view(-1, *([1] * (weight.dim() - 1)))
    return w, bias * factor - running_mean + beta
""",
        ("fold-mean-unscaled", "slip-left-out"),
    ),
    Try(
        "fold_batchnorm",
        "gamma is squared in the weight.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    std = torch.sqrt(running_var + eps)
    ones = [1] * (weight.dim() - 1)
    w = weight * (gamma * gamma / std).reshape(-1, *ones)
    b = (0 if bias is None else bias) - running_mean
    return w, gamma * b / std + beta
""",
        ("slip-power", "slip-twice"),
    ),
]
