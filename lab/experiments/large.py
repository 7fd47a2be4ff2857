"""Larger than a notebook: all of Fashion-MNIST and a residual network of 20 layers.

    python -m lab.experiments.large --archive FILE.deb --into lab/results/large/HERE.json

What the experiments of lines 1.4, 4.2, 4.3, 5.1, 5.3, 7.3 and 8.1 ask of small networks is asked
once of the network of He et al. (2016) for small pictures: 55,000 pictures to train on, 5,000 to
tune with, 10,000 to test on, standardised as lab.samples does. SGD with momentum 0.9 in batches of
256, rates that fall to 0 as a cosine, no weight decay. On a GPU, with TF32, these are minutes; on
a processor a step of one core takes half a second.

Runs are in a journal (_build/evidence) as soon as they have ended, and what is missing is made by
the same command. Those in other files beside HERE.json are not made again: one machine can go on
where another stopped. lab.evidence.large reads all files.
"""

import argparse
import json
import math
import sys
import time
from collections import ChainMap, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from lab.data.rebuild import all_fashion_mnist
from lab.evidence.experiment import Choice, Numbers, Trial
from lab.evidence.large import LEVEL, TRAINS
from lab.evidence.record import JOURNALS, Journal, digest, made_with
from lab.measures import first_passage
from lab.training import History, accuracy, recalibrate

ARMS = ("with", "after", "without")  # batch norm before the activation, behind it, nowhere
BATCH = 256


@dataclass(frozen=True)
class Scale:
    """How much of everything; smaller ones are for trying it out."""

    widths: tuple[int, int, int] = (16, 32, 64)
    blocks: int = 3  # of each width
    train: int = 55_000
    validation: int = 5_000
    test: int = 10_000
    tuning: int = 430  # steps of a run that tunes: two epochs
    steps: int = 1290  # six epochs
    short: int = 215  # one epoch
    few: int = 10_000  # pictures to know by heart
    by_heart: int = 1600  # steps
    seeds: int = 4
    tuners: int = 6  # seeds that tune the network without batch norm
    groups: tuple[int, ...] = (2, 8, 32, 256)  # pictures that share statistics
    ladder: tuple[float, ...] = tuple(10 ** (1 - k / 5) for k in range(21))  # rates, downwards
    tuned: tuple[float, ...] = (0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8)


class GroupedBatchNorm(nn.BatchNorm2d):
    """Batch norm whose statistics, in training, are those of groups of `size` pictures; 0: of all.

    The gradient is still the whole batch's (Hoffer et al. 2017). Its running statistics are those
    that `lab.training.recalibrate` makes.
    """

    size = 0

    def forward(self, x: Tensor) -> Tensor:
        """y from x, both (N, C, H, W)."""
        if not (self.training and self.size):
            return super().forward(x)
        N, C, H, W = x.shape
        groups = x.reshape(N // self.size, self.size, C, H, W).transpose(0, 1)
        flat = groups.reshape(self.size, -1, H, W)
        x_hat = F.batch_norm(flat, None, None, training=True, eps=self.eps)
        x_hat = x_hat.reshape(self.size, -1, C, H, W).transpose(0, 1).reshape(N, C, H, W)
        return x_hat * self.weight[:, None, None] + self.bias[:, None, None]


class Block(nn.Module):
    """Two convolutions with a path around them: a residual block (He et al. 2016).

    The path has no parameters: where the width grows, it leaves out pixels and adds channels of
    zeros. Without batch norm the first convolution is smaller by the root of the number of blocks,
    and the second starts at 0, as Zhang et al. (2019) have it; both have biases. Where the width
    grows it starts smaller instead: new channels that are 0 before a ReLU would never learn.
    """

    def __init__(self, arm: str, inputs: int, outputs: int, blocks: int) -> None:
        super().__init__()
        self.after, self.stride = arm == "after", outputs // inputs
        self.conv1 = _conv(arm, inputs, outputs, self.stride)
        self.conv2 = _conv(arm, outputs, outputs, 1)
        self.norm1, self.norm2 = _norm(arm, outputs), _norm(arm, outputs)
        if arm == "without":
            with torch.no_grad():
                self.conv1.weight *= blocks**-0.5
                self.conv2.weight *= 0 if self.stride == 1 else blocks**-0.5

    def forward(self, x: Tensor) -> Tensor:
        """y (N, outputs, H, W) from x (N, inputs, H, W); half the size where the width grows."""
        around = x
        if self.stride > 1:
            around = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, x.shape[1]))
        if self.after:
            inside = self.conv2(self.norm1(F.relu(self.conv1(x))))
            y: Tensor = self.norm2(F.relu(around + inside))
            return y
        inside = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(around + inside)


