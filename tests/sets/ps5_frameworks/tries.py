"""Tries of ps5_frameworks that slipped through once, or got no name or a wrong one.

The check, the mistakes that it names, joined by +, and what is changed in the master's solution, or
what stands in its place. Without a name, points are lost, and no wrong one is said.
"""

# ruff: noqa: E501  students write longer lines

TRIES: list[tuple[str, str, dict[str, str] | str]] = [
    (
        "module_training",
        "scalar-statistics",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean().expand(x.shape[1]), x.var(unbiased=False).expand(x.shape[1])"
        },
    ),
    (
        "module_training",
        "scalar-variance",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean(axes), x.var(unbiased=False).expand(x.shape[1])"
        },
    ),
    (
        "module_training",
        "scalar-mean",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean().expand(x.shape[1]), x.var(axes, unbiased=False)"
        },
    ),
    (
        "module_training",
        "wrong-axis",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = (x.mean(1), x.var(1, unbiased=False)) if x.ndim == 2 else (x.mean(axes), x.var(axes, unbiased=False))",
            "self._remember(mean.detach(), variance.detach() * count / (count - 1))": "pass",
            "y = (x - mean.reshape(per_channel)) / std.reshape(per_channel)": "y = (x - (mean[:, None] if x.ndim == 2 else mean.reshape(per_channel))) / (std[:, None] if x.ndim == 2 else std.reshape(per_channel))",
        },
    ),
    (
        "module_training",
        "mean-of-squares",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean(axes), (x**2).mean(axes)"
        },
    ),
    (
        "module_training",
        "standard-deviation",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean(axes), x.std(axes, unbiased=False)"
        },
    ),
    (
        "module_training",
        "sum-not-mean",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean = x.mean(axes); variance = ((x - mean.reshape(per_channel))**2).sum(axes)"
        },
    ),
    (
        "module_training",
        "mean-and-variance-swapped",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "variance, mean = x.mean(axes), x.var(axes, unbiased=False)"
        },
    ),
    (
        "module_training",
        "mean-minus-x",
        {"(x - mean.reshape(per_channel))": "(mean.reshape(per_channel) - x)"},
    ),
    (
        "module_training",
        "parentheses-missing",
        {"(x - mean.reshape(per_channel)) /": "x - mean.reshape(per_channel) /"},
    ),
    (
        "module_training",
        "gamma-beta-swapped",
        {
            "            y = self.weight.reshape(per_channel) * y + self.bias.reshape(per_channel)": "            y = self.bias.reshape(per_channel) * y + self.weight.reshape(per_channel)"
        },
    ),
    (
        "module_training",
        "shift-before-scale",
        {
            "            y = self.weight.reshape(per_channel) * y + self.bias.reshape(per_channel)": "            y = self.weight.reshape(per_channel) * (y + self.bias.reshape(per_channel))"
        },
    ),
    (
        "module_training",
        "no-affine",
        {
            "            y = self.weight.reshape(per_channel) * y + self.bias.reshape(per_channel)": "            pass"
        },
    ),
    (
        "module_training",
        "slip-twice",
        {
            "(x - mean.reshape(per_channel))": "(x - mean.reshape(per_channel) - mean.reshape(per_channel))"
        },
    ),
    (
        "module_training",
        "slip-operation",
        {
            "y = (x - mean.reshape(per_channel)) / std.reshape(per_channel)": "y = (x - mean.reshape(per_channel)) * std.reshape(per_channel)"
        },
    ),
    (
        "module_training",
        "eps-outside-sqrt+unbiased-normalise",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.mean(axes), x.var(axes)",
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance) + self.eps",
        },
    ),
    (
        "module_training",
        "slip-operation",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean = x.mean(axes); variance = (x - mean.reshape(per_channel)).abs().mean(axes)"
        },
    ),
    (
        "module_training",
        "count-of-channels",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean = x.mean(axes); variance = ((x - mean.reshape(per_channel))**2).sum(axes) / x.shape[1]"
        },
    ),
    (
        "module_training",
        "eps-missing",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance)"},
    ),
    (
        "module_training",
        "eps-outside-sqrt",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance) + self.eps"},
    ),
    (
        "module_training",
        "eps-twice",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps) + self.eps"
        },
    ),
    (
        "module_training",
        "eps-fixed",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + 1e-5)"},
    ),
    (
        "module_training",
        "eps-fixed",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + 1e-8)"},
    ),
    (
        "module_training",
        "eps-fixed",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + 1e-3)"},
    ),
    ("module_training", "eps-default", {"eps: float = 1e-5": "eps: float = 1e-3"}),
    ("module_training", "eps-default", {"eps: float = 1e-5": "eps: float = 1e-8"}),
    (
        "module_training",
        "slip-sign",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance - self.eps)"},
    ),
    (
        "module_training",
        "slip-power",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps**2)"},
    ),
    (
        "module_training",
        "eps-outside-sqrt",
        {
            "std = torch.sqrt(variance + self.eps)": "std = x.std(axes, unbiased=False) + self.eps",
            "if self.training or self.running_mean is None:": "if True:",
        },
    ),
    ("module_training", "other-error-for-one", {"raise ValueError": "raise RuntimeError"}),
    (
        "module_training",
        "other-error-for-one",
        {
            'raise ValueError(f"more than one value a channel is needed, got {tuple(x.shape)}")': "assert False, 'one value'"
        },
    ),
    ("module_training", "one-value-per-channel", {"if self.training and count == 1:": "if False:"}),
    (
        "module_training",
        "one-sample-refused",
        {"if self.training and count == 1:": "if self.training and len(x) == 1:"},
    ),
    (
        "module_training",
        "memory-layout-assumed",
        {"axes = [0": "x.view(x.shape[0], x.shape[1], -1); x.view(-1); axes = [0"},
    ),
    (
        "module_training",
        "memory-layout-assumed",
        {
            "axes = [0": "x.ndim == 4 and x.view(x.shape[0], x.shape[1], -1); x.ndim == 4 and x.permute(1, 0, 2, 3).view(x.shape[1], -1) if 0 else None; axes = [0",
            "x.numel() // x.shape[1]": "x.numel() // x.shape[1]; x.ndim == 2 and x.view(-1)",
        },
    ),
    ("module_training", "mutates-input", {"axes = [0": "x -= 0.1 * x.detach().abs(); axes = [0"}),
    (
        "module_training",
        "mutates-input",
        {
            "y = (x - mean.reshape(per_channel)) / std.reshape(per_channel)": "x -= mean.reshape(per_channel); y = x / std.reshape(per_channel)"
        },
    ),
    ("module_training", "precision-fixed", {"axes = [0": "x = x.float(); axes = [0"}),
    (
        "module_training",
        "broadcast-along-width",
        {
            "            y = self.weight.reshape(per_channel) * y + self.bias.reshape(per_channel)": "            y = self.weight * y + self.bias"
        },
    ),
    (
        "module_training",
        "mean-of-variances",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean = x.mean(axes); variance = x.var(axes, unbiased=False) if x.ndim == 2 else x.var((2, 3), unbiased=False).mean(0)"
        },
    ),
    (
        "module_training",
        "reshape-without-transpose",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "r = x.reshape(-1, x.shape[1]); mean, variance = r.mean(0), r.var(0, unbiased=False)"
        },
    ),
    (
        "module_training",
        "one-pass-variance",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean = x.mean(axes); variance = (x**2).mean(axes) - mean**2"
        },
    ),
    (
        "module_inference",
        "running-variance-by-samples",
        {" * count / (count - 1)": " * len(x) / (len(x) - 1)"},
    ),
    ("module_inference", "biased-running-variance", {" * count / (count - 1)": ""}),
    (
        "module_inference",
        "updated-twice",
        {
            "self._remember(mean.detach(), variance.detach() * count / (count - 1))": "self._remember(mean.detach(), variance.detach() * count / (count - 1)); self._remember(mean.detach(), variance.detach() * count / (count - 1))"
        },
    ),
    (
        "module_inference",
        "running-mean-forgotten",
        {"self.running_mean = (1 - share) * self.running_mean + share * mean": "pass"},
    ),
    (
        "module_inference",
        "running-variance-forgotten",
        {"self.running_var = (1 - share) * self.running_var + share * variance": "pass"},
    ),
    (
        "module_inference",
        "running-variance-with-eps",
        {
            "self.running_var = (1 - share) * self.running_var + share * variance": "self.running_var = (1 - share) * self.running_var + share * (variance + self.eps)"
        },
    ),
    (
        "module_inference",
        "running-variance-with-eps",
        {"std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance.add_(self.eps))"},
    ),
    (
        "module_inference",
        "running-variance-with-eps",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            mean, variance = self.running_mean, self.running_var\n            self.running_var += self.eps\n",
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + (self.eps if self.training else 0))",
        },
    ),
    (
        "module_inference",
        "updated-in-eval",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            mean, variance = self.running_mean, self.running_var\n            self._remember(x.mean(axes).detach(), x.var(axes).detach()) if x.numel() > x.shape[1] else 0\n"
        },
    ),
    (
        "module_inference",
        "",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            mean, variance = self.running_mean, self.running_var\n            self.running_mean = 0.999 * self.running_mean + 0.001 * x.mean(axes).detach()\n"
        },
    ),
    (
        "module_inference",
        "batches-not-counted",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            mean, variance = self.running_mean, self.running_var\n            self.num_batches_tracked += 1\n"
        },
    ),
    (
        "module_inference",
        "cumulative-average",
        {
            "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum": "share = 1 / float(self.num_batches_tracked)"
        },
    ),
    (
        "module_inference",
        "mode-from-grad-enabled",
        {
            "self._remember(mean.detach(), variance.detach() * count / (count - 1))": "if torch.is_grad_enabled(): self._remember(mean.detach(), variance.detach() * count / (count - 1))",
            "if self.running_mean is not None": "if self.running_mean is not None and torch.is_grad_enabled()",
        },
    ),
    (
        "module_inference",
        "eval-divides-by-variance",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps)\n        if not self.training: std = std**2"
        },
    ),
    (
        "module_inference",
        "eval-eps-missing",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps)\n        if not self.training: std = variance.sqrt()"
        },
    ),
    (
        "module_inference",
        "eval-eps-outside-sqrt",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps)\n        if not self.training: std = variance.sqrt() + self.eps"
        },
    ),
    (
        "module_inference",
        "eval-eps-fixed",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps)\n        if not self.training: std = (variance + 1e-5).sqrt()"
        },
    ),
    (
        "module_inference",
        "eval-corrects-variance",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            mean, variance = self.running_mean, self.running_var\n            n = x.numel() // x.shape[1]; variance = variance * n / (n - 1)\n"
        },
    ),
    (
        "module_inference",
        "eval-gamma-only",
        {
            "        return y\n": "        return y if self.training else y - self.bias.reshape(per_channel)\n"
        },
    ),
    (
        "module_inference",
        "eval-beta-only",
        {
            "            y = self.weight.reshape(per_channel) * y + self.bias.reshape(per_channel)": "            y = (self.weight.reshape(per_channel) if self.training else 1) * y + self.bias.reshape(per_channel)"
        },
    ),
    (
        "module_inference",
        "mean-and-variance-swapped",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            variance, mean = self.running_mean, self.running_var\n"
        },
    ),
    (
        "module_inference",
        "mean-and-variance-swapped",
        {
            "self._remember(mean.detach(), variance.detach() * count / (count - 1))": "self._remember(variance.detach() * count / (count - 1), mean.detach())"
        },
    ),
    (
        "module_inference",
        "eval-not-centred",
        {"(x - mean.reshape(per_channel))": "(x - mean.reshape(per_channel) * self.training)"},
    ),
    (
        "module_inference",
        "updates-before-error",
        {
            "if self.training and count == 1:": "if count == 1 and self.running_mean is not None: self._remember(x.mean(axes).detach(), x.var(axes).detach())\n            if self.training and count == 1:"
        },
    ),
    (
        "module_inference",
        "batches-not-counted",
        {
            "if self.training and count == 1:": "self.num_batches_tracked += 1\n            if self.training and count == 1:",
            "self.num_batches_tracked += 1": "pass",
        },
    ),
    ("module_inference", "momentum-inverted", {"else self.momentum": "else 1 - self.momentum"}),
    (
        "module_inference",
        "statistics-shape",
        {
            "torch.zeros(num_features),\n": "torch.zeros(1, num_features),\n",
            "torch.ones(num_features),\n": "torch.ones(1, num_features),\n",
        },
    ),
    (
        "module_inference",
        "first-batch-copied",
        {
            "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum": "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum\n        if self.num_batches_tracked == 1: share = 1.0"
        },
    ),
    (
        "module_inference",
        "running-stats-in-training",
        {
            "std = torch.sqrt(variance + self.eps)": "mean, variance = (self.running_mean, self.running_var) if self.running_mean is not None else (mean, variance); std = torch.sqrt(variance + self.eps)"
        },
    ),
    (
        "module_inference",
        "",
        {
            "    def forward(self": "    shared = {}\n    def forward(self",
            "        return y\n": "        self.shared[len(self.weight)] = self.running_mean, self.running_var\n        return y\n",
            "axes = [0": "self.running_mean, self.running_var = self.shared.get(len(self.weight), (self.running_mean, self.running_var)); axes = [0",
        },
    ),
    (
        "module_inference",
        "stale-statistics",
        {
            "            mean, variance = self.running_mean, self.running_var\n": "            if not hasattr(self, 'kept'): self.kept = self.running_mean, self.running_var\n            mean, variance = self.kept\n"
        },
    ),
    (
        "module_inference",
        "",
        {
            "self.num_batches_tracked += 1": "type(self).counted = getattr(type(self), 'counted', 0) + 1; self.num_batches_tracked = torch.tensor(self.counted)"
        },
    ),
    (
        "module_inference",
        "momentum-none",
        {
            "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum": "share = self.momentum if self.momentum is not None else 0.0"
        },
    ),
    (
        "module_inference",
        "refuses-one-in-eval",
        {
            "if self.training and count == 1:": "if count == 1:",
            "        axes = [0": "        count = x.numel() // x.shape[1]\n        if count == 1: raise ValueError('one')\n        axes = [0",
        },
    ),
    (
        "module_state",
        "not-a-buffer",
        {
            '"num_batches_tracked": torch.tensor(0),': "",
            "self.register_buffer(name, start if track_running_stats else None)": "self.register_buffer(name, start if track_running_stats else None)\n        self.num_batches_tracked = 0 if track_running_stats else None",
        },
    ),
    (
        "module_state",
        "not-a-buffer",
        {
            "self.register_buffer(name, start if track_running_stats else None)": "setattr(self, name, start if track_running_stats else None)"
        },
    ),
    (
        "module_state",
        "buffers-not-saved",
        {
            "self.register_buffer(name, start if track_running_stats else None)": "self.register_buffer(name, start if track_running_stats else None, persistent=False)"
        },
    ),
    ("module_state", "counts-in-floats", {"torch.tensor(0)": "torch.tensor(0.0)"}),
    ("module_state", "counts-in-floats", {"torch.tensor(0)": "torch.zeros(1)"}),
    (
        "module_state",
        "",
        {
            "self.register_buffer(name, start if track_running_stats else None)": "self.register_buffer(name, start if track_running_stats else None)\n        self.register_buffer('eps_', torch.tensor(eps))"
        },
    ),
    (
        "module_state",
        "stats-are-parameters",
        {
            "self.register_buffer(name, start if track_running_stats else None)": "setattr(self, name, (nn.Parameter(start, requires_grad=False) if name[0] == 'r' else start) if track_running_stats else None)",
            '"num_batches_tracked": torch.tensor(0),': "",
            "self.num_batches_tracked += 1": "self.num_batches_tracked += 1",
            "self.running_mean = (1 - share) * self.running_mean + share * mean": "self.running_mean.data = (1 - share) * self.running_mean + share * mean",
            "self.running_var = (1 - share) * self.running_var + share * variance": "self.running_var.data = (1 - share) * self.running_var + share * variance",
            "super().__init__()": "super().__init__(); self.register_buffer('num_batches_tracked', torch.tensor(0) if track_running_stats else None)",
        },
    ),
    ("module_state", "affine-ignored", {" if affine else None": ""}),
    (
        "module_state",
        "",
        {
            "torch.zeros(num_features)) if affine else None": "torch.zeros(num_features))",
            "        return y\n": "        else: y = y + self.bias.reshape(per_channel)\n        return y\n",
        },
    ),
    (
        "module_state",
        "affine-frozen",
        {
            "nn.Parameter(torch.ones(num_features)) if affine else None": "nn.Parameter(torch.ones(num_features), requires_grad=affine)",
            "nn.Parameter(torch.zeros(num_features)) if affine else None": "nn.Parameter(torch.zeros(num_features), requires_grad=affine)",
        },
    ),
    ("module_state", "affine-false-crashes", {"if self.weight is not None:": "if True:"}),
    ("module_state", "track-ignored", {"start if track_running_stats else None": "start"}),
    (
        "module_state",
        "track-ignored",
        {
            "start if track_running_stats else None": "start",
            "x.shape[1]\n            if": "x.shape[1]; self.track = 1\n            if",
        },
    ),
    (
        "module_state",
        "track-false-crashes",
        {"if self.training or self.running_mean is None:": "if self.training:"},
    ),
    ("module_state", "track-false-crashes", {"if self.running_mean is not None:": "if True:"}),
    ("module_state", "other-names", {"self.weight": "self.gamma", "self.bias": "self.beta"}),
    (
        "module_state",
        "",
        {
            "self.register_buffer(name, start if track_running_stats else None)": "self.register_buffer(name, start if track_running_stats else None)\n        self.register_buffer('epsilon', torch.tensor(eps))"
        },
    ),
    (
        "module_state",
        "batches-not-counted",
        {
            "self.num_batches_tracked += 1": "pass",
            "share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum": "share = self.momentum or 0.1",
        },
    ),
    (
        "module_state",
        "not-a-parameter",
        {
            "nn.Parameter(torch.ones(num_features))": "torch.ones(num_features)",
            "nn.Parameter(torch.zeros(num_features))": "torch.zeros(num_features)",
        },
    ),
    (
        "module_state",
        "not-a-parameter",
        {
            "self.weight = nn.Parameter(torch.ones(num_features)) if affine else None": "self.register_buffer('weight', torch.ones(num_features) if affine else None)",
            "self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None": "self.register_buffer('bias', torch.zeros(num_features) if affine else None)",
        },
    ),
    ("module_state", "", {"torch.ones(num_features)) if": "torch.rand(num_features)) if"}),
    (
        "module_gradients",
        "no-graph-in-inference",
        {
            "    def forward(self": "    def forward(self, x):\n        if not self.training:\n            with torch.no_grad(): return self.go(x)\n        return self.go(x)\n    def go(self"
        },
    ),
    ("module_gradients", "input-detached", {"axes = [0": "x = x.detach(); axes = [0"}),
    ("module_gradients", "not-detached", {".detach()": ""}),
    ("module_gradients", "mean-path-missing", {"x - mean": "x - mean.detach()"}),
    (
        "module_gradients",
        "parameters-detached",
        {
            "self.weight.reshape": "self.weight.detach().reshape",
            "self.bias.reshape": "self.bias.detach().reshape",
        },
    ),
    (
        "module_gradients",
        "parameters-detached",
        {"self.weight.reshape": "self.weight.detach().reshape"},
    ),
    (
        "module_gradients",
        "no-grad-statistics",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "mean, variance = x.detach().mean(axes), x.detach().var(axes, unbiased=False)"
        },
    ),
    (
        "module_gradients",
        "batch-stats-in-eval",
        {"if self.training or self.running_mean is None:": "if True:"},
    ),
    (
        "module_gradients",
        "parameters-detached",
        {
            "nn.Parameter(torch.ones(num_features))": "nn.Parameter(torch.ones(num_features), requires_grad=False)",
            "nn.Parameter(torch.zeros(num_features))": "nn.Parameter(torch.zeros(num_features), requires_grad=False)",
        },
    ),
    (
        "keras_to_torch",
        "numbers-missing",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    b = nn.BatchNorm1d(D)\n    for n, a in dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance).items(): getattr(b, n).data = torch.tensor(a)\n    return dict(b.state_dict())\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    b = nn.BatchNorm1d(D)\n    for n, a in dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance).items(): getattr(b, n).data = torch.tensor(a)\n    return b\n",
    ),
    (
        "keras_to_torch",
        "momentum-forgotten+epsilon-forgotten",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    b = nn.BatchNorm1d(D)\n    for n, a in dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance).items(): getattr(b, n).data = torch.tensor(a)\n    return dict(b.state_dict(), momentum=b.momentum, eps=b.eps)\n",
    ),
    (
        "keras_to_torch",
        "momentum-as-in-keras",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['momentum'] = momentum\n    return d\n",
    ),
    (
        "keras_to_torch",
        "numbers-missing",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    del d['momentum']\n    return d\n",
    ),
    (
        "keras_to_torch",
        "numbers-missing",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    del d['eps']\n    return d\n",
    ),
    (
        "keras_to_torch",
        "slip-order",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['eps'], d['momentum'] = d['momentum'], d['eps']\n    return d\n",
    ),
    (
        "keras_to_torch",
        "keras-names",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['epsilon'] = d.pop('eps')\n    return d\n",
    ),
    (
        "keras_to_torch",
        "keras-names",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    return dict(gamma=gamma, beta=beta, moving_mean=moving_mean, moving_variance=moving_variance, momentum=1-momentum, epsilon=epsilon)\n",
    ),
    (
        "keras_to_torch",
        "momentum-as-in-keras+keras-names",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    return dict(gamma=gamma, beta=beta, moving_mean=moving_mean, moving_variance=moving_variance, momentum=momentum, epsilon=epsilon)\n",
    ),
    (
        "keras_to_torch",
        "gamma-beta-swapped",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['weight'], d['bias'] = beta, gamma\n    return d\n",
    ),
    (
        "keras_to_torch",
        "deviation-for-variance",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = np.sqrt(moving_variance)\n    return d\n",
    ),
    (
        "keras_to_torch",
        "slip-power",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = moving_variance**2\n    return d\n",
    ),
    (
        "keras_to_torch",
        "variance-with-epsilon",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = moving_variance + epsilon\n    return d\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = moving_variance - epsilon\n    return d\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = moving_variance * D / max(D - 1, 1)\n    return d\n",
    ),
    (
        "keras_to_torch",
        "statistics-shape",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_var'] = moving_variance[None]\n    return d\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    return gamma, beta, moving_mean, moving_variance, 1 - momentum, epsilon\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = {'weight': gamma}\n",
    ),
    (
        "keras_to_torch",
        "",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['running_variance'] = d.pop('running_var')\n    return d\n",
    ),
    (
        "keras_to_torch",
        "momentum-forgotten",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['momentum'] = 0.1\n    return d\n",
    ),
    (
        "keras_to_torch",
        "momentum-forgotten",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['momentum'] = 0.01\n    return d\n",
    ),
    (
        "keras_to_torch",
        "slip-operation",
        "def keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon):\n    D = len(gamma)\n    d = dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=moving_variance, momentum=1 - momentum, eps=epsilon)\n    d['momentum'] = 1 / momentum\n    return d\n",
    ),
    (
        "fold_batchnorm",
        "eps-missing",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / torch.sqrt(running_var)"
        },
    ),
    (
        "fold_batchnorm",
        "eps-outside-sqrt",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / (torch.sqrt(running_var) + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "eps-fixed",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / torch.sqrt(running_var + 1e-5)"
        },
    ),
    (
        "fold_batchnorm",
        "eps-fixed",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / torch.sqrt(running_var + 1e-3)"
        },
    ),
    (
        "fold_batchnorm",
        "eps-twice",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / (torch.sqrt(running_var + eps) + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "slip-power",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / torch.sqrt(running_var + eps**2)"
        },
    ),
    (
        "fold_batchnorm",
        "divides-by-variance",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / (running_var + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-none-crashes",
        {"old = torch.zeros_like(beta) if bias is None else bias": "old = bias"},
    ),
    (
        "fold_batchnorm",
        "",
        {
            "old = torch.zeros_like(beta) if bias is None else bias": "old = bias if bias else torch.zeros_like(beta)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-none-stays",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, None if bias is None else beta + scale * (old - running_mean)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-difference-reversed",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, beta + scale * (running_mean - old)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-bias-unscaled",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, beta + old - scale * running_mean"
        },
    ),
    (
        "fold_batchnorm",
        "fold-beta-scaled",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, scale * (beta + old - running_mean)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-bias-unscaled+fold-mean-unscaled",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, beta + old - running_mean"
        },
    ),
    (
        "fold_batchnorm",
        "fold-bias-unchanged",
        {"return new_weight, beta + scale * (old - running_mean)": "return new_weight, old"},
    ),
    (
        "fold_batchnorm",
        "fold-bias-forgotten",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, beta - scale * running_mean"
        },
    ),
    (
        "fold_batchnorm",
        "",
        {"return new_weight, beta + scale * (old - running_mean)": "return new_weight"},
    ),
    (
        "fold_batchnorm",
        "fold-returns-swapped",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return beta + scale * (old - running_mean), new_weight"
        },
    ),
    (
        "fold_batchnorm",
        "fold-weight-unscaled",
        {
            "new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))": "new_weight = weight"
        },
    ),
    (
        "fold_batchnorm",
        "mutates-input",
        {
            "new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))": "new_weight = weight; new_weight *= scale.reshape(-1, *[1] * (weight.ndim - 1))"
        },
    ),
    (
        "fold_batchnorm",
        "fold-mean-unscaled",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, beta + scale * old - running_mean"
        },
    ),
    (
        "fold_batchnorm",
        "slip-power",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma / torch.sqrt(running_var + eps); scale = scale * gamma"
        },
    ),
    (
        "fold_batchnorm",
        "fold-wrong-axis",
        {
            "new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))": "new_weight = weight * scale"
        },
    ),
    (
        "fold_batchnorm",
        "fold-multiplied",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "scale = gamma * torch.sqrt(running_var + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "",
        {
            "return new_weight, beta + scale * (old - running_mean)": "l = nn.Linear(2, 2); l.weight.data = new_weight; l.bias.data = beta + scale * (old - running_mean); return l"
        },
    ),
    (
        "fold_batchnorm",
        "fold-one-kind-of-layer",
        {
            "new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))": "new_weight = weight * scale.reshape(-1, 1, 1, 1)"
        },
    ),
    (
        "fold_batchnorm",
        "fold-one-kind-of-layer",
        {
            "new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))": "new_weight = weight * scale[:, None]"
        },
    ),
    (
        "fold_batchnorm",
        "",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight, (beta + scale * (old - running_mean)).reshape(-1, *[1] * (weight.ndim - 1))"
        },
    ),
    (
        "fold_batchnorm",
        "precision-fixed",
        {
            "return new_weight, beta + scale * (old - running_mean)": "return new_weight.float(), (beta + scale * (old - running_mean)).float()"
        },
    ),
    (
        "fold_batchnorm",
        "",
        {
            "old = torch.zeros_like(beta) if bias is None else bias": "old = torch.zeros(weight.shape[1]) if bias is None else bias"
        },
    ),
    (
        "fold_batchnorm",
        "gamma-beta-swapped",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "gamma, beta = beta, gamma; scale = gamma / torch.sqrt(running_var + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "mean-and-variance-swapped",
        {
            "scale = gamma / torch.sqrt(running_var + eps)                        # (out,)": "running_mean, running_var = running_var, running_mean; scale = gamma / torch.sqrt(running_var + eps)"
        },
    ),
    (
        "fold_batchnorm",
        "eps-outside-sqrt",
        {"gamma / torch.sqrt(running_var + eps)": "gamma / torch.sqrt(running_var) + eps"},
    ),
    (
        "module_training",
        "reshape-without-transpose",
        {
            "mean, variance = x.mean(axes), x.var(axes, unbiased=False)": "rows = x.reshape(x.shape[1], -1) if x.ndim == 4 else x.T; mean, variance = rows.mean(1), rows.var(1, unbiased=False)"
        },
    ),
    (
        "module_inference",
        "eval-divides-by-variance+eval-eps-missing",
        {
            "std = torch.sqrt(variance + self.eps)": "std = torch.sqrt(variance + self.eps) if self.training else variance"
        },
    ),
]
