"""Wrong implementations for problem set 5, of a fifth round."""

from tries import Try
from tries.fourth._layers import BATCHNORM, changed

TRIES: list[Try] = [
    Try(
        "module_training",
        "weight is added, and bias multiplied.",
        changed(
            BATCHNORM,
            (
                "y = y * self.weight.view(shape) + self.bias.view(shape)",
                "y = y * self.bias.view(shape) + self.weight.view(shape)",
            ),
        ),
        ("gamma-beta-swapped", "slip-order"),
    ),
    Try(
        "module_inference",
        "The unbiased variance is made with n, the number of samples.",
        changed(
            BATCHNORM,
            ("rate * var * n / (n - 1)", "rate * var * len(x) / max(len(x) - 1, 1)"),
        ),
        ("running-variance-by-samples", "slip-count"),
    ),
    Try(
        "module_state",
        "The count is a float tensor, and the running mean a parameter without gradient.",
        changed(
            BATCHNORM,
            (
                'self.register_buffer("running_mean", start[0](num_features)'
                " if self.track else None)",
                "self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)",
            ),
            ("torch.tensor(0) if", "torch.tensor(0.0) if"),
            (
                "self.running_mean = (1 - rate) * self.running_mean + rate * mean",
                "self.running_mean.copy_((1 - rate) * self.running_mean + rate * mean)",
            ),
        ),
        ("counts-in-floats", "stats-are-parameters"),
    ),
    Try(
        "keras_to_torch",
        "gamma and beta have each other's place, and the momentum is PyTorch's default.",
        """\
def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    state = {"weight": beta, "bias": gamma}
    state["running_mean"] = moving_mean
    state["running_var"] = moving_variance
    state["momentum"] = 0.1
    state["eps"] = epsilon
    return state
""",
        ("gamma-beta-swapped", "momentum-forgotten", "slip-order", "slip-number", "slip-fixed"),
    ),
    Try(
        "fold_batchnorm",
        "The bias is scaled, and then the running mean is subtracted as it is; gamma is squared.",
        """\
def fold_batchnorm(weight, bias, gamma, beta, running_mean, running_var, eps):
    scale = gamma / (running_var + eps).sqrt()
    bias = torch.zeros_like(beta) if bias is None else bias
    shape = [-1] + [1] * (weight.dim() - 1)
    new_bias = gamma * scale * bias - running_mean + beta
    return weight * scale.reshape(shape), new_bias
""",
        ("fold-mean-unscaled", "slip-twice", "slip-brackets", "slip-power", "slip-factor"),
    ),
]
