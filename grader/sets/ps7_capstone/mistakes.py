"""Mistakes that ps7_capstone teaches first: an experiment."""

from ...checking.mistakes import Mistake

mistakes = [
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
        "backward() adds to what is there. Before each batch the gradients have to be set to zero.",
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
        "Each run starts from a new network. Otherwise the later ones have had a larger budget.",
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
        "batches-left-out",
        "not every batch is trained on",
        "There is one step for each batch of the list. Look at where the loop starts, and "
        "where it ends.",
        "fair-comparison",
    ),
    Mistake(
        "batches-in-another-order",
        "the batches come in another order",
        "Both networks are to see the same batches in the same order, that of the list.",
        "fair-comparison",
    ),
    Mistake(
        "softmax-before-loss",
        "the loss gets probabilities, where it takes logits",
        "cross_entropy makes probabilities of its input itself. Made twice, they are all "
        "nearly alike, and the gradients small.",
        "fair-comparison",
    ),
    Mistake(
        "argmax-over-rows",
        "the largest output is looked for along the wrong axis",
        "Outputs are (N, classes), and each row has its own largest: there are N answers.",
        "what-to-watch",
    ),
    Mistake(
        "classes-from-one",
        "the classes are counted from 1",
        "Python and PyTorch count from 0: the first output belongs to class 0.",
        "train-and-eval-in-pytorch",
    ),
    Mistake(
        "rows-and-columns-swapped",
        "the classes of a network are in a column, where a row was to be",
        "The result has one row for each network, in the order in which they were asked for.",
        "fair-comparison",
    ),
    Mistake(
        "smallest-output",
        "the class is that of the smallest output",
        "The larger an output is, the more the network believes in its class.",
        "what-to-watch",
    ),
    Mistake(
        "never-trained",
        "the networks are not trained",
        "Without a pass of the batches with gradients there is nothing to compare but the start.",
        "fair-comparison",
    ),
    Mistake(
        "best-is-largest",
        "the largest rate is called the best",
        "The best has the largest accuracy on the validation pictures, and a rate can be "
        "too large.",
        "learning-rate",
    ),
    Mistake(
        "best-is-no-rate",
        "what is called the best is not one of the rates",
        "Asked for is the learning rate, not its place in the list, and not its accuracy.",
        "learning-rate",
    ),
]
