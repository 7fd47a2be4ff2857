"""5.2 Training is less sensitive to the initialisation of the weights."""

from lab.claims.c5_2_initialisation import run


def test_it_is_less_sensitive_to_the_initialisation() -> None:
    """Does it train from weights that are 100 times too small or 3 times too large?"""
    for scale in (0.01, 3.0):
        assert run("without", 0, scale, steps=120, batch_size=64) < 0.2
        assert run("with", 0, scale, steps=120, batch_size=64) > 0.8
    assert run("with", 0, 100.0, steps=120, batch_size=64) < 0.5
