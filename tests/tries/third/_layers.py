"""Classes of problem sets 2 and 5, with lines replaced: what the tries differ in."""

from tries.second._layers import BATCHNORM, changed

__all__ = ["BATCHNORM", "BATCHNORM_1D", "changed"]

BATCHNORM_1D = """\
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def _update(self, x):
        n, m = len(x), self.momentum
        squares = ((x - x.mean(axis=0)) ** 2).sum(axis=0)
        self.running_mean = (1 - m) * self.running_mean + m * x.mean(axis=0)
        self.running_var = (1 - m) * self.running_var + m * squares / (n - 1)

    def _normalise(self, x, mean, var):
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return (self.gamma * x_hat + self.beta).astype(x.dtype)

    def forward(self, x):
        if not self.training:
            return self._normalise(x, self.running_mean, self.running_var)
        if x.shape[0] == 1:
            raise ValueError("a batch of one has no variance")
        self._update(x)
        return self._normalise(x, x.mean(axis=0), x.var(axis=0))

    def __call__(self, x):
        return self.forward(x)
"""
