"""What the layers of the seventh round have in common; a try writes the rest."""

LAYER = """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
"""

MODULE = """\
class BatchNorm(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        tracks = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if tracks else None)
        self.register_buffer("running_var", torch.ones(num_features) if tracks else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if tracks else None)

    def scaled(self, x_hat):
        if self.weight is None:
            return x_hat
        shape = (1, -1) + (1,) * (x_hat.ndim - 2)
        return x_hat * self.weight.view(shape) + self.bias.view(shape)

    def forward(self, x):
"""


def layer(forward: str) -> str:
    """A class in NumPy whose forward is this."""
    return LAYER + forward


def module(forward: str) -> str:
    """A module of PyTorch whose forward is this."""
    return MODULE + forward
