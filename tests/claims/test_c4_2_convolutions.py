"""4.2 It is used after convolutional layers."""

from lab.claims.c4_2_convolutions import outcome


def test_after_convolutional_layers() -> None:
    """Is the convolutional network with it better after 80 steps?"""
    for seed in range(2):
        plain = outcome("no norm", seed, 0.2, steps=80)
        assert outcome("per channel", seed, 0.8, steps=80) > plain + 0.05
