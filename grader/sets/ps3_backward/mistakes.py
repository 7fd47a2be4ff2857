"""Mistakes that ps3_backward teaches first: the backward pass, and tests of it."""

from ...checking.mistakes import Mistake

mistakes = [
    Mistake(
        "statistics-as-constants",
        "dx treats the mean and the variance as constants",
        "Both are made of x, so x reaches the loss through them too. Two paths are missing.",
        "three-paths",
    ),
    Mistake(
        "variance-path-missing",
        "the path through the variance is missing in dx",
        "x changes the variance, and the variance changes every x_hat of the feature.",
        "three-paths",
    ),
    Mistake(
        "mean-path-missing",
        "the path through the mean is missing in dx",
        "x changes the mean, and the mean changes every x_hat of the feature.",
        "three-paths",
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
        "dgamma-over-variance",
        "dgamma has the variance below it, where the standard deviation belongs",
        "gamma multiplies x_hat, and x_hat is x - mean over the standard deviation, once. "
        "Either the root is missing in it, or dgamma is divided by it again.",
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
        "three-paths",
    ),
    Mistake(
        "variance-path-halved",
        "the path through the variance is half of what it should be",
        "Two halves are at work there: the derivative of a square has a factor 2, "
        "and that of a root 1/2. Count both.",
        "three-paths",
    ),
    Mistake(
        "variance-path-power",
        "the path through the variance has another power of the variance",
        "x_hat is centred times a power -1/2 of the variance: "
        "the derivative of that has the power -3/2.",
        "three-paths",
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
        "three-paths",
    ),
    Mistake(
        "variance-path-doubled",
        "the path through the variance is twice as large as it should be",
        "The derivative of a root brings a factor 1 / 2, that of a square a factor 2.",
        "three-paths",
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
        "test-without-abs",
        "the test looks at differences with their sign",
        "One that is too small is below any tolerance, and in a sum it makes up for one that "
        "is too large. Compare absolute differences.",
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
        "test-without-dgamma",
        "the test does not look at dgamma",
        "Each of the three gradients can be wrong alone: compare all of them.",
        "testing-a-backward-pass",
    ),
    Mistake(
        "test-without-dbeta",
        "the test does not look at dbeta",
        "Each of the three gradients can be wrong alone: compare all of them.",
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
        "the test does not notice that eps is ignored",
        "Ask for another eps, so large that the gradients depend on it, and compare closely: "
        "with 1e-5 hardly anything does.",
        "testing-a-backward-pass",
    ),
    Mistake(
        "test-of-one-call",
        "the test asks about one batch only",
        "What remembers the first batch is wrong only from the second one on. "
        "The second call needs another x.",
        "testing-a-backward-pass",
    ),
    Mistake(
        "direct-path-missing",
        "the direct path is missing in dx",
        "x reaches y by itself too, not only through the mean and the variance: "
        "what x_hat sends straight to x belongs to the sum.",
        "gradient-of-x",
    ),
    Mistake(
        "dy-and-x-swapped",
        "dy and x have changed places",
        "The arguments come in the order dy, x, gamma. Where a definition has another order, "
        "each name gets what belongs to the other.",
        "gradient-of-x",
    ),
]
