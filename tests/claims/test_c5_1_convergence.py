"""5.1 Training converges faster."""

from lab.claims.c5_1_convergence import outcome, run
from lab.measures import steps_to


def test_training_converges_faster() -> None:
    """Is the gain large against PyTorch's default start, and smaller against He's?"""

    def needed(arm: str, lr: float, start: str) -> float:
        return steps_to(run(arm, 0, lr, start=start, steps=150), 0.85)

    assert needed("without", 0.1, "default") == float("inf")
    normalised = needed("with", 0.3, "default")
    assert normalised < 100
    assert needed("with", 0.3, "He") < needed("without", 0.1, "He") <= 150


def test_a_run_that_never_arrives() -> None:
    """Does it count with all of its steps?"""
    assert outcome("without", 0, 0.0, steps=20) == 20
