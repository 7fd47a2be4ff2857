"""lab/costs.py: what a layer costs (line 8.4)."""

from lab.costs import resnet50


def test_the_large_network_is_counted_right() -> None:
    """Has ResNet-50 its 53 batch norms, 26,560 channels and 25,557,032 parameters?"""
    network = resnet50()
    assert len(network.channels) == 53
    assert sum(network.channels) == 26_560
    assert network.parameters == 25_557_032
