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
            "reshape-without-transpose",
            "x is reshaped to (-1, C), but the channels are not the last axis",
            "reshape keeps the order in memory, so each column gets values of many channels. "
            "The channels must be the last axis before that reshape.",
            "reshape-and-transpose",
        ),
        Mistake(
            "reshape-back",
            "the result is reshaped to (N, C, H, W), but its last axis are the channels",
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
            "count-is-batch",
            "the sums in dx are divided by N",
            "The mean of a channel is taken over N H W values, and so are the means in its "
            "gradient.",
            "backward-through-feature-maps",
        ),
        Mistake(
            "dgamma-of-x",
            "dgamma is the sum of dy times x",
            "gamma multiplies x_hat, so its gradient has x_hat in it.",
            "backward-through-feature-maps",
        ),
        Mistake(
            "gradients-swapped",
            "dgamma and dbeta have changed places",
            "The order of the results is dx, dgamma, dbeta.",
            "backward-through-feature-maps",
        ),
        Mistake(
            "gradients-shape",
            "dgamma and dbeta have the right values in the wrong shape",
            "A gradient has the shape of what it is the gradient of: (C,), like gamma and beta.",
            "backward-through-feature-maps",
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
    )
}
