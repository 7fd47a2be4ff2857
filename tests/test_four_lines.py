"""lab/four_lines.py: how it works (lines 3.1 to 3.4)."""

import pytest

from lab.four_lines import agreement


@pytest.mark.parametrize("line", ["3.1", "3.2", "3.3", "3.4"])
def test_the_four_lines_are_what_pytorch_computes(line: str) -> None:
    """Do mean, variance, x_hat, and y with its gradients agree to at least 13 digits?"""
    for seed in range(5):
        assert agreement(seed)[line] > 13
