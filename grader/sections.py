"""Where in the book each thing is taught: the labels that checks and mistakes point to."""

PAGES = {
    "chapters/03_how_it_works/forward": {
        "the-mean": "The mean",
        "the-variance": "The variance",
        "normalise": "Normalise",
        "why-eps": "Why eps",
        "scale-and-shift": "Scale and shift",
        "forward-in-one-function": "Forward in one function",
        "dtype-and-copies": "Types and copies",
        "which-axis": "Which axis",
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
        "population-statistics": "The statistics of all the data",
    },
    "chapters/03_how_it_works/backward": {
        "gradient-check": "Checking a gradient",
        "the-graph": "The graph",
        "gradients-of-gamma-and-beta": "The gradients of gamma and beta",
        "gradient-of-x": "The gradient of x",
        "compact-formula": "The compact formula",
        "testing-a-backward-pass": "Testing a backward pass",
    },
}
SECTIONS = {
    label: (title, page) for page, labels in PAGES.items() for label, title in labels.items()
}


def where_to_read(label: str) -> str:
    """What a message says of a section: title and page, or the text itself if it is no label."""
    if label not in SECTIONS:  # another course's: its own words
        return label
    title, page = SECTIONS[label]
    return f"“{title}” in the book, {page}.html#{label}"
