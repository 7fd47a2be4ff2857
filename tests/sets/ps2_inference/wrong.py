"""Wrong solutions of ps2_inference that are no fault of grader.sets.

name -> (the checks that must take points from it, the notebook's code). What the code does not
define is right: `Right` is a layer without mistakes.
"""

LAYER = """
Right = BatchNorm1d

class BatchNorm1d:
    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "right", Right(*args, **kwargs))

    def __getattr__(self, name):
        return getattr(self.right, name)

    def __setattr__(self, name, value):
        setattr(self.right, name, value)

    def __call__(self, x):
        return self.forward(x)

    def train(self, mode=True):
        self.right.train(mode)
        return self

    def eval(self):
        return self.train(False)
"""
FORWARD = ("layer_training", "layer_inference")

WRONG = {
    "rounds to float16 on the way": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x).astype(np.float16).astype(x.dtype)
""",
    ),
    "wrong where N equals D": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x) + (x.shape[0] == x.shape[1])
""",
    ),
    "wrong where x is not contiguous": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        return self.right.forward(x) * (1 if x.flags.c_contiguous else 2)
""",
    ),
    "stops learning after 20 batches": (
        ("layer_statistics",),
        LAYER
        + """
    def forward(self, x):
        object.__setattr__(self, "calls", vars(self).get("calls", 0) + 1)
        if self.calls > 20 and self.training:
            kept = self.right.running_mean, self.right.running_var
            y = self.right.forward(x)
            self.right.running_mean, self.right.running_var = kept
            return y
        return self.right.forward(x)
""",
    ),
    "gamma and beta as they were made": (
        FORWARD,
        LAYER
        + """
    def forward(self, x):
        kept = self.right.gamma, self.right.beta
        self.right.gamma, self.right.beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
        y = self.right.forward(x)
        self.right.gamma, self.right.beta = kept
        return y
""",
    ),
    "inference right for whole batches only": (
        ("layer_inference",),
        LAYER
        + """
    def forward(self, x):
        if not self.training and len(x) == 1:
            return np.zeros_like(x)
        return self.right.forward(x)
""",
    ),
    "the last batch of one is dropped": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([batch for batch in batches if len(batch) > 1])
""",
    ),
    "only lists": (
        ("population_statistics",),
        """
right = population_statistics

def population_statistics(batches):
    return right([batches[i] for i in range(len(batches))])
""",
    ),
    "refuses two rows": (
        ("layer_training", "layer_batch_of_one"),
        LAYER
        + """
    def forward(self, x):
        if self.training and len(x) < 3:
            raise ValueError("too few")
        return self.right.forward(x)
""",
    ),
    "momentum of 0 is taken for none": (
        ("layer_statistics",),
        """
Right = BatchNorm1d

def BatchNorm1d(num_features, eps=1e-5, momentum=0.1):
    return Right(num_features, eps, momentum or 0.1)
""",
    ),
    "the same statistics for all layers, kept by the class": (
        ("layer_statistics",),
        LAYER
        + """
    kept = {}

    def forward(self, x):
        D = x.shape[1]
        if D in self.kept and self.training:
            self.right.running_mean, self.right.running_var = self.kept[D]
        y = self.right.forward(x)
        self.kept[D] = self.right.running_mean, self.right.running_var
        return y
""",
    ),
    "the variance of the means is not squared": (
        ("population_statistics",),
        """
def population_statistics(batches):
    count, mean, variance = 0, 0.0, 0.0
    for batch in batches:
        n, delta = len(batch), batch.mean(axis=0) - mean
        variance = (count * variance + n * batch.var(axis=0)) / (count + n)
        variance = variance + delta * count * n / (count + n) ** 2
        mean = mean + delta * n / (count + n)
        count += n
    return mean, variance
""",
    ),
}
