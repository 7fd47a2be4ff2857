"""Mistakes that ps4_where teaches first: feature maps, layer and group normalisation."""

from ...checking.mistakes import Mistake

mistakes = [
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
        "x is (N, C, H, W): the channels are axis 1. Where W = C both run, and only one is right.",
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
        "The mean of a channel is taken over N H W values, and so are the means in its gradient.",
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
        "A group is C / num_groups neighbouring channels: the first group is the first of them.",
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
]
