"""The forward pass on (N, D), one step a function."""
