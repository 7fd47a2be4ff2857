"""Chapter 8: images, letters, speech, and what a larger machine would need."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from lab import datasets

from . import Norm, mlp

Integers = npt.NDArray[np.int64]


def he(model: nn.Module) -> None:
    """Draw all weights as He et al. (2015) do before a ReLU, and set all biases to 0."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def deep_cnn(norm: Norm | None, seed: int, widths: Sequence[int] = (8, 16, 32)) -> nn.Sequential:
    """Pairs of convolutions 3 x 3 on images (N, 1, 28, 28), the first of each pair with stride 2.

    Each convolution is followed by `norm` (unless None) and a ReLU; a dense layer on the channels'
    means gives 10 classes.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((1, *widths)):
        for channels, stride in ((inputs, 2), (outputs, 1)):
            layers.append(nn.Conv2d(channels, outputs, 3, stride, padding=1, bias=norm is None))
            layers += [] if norm is None else [norm(outputs)]
            layers.append(nn.ReLU())
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10)]
    model = nn.Sequential(*layers)
    he(model)
    return model


# Letters

ALPHABET = ".abcdefghijklmnopqrstuvwxyz"  # 0, the dot, begins and ends a name


def codes(names: datasets.Strings, letters: int = 13) -> Integers:
    """The letters of each name as numbers, (N, letters + 2): from 0, then 1 to 26, then zeros."""
    rows = np.zeros((len(names), letters + 2), np.int64)
    for row, name in zip(rows, names, strict=True):
        row[1 : len(name) + 1] = [ALPHABET.index(letter) for letter in name]
    return rows


class NextLetter(NamedTuple):
    """What a model sees and the letter that follows; both int64."""

    seen: Integers
    follows: Integers


def windows(names: datasets.Strings, window: int = 8) -> NextLetter:
    """Each letter of each name, and its end, (M,), after the `window` letters before it."""
    seen, follows = [], []
    for row in codes(names):
        padded = np.concatenate([np.zeros(window - 1, np.int64), row])
        end = int(np.count_nonzero(row)) + 1  # places to predict, the final dot among them
        seen.append(np.lib.stride_tricks.sliding_window_view(padded, window)[:end])
        follows.append(row[1 : end + 1])
    return NextLetter(np.concatenate(seen), np.concatenate(follows))


def next_letters(names: datasets.Strings) -> NextLetter:
    """Whole names (N, T) and the letter that follows each place (N, T), -100 where none does."""
    rows = codes(names)
    follows = rows[:, 1:].copy()
    lengths = np.count_nonzero(rows, axis=1)
    follows[np.arange(follows.shape[1]) > lengths[:, None]] = -100  # cross_entropy ignores it
    return NextLetter(rows[:, :-1], follows)


def nll(model: nn.Module, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """The negative log likelihood (nats) of a letter y (N, ...) after x (N, ...), in inference."""
    model.eval()
    with torch.no_grad():
        return F.cross_entropy(model(torch.as_tensor(x)), torch.as_tensor(y)).item()


def letter_model(norm: Norm | None, seed: int, window: int = 8) -> nn.Sequential:
    """Five hidden tanh layers on the embedded letters of a window (Bengio et al. 2003).

    From (N, window) int64 to logits (N, 27). Each hidden layer has `norm` (unless None) before
    its tanh.
    """
    dense = mlp((window * 10, *[100] * 5, 27), nn.Tanh, norm, seed)
    return nn.Sequential(nn.Embedding(27, 10), nn.Flatten(), *dense)


def sample(
    model: nn.Module, rng: np.random.Generator, *, window: int = 8, training: bool = False
) -> str:
    """A name that the letter model writes, letter by letter, in inference mode unless `training`.

    It ends with the first dot, or after 20 letters.
    """
    model.train(training)
    written = [0] * window
    while len(written) < window + 20:
        with torch.no_grad():
            p = F.softmax(model(torch.tensor([written[-window:]]))[0].double(), dim=0).numpy()
        letter = int(rng.choice(27, p=p / p.sum()))
        if letter == 0:
            break
        written.append(letter)
    return "".join(ALPHABET[letter] for letter in written[window:])


class TokenBatchNorm(nn.Module):
    """Batch normalisation of (N, T, D): each place of each sequence is a sample."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, T, D)."""
        return self.norm(x.flatten(0, 1)).view_as(x)  # type: ignore[no-any-return]


