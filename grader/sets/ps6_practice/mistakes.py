"""Mistakes that ps6_practice teaches first: a clinic of broken scripts."""

from ...checking.mistakes import Mistake

mistakes = [
    Mistake(
        "forgot-eval",
        "the model is evaluated in training mode",
        "Then the answer for one picture depends on the others in its batch, and each batch "
        "that is only to be judged moves the running statistics.",
        "forgotten-eval",
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
        "the-thaw",
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
        "freezing-properly",
    ),
    Mistake(
        "freezes-everything",
        "what should go on learning is frozen too",
        "Only some parameters are to stay as they are. Without the others there is nothing "
        "left to train.",
        "freezing-properly",
    ),
    Mistake(
        "nested-missed",
        "layers inside other modules are not found",
        "for layer in model, or children(), goes one level deep. Real models are modules in "
        "modules.",
        "freezing-properly",
    ),
    Mistake(
        "feature-maps-missed",
        "nn.BatchNorm2d is not found",
        "Each of nn.BatchNorm1d, nn.BatchNorm2d and nn.BatchNorm3d is a batch normalisation.",
        "freezing-properly",
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
        "The norms are not the only layers with two modes. Inference is a mode of the whole model.",
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
        "Only an incomplete batch may be. Look at the last start where the batches fit exactly.",
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
    Mistake(
        "norm-missing",
        "no network has a batch normalisation",
        "Each hidden layer was to have one. In a comparison, what is between two networks of "
        "the same kind is chance.",
        "fair-comparison",
    ),
    Mistake(
        "another-activation",
        "the activation is another one",
        "ReLU and sigmoid are not the same network: the exercise says which one.",
        "fair-comparison",
    ),
    Mistake(
        "accuracies-in-percent",
        "the accuracies are in percent",
        "They are shares, from 0 to 1.",
        "learning-rate",
    ),
]
