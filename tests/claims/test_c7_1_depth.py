"""7.1 Deep networks are more stable with it."""

from lab.claims.c7_1_depth import outcome


def test_deep_networks() -> None:
    """Does it help with 8 layers, fall with 24, and not fall with skips?"""
    eight = outcome("batch norm", 0, 0.4, depth=8, steps=100)
    assert eight > outcome("plain", 0, 0.1, depth=8, steps=100)
    assert outcome("batch norm", 0, 0.1, depth=24, steps=100) < eight - 0.15
    assert outcome("batch norm, skips", 0, 0.025, depth=24, steps=100) > 0.75
