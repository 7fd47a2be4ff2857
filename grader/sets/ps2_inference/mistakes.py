"""Mistakes that ps2_inference teaches first: a layer with running statistics, and inference."""

from ...checking.mistakes import Mistake

mistakes = [
    Mistake(
        "starts-at-zero-variance",
        "the running variance starts at 0",
        "It starts at 1, so that a layer that has seen no data does nothing in inference. "
        "From 0 it would blow up its input.",
        "running-statistics",
    ),
    Mistake(
        "starts-in-inference",
        "a new layer is in inference mode",
        "A new layer is there to be trained: training is True until eval() is called.",
        "two-modes",
    ),
    Mistake(
        "starts-elsewhere",
        "a new layer starts with other numbers",
        "gamma and running_var start at 1, beta and running_mean at 0: "
        "before it has learned or seen anything, a layer neither scales nor shifts.",
        "two-modes",
    ),
    Mistake(
        "train-ignores-mode",
        "train(mode) ignores its argument",
        "train(False) is another way to say eval().",
        "two-modes",
    ),
    Mistake(
        "eval-does-nothing",
        "eval() does not change the mode",
        "After eval() the attribute training must be False.",
        "two-modes",
    ),
    Mistake(
        "mode-toggles",
        "eval() or train() changes from one mode to the other",
        "Called twice, it must do the same as called once: each names the mode to be in.",
        "two-modes",
    ),
    Mistake(
        "mode-resets-statistics",
        "switching the mode resets the running statistics",
        "Then what was learned is lost just when it is needed. Only the mode changes.",
        "two-modes",
    ),
    Mistake(
        "mode-returns-nothing",
        "eval() and train() do not return the layer",
        "PyTorch's do, so that one can write layer.eval()(x).",
        "two-modes",
    ),
    Mistake(
        "running-stats-in-training",
        "running statistics are used for normalising while training",
        "In training each batch is normalised with its own mean and variance. "
        "The running ones are only remembered, for inference.",
        "two-modes",
    ),
    Mistake(
        "updates-spoil-the-batch",
        "the update of the running statistics changes the batch's own",
        "mean *= momentum changes the array that the normalisation uses next. "
        "Make a new array instead.",
        "running-statistics",
    ),
    Mistake(
        "never-updated",
        "the running statistics keep their first values",
        "Each training batch moves them a little. A local variable of the same name is not "
        "the layer's attribute.",
        "running-statistics",
    ),
    Mistake(
        "overwritten",
        "the last batch's statistics replace the running ones",
        "One batch is a noisy estimate. The running statistics average over many.",
        "running-statistics",
    ),
    Mistake(
        "momentum-inverted",
        "momentum weighs the old value instead of the new batch",
        "Here, as in PyTorch, momentum is the weight of the new batch: 0.1 moves slowly. "
        "Keras and many courses mean the opposite.",
        "momentum-conventions",
    ),
    Mistake(
        "momentum-fixed",
        "momentum has a fixed value, and the argument is ignored",
        "The caller may ask for another momentum than 0.1.",
        "momentum-conventions",
    ),
    Mistake(
        "old-statistics-not-decayed",
        "the batch's share is added, but the old value keeps its full weight",
        "The two weights must sum to 1. Otherwise the statistics grow without bound.",
        "running-statistics",
    ),
    Mistake(
        "momentum-default",
        "momentum has another default than 0.1",
        "Libraries differ in it, and in what it weighs: 0.1 of the new is 0.9 of the old.",
        "momentum-conventions",
    ),
    Mistake(
        "updated-twice",
        "each batch moves the running statistics twice",
        "One batch is one step, whoever calls whom.",
        "running-statistics",
    ),
    Mistake(
        "running-mean-forgotten",
        "the running mean never changes",
        "Both running statistics move with every training batch.",
        "running-statistics",
    ),
    Mistake(
        "running-variance-about-running-mean",
        "the running variance takes the squares about the running mean",
        "A batch's variance is about the batch's own mean.",
        "running-statistics",
    ),
    Mistake(
        "shared-with-parameters",
        "a running statistic and gamma or beta are the same array",
        "Assignment makes no copy. Updated in place, one changes with the other.",
        "running-statistics",
    ),
    Mistake(
        "biased-running-variance",
        "the running variance takes the biased variance",
        "The running variance estimates that of all data, so it takes the unbiased variance "
        "of each batch. The batch itself is normalised with the biased one.",
        "biased-or-unbiased",
    ),
    Mistake(
        "running-variance-forgotten",
        "only the running mean is updated",
        "The running variance moves in the same way.",
        "running-statistics",
    ),
    Mistake(
        "running-standard-deviation",
        "the running variance averages standard deviations",
        "It averages variances. The mean of roots is not the root of the mean.",
        "running-statistics",
    ),
    Mistake(
        "running-variance-with-eps",
        "eps has got into the running variance",
        "eps belongs to the division. In inference it would be added a second time.",
        "running-statistics",
    ),
    Mistake(
        "first-batch-copied",
        "the first batch's statistics are taken as they are",
        "The first batch is weighed as every other, against the initial 0 and 1.",
        "running-statistics",
    ),
    Mistake(
        "cumulative-average",
        "all batches weigh the same, and momentum is ignored",
        "The running statistics forget: the weights of old batches fade, "
        "because the network that made them has changed since.",
        "running-statistics",
    ),
    Mistake(
        "bias-corrected",
        "the running statistics are corrected for their start, as Adam's are",
        "Batch normalisation keeps the plain moving average, initial values included.",
        "running-statistics",
    ),
    Mistake(
        "shared-between-layers",
        "two layers share their running statistics",
        "What is set on the class, or in a global, belongs to all layers. "
        "Set it on self, in __init__.",
        "running-statistics",
    ),
    Mistake(
        "batch-stats-in-eval",
        "statistics of the batch are used in inference",
        "In inference an example's result must not depend on which others are in its batch. "
        "Use the running mean and the running variance.",
        "inference-mode",
    ),
    Mistake(
        "updated-in-eval",
        "inference changes the running statistics",
        "Then test data leak into the model, and the same input gives other results each time.",
        "inference-mode",
    ),
    Mistake(
        "eval-eps-outside-sqrt",
        "in inference, eps is added outside the square root",
        "The formula is that of training, with other statistics.",
        "inside-the-root",
    ),
    Mistake(
        "eval-eps-missing",
        "in inference, eps is not used",
        "The formula is that of training, with other statistics.",
        "inference-mode",
    ),
    Mistake(
        "eval-eps-fixed",
        "in inference, eps has a fixed value",
        "The caller may ask for another eps than 1e-5, in both modes.",
        "inference-mode",
    ),
    Mistake(
        "eval-divides-by-variance",
        "in inference, the square root is missing",
        "The formula is that of training, with other statistics.",
        "inference-mode",
    ),
    Mistake(
        "eval-corrects-variance",
        "in inference, the running variance is multiplied by N / (N - 1)",
        "It is unbiased already, and the size of the batch in inference means nothing.",
        "biased-or-unbiased",
    ),
    Mistake(
        "eval-no-affine",
        "in inference, gamma and beta have no effect",
        "They are used in both modes.",
        "inference-mode",
    ),
    Mistake(
        "eval-gamma-only",
        "in inference, beta is forgotten",
        "gamma and beta are used in both modes.",
        "inference-mode",
    ),
    Mistake(
        "eval-beta-only",
        "in inference, gamma is forgotten",
        "gamma and beta are used in both modes.",
        "inference-mode",
    ),
    Mistake(
        "stale-statistics",
        "inference goes on with statistics that it has seen before",
        "The layer may have been trained since. Read the running statistics at each call.",
        "inference-mode",
    ),
    Mistake(
        "error-in-eval",
        "a batch of one is refused in inference too",
        "Only training needs a second row. "
        "In inference the statistics are known, and one example is the usual case.",
        "a-batch-of-one",
    ),
    Mistake(
        "no-error-for-one",
        "a training batch of one is accepted",
        "One row has variance 0: whatever it holds, it would be normalised to 0, "
        "and its unbiased variance is 0 / 0. Raise ValueError.",
        "a-batch-of-one",
    ),
    Mistake(
        "other-error-for-one",
        "a training batch of one raises something else than ValueError",
        "The caller can only catch what is promised. An assert is for what cannot happen.",
        "a-batch-of-one",
    ),
    Mistake(
        "updates-before-error",
        "the running statistics change before the error is raised",
        "A call that fails should leave nothing behind. Look at the batch first.",
        "a-batch-of-one",
    ),
    Mistake(
        "batches-weighed-equally",
        "every batch has the same weight, whatever its size",
        "A batch of 2 is worth less than one of 200. Weigh by the number of rows.",
        "population-statistics",
    ),
    Mistake(
        "between-batch-variance-missing",
        "the variance is the mean of the batches' variances",
        "That misses how far the batches' means lie from each other.",
        "population-statistics",
    ),
    Mistake(
        "within-batch-variance-missing",
        "the variance is that of the batches' means",
        "That misses how far the rows of a batch lie from each other.",
        "population-statistics",
    ),
    Mistake(
        "unbiased-population-variance",
        "the variance divides by one less than the number of rows",
        "Here the rows are the whole population, not a sample of it: divide by their number.",
        "population-statistics",
    ),
    Mistake(
        "last-batch-only",
        "only the last batch counts",
        "What the earlier batches gave has been overwritten.",
        "population-statistics",
    ),
    Mistake(
        "moving-average",
        "the statistics are moving averages",
        "Those depend on the order of the batches and forget the first ones. "
        "Every row counts the same here.",
        "population-statistics",
    ),
    Mistake(
        "batches-as-list",
        "the batches are taken for a list",
        "A generator has no length and no index, and NumPy cannot concatenate it. "
        "It can be gone through once.",
        "population-statistics",
    ),
    Mistake(
        "batches-read-twice",
        "the batches are read twice",
        "A generator gives its batches once. Gather all you need in one pass.",
        "population-statistics",
    ),
    Mistake(
        "mean-and-variance-swapped",
        "mean and variance have changed places",
        "The mean is what is subtracted, and the variance what is under the root. "
        "Where both are returned, the mean comes first.",
        "population-statistics",
    ),
    Mistake(
        "kept-by-the-class",
        "what belongs to one layer is kept by the class",
        "What is set on the class is shared: the layer that was made or switched last decides for "
        "all of them. Set it on the layer, which is self.",
        "two-modes",
    ),
]
