"""The mistakes that the grader can name, and what it says about each."""

from dataclasses import dataclass

from .sections import where_to_read


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make.

    `title` says what the code does; `explanation` why that is wrong, without giving the line to
    write; `section` is the label of the section to read.
    """

    id: str
    title: str
    explanation: str
    section: str

    def message(self) -> str:
        """What the student reads."""
        return (
            f"Mistake: {self.title} ({self.id}).\n"
            f"{self.explanation}\n"
            f"Read: {where_to_read(self.section)}"
        )


MISTAKES = {
    mistake.id: mistake
    for mistake in (
        # the forward pass
        Mistake(
            "eps-outside-sqrt",
            "eps is added outside the square root",
            "The formula adds eps to the variance, and takes the root of the sum. "
            "With eps = 1e-5 the two look alike; with 1e-2, or a small variance, they differ.",
            "why-eps",
        ),
        Mistake(
            "eps-missing",
            "eps is not used",
            "A feature that is the same in the whole batch has variance 0, "
            "and without eps that is a division by 0.",
            "why-eps",
        ),
        Mistake(
            "eps-twice",
            "eps is added twice",
            "It is added to the variance and once more; the formula adds it once.",
            "why-eps",
        ),
        Mistake(
            "eps-misplaced",
            "eps does not act as in the formula",
            "It is not a lower bound, not a switch for small variances, and nothing to add to x. "
            "Look at where the formula has it: there, once, for every feature.",
            "why-eps",
        ),
        Mistake(
            "eps-default",
            "eps has another default than 1e-5",
            "Libraries differ in it: PyTorch has 1e-5, Keras 1e-3. A caller who leaves it out "
            "counts on the one that the exercise gives.",
            "why-eps",
        ),
        Mistake(
            "eps-fixed",
            "eps has a fixed value, and the argument eps is ignored",
            "The caller may ask for another eps than 1e-5.",
            "why-eps",
        ),
        Mistake(
            "divides-by-variance",
            "the square root is missing: the values are divided by the variance",
            "Dividing by the variance gives values of variance 1 / variance. "
            "Divide by something that has the unit of x.",
            "normalise",
        ),
        Mistake(
            "unbiased-normalise",
            "the variance divides by N - 1 (unbiased)",
            "Batch normalisation uses the biased variance of the batch: it divides by N. "
            "With N - 1 the normalised batch does not have variance 1.",
            "the-variance",
        ),
        Mistake(
            "scalar-statistics",
            "the mean and the variance are one number for the whole batch",
            "Each feature has its own mean and its own variance, taken over the batch: D of each.",
            "which-axis",
        ),
        Mistake(
            "scalar-mean",
            "the mean is one number for the whole batch",
            "Each feature has its own mean, taken over the batch: D numbers.",
            "which-axis",
        ),
        Mistake(
            "scalar-variance",
            "the variance is one number for the whole batch",
            "Each feature has its own variance, taken over the batch: D numbers.",
            "which-axis",
        ),
        Mistake(
            "wrong-axis",
            "the statistics are taken over the features of each example",
            "That is layer normalisation. Batch normalisation takes them over the batch, "
            "for each feature. With N = D both run, and only one is right.",
            "which-axis",
        ),
        Mistake(
            "not-centred",
            "the mean is not subtracted",
            "Dividing alone leaves every feature around its old place, scaled.",
            "normalise",
        ),
        Mistake(
            "mean-of-squares",
            "the mean is not subtracted before squaring",
            "The mean of the squares is the variance only where the mean is 0.",
            "the-variance",
        ),
        Mistake(
            "one-pass-variance",
            "the variance is computed as mean(x²) - mean(x)²",
            "On paper that is the same. In floating point the two terms nearly cancel when the "
            "mean is much larger than the spread, and what is left is rounding error.",
            "the-variance",
        ),
        Mistake(
            "standard-deviation",
            "the result is the standard deviation, not the variance",
            "The variance is the mean of the squares, before any root.",
            "the-variance",
        ),
        Mistake(
            "sum-not-mean",
            "the sum over the batch is not divided by the number of examples",
            "A mean does not grow with the batch.",
            "the-mean",
        ),
        Mistake(
            "mean-minus-x",
            "x is subtracted from the mean",
            "What is above the mean must stay above it: the sign of every value is turned.",
            "normalise",
        ),
        Mistake(
            "parentheses-missing",
            "only the mean is divided by the standard deviation",
            "A division binds stronger than a subtraction. The difference is what is divided.",
            "normalise",
        ),
        Mistake(
            "returns-nothing",
            "the function returns None",
            "What a function calculates, or prints, is lost if it is not returned.",
            "forward-in-one-function",
        ),
        Mistake(
            "returns-more",
            "the result comes in a tuple, with something else",
            "Some courses return a cache for the backward pass too. Here the result alone is "
            "asked for: who calls it does not unpack.",
            "forward-in-one-function",
        ),
        Mistake(
            "recomputes-statistics",
            "the statistics that were passed in are ignored, and computed again from x",
            "The caller decides which mean and variance to use. "
            "In inference they are not those of x.",
            "normalise",
        ),
        Mistake(
            "no-affine",
            "gamma and beta have no effect on what is returned",
            "The last step scales by gamma and shifts by beta, and its result is what is returned.",
            "scale-and-shift",
        ),
        Mistake(
            "gamma-only",
            "beta is forgotten",
            "The last step both scales by gamma and shifts by beta.",
            "scale-and-shift",
        ),
        Mistake(
            "beta-only",
            "gamma is forgotten",
            "The last step both scales by gamma and shifts by beta.",
            "scale-and-shift",
        ),
        Mistake(
            "gamma-beta-swapped",
            "gamma and beta have changed places",
            "gamma scales, beta shifts.",
            "scale-and-shift",
        ),
        Mistake(
            "shift-before-scale",
            "beta is added before the multiplication by gamma",
            "Then gamma scales the shift too. The formula scales first.",
            "scale-and-shift",
        ),
        Mistake(
            "mutates-input",
            "the array that was passed in is changed",
            "x -= mean and x[...] = work on the caller's own array. "
            "The caller still needs it, in the backward pass for one.",
            "dtype-and-copies",
        ),
        Mistake(
            "loses-dtype",
            "the result does not have the dtype of x",
            "float32 in must be float32 out. float64 doubles the memory of every layer after it, "
            "and lower precision loses digits.",
            "dtype-and-copies",
        ),
        # running statistics
        Mistake(
            "statistics-shape",
            "the statistics have the right values in the wrong shape",
            "There is one number a feature: shape (D,). Other shapes broadcast in surprising ways.",
            "which-axis",
        ),
        # ps3 and ps4: the backward pass
        Mistake(
            "statistics-as-constants",
            "dx treats the mean and the variance as constants",
            "Both are made of x, so x reaches the loss through them too. Two paths are missing.",
            "gradient-of-x",
        ),
        Mistake(
            "variance-path-missing",
            "the path through the variance is missing in dx",
            "x changes the variance, and the variance changes every x_hat of the feature.",
            "gradient-of-x",
        ),
        Mistake(
            "mean-path-missing",
            "the path through the mean is missing in dx",
            "x changes the mean, and the mean changes every x_hat of the feature.",
            "gradient-of-x",
        ),
        Mistake(
            "diagonal-jacobian",
            "dx keeps only the diagonal of the Jacobian",
            "Each x changes the whole batch's x_hat, not only its own: the terms of the "
            "others have to be summed.",
            "gradient-of-x",
        ),
        Mistake(
            "gamma-missing-in-dx",
            "gamma is missing in dx",
            "dy is the gradient at y. On its way to x it passes the multiplication by gamma.",
            "gradient-of-x",
        ),
        Mistake(
            "unsummed",
            "dgamma or dbeta is not summed over everything that shares the parameter",
            "One gamma scales many values, and its gradient is the sum over all of them.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "summed-over-all",
            "dgamma and dbeta are one number",
            "Each feature has its own gamma and beta, and so its own gradients.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "mean-not-sum",
            "dgamma and dbeta are averaged, not summed",
            "The chain rule adds up the paths from a parameter to the loss. It divides by nothing.",
            "gradients-of-gamma-and-beta",
        ),
        # ps4_where: feature maps, layer and group normalisation
        Mistake(
            "per-pixel",
            "each pixel has its own statistics",
            "A channel is one feature, wherever in the picture it is seen: its mean and "
            "variance are taken over all samples and all pixels, so there are C of each.",
            "statistics-per-channel",
        ),
        Mistake(
            "per-sample",
            "each sample has its own statistics",
            "That is instance normalisation. Batch normalisation takes the mean and the "
            "variance of a channel over all samples of the batch.",
            "statistics-per-channel",
        ),
        Mistake(
            "channels-mixed",
            "the statistics are taken over channels",
            "Each channel has its own mean and its own variance: C of each, taken over "
            "everything but the channels.",
            "statistics-per-channel",
        ),
        Mistake(
            "channels-last",
            "the last axis is taken for the channels",
            "x is (N, C, H, W): the channels are axis 1. Where W = C both run, and only one "
            "is right.",
            "statistics-per-channel",
        ),
        Mistake(
            "mean-of-variances",
            "the variance of a channel is the mean of its samples' variances",
            "That leaves out how far the samples' means are apart. "
            "The variance of all values is about their common mean.",
            "statistics-per-channel",
        ),
        Mistake(
            "reshape-without-transpose",
            "x is reshaped to (-1, C) or (C, -1), but its channels are axis 1",
            "reshape keeps the order in memory, so each row or column gets values of many "
            "channels. The channels must be moved to the end that they keep before that reshape.",
            "reshape-and-transpose",
        ),
        Mistake(
            "reshape-back",
            "the result is reshaped to (N, C, H, W), but its channels are at one end",
            "reshape does not move axes: what was moved before it has to be moved back after it.",
            "reshape-and-transpose",
        ),
        Mistake(
            "transposed-back",
            "the axes are not moved back to where they were",
            "H and W have changed places. After (0, 2, 3, 1) the way back is another permutation.",
            "reshape-and-transpose",
        ),
        Mistake(
            "broadcast-along-width",
            "numbers of the channels are broadcast along the width",
            "A (C,) array broadcasts along the last axis of (N, C, H, W), which is W. Where W "
            "= C that runs, and is wrong; elsewhere it raises an error. Give it an axis for H "
            "and one for W.",
            "broadcasting-over-channels",
        ),
        Mistake(
            "sums-over-batch-only",
            "the sums in dx are taken over the samples or over the pixels, not over both",
            "They run over all values that share a mean and a variance: those of one channel.",
            "backward-through-feature-maps",
        ),
        Mistake(
            "count-is-batch",
            "the sums in dx are divided by N, or by H W",
            "The mean of a channel is taken over N H W values, and so are the means in its "
            "gradient.",
            "backward-through-feature-maps",
        ),
        Mistake(
            "dgamma-of-x",
            "dgamma is the sum of dy times x",
            "gamma multiplies x_hat, so its gradient has x_hat in it.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "gradients-swapped",
            "dgamma and dbeta have changed places",
            "The order of the results is dx, dgamma, dbeta.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "gradients-shape",
            "dgamma and dbeta have the right values in the wrong shape",
            "A gradient has the shape of what it is the gradient of: that of gamma, or of beta.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "over-the-batch",
            "the statistics are taken over the batch",
            "That is batch normalisation. Layer normalisation takes them over the features of "
            "one sample, and no sample sees another.",
            "layer-norm",
        ),
        Mistake(
            "second-axis",
            "the statistics are taken over the second axis",
            "The features are the last axis, which is the second only in (N, D). x may have "
            "more axes: (N, T, D) for a sequence of T tokens.",
            "layer-norm",
        ),
        Mistake(
            "tokens-mixed",
            "the statistics are taken over all axes but the first",
            "Each position of a sequence is normalised on its own, over its D features: over "
            "the last axis alone.",
            "layer-norm",
        ),
        Mistake(
            "one-statistic",
            "the mean and the variance are one number for the whole array",
            "No sample may see another: each has statistics of its own.",
            "which-axes-and-why",
        ),
        Mistake(
            "keepdims-missing",
            "the statistics are broadcast along the wrong axis",
            "The mean over the last axis has one axis less than x, and then it lines up with "
            "the features. With N = D that runs, and each row gets the numbers of others. "
            "Keep the axis with length 1.",
            "layer-norm",
        ),
        Mistake(
            "gamma-per-sample",
            "gamma and beta belong to the samples",
            "There is one gamma and one beta for each feature: they go along the last axis.",
            "layer-norm",
        ),
        Mistake(
            "unbiased-in-sample",
            "the variance divides by the number of values minus one (unbiased)",
            "Every normalisation here uses the biased variance, which divides by the number "
            "of values that the mean is taken over. torch.std and ddof=1 divide by one less.",
            "the-variance",
        ),
        Mistake(
            "groups-interleaved",
            "a group is made of every so-many-th channel",
            "A group is C / num_groups neighbouring channels: the first group is the first of "
            "them.",
            "group-norm",
        ),
        Mistake(
            "group-size-for-count",
            "num_groups is taken for the number of channels in a group",
            "There are num_groups groups, of C / num_groups channels each.",
            "group-norm",
        ),
        Mistake(
            "groups-ignored",
            "num_groups has no effect",
            "One group for all channels is layer normalisation, one for each channel is "
            "instance normalisation; num_groups says which of these, or what between.",
            "group-norm",
        ),
        Mistake(
            "groups-at-each-pixel",
            "the statistics of a group are taken at each pixel alone",
            "The mean and the variance of a group are taken over its channels and all H W pixels.",
            "group-norm",
        ),
        Mistake(
            "batch-in-group",
            "the statistics of a group are taken over several samples",
            "Group normalisation never looks at another sample: there are N num_groups means. "
            "That is why it works with a batch of one.",
            "group-norm",
        ),
        Mistake(
            "affine-per-group",
            "gamma and beta belong to the groups",
            "The groups share statistics, but each of the C channels has its own gamma and beta.",
            "group-norm",
        ),
        # ps2: a layer with running statistics, and inference
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
            "inference-mode",
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
            "The mean is returned first.",
            "population-statistics",
        ),
        # ps3: the backward pass, numerical gradients, and tests of them
        Mistake(
            "gradient-through-sum",
            "the gradient is that of sum(f), as if dy were all ones",
            "The sum of a normalised batch is constant, so its gradient is 0 and tells nothing: "
            "a backward pass can be wrong and still agree. Weigh the outputs with a random dy.",
            "gradient-check",
        ),
        Mistake(
            "forward-difference",
            "the difference is taken on one side only",
            "(f(x + h) - f(x)) / h is off by about h. "
            "The central difference, with x + h and x - h, is off by about h squared.",
            "gradient-check",
        ),
        Mistake(
            "step-not-doubled",
            "the difference is divided by h",
            "From x - h to x + h is a step of 2h.",
            "gradient-check",
        ),
        Mistake(
            "step-multiplied",
            "the difference is multiplied by h where it should be divided",
            "a / 2 * h is (a / 2) * h: mind the brackets.",
            "gradient-check",
        ),
        Mistake(
            "difference-averaged",
            "the differences are averaged, not summed",
            "The loss is the sum of dy f(x), so its gradient is a sum over all outputs.",
            "gradient-check",
        ),
        Mistake(
            "step-fixed",
            "the step has a fixed value, and the argument h is ignored",
            "The caller may ask for another h than 1e-5.",
            "gradient-check",
        ),
        Mistake(
            "all-at-once",
            "all elements of x are moved together",
            "That is the gradient only if each output depends on one element. "
            "Move one element at a time, and look at all the outputs.",
            "gradient-check",
        ),
        Mistake(
            "difference-reversed",
            "the difference is taken the wrong way round",
            "Every gradient has the wrong sign. What comes after the step up counts positive.",
            "gradient-check",
        ),
        Mistake(
            "other-outputs-ignored",
            "only the output in the same place is looked at",
            "One element of x can move every output: the loss is the sum over all of them.",
            "gradient-check",
        ),
        Mistake(
            "gradient-in-whole-numbers",
            "the gradient has the dtype of x, and is cut off in it",
            "An array of whole numbers keeps no fractions. The result is one of float64.",
            "gradient-check",
        ),
        Mistake(
            "x-not-restored",
            "x is not put back after a step",
            "Each element must be moved alone, so the one before has to be as it was. "
            "And the caller still needs x.",
            "gradient-check",
        ),
        Mistake(
            "step-lost-in-dtype",
            "the step h is lost in the dtype of x",
            "x + 1e-5 in whole numbers is x, and in float32 few digits of the step are left. "
            "Calculate in float64.",
            "gradient-check",
        ),
        Mistake(
            "dgamma-with-centred-x",
            "dgamma multiplies dy by x - mean",
            "gamma multiplies x_hat in the forward pass: x - mean still has to be divided.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "gamma-in-dgamma",
            "gamma stands in its own gradient",
            "y = gamma x_hat + beta is linear in gamma, so its gradient does not depend on gamma.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "variance-path-negative",
            "the path through the variance has the wrong sign",
            "A larger variance makes x_hat smaller: the derivative of a power -1/2 is negative.",
            "gradient-of-x",
        ),
        Mistake(
            "variance-path-halved",
            "the path through the variance is half of what it should be",
            "Two halves are at work there: the derivative of a square has a factor 2, "
            "and that of a root 1/2. Count both.",
            "gradient-of-x",
        ),
        Mistake(
            "variance-path-power",
            "the path through the variance is not divided by the variance",
            "x_hat is centred times a power -1/2 of the variance: "
            "the derivative of that has the power -3/2.",
            "gradient-of-x",
        ),
        Mistake(
            "gamma-twice-in-dx",
            "gamma is in dx twice",
            "dy passes the multiplication by gamma once on its way to x.",
            "gradient-of-x",
        ),
        Mistake(
            "std-missing-in-dx",
            "dx is not divided by the standard deviation",
            "x_hat is x - mean divided by it, and so is the gradient on its way back.",
            "gradient-of-x",
        ),
        Mistake(
            "std-squared",
            "dx is divided by the variance",
            "x_hat is x - mean divided by the standard deviation, "
            "and so is the gradient on its way back.",
            "compact-formula",
        ),
        Mistake(
            "mean-path-negative",
            "the path through the mean has the wrong sign",
            "The mean is subtracted from x, so its gradient comes back with a minus.",
            "gradient-of-x",
        ),
        Mistake(
            "variance-path-doubled",
            "the path through the variance is twice as large as it should be",
            "The derivative of a root brings a factor 1 / 2, that of a square a factor 2.",
            "gradient-of-x",
        ),
        Mistake(
            "x-for-x-hat",
            "the path through the variance has x in place of x_hat",
            "The derivative of the variance is proportional to the distance from the mean.",
            "gradient-of-x",
        ),
        Mistake(
            "count-wrong",
            "dx has a factor N too many or too few",
            "Either the bracket has N dy and sums, and 1 / N stands before it, "
            "or it has dy and means, and nothing does.",
            "compact-formula",
        ),
        Mistake(
            "sums-not-means",
            "the sums over the batch in dx are not divided by N",
            "mean and variance are means over N examples: each example has a share of 1 / N.",
            "gradient-of-x",
        ),
        Mistake(
            "stale-batch",
            "what was calculated for an earlier batch is used again",
            "Each call has its own x. What is kept outside the function outlives the call.",
            "the-graph",
        ),
        Mistake(
            "accumulates",
            "dgamma and dbeta grow with every call",
            "Each call returns the gradients of its own batch. "
            "Adding up over batches is for the caller.",
            "gradients-of-gamma-and-beta",
        ),
        Mistake(
            "test-accepts-all",
            "the test accepts everything",
            "A comparison whose result nobody uses tests nothing: it has to end in an assert.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-rejects-all",
            "the test rejects everything, right implementations too",
            "Numbers that were calculated in different ways agree only within rounding, and a "
            "numerical gradient has an error of its own. Or the test itself is wrong.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-of-shapes",
            "the test looks only at shapes",
            "A wrong gradient usually has the right shape. Compare values.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-of-sums",
            "of dx, the test looks only at a property",
            "That dx sums to 0 over the batch is true of many wrong ones too. Compare values.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-of-dx-only",
            "the test looks only at dx",
            "A backward pass returns three gradients.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-without-dx",
            "the test does not look at dx",
            "It is the hardest of the three gradients, and the one that most often is wrong.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-with-gamma-one",
            "the test uses gamma = 1",
            "With 1 for a factor nobody can tell whether it is there. Use random parameters.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-with-one-eps",
            "the test never asks for another eps",
            "What is never asked for can be wrong. With 1e-5 hardly anything depends on eps.",
            "testing-a-backward-pass",
        ),
        Mistake(
            "test-of-one-call",
            "the test calls the backward pass once",
            "What remembers the first batch is wrong only from the second one on.",
            "testing-a-backward-pass",
        ),
        # ps5: a PyTorch module, Keras's conventions, folding
        Mistake(
            "torch-does-it",
            "torch's own batch normalisation does the work",
            "The exercise asks for the formula: means, a difference, a root, a quotient. With "
            "torch's own layer or function inside there is nothing to give points for. You "
            "may compare with it in other cells.",
            "a-module-of-your-own",
        ),
        Mistake(
            "one-value-per-channel",
            "a training batch with one value a channel is accepted",
            "Its variance is 0 and its unbiased variance 0 / 0, so the running variance "
            "becomes nan and stays so. PyTorch raises a ValueError; two pixels of one sample "
            "are enough.",
            "one-value-a-channel",
        ),
        Mistake(
            "one-sample-refused",
            "one sample is refused, though its feature maps have many values a channel",
            "What counts is the number of values that share a mean: N H W of them.",
            "one-value-a-channel",
        ),
        Mistake(
            "counts-in-floats",
            "num_batches_tracked is no whole number",
            "PyTorch counts in int64: no count is rounded, and double() and half() leave it alone.",
            "parameters-and-buffers",
        ),
        Mistake(
            "affine-false-crashes",
            "affine=False raises an error",
            "Then there is no weight and no bias to multiply or add, and the output is x_hat.",
            "options-of-the-module",
        ),
        Mistake(
            "fold-mean-unscaled",
            "the running mean is subtracted without its scale",
            "It is subtracted before the layer scales, so it is scaled too.",
            "folding",
        ),
        Mistake(
            "fold-mean-added",
            "the running mean is added",
            "The normalisation subtracts it, and so does the folded bias.",
            "folding",
        ),
        Mistake(
            "memory-layout-assumed",
            "the code works for one layout in memory only",
            "view needs the values to be next to each other in memory. A channels_last tensor "
            "has the same values in another order. reshape works for both, and often neither "
            "is needed.",
            "a-module-of-your-own",
        ),
        Mistake(
            "precision-fixed",
            "the computation is in float32 whatever the input is",
            "After double() a module and its input are float64, and so is the result. Take "
            "the dtype from the tensors.",
            "parameters-and-buffers",
        ),
        Mistake(
            "momentum-none",
            "momentum=None is not what it should be",
            "With momentum=None PyTorch averages all batches since the start alike: the first "
            "counts fully, the second half, the third a third.",
            "running-statistics-in-pytorch",
        ),
        Mistake(
            "batches-not-counted",
            "num_batches_tracked is not the number of training batches",
            "It is a buffer: 0 at first, and one more with each training batch, whatever its "
            "size. momentum=None needs it, and so does loading into PyTorch's own layer.",
            "running-statistics-in-pytorch",
        ),
        Mistake(
            "mode-from-grad-enabled",
            "the mode is guessed from torch.is_grad_enabled()",
            "train() and eval() set self.training, and that alone decides. One may train "
            "without gradients, to collect statistics, and need gradients in inference.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "refuses-one-in-eval",
            "a single value a channel is refused in inference",
            "In inference nothing is computed from the batch, so its size does not matter.",
            "one-value-a-channel",
        ),
        Mistake(
            "not-a-parameter",
            "weight and bias are plain tensors, not parameters",
            "The optimiser takes what parameters() lists, and a plain tensor is not in it: it "
            "would never learn.",
            "parameters-and-buffers",
        ),
        Mistake(
            "not-a-buffer",
            "the running statistics are plain attributes, not buffers",
            "to(), double() and state_dict() know parameters and buffers only, and state_dict() "
            "only persistent ones. A saved model would forget what it saw.",
            "parameters-and-buffers",
        ),
        Mistake(
            "stats-are-parameters",
            "the running statistics are parameters",
            "parameters() hands them to the optimiser, which is there to change what it is given. "
            "Statistics are computed, not learned.",
            "parameters-and-buffers",
        ),
        Mistake(
            "other-names",
            "weight and bias have other names than in PyTorch",
            "The names in a state_dict are those of the attributes. nn.BatchNorm2d calls "
            "gamma weight, and beta bias; with other names neither can load the other's.",
            "parameters-and-buffers",
        ),
        Mistake(
            "affine-ignored",
            "affine=False is ignored",
            "Without affine there is no weight and no bias: both are None.",
            "options-of-the-module",
        ),
        Mistake(
            "track-ignored",
            "track_running_stats=False is ignored",
            "Then there are no running statistics: the buffers are None, and inference uses "
            "the batch's statistics as training does.",
            "options-of-the-module",
        ),
        Mistake(
            "track-false-crashes",
            "with track_running_stats=False inference needs what is not there",
            "The running statistics are None. Inference then uses the batch's statistics, as "
            "training does.",
            "options-of-the-module",
        ),
        Mistake(
            "no-grad-statistics",
            "the mean and the variance are constants for autograd",
            "Under no_grad or behind detach() they lose their graph, and x its two paths "
            "through them. Only what goes into the running statistics is detached.",
            "autograd-through-the-statistics",
        ),
        Mistake(
            "input-detached",
            "the result does not depend on x for autograd",
            "x.data and x.detach() cut the graph, and the layers below get no gradient.",
            "autograd-through-the-statistics",
        ),
        Mistake(
            "not-detached",
            "the running statistics hold on to the graph",
            "They are made from the batch's mean and variance, with the whole graph behind "
            "them. It is kept for ever, and a later backward runs into what was freed. Detach "
            "what is remembered.",
            "autograd-through-the-statistics",
        ),
        Mistake(
            "parameters-detached",
            "weight and bias get no gradient",
            "weight.data and weight.detach() cut the graph: the optimiser has nothing to go by.",
            "autograd-through-the-statistics",
        ),
        Mistake(
            "momentum-as-in-keras",
            "momentum is taken over as it is",
            "Keras's momentum is the weight of the old statistics, PyTorch's that of the new "
            "batch.",
            "keras-conventions",
        ),
        Mistake(
            "momentum-forgotten",
            "momentum is not that of the Keras layer",
            "Without it the PyTorch layer has its own default. The weights still fit, and "
            "training goes on at another pace.",
            "keras-conventions",
        ),
        Mistake(
            "epsilon-forgotten",
            "eps is not that of the Keras layer",
            "Keras's default is 1e-3, PyTorch's 1e-5. Small variances then give other results.",
            "keras-conventions",
        ),
        Mistake(
            "moving-statistics-swapped",
            "the moving mean and the moving variance have changed places",
            "Keras's order, in get_weights() too, is gamma, beta, moving mean, moving variance.",
            "keras-to-torch",
        ),
        Mistake(
            "deviation-for-variance",
            "running_var is the root of the variance",
            "Both frameworks store the variance.",
            "keras-to-torch",
        ),
        Mistake(
            "variance-with-epsilon",
            "epsilon is added to the variance that is stored",
            "The layer adds it each time that it normalises: it would count twice.",
            "keras-to-torch",
        ),
        Mistake(
            "keras-names",
            "the entries have Keras's names",
            "PyTorch's are weight, bias, running_mean, running_var, momentum and eps.",
            "keras-to-torch",
        ),
        Mistake(
            "fold-without-mean",
            "the running mean is lost",
            "The normalisation subtracts it, whether the layer has a bias or not. After "
            "folding the bias must.",
            "folding",
        ),
        Mistake(
            "fold-bias-forgotten",
            "the layer's own bias is lost",
            "It is added before the normalisation, so it is scaled with the rest.",
            "folding",
        ),
        Mistake(
            "fold-bias-unscaled",
            "the layer's own bias is not scaled",
            "It goes through the normalisation like everything else that the layer computes.",
            "folding",
        ),
        Mistake(
            "fold-beta-forgotten",
            "beta is lost",
            "The last thing that is added must be in the new bias.",
            "folding",
        ),
        Mistake(
            "fold-beta-scaled",
            "beta is scaled",
            "beta is added after the scaling.",
            "folding",
        ),
        Mistake(
            "fold-gamma-forgotten",
            "gamma is lost",
            "Each output is multiplied by gamma / sqrt(running_var + eps).",
            "folding",
        ),
        Mistake(
            "fold-wrong-axis",
            "the weight is scaled along the wrong axis",
            "There is one scale for each output, and the outputs are the weight's first axis. "
            "Where the sizes are equal another axis runs too, and is wrong.",
            "folding-into-convolutions",
        ),
        Mistake(
            "fold-none-crashes",
            "a layer without bias is not provided for",
            "Layers before a batch normalisation often have bias=False, and None is what they "
            "pass.",
            "folding",
        ),
        Mistake(
            "fold-none-stays",
            "a layer without bias gets none",
            "Then there is nowhere for the mean and beta to go. The folded layer always has a "
            "bias.",
            "folding",
        ),
        # ps6: a clinic
        Mistake(
            "forgot-eval",
            "the model is evaluated in training mode",
            "Then the answer for one picture depends on the others in its batch, and each batch "
            "that is only to be judged moves the running statistics.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "left-in-eval",
            "the model stays in inference mode",
            "eval() holds until train() is called. Who trains on afterwards trains with running "
            "statistics that no longer move.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "left-in-train",
            "the model is in training mode afterwards, although it was not before",
            "The caller has set the mode, perhaps to use the model. Put back what was there.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "mean-of-batch-accuracies",
            "the result is the mean of the batches' accuracies",
            "The last batch is often smaller, and its rows would count for more than the "
            "others. Count rows, not batches.",
            "what-to-watch",
        ),
        Mistake(
            "graph-in-evaluation",
            "autograd records the evaluation",
            "Nobody asks for these gradients, and the graph takes time and memory.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "frozen-still-updating",
            "the frozen layers come to life again",
            "model.train() reaches every layer, also those that were set to eval() one by one, "
            "and then their statistics move. Without eval() they move anyway: requires_grad "
            "says nothing about buffers.",
            "frozen-batchnorm",
        ),
        Mistake(
            "batch-stats-while-frozen",
            "the frozen layers normalise with the statistics of the batch",
            "That their running statistics do not move is not enough: a frozen layer uses them, "
            "in training mode as well.",
            "frozen-batchnorm",
        ),
        Mistake(
            "frozen-weights-train",
            "parameters that should be frozen are trained",
            "eval() does not concern parameters: those that require a gradient and are given to "
            "the optimiser move.",
            "frozen-batchnorm",
        ),
        Mistake(
            "freezes-everything",
            "what should go on learning is frozen too",
            "Only some parameters are to stay as they are. Without the others there is nothing "
            "left to train.",
            "frozen-batchnorm",
        ),
        Mistake(
            "nested-missed",
            "layers inside other modules are not found",
            "for layer in model, or children(), goes one level deep. Real models are modules in "
            "modules.",
            "frozen-batchnorm",
        ),
        Mistake(
            "feature-maps-missed",
            "nn.BatchNorm2d is not found",
            "Each of nn.BatchNorm1d, nn.BatchNorm2d and nn.BatchNorm3d is a batch normalisation.",
            "frozen-batchnorm",
        ),
        Mistake(
            "old-statistics-kept",
            "the old statistics, or those of a new layer, are still in the new ones",
            "With a momentum of 0.1 a few batches hardly move them. For a plain average the "
            "layer has to start anew, and to count its batches from 0.",
            "changed-data",
        ),
        Mistake(
            "dropout-in-evaluation",
            "dropout is on while the model is evaluated",
            "The norms are not the only layers with two modes. Inference is a mode of the "
            "whole model.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "first-norm-only",
            "only one of the batch normalisations is frozen",
            "A model has many: go through all of its modules.",
            "frozen-batchnorm",
        ),
        Mistake(
            "dropout-while-recalibrating",
            "dropout is on while the statistics are collected",
            "In inference dropout is off, so the statistics should be those of a network "
            "without it. Only the norms belong in training mode.",
            "changed-data",
        ),
        Mistake(
            "momentum-not-restored",
            "momentum is not what it was before",
            "Who goes on training the model gets another layer than they made.",
            "changed-data",
        ),
        Mistake(
            "norm-on-output",
            "the output layer is normalised",
            "What the network says about one row would depend on the others in its batch, and "
            "the outputs could not be as far apart as the task needs.",
            "not-on-the-output",
        ),
        Mistake(
            "redundant-bias",
            "a linear layer before a norm has a bias",
            "The norm subtracts the mean, and the bias with it. beta does its work.",
            "redundant-bias",
        ),
        Mistake(
            "output-without-bias",
            "the output layer has no bias",
            "After it comes no norm whose beta could take its place.",
            "redundant-bias",
        ),
        Mistake(
            "norm-after-activation",
            "the norm comes after the activation",
            "Here it is asked for before: the activation then gets inputs around 0. After it is "
            "another network, if not a bad one.",
            "before-or-after",
        ),
        Mistake(
            "activation-on-output",
            "the outputs go through the activation",
            "The loss takes logits, which may be negative.",
            "not-on-the-output",
        ),
        Mistake(
            "activation-missing",
            "there is no activation",
            "Without it, the linear layers together are one linear layer.",
            "before-or-after",
        ),
        Mistake(
            "one-accuracy-in-all",
            "there is one accuracy for the whole training",
            "To see what happens on the way, there must be one for each epoch.",
            "what-to-watch",
        ),
        Mistake(
            "batch-of-one",
            "the last batch may have one row",
            "Then there is no variance, and PyTorch raises an error: at the end of the first "
            "epoch, and only for some numbers of rows.",
            "one-value-a-channel",
        ),
        Mistake(
            "epochs-cut-short",
            "at a batch of one row the training ends",
            "One row can be spared. All the epochs after it cannot.",
            "one-value-a-channel",
        ),
        Mistake(
            "rows-repeated",
            "a row is in a batch twice",
            "Of a row and its copy the variance is 0, so every feature becomes beta, and the "
            "running variance learns something wrong.",
            "one-value-a-channel",
        ),
        Mistake(
            "trained-in-eval",
            "the model is trained in inference mode",
            "Then nothing normalises the batches: the running statistics stay, and the "
            "gradients know nothing of them.",
            "train-and-eval-in-pytorch",
        ),
        Mistake(
            "rows-lost",
            "a whole batch of rows is left out",
            "Only an incomplete batch may be. Look at the last start where the batches fit "
            "exactly.",
            "one-value-a-channel",
        ),
        Mistake(
            "sorted-batches",
            "each batch holds one class, or few",
            "The batch is normalised with the statistics of that class, but inference uses "
            "those of all. What was learned is of no use there. The order of the rows has to be "
            "random.",
            "a-failure-caught",
        ),
        Mistake(
            "labels-left-behind",
            "rows and labels are not in the same order",
            "What moves the rows has to move their labels along.",
            "a-failure-caught",
        ),
        Mistake(
            "accumulation-with-batchnorm",
            "the network depends on the size of the micro-batch",
            "Gradients add up over micro-batches, batch statistics do not: each micro-batch is "
            "normalised by itself. A layer that normalises each row by itself does not care.",
            "gradient-accumulation",
        ),
        Mistake(
            "whole-batch-at-once",
            "more rows are in memory than a micro-batch has",
            "That there is no room for them is why gradients are accumulated.",
            "gradient-accumulation",
        ),
        Mistake(
            "loss-not-divided",
            "the micro-batches' gradients are added up as if each were the whole batch",
            "The loss of a batch is a mean over its rows. The sum of the means of k parts is k "
            "times that.",
            "gradient-accumulation",
        ),
        Mistake(
            "step-each-micro-batch",
            "the optimiser steps after each micro-batch",
            "Then these are small batches, and nothing is accumulated for a large one.",
            "gradient-accumulation",
        ),
        Mistake(
            "normalisation-removed",
            "nothing is normalised any more",
            "That mends the script, and loses what the layer was there for.",
            "gradient-accumulation",
        ),
        # ps7: an experiment
        Mistake(
            "norm-missing",
            "no network has a batch normalisation",
            "Each hidden layer was to have one. In a comparison, what is between two networks of "
            "the same kind is chance.",
            "fair-comparison",
        ),
        Mistake(
            "norm-in-baseline",
            "the network without batch normalisation has one",
            "batchnorm=False asks for the baseline: the same network, but for the norms.",
            "fair-comparison",
        ),
        Mistake(
            "more-steps",
            "there are more steps than batches",
            "The budget is one step for each batch. A network that may train for longer learns "
            "more, whatever is in it.",
            "fair-comparison",
        ),
        Mistake(
            "another-optimizer",
            "the optimiser remembers earlier gradients",
            "Plain SGD is asked for, without momentum. With another optimiser it is another "
            "experiment.",
            "fair-comparison",
        ),
        Mistake(
            "gradients-accumulate",
            "the gradients of all batches add up",
            "backward() adds to what is there. Before each batch the gradients have to be set "
            "to zero.",
            "fair-comparison",
        ),
        Mistake(
            "loss-summed",
            "the loss is a sum over the batch, not a mean",
            "Then the steps are larger by the size of the batch.",
            "fair-comparison",
        ),
        Mistake(
            "rate-ignored",
            "the learning rate is not the one that is given",
            "The caller wants to try several.",
            "learning-rate",
        ),
        Mistake(
            "losses-after-step",
            "the losses are those after the step",
            "Asked for is the loss that the step was computed from, which costs no second pass.",
            "fair-comparison",
        ),
        Mistake(
            "logits",
            "the result is what the network puts out, not a class",
            "The class is the number of the largest output.",
            "what-to-watch",
        ),
        Mistake(
            "model-reused",
            "a network is trained on that was trained before",
            "Each run starts from a new network. Otherwise the later ones have had a larger "
            "budget.",
            "fair-comparison",
        ),
        Mistake(
            "with-without-swapped",
            "the results with and without batch normalisation have changed places",
            "Look at which network each name belongs to.",
            "fair-comparison",
        ),
        Mistake(
            "baseline-handicapped",
            "the baseline has hardly learned",
            "It has the same learning rate, steps and batches. A bad baseline makes any method "
            "look good.",
            "fair-comparison",
        ),
        Mistake(
            "seed-ignored",
            "the same seed does not give the same network",
            "The seed decides the weights that a network starts with, so it has to be set "
            "before the network is made, for each anew.",
            "fair-comparison",
        ),
        Mistake(
            "one-seed-for-all",
            "all seeds give the same network",
            "Several seeds are to show how much is chance.",
            "fair-comparison",
        ),
        Mistake(
            "best-is-worst",
            "the rate with the smallest accuracy is called the best",
            "The best has the largest accuracy on the validation pictures.",
            "learning-rate",
        ),
        Mistake(
            "best-is-last",
            "the last rate is called the best",
            "The best has the largest accuracy on the validation pictures, wherever it stands "
            "in the list.",
            "learning-rate",
        ),
        Mistake(
            "another-activation",
            "the activation is another one",
            "ReLU and sigmoid are not the same network: the exercise says which one.",
            "fair-comparison",
        ),
        Mistake(
            "baseline-without-bias",
            "the baseline has no biases",
            "Without a norm there is no beta, and nothing takes a bias away: the layer needs it.",
            "fair-comparison",
        ),
        Mistake(
            "other-start",
            "the initial weights are not PyTorch's",
            "Both networks start as PyTorch makes them. A bad start for one side decides the "
            "comparison before it begins.",
            "fair-comparison",
        ),
        Mistake(
            "accuracies-of-training",
            "the accuracies are those on the training batches",
            "They are to choose a learning rate for pictures that the network has not seen.",
            "learning-rate",
        ),
        Mistake(
            "rates-sorted",
            "the results are not in the order of lrs",
            "Who reads them pairs each with the learning rate at the same place.",
            "learning-rate",
        ),
        Mistake(
            "accuracies-in-percent",
            "the accuracies are in percent",
            "They are shares, from 0 to 1.",
            "learning-rate",
        ),
    )
}