def network(arm: str, seed: int, scale: Scale) -> nn.Sequential:
    """The network, from pictures (N, 1, H, W) to classes (N, 10); 20 layers at the usual scale."""
    torch.manual_seed(seed)
    first, blocks = scale.widths[0], 3 * scale.blocks
    layers: list[nn.Module] = [_conv(arm, 1, first, 1), _norm(arm, first), nn.ReLU()]
    if arm == "after":
        layers[1:] = layers[:0:-1]
    inputs = first
    for width in scale.widths:
        for _ in range(scale.blocks):
            layers.append(Block(arm, inputs, width, blocks))
            inputs = width
    last = nn.Linear(inputs, 10)
    nn.init.zeros_(last.bias)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)


def _conv(arm: str, inputs: int, outputs: int, stride: int) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=arm == "without")
    # pixel by pixel, not channel by channel: faster, on processors and GPUs
    conv.weight.data = conv.weight.data.contiguous(memory_format=torch.channels_last)
    # where nothing else keeps the size of what goes forward, the start has to
    mode: Any = "fan_in" if arm == "without" else "fan_out"
    nn.init.kaiming_normal_(conv.weight, mode=mode, nonlinearity="relu")
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    return conv


def _norm(arm: str, features: int) -> nn.Module:
    return nn.Identity() if arm == "without" else GroupedBatchNorm(features)


class Pictures(NamedTuple):
    """Standardised pictures (N, 1, 28, 28) and classes (N,), by what they are for."""

    train: tuple[Tensor, Tensor]
    validation: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]


def pictures(archive: Path, device: str, scale: Scale) -> Pictures:
    """Those of the archive: less the mean picture of what is trained on, over one deviation."""
    arrays = all_fashion_mnist(archive)
    found: dict[str, tuple[Tensor, Tensor]] = {}
    ends = {"train": (0, scale.train), "validation": (60_000 - scale.validation, 60_000)}
    for name, (start, end) in {**ends, "test": (0, scale.test)}.items():
        part = "test" if name == "test" else "train"
        x = torch.tensor(arrays[f"{part}_images"][start:end], device=device).float()[:, None] / 255
        y = torch.tensor(arrays[f"{part}_labels"][start:end], device=device).long()
        found[name] = x, y
    mean = found["train"][0].mean(0)
    deviation = (found["train"][0] - mean).std()
    return Pictures(**{name: ((x - mean) / deviation, y) for name, (x, y) in found.items()})


class Steps:
    """One step of SGD with momentum after the other, on a GPU as one graph that is replayed."""

    def __init__(self, model: nn.Module, x: Tensor, y: Tensor) -> None:
        self.model, self.x, self.y = model, x, y
        self.parameters: list[Tensor] = list(model.parameters())
        self.velocities = [torch.zeros_like(each) for each in self.parameters]
        self.rows = torch.zeros(BATCH, dtype=torch.long, device=x.device)
        self.lr = torch.zeros((), device=x.device)
        self.replay = self._captured() if x.is_cuda else self._step

    def __call__(self, rows: Tensor, lr: float) -> None:
        """Make a step on these rows (BATCH,) of x and y."""
        self.model.train()
        self.rows.copy_(rows)
        self.lr.fill_(lr)
        self.replay()

    def _step(self) -> None:
        loss = F.cross_entropy(self.model(self.x[self.rows]), self.y[self.rows])
        gradients = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            torch._foreach_mul_(self.velocities, 0.9)
            torch._foreach_add_(self.velocities, gradients)
            torch._foreach_sub_(self.parameters, list(torch._foreach_mul(self.velocities, self.lr)))

    def _captured(self) -> Callable[[], None]:
        """The step as a CUDA graph. What the attempts before it change is put back."""
        kept = [each.detach().clone() for each in self.model.state_dict().values()]
        self.model.train()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._step()
        with torch.no_grad():
            for each, value in zip(self.model.state_dict().values(), kept, strict=True):
                each.copy_(value)
            for velocity in self.velocities:
                velocity.zero_()
        return graph.replay


