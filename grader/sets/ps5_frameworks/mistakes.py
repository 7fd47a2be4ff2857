"""Mistakes that ps5_frameworks teaches first: a PyTorch module, Keras's conventions, folding."""

from ...checking.mistakes import Mistake

mistakes = [
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
        "fold-weight-unscaled",
        "the weight is left as it was",
        "The normalisation scales whatever the layer computes: its weight and its bias.",
        "folding",
    ),
    Mistake(
        "fold-bias-unchanged",
        "the bias is left as it was",
        "The normalisation scales it, takes the running mean away, and adds beta. All that must "
        "be in the new bias.",
        "folding",
    ),
    Mistake(
        "fold-returns-swapped",
        "weight and bias are returned in the other order",
        "The weight comes first, as in the arguments.",
        "folding",
    ),
    Mistake(
        "fold-multiplied",
        "the layer is multiplied by the standard deviation",
        "Normalising divides by it: with twice the spread, each output needs half the scale.",
        "folding",
    ),
    Mistake(
        "fold-difference-reversed",
        "the bias is subtracted from the running mean",
        "The layer's outputs contain the bias, and the mean is subtracted from the outputs.",
        "folding",
    ),
    Mistake(
        "fold-one-kind-of-layer",
        "the scale is given axes for one kind of layer only",
        "The weight of a linear layer has two axes, that of a convolution four. The first is that "
        "of the outputs in both: take the number of the others from the weight.",
        "folding-into-convolutions",
    ),
    Mistake(
        "count-of-channels",
        "the number of channels is taken for the number of values",
        "A channel's variance is a mean over all the values that it has in the batch. How many "
        "there are is not x.shape[1], which counts the channels.",
        "a-module-of-your-own",
    ),
    Mistake(
        "running-variance-by-samples",
        "the running variance is corrected by the number of samples",
        "n / (n - 1) makes a variance unbiased where n is the number of values in it. In feature "
        "maps these are the pixels of all samples, N H W, and not N.",
        "running-statistics-in-pytorch",
    ),
    Mistake(
        "eval-not-centred",
        "in inference, the mean is not subtracted",
        "Inference differs from training in where the statistics come from, not in the formula.",
        "running-statistics-in-pytorch",
    ),
    Mistake(
        "no-graph-in-inference",
        "in inference nothing is recorded for autograd",
        "The mode says which statistics are used. Whether gradients are wanted is the caller's to "
        "say: a frozen layer is in inference mode, and the layers before it still learn.",
        "autograd-through-the-statistics",
    ),
    Mistake(
        "numbers-missing",
        "momentum or eps is not in the dict",
        "A state_dict holds parameters and buffers, and the two numbers are neither. Without them "
        "the new layer would have PyTorch's own.",
        "keras-to-torch",
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
        "weight and bias are not parameters",
        "The optimiser takes what parameters() lists. A plain tensor is not in it, nor is a "
        "buffer: it would never learn.",
        "parameters-and-buffers",
    ),
    Mistake(
        "not-a-buffer",
        "what the layer remembers is in plain attributes, not in buffers",
        "to(), double() and state_dict() know parameters and buffers only, and state_dict() "
        "only persistent ones. A saved model would forget what it saw. The count is one too.",
        "parameters-and-buffers",
    ),
    Mistake(
        "buffers-not-saved",
        "the buffers are told not to be saved",
        "state_dict() has persistent buffers only. With persistent=False they move with the "
        "module, but a saved model forgets what it saw.",
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
        "affine-frozen",
        "with affine=False weight and bias are frozen, not absent",
        "Without affine there is no weight and no bias: both are None, and in no state_dict.",
        "options-of-the-module",
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
        "with track_running_stats=False the code needs what is not there",
        "The running statistics are None. There is nothing to update, and inference uses the "
        "batch's statistics, as training does.",
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
        "Keras's momentum is the weight of the old statistics, PyTorch's that of the new batch.",
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
        "Layers before a batch normalisation often have bias=False, and None is what they pass.",
        "folding",
    ),
    Mistake(
        "fold-none-stays",
        "a layer without bias gets none",
        "Then there is nowhere for the mean and beta to go. The folded layer always has a bias.",
        "folding",
    ),
]
