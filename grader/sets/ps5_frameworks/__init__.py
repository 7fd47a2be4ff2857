"""A PyTorch module, Keras's conventions, folding."""

FRAMEWORKS = ("torch",)  # what students may use besides NumPy
