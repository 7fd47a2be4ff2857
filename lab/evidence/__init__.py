"""What the lesson claims, and what its experiments in this book say about each claim.

A notebook ends an experiment with `conclude`, which shows the effect and the verdict in the page
and hands both to the page that collects all verdicts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lab.prose import show

SEEDS = range(5)  # of the runs behind a verdict

# by line of the lesson
CLAIMS = {
    "1.1": "Batch normalisation speeds up training.",
    "1.2": "It reduces internal covariate shift.",
    "1.3": "It stabilises learning.",
    "1.4": "It allows higher learning rates.",
    "1.5": "It reduces the need for heavy regularisation.",
    "2.1": "It standardises a layer's inputs by adjusting and scaling the activations.",
    "2.2": "Each mini-batch has a mean close to 0 and a variance close to 1 during training.",
    "3.1": "The mean of a feature is its average over the mini-batch.",
    "3.2": "The variance is the mean squared distance from it.",
    "3.3": "Normalising subtracts the mean and divides by the root of the variance plus eps.",
    "3.4": "gamma scales and beta shifts the normalised values, and both are learned.",
    "4.1": "It is used after dense layers.",
    "4.2": "It is used after convolutional layers.",
    "4.3": "It stands before or after the activation, commonly before.",
    "5.1": "Training converges faster.",
    "5.2": "Training is less sensitive to the initialisation of the weights.",
    "5.3": "The network generalises better.",
    "5.4": "It helps to prevent vanishing and exploding gradients.",
    "7.1": "Deep networks are more stable with it.",
    "7.2": "It can be combined with dropout.",
    "7.3": "A batch that is too small reduces its effect.",
    "7.4": "Adding normalisation layers calls for a look at the performance.",
    "8.1": "It is used for image classification with convolutional networks.",
    "8.2": "It is used in natural language processing.",
    "8.3": "It is used in speech recognition.",
    "8.4": "It is used in large-scale architectures.",
}
# where chapters look at those that are measured by training
PAGES = {
    "1.1": "01_why_it_is_important/figure_one",
    "1.2": "01_why_it_is_important/covariate_shift",
    "1.3": "01_why_it_is_important/stability",
    "1.4": "01_why_it_is_important/learning_rate",
    "1.5": "01_why_it_is_important/regularisation",
    "4.1": "04_where_to_use_it/dense",
    "4.2": "04_where_to_use_it/convolutions",
    "4.3": "04_where_to_use_it/activation",
    "5.1": "05_benefits/convergence",
    "5.2": "05_benefits/initialisation",
    "5.3": "05_benefits/generalisation",
    "5.4": "05_benefits/gradients",
    "6.frozen": "06_frameworks/frozen",
    "7.1": "07_best_practices/depth",
    "7.2": "07_best_practices/dropout",
    "7.3": "07_best_practices/batch_size",
    "7.4": "07_best_practices/monitoring",
    "8.1": "08_applications/images",
    "8.2": "08_applications/language",
    "8.3": "08_applications/speech",
    "8.4": "08_applications/large_scale",
}
# its lines that are no claims of their own
OTHER_LINES = {
    "0": "Training is faster and steadier when each layer's inputs are distributed consistently.",
    "6": "A program in Keras: a dense layer, batch normalisation, ReLU, a dense layer.",
    "9": "It improves speed, stability and performance, learns its parameters, and is widely used.",
}
# what it leaves out, and the book does not
LEFT_OUT = (
    "Training and inference, and running statistics",
    "The backward pass",
    "Biased and unbiased variance",
    "Opposite conventions for momentum, and different eps",
    "The bias before it is redundant",
    "Samples are coupled through the batch",
    "A batch of one",
    "Folding into the layer before",
    "Frozen layers in fine-tuning",
    "Gradient accumulation is not a larger batch",
    "Synchronised statistics",
    "Layer, group and instance normalisation",
    "Why transformers do without",
    "Scale invariance and weight decay",
    "Statistics that shift after training",
    "Traps of single and half precision",
)
VERDICTS = ("supported", "qualified", "disputed", "not supported")


@dataclass(frozen=True)
class Effect:
    """An effect over several seeds: its mean and half the width of its 95 % interval."""

    mean: float
    margin: float
    seeds: int

    def __format__(self, spec: str) -> str:
        return f"{self.mean:{spec}} ± {self.margin:{spec}} ({self.seeds} seeds)"


def effect(values: npt.ArrayLike) -> Effect:
    """The effect from one value a seed, (seeds,).

    The interval is the mean plus or minus 2.8 standard errors: for 5 seeds the t distribution's
    95 % (4 degrees of freedom), and wider than needed for more.
    Raises ValueError for fewer values than `SEEDS`.
    """
    runs = np.asarray(values, dtype=float)
    if runs.ndim != 1 or len(runs) < len(SEEDS):
        raise ValueError(
            f"{runs.shape} values: a verdict needs one from each of {len(SEEDS)} seeds."
        )
    margin = 2.78 * runs.std(ddof=1) / np.sqrt(len(runs))
    return Effect(float(runs.mean()), float(margin), len(runs))


def conclude(line: str, values: npt.ArrayLike, verdict: str, digits: str = ".2f") -> Effect:
    """Record the verdict on a line of the lesson, and the effect that it rests on.

    `values` holds one number a seed, positive where it speaks for the claim.
    The page shows them as `effect-LINE` and `verdict-LINE` with the `glue` role.
    Raises ValueError where the numbers contradict the verdict:
    supported needs an interval above 0, not supported one that is not.
    """
    if line not in CLAIMS:
        raise ValueError(f"The lesson has no line {line!r}; its lines: {', '.join(CLAIMS)}.")
    if verdict not in VERDICTS:
        raise ValueError(f"{verdict!r} is no verdict; the verdicts: {', '.join(VERDICTS)}.")
    measured = effect(values)
    above = measured.mean - measured.margin > 0
    if (verdict == "supported" and not above) or (verdict == "not supported" and above):
        raise ValueError(f"Line {line} is not {verdict!r}: the effect is {measured:{digits}}.")
    show(**{f"effect-{line}": f"{measured:{digits}}", f"verdict-{line}": verdict})
    return measured
