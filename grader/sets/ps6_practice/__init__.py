"""A clinic: evaluation, freezing, recalibration, and broken scripts."""

FRAMEWORKS = ("torch",)  # what students may use besides NumPy