class Block(nn.Module):
    """One block of a transformer: each place looks at those before it, then at itself."""

    def __init__(self, D: int, heads: int, norm: Norm) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([norm(D), norm(D)])
        self.look, self.join = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.think = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, T, D)."""
        N, T, D = x.shape
        asked = self.look(self.norms[0](x)).view(N, T, 3, self.heads, -1)
        q, k, v = asked.permute(2, 0, 3, 1, 4)  # each (N, heads, T, D / heads)
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.join(found.transpose(1, 2).reshape(N, T, D))
        return x + self.think(self.norms[1](x))  # type: ignore[no-any-return]


class Transformer(nn.Module):
    """A small causal transformer (Vaswani et al. 2017) that names the next letter at each place.

    Its norms stand before attention and before the dense layers, and before the output.
    """

    def __init__(self, norm: Norm, seed: int, D: int = 32, blocks: int = 2, heads: int = 4) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.letter, self.place = nn.Embedding(27, D), nn.Embedding(32, D)
        self.blocks = nn.Sequential(*(Block(D, heads, norm) for _ in range(blocks)), norm(D))
        self.out = nn.Linear(D, 27)
        for table in (self.letter, self.place):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, seen: Tensor) -> Tensor:
        """Logits (N, 27, T) of the letters after each of seen, (N, T)."""
        x = self.letter(seen) + self.place(torch.arange(seen.shape[1]))  # (N, T, D)
        return self.out(self.blocks(x)).transpose(1, 2)  # type: ignore[no-any-return]


# Speech


def standardised(x_train: datasets.Floats, *others: datasets.Floats) -> list[datasets.Floats]:
    """The arrays (N, C, T), less the mean of each channel of x_train, over its deviation.

    Frames of zeros are padding: they do not count, and stay zero.
    """
    frames = x_train.swapaxes(1, 2)[(x_train != 0).any(axis=1)]  # (M, C)
    mean, std = frames.mean(axis=0)[:, None], frames.std(axis=0)[:, None]  # (C, 1)
    return [(x - mean) / std * (x != 0).any(axis=1, keepdims=True) for x in (x_train, *others)]


class SpeechNet(nn.Module):
    """Four convolutions over time on x (N, C, T), then a dense layer on the mean over frames.

    Frames of zeros are padding.  Each layer's outputs there are set to 0, and the mean leaves
    them out.  `norm` takes (N, C, T); with `masked`, it gets the real frames alone, as (M, C, 1).
    """

    def __init__(
        self, norm: Norm | None, seed: int, *, masked: bool = False, C: int = 12, width: int = 32
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.masked = masked
        self.convolutions = nn.ModuleList(
            nn.Conv1d(inputs, width, 3, padding=1, bias=norm is None)
            for inputs in (C, width, width, width)
        )
        self.norms = nn.ModuleList(nn.Identity() if norm is None else norm(width) for _ in range(4))
        self.out = nn.Linear(width, 9)
        he(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 9) of the speakers."""
        real = (x != 0).any(dim=1)  # (N, T)
        for convolve, norm in zip(self.convolutions, self.norms, strict=True):
            x = convolve(x)  # (N, width, T)
            if self.masked:
                frames = norm(x.transpose(1, 2)[real].unsqueeze(2)).squeeze(2)  # (M, width)
                x = (
                    torch.zeros_like(x.transpose(1, 2))
                    .masked_scatter(real.unsqueeze(2), frames)
                    .transpose(1, 2)
                )
            else:
                x = norm(x)
            x = torch.relu(x) * real.unsqueeze(1)
        return self.out(x.sum(dim=2) / real.sum(dim=1, keepdim=True))  # type: ignore[no-any-return]


# A larger machine


def seconds(step: Callable[[], object], repeats: int = 20) -> float:
    """The processor time that `step()` takes: the median of `repeats` calls, after one more."""
    step()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return float(np.median(times))


def all_reduce_seconds(size: int, repeats: int = 200) -> dict[str, Tensor]:
    """What it takes, by the clock, to sum `size` float32 over all processes.

    The shortest time of `repeats`: whatever else the machine does only makes it longer.
    """
    values, times = torch.zeros(size), []
    for _ in range(repeats):
        dist.barrier()
        start = time.perf_counter()
        dist.all_reduce(values)
        times.append(time.perf_counter() - start)
    return {"seconds": torch.tensor(times).min()}


class Layers(NamedTuple):
    """The channels of each batch norm of a network, and all of its parameters."""

    channels: list[int]
    parameters: int


def resnet50() -> Layers:
    """Counted from the table of the 50-layer network by He et al. (2016), with 1000 classes."""
    channels, weights, inputs = [64], 3 * 7 * 7 * 64, 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            channels += [width, width, 4 * width]
            weights += inputs * width + 9 * width**2 + 4 * width**2
            if block == 0:  # the skip needs a convolution of its own to widen
                channels.append(4 * width)
                weights += inputs * 4 * width
            inputs = 4 * width
    return Layers(channels, weights + 2 * sum(channels) + inputs * 1000 + 1000)
