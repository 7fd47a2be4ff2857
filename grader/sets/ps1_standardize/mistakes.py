"""Mistakes that ps1_standardize teaches first: the forward pass."""

from ...checking.mistakes import Mistake

mistakes = [
    Mistake(
        "eps-outside-sqrt",
        "eps is added outside the square root",
        "The formula adds eps to the variance, and takes the root of the sum. "
        "With eps = 1e-5 the two look alike; with 1e-2, or a small variance, they differ.",
        "inside-the-root",
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
        "inside-the-root",
    ),
    Mistake(
        "eps-misplaced",
        "eps does not act as in the formula",
        "It is not a lower bound, not a switch for small variances, nothing to add to x, "
        "and no part of the variance itself. "
        "Look at where the formula has it: there, once, for every feature.",
        "inside-the-root",
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
        "mean is much larger than the spread, and rounding errors are left.",
        "two-passes",
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
        "The caller decides which mean and variance to use. In inference they are not those of x.",
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
    Mistake(
        "statistics-shape",
        "the statistics have the right values in the wrong shape",
        "There is one number a feature: shape (D,). Other shapes broadcast in surprising ways.",
        "which-axis",
    ),
    Mistake(
        "memory-order",
        "the values are taken as they lie in memory, and not by their axes",
        "A transposed array has its values in another order in memory: ravel(order='K') takes "
        "that one, and empty_like has it too, so what reshape gives of it may be a copy.",
        "dtype-and-copies",
    ),
    Mistake(
        "count-of-features",
        "the number of features is taken for the number of examples",
        "x is (N, D): a mean over the batch has N terms, and x.shape[1] is D.",
        "the-mean",
    ),
]
