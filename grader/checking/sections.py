"""Where in the book each thing is taught: the labels that checks and mistakes point to."""

PAGES = {
    "chapters/03_how_it_works/forward": {
        "the-mean": "The mean",
        "the-variance": "The variance",
        "normalise": "Normalise",
        "why-eps": "Why eps",
        "scale-and-shift": "Scale and shift",
        "forward-in-one-function": "Forward in one function",
    },
    "chapters/03_how_it_works/where_it_goes_wrong": {
        "which-axis": "Which axis",
        "inside-the-root": "Inside the root or outside?",
        "dtype-and-copies": "Types and copies",
    },
    "chapters/04_where_to_use_it/convolutions": {
        "statistics-per-channel": "Statistics per channel",
        "broadcasting-over-channels": "Broadcasting over channels",
        "reshape-and-transpose": "Reshape and transpose",
        "backward-through-feature-maps": "Backward through feature maps",
    },
    "chapters/04_where_to_use_it/layer_and_group_norm": {
        "layer-norm": "Layer normalisation",
        "group-norm": "Group normalisation",
        "which-axes-and-why": "Which axes, and why",
    },
    "chapters/03_how_it_works/inference": {
        "two-modes": "Two modes",
        "running-statistics": "Running statistics",
        "momentum-conventions": "What momentum means",
        "biased-or-unbiased": "Biased or unbiased",
        "inference-mode": "Inference",
        "a-batch-of-one": "A batch of one",
    },
    "chapters/03_how_it_works/finished_network": {
        "forgotten-eval": "When eval() is forgotten",
        "population-statistics": "The statistics of all the data",
    },
    "chapters/03_how_it_works/backward": {
        "the-graph": "The graph",
        "gradients-of-gamma-and-beta": "The gradients of gamma and beta",
        "gradient-of-x": "The gradient of x",
        "three-paths": "Three paths",
        "compact-formula": "The compact formula",
    },
    "chapters/03_how_it_works/testing": {
        "gradient-check": "Checking a gradient",
        "testing-a-backward-pass": "Testing a backward pass",
    },
    "chapters/03_how_it_works/precision": {
        "two-passes": "Why not in one pass?",
    },
    "chapters/06_frameworks/pytorch": {
        "a-module-of-your-own": "A module of your own",
        "one-value-a-channel": "One value a channel",
        "parameters-and-buffers": "Parameters and buffers",
        "running-statistics-in-pytorch": "Running statistics in PyTorch",
        "train-and-eval-in-pytorch": "train() and eval()",
        "options-of-the-module": "The module's options",
        "autograd-through-the-statistics": "Autograd through the statistics",
    },
    "chapters/06_frameworks/keras": {
        "keras-conventions": "Keras's conventions",
        "keras-to-torch": "From Keras to PyTorch",
    },
    "chapters/06_frameworks/folding": {
        "folding": "Folding into the layer before",
        "folding-into-convolutions": "Folding into convolutions",
    },
    "chapters/06_frameworks/frozen": {
        "frozen-batchnorm": "Frozen batch normalisation",
        "the-thaw": "Frozen layers that thaw",
        "freezing-properly": "Freezing properly",
    },
    "chapters/04_where_to_use_it/dense": {
        "redundant-bias": "The bias before it is redundant",
        "not-on-the-output": "Not on the output layer",
    },
    "chapters/04_where_to_use_it/activation": {
        "before-or-after": "Before or after the activation",
    },
    "chapters/07_best_practices/monitoring": {
        "what-to-watch": "What to watch",
        "a-failure-caught": "A failure that the loss cannot show",
        "changed-data": "When the data change",
    },
    "chapters/07_best_practices/batch_size": {
        "gradient-accumulation": "Gradient accumulation is not a larger batch",
    },
    "chapters/01_why_it_is_important/learning_rate": {
        "learning-rate": "How large may the learning rate be?",
    },
    "chapters/01_why_it_is_important/figure_one": {
        "fair-comparison": "Now a fair race",
    },
}
SECTIONS = {
    label: (title, page) for page, labels in PAGES.items() for label, title in labels.items()
}


def link(label: str, book: str = "") -> str:
    """The address of a section in a book at an address; empty for what is no label of ours."""
    if label not in SECTIONS:
        return ""
    address = f"{SECTIONS[label][1]}.html#{label}"
    return f"{book.rstrip('/')}/{address}" if book else address


def of_mistake(id: str, book: str = "") -> str:
    """The address of a mistake on the page of all that the grader can name."""
    address = f"mistakes.html#{id}"
    return f"{book.rstrip('/')}/{address}" if book else address


def where_to_read(label: str, book: str = "") -> str:
    """What a message says of a section: title and address, or the text itself if it is no label."""
    if label not in SECTIONS:  # another course's: its own words
        return label
    return f"“{SECTIONS[label][0]}” in the book, {link(label, book)}"
