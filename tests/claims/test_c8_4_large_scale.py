"""8.4 It is used in large-scale architectures."""

from lab.claims.c8_4_large_scale import outcome


def test_it_makes_a_larger_batch_worth_its_devices() -> None:
    """Do sixteen devices with statistics of their own save more steps with it than without?"""
    fewer = {
        arm: outcome(arm, 0, {1: 0.1, 16: lr}) for arm, lr in (("without", 0.1), ("with", 0.3))
    }
    assert fewer["with"] > 1.5 * fewer["without"]
