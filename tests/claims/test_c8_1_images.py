"""8.1 It is used for image classification with convolutional networks."""

from lab.claims.c8_1_images import outcome


def test_it_helps_a_convolutional_network() -> None:
    """Is a network of six convolutions on clothes better with it, each at its best rate?"""
    assert outcome("with", 0, 0.45) > outcome("without", 0, 0.15) + 0.05  # as the page finds
