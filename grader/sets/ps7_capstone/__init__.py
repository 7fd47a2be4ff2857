"""An experiment with and without batch normalisation."""

FRAMEWORKS = ("torch",)  # what students may use besides NumPy
SECONDS = 300.0  # for a check in the notebook: it trains networks
