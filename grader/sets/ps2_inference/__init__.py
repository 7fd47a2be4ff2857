"""A layer with running statistics, and inference."""