def train(
    model: nn.Module,
    data: tuple[Tensor, Tensor],
    judge: tuple[Tensor, Tensor],
    *,
    lr: float,
    steps: int,
    seed: int,
    looks: int = 1,
    falling: bool = True,
) -> History:
    """Train in place; accuracy is that on `judge`, `looks` times in all and before the first step.

    Ends early where the network guesses, 0.12 of ten classes after half of the steps, or where its
    parameters are no longer finite.
    """
    x, y = data
    step, history = Steps(model, x, y), History()
    every, batches = max(1, steps // looks), _batches(len(x), seed, x.device)
    for done in range(steps + 1):
        lost = done % 20 == 0 and not all(each.isfinite().all() for each in model.parameters())
        if lost or done % every == 0 or done == steps:
            history.evaluated_at.append(done)
            history.accuracy.append(accuracy(model, *judge))
            guesses = steps > done >= steps / 2 and history.accuracy[-1] < 0.12
            if lost or guesses:
                history.evaluated_at.append(steps)
                history.accuracy.append(history.accuracy[-1])
                break
        if done < steps:
            step(
                next(batches), lr * (0.5 + 0.5 * math.cos(math.pi * done / steps) if falling else 1)
            )
    return history


def _batches(rows: int, seed: int, device: torch.device) -> Iterator[Tensor]:
    order = torch.Generator().manual_seed(seed)
    while True:
        shuffled = torch.randperm(rows, generator=order)[: rows // BATCH * BATCH]
        yield from torch.split(shuffled.to(device), BATCH)


def measured(trial: Trial, data: Pictures, scale: Scale) -> dict[str, float]:
    """The numbers of one run.

    main: points at the end, and doublings of steps to `LEVEL`, or of all. What tunes it ends after
    two epochs, but not without batch norm, where what two epochs find good need not survive six.
    ladder: the power of ten of the largest rate that ends with `TRAINS` after one epoch, all at
    this rate, and whether there was one. by heart: points, and what is known of the pictures that
    were trained on. groups of N: points after new statistics.
    """
    judge = data.test if trial.judged == "test" else data.validation

    def fresh() -> nn.Sequential:
        return network(trial.arm, trial.seed, scale).to(data.train[0].device)

    if trial.setting == "ladder":
        for rate in scale.ladder:
            options: Any = {"steps": scale.short, "seed": trial.seed, "looks": 4}
            history = train(fresh(), data.train, judge, lr=rate, falling=False, **options)
            if history.accuracy[-1] >= TRAINS:
                return {"largest": math.log10(rate), "arrived": 1.0}
        return {"largest": math.log10(scale.ladder[-1]), "arrived": 0.0}
    model, lr = fresh(), dict(trial.choice)["lr"]
    if trial.setting == "by heart":
        few = data.train[0][: scale.few], data.train[1][: scale.few]
        history = train(model, few, judge, lr=lr, steps=scale.by_heart, seed=trial.seed)
        return {"points": 100 * history.accuracy[-1], "by heart": 100 * accuracy(model, *few)}
    if trial.setting.startswith("groups of "):
        _group(model, int(trial.setting.removeprefix("groups of ")))
        train(model, data.train, judge, lr=lr, steps=scale.steps // 2, seed=trial.seed)
        _group(model, 0)
        again = recalibrate(model, data.train[0][: scale.few], 1000)
        return {"points": 100 * accuracy(again, *judge)}
    short = trial.judged == "validation" and trial.arm != "without"
    steps, looks = (scale.tuning, 1) if short else (scale.steps, 32)
    history = train(model, data.train, judge, lr=lr, steps=steps, seed=trial.seed, looks=looks)
    found = {"points": 100 * history.accuracy[-1]}
    if trial.judged == "test":
        found["doublings"] = math.log2(first_passage(history, LEVEL))
    return found


def _group(model: nn.Module, size: int) -> None:
    """Let groups of so many pictures share statistics; 0: all."""
    for norm in model.modules():
        if isinstance(norm, GroupedBatchNorm):
            norm.size = size


# All of them


@dataclass
class Runs:
    """Makes runs in several processes, until there is no time left, and keeps them."""

    journal: Journal
    pool: ProcessPoolExecutor
    deadline: float
    elsewhere: dict[Trial, Numbers]
    failed: list[str] = field(default_factory=list)

    def make(self, trials: Sequence[Trial]) -> dict[Trial, Numbers]:
        """The numbers of those that could be made."""
        jobs = {
            self.pool.submit(_in_worker, each, self.deadline): each
            for each in trials
            if each not in self.made
        }
        for job in tqdm(as_completed(jobs), total=len(jobs), mininterval=10):
            found, seconds = job.result()
            if isinstance(found, str):
                self.failed.append(f"{jobs[job]}: {found}")
                print(self.failed[-1], file=sys.stderr)
            elif found:
                self.journal.add(jobs[job], found, seconds)
        return {each: self.made[each] for each in trials if each in self.made}

    @property
    def made(self) -> ChainMap[Trial, Numbers]:
        """All runs, here and elsewhere."""
        return ChainMap(self.journal.runs, self.elsewhere)


_worker: dict[str, Any] = {}


def _start(archive: Path, device: str, scale: Scale) -> None:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    _worker.update(data=pictures(archive, device, scale), scale=scale)


def _in_worker(each: Trial, deadline: float) -> tuple[dict[str, float] | str, float]:
    """Its numbers and seconds; none where there is no time left, and a text where it fails."""
    start = time.time()
    if start > deadline:
        return {}, 0.0
    try:
        numbers = measured(each, _worker["data"], _worker["scale"])
    except (RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}", 0.0
    return {name: float(f"{value:.6g}") for name, value in numbers.items()}, time.time() - start


def best(setting: str, found: dict[Trial, Numbers]) -> dict[str, Choice]:
    """What each arm is best with, on validation data, in the mean over the seeds that tune."""
    points: defaultdict[str, defaultdict[Choice, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each, numbers in found.items():
        if each.setting == setting:
            points[each.arm][each.choice].append(numbers["points"])
    return {
        arm: max(tried, key=lambda choice: fmean(tried[choice])) for arm, tried in points.items()
    }


def everything(runs: Runs, scale: Scale) -> dict[str, dict[str, Choice]]:
    """Make all runs, and return what was tuned to what."""

    def tune(setting: str, arm: str, rates: Sequence[float]) -> list[Trial]:
        # without batch norm one seed can be lost at a rate that is best for another
        seeds = range(900, 900 + scale.tuners) if arm == "without" else [900]
        return [
            Trial(setting, arm, (("lr", lr),), 0, seed, "validation")
            for lr in rates
            for seed in seeds
        ]

    def report(setting: str, arm: str, choice: Choice) -> list[Trial]:
        return [Trial(setting, arm, choice, 0, seed, "test") for seed in range(scale.seeds)]

    def around(choice: Choice) -> list[float]:
        ((_, lr),) = choice
        return [lr / 4, lr / 2, lr, 2 * lr]

    ladder = [each for arm in ("without", "with") for each in report("ladder", arm, ())]
    tuning = [each for arm in reversed(ARMS) for each in tune("main", arm, scale.tuned)]
    main = best("main", runs.make([*tuning, *ladder]))
    reported = [each for arm, choice in main.items() for each in report("main", arm, choice)]
    heart = [
        each
        for arm in ("without", "with")
        if arm in main
        for each in tune("by heart", arm, around(main[arm]))
    ]
    groups = [
        each
        for size in scale.groups
        if "with" in main
        for each in report(f"groups of {size}", "with", main["with"])
    ]
    known = best("by heart", runs.make([*reported, *heart, *groups]))
    runs.make([each for arm, choice in known.items() for each in report("by heart", arm, choice)])
    return {"main": main, "by heart": known}


def main(arguments: list[str] | None = None, scale: Scale = Scale()) -> int:
    """Run the command, and return its exit status."""
    parser = argparse.ArgumentParser("python -m lab.experiments.large", description=__doc__)
    parser.add_argument("--archive", type=Path, required=True, help="dataset-fashion-mnist's .deb")
    parser.add_argument("--into", type=Path, required=True, help="the file of the results")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; 1, unless given")
    parser.add_argument("--seconds", type=float, default=math.inf, help="then no run is begun")
    given = parser.parse_args(arguments)
    journal = Journal(JOURNALS / f"large-{digest(Path(__file__))}.jsonl")
    start = time.time()
    with ProcessPoolExecutor(
        given.jobs, get_context("spawn"), _start, (given.archive, given.device, scale)
    ) as pool:
        runs = Runs(journal, pool, start + given.seconds, _others(given.into))
        tuned = everything(runs, scale)
    cuda = given.device == "cuda"
    result = {
        "made with": made_with()
        | {"device": torch.cuda.get_device_name() if cuda else "processor"},
        "seconds": round(journal.seconds),
        "tuned": {name: {arm: dict(c) for arm, c in arms.items()} for name, arms in tuned.items()},
        "failed": runs.failed,
    }
    rows = [
        {"setting": each.setting, "arm": each.arm, "choice": dict(each.choice), "seed": each.seed}
        | {"judged": each.judged, "numbers": numbers}
        for each, numbers in journal.runs.items()
    ]
    given.into.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n  ".join(map(json.dumps, rows))  # a line for each run
    head = json.dumps(result, indent=1).removesuffix("\n}")
    given.into.write_text(f'{head},\n "runs": [\n  {lines}\n ]\n}}\n', "utf-8")
    print(f"{len(journal.runs)} runs, {given.into}")
    return 0


def _others(file: Path) -> dict[Trial, Numbers]:
    """The runs in the other files of its folder."""
    return {
        Trial(
            run["setting"], run["arm"], tuple(run["choice"].items()), 0, run["seed"], run["judged"]
        ): run["numbers"]
        for other in file.parent.glob("*.json")
        if other.name != file.name
        for run in json.loads(other.read_text("utf-8"))["runs"]
    }


if __name__ == "__main__":
    sys.exit(main())
