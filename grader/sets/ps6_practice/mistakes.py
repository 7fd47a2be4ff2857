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
        "Feature maps have a class of their own. Each of nn.BatchNorm1d, nn.BatchNorm2d and "
        "nn.BatchNorm3d is a batch normalisation.",
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
        "only one of the batch normalisations is found",
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
        "there is no batch normalisation",
        "Each hidden layer was to have one, between its linear layer and its activation.",
        "not-on-the-output",
    ),
    Mistake(
        "norms-missing",
        "not every hidden layer has a norm",
        "Each hidden layer was to have one of its own, also the first and the last.",
        "not-on-the-output",
    ),
    Mistake(
        "norm-of-other-size",
        "a norm does not have the size of the layer before it",
        "A norm has one mean and one variance for each number that it gets: "
        "for each output of the linear layer before it.",
        "not-on-the-output",
    ),
    Mistake(
        "layers-missing",
        "a hidden layer is missing",
        "Each number in widths but the first and the last is the size of a hidden layer.",
        "not-on-the-output",
    ),
    Mistake(
        "widths-ignored",
        "the sizes of the layers are not those in widths",
        "The network was to have the sizes that it is asked for, whatever they are.",
        "not-on-the-output",
    ),
    Mistake(
        "inputs-and-outputs-swapped",
        "inputs and outputs of the linear layers have changed places",
        "PyTorch's linear layer takes the number of its inputs first, then that of its outputs.",
        "not-on-the-output",
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
    Mistake(
        "rows-missed",
        "nn.BatchNorm1d is not found",
        "Rows of features have a class of their own. Each of nn.BatchNorm1d, "
        "nn.BatchNorm2d and nn.BatchNorm3d is a batch normalisation.",
        "frozen-batchnorm",
    ),
    Mistake(
        "mode-stuck",
        "train() and eval() of the model have no effect any more",
        "Only the norms are to stay as they are. All other layers, dropout among them, "
        "still need both modes.",
        "frozen-batchnorm",
    ),
    Mistake(
        "gradients-blocked",
        "no gradient gets through the frozen layers",
        "A frozen layer is a fixed function: what it does with x still has a gradient, "
        "and the layers before it learn from that.",
        "frozen-batchnorm",
    ),
    Mistake(
        "statistics-reset",
        "the running statistics start anew",
        "They are what the network learned of its data. Mean 0 and variance 1 fit no layer.",
        "frozen-batchnorm",
    ),
    Mistake(
        "parameters-reset",
        "weight and bias of the norms are reset",
        "reset_parameters() lets weight and bias start anew too, and these were learned: "
        "only the running statistics are to be collected again. Another method resets "
        "them alone.",
        "changed-data",
    ),
    Mistake(
        "first-batch-only",
        "only the first batch counts",
        "What is done with the first batch has to be done with all: look at where the loop ends.",
        "what-to-watch",
    ),
    Mistake(
        "counts-for-shares",
        "the result is a number of rows, not a share",
        "A share is from 0 to 1: how many are right, of how many.",
        "what-to-watch",
    ),
    Mistake(
        "errors-for-answers",
        "wrong answers are counted, not right ones",
        "The accuracy is the share of rows whose class was found.",
        "what-to-watch",
    ),
    Mistake(
        "divides-by-batches",
        "the right answers are divided by the number of batches",
        "A loader's length is its number of batches, and each has many rows. The share is "
        "one of rows.",
        "what-to-watch",
    ),
    Mistake(
        "rows-that-are-not-there",
        "the last batch is counted as a whole one",
        "It is often smaller. Count the rows that there are.",
        "what-to-watch",
    ),
    Mistake(
        "batches-as-one",
        "all batches are taken as one",
        "Asked for is the average over the batches, each with its own mean and variance. "
        "A large set would not fit into memory in one piece either.",
        "changed-data",
    ),
    Mistake(
        "batches-weighed-by-rows",
        "a batch counts by its number of rows",
        "Here the average is one over batches, as momentum=None makes it: each batch counts once.",
        "changed-data",
    ),
    Mistake(
        "norm-before-linear",
        "the norm comes before the linear layer",
        "What is to be normalised is what the activation gets: the norm stands between "
        "the two, and has as many features as the linear layer has outputs.",
        "before-or-after",
    ),
    Mistake(
        "norm-without-parameters",
        "the norms have no weight and bias",
        "With affine=False the layer cannot learn a scale and a shift of its own. The "
        "exercise asks for the norm as PyTorch makes it.",
        "not-on-the-output",
    ),
    Mistake(
        "norm-without-statistics",
        "the norms have no running statistics",
        "With track_running_stats=False inference uses the statistics of the batch, so "
        "that an answer depends on the other rows.",
        "train-and-eval-in-pytorch",
    ),
    Mistake(
        "epochs-missing",
        "it does not train for all epochs",
        "The number of epochs is an argument: each goes through all rows once.",
        "a-failure-caught",
    ),
    Mistake(
        "errors-swallowed",
        "a batch of one row goes into the network, and its error is thrown away",
        "Whoever catches ValueError catches all others too, those of tomorrow among them. "
        "Do not make the batch that cannot be normalised.",
        "one-value-a-channel",
    ),
    Mistake(
        "batch-size-changed",
        "the batches do not have batch_size rows",
        "One more or one less moves the trouble to other numbers of rows, and does not "
        "end it. What is to be done is about the last batch alone.",
        "one-value-a-channel",
    ),
    Mistake(
        "never-steps",
        "the network is not changed by training",
        "Without a step of the optimiser the gradients are computed for nothing.",
        "a-failure-caught",
    ),
    Mistake(
        "one-loss-in-all",
        "there is not one loss for each step",
        "What happens on the way can only be seen if each step has its own number.",
        "what-to-watch",
    ),
    Mistake(
        "loss-divided-twice",
        "the loss of a micro-batch is divided by too much",
        "It is a mean over the micro-batch already. Its part in the mean over the whole "
        "batch is that of its rows.",
        "gradient-accumulation",
    ),
    Mistake(
        "zeroed-before-step",
        "the gradients are set to zero before the step uses them",
        "backward() writes the gradients, step() reads them. "
        "What stands between the two may not clear them.",
        "train-and-eval-in-pytorch",
    ),
    Mistake(
        "gradients-lost",
        "the gradients are set to zero between the micro-batches",
        "What the earlier ones have added is gone before the step: only the last one counts.",
        "gradient-accumulation",
    ),
]
