"""An experiment with and without batch normalisation."""

FRAMEWORKS = ("torch",)  # what students may use besides NumPy
