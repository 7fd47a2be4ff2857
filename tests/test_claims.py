"""The lesson's claims: do the verdicts of the book keep their direction? A test for each line.

Each repeats its page's experiment at a reduced budget, on fixed seeds.
"""

from functools import cache, partial

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from lab import datasets
from lab.experiments import Norm, dense_layers, flat, mlp, steps_to
from lab.experiments.applications import (
    SpeechNet,
    TokenBatchNorm,
    Transformer,
    codes,
    deep_cnn,
    letter_model,
    next_letters,
    nll,
    resnet50,
    standardised,
    windows,
)
from lab.experiments.benefits import GhostBatchNorm, by_depth, growth
from lab.experiments.how_it_works import agreement
from lab.experiments.practice import (
    MicroBatchNorm2d,
    norm_layers,
    recalibrate,
    variance_ratios,
    with_skips,
)
from lab.experiments.what_is_it import Statistics, distance, standard, watch
from lab.experiments.where import best_lr, cnn, norm_after
from lab.experiments.why import (
    NoisyBatchNorm,
    along_the_gradient,
    gradient_shift,
    last_inputs,
)
from lab.training import History, accuracy, train

DIGITS = flat(datasets.mnist())
TEST = DIGITS.x_test, DIGITS.y_test
PROBE = DIGITS.x_train[:500], DIGITS.y_train[:500]


def relu_net(norm: Norm | None, layers: int, seed: int = 0, scale: float = 1.0) -> nn.Sequential:
    return mlp((784, *[100] * layers, 10), nn.ReLU, norm, seed, scale=scale)


def trained(
    model: nn.Module, lr: float, *, steps: int = 120, batch_size: int = 64, every: int = 1000
) -> History:
    return train(
        model, DIGITS.x_train, DIGITS.y_train,
        steps=steps, lr=lr, batch_size=batch_size, test=TEST, evaluate_every=every,
    )  # fmt: skip


def end(model: nn.Module, lr: float, steps: int = 120) -> float:
    return trained(model, lr, steps=steps).accuracy[-1]


def test_1_1_it_speeds_up_training() -> None:
    """Is a sigmoid network with it first at 80 %, and behind later, each started and tuned well?"""
    gains: dict[Norm | None, int] = {None: 4, nn.BatchNorm1d: 1}  # as the page finds
    needed, late = {}, {}
    for norm, gain in gains.items():
        model = mlp((784, 100, 100, 100, 10), nn.Sigmoid, norm, 0)
        for layer in dense_layers(model)[:-1]:
            layer.weight.data *= gain
        history = trained(model, 1.0, steps=400, batch_size=60, every=10)
        needed[norm], late[norm] = steps_to(history, 0.8), np.mean(history.accuracy[-10:])
    assert needed[nn.BatchNorm1d] < 0.6 * needed[None] < 100
    assert late[nn.BatchNorm1d] < late[None]


def test_1_2_it_reduces_internal_covariate_shift() -> None:
    """Is the shift smaller with it, and does moving inputs leave it nearly as fast?"""
    shift, moved, reached = {}, {}, {}
    norms: dict[str, Norm | None] = {
        "without": None, "with": nn.BatchNorm1d, "noisy": NoisyBatchNorm
    }  # fmt: skip
    for name, norm in norms.items():
        model = relu_net(norm, 5)
        means: list[npt.NDArray[np.float64]] = []
        shifts: list[float] = []

        def watch(
            step: int,
            model: nn.Module,
            means: list[npt.NDArray[np.float64]] = means,
            shifts: list[float] = shifts,
        ) -> None:
            assert isinstance(model, nn.Sequential)
            if step % 5 == 0:
                inputs = last_inputs(model, PROBE[0])
                means.append(inputs.mean(axis=0) / inputs.std(axis=0).mean())
            if step % 15 == 0:
                shifts.append(gradient_shift(model, *PROBE, 0.1, layer=4).relative)

        history = train(
            model, DIGITS.x_train, DIGITS.y_train,
            steps=61, lr=0.1, batch_size=64, test=TEST, watch=watch,
        )  # fmt: skip
        shift[name] = np.median(shifts)
        moved[name] = np.abs(np.diff(means, axis=0)).mean()
        reached[name] = history.accuracy[-1]
    assert shift["with"] < shift["without"] / 2
    assert moved["noisy"] > 50 * moved["with"]
    assert reached["noisy"] > reached["without"]


def test_1_3_it_stabilises_learning() -> None:
    """Do fewer settings fail with it?"""
    failed = {
        norm: sum(end(relu_net(norm, 8, seed), lr) < 0.5 for seed in (0, 1) for lr in (0.1, 1.0))
        for norm in (None, nn.BatchNorm1d)
    }
    assert failed == {None: 2, nn.BatchNorm1d: 0}


def test_1_4_it_allows_higher_learning_rates() -> None:
    """Is a rate stable with it that is ten times too large without it?"""
    assert end(relu_net(None, 6), 0.1) > 0.8
    assert end(relu_net(None, 6), 1.0) < 0.2
    assert end(relu_net(nn.BatchNorm1d, 6), 1.0) > 0.8
    assert end(relu_net(nn.BatchNorm1d, 6), 10.0) < 0.5


def test_1_4_because_the_landscape_is_smoother() -> None:
    """Does the gradient keep its direction for a longer step with it?"""
    changes = {}
    for norm in (None, nn.BatchNorm1d):
        model = relu_net(norm, 5)
        trained(model, 0.1, steps=60)
        changes[norm] = along_the_gradient(model, *PROBE, (0.1, 1.0)).gradient_change
    assert (changes[nn.BatchNorm1d] < changes[None] / 1.5).all()


@cache
def learnt_by_heart(norm: Norm | None, lr: float, **settings: float) -> list[float]:
    """Training and test accuracy after learning 1,000 digits, means of two seeds."""
    few = DIGITS.x_train[:1000], DIGITS.y_train[:1000]
    results = []
    for seed in (0, 1):
        model = mlp((784, 100, 100, 100, 10), nn.ReLU, norm, seed, **settings)
        train(model, *few, steps=240, lr=lr, batch_size=64, seed=seed)
        results.append([accuracy(model, *few), accuracy(model, *TEST)])
    return list(np.mean(results, axis=0))


def test_1_5_it_reduces_the_need_for_heavy_regularisation() -> None:
    """With three of ten labels random, does it need dropout more than a plain network does?"""
    rng = np.random.default_rng(0)
    labels = np.where(rng.random(1000) < 0.3, rng.integers(0, 10, 1000), DIGITS.y_train[:1000])

    def reached(norm: Norm | None, lr: float, dropout: float) -> float:
        scores = []
        for seed in range(2):
            model = mlp((784, 100, 100, 100, 10), nn.ReLU, norm, seed, dropout=dropout)
            train(model, DIGITS.x_train[:1000], labels, steps=240, lr=lr, batch_size=64, seed=seed)
            scores.append(accuracy(model, *TEST))
        return float(np.mean(scores))

    # rates and strengths as the page finds
    plain, dropout = reached(None, 0.03, 0.0), reached(None, 0.1, 0.3)
    normalised, both = reached(nn.BatchNorm1d, 0.03, 0.0), reached(nn.BatchNorm1d, 1.0, 0.5)
    assert dropout - plain < 0.03 < both - normalised
    assert normalised < plain


def test_5_1_training_converges_faster() -> None:
    """Is the gain large against PyTorch's default start, and smaller against He's?"""

    def needed(norm: Norm | None, lr: float, default: bool) -> float:
        model = relu_net(norm, 8)
        if default:
            for layer in dense_layers(model):
                layer.reset_parameters()
        return steps_to(trained(model, lr, steps=150, every=10), 0.85)

    assert needed(None, 0.1, default=True) == float("inf")
    normalised = needed(nn.BatchNorm1d, 0.3, default=True)
    assert normalised < 100
    assert needed(nn.BatchNorm1d, 0.3, default=False) < needed(None, 0.1, default=False) <= 150


def test_5_2_it_is_less_sensitive_to_the_initialisation() -> None:
    """Does it train from weights that are 100 times too small or 3 times too large?"""
    for scale in (0.01, 3.0):
        assert end(relu_net(None, 5, scale=scale), 0.1) < 0.2
        assert end(relu_net(nn.BatchNorm1d, 5, scale=scale), 1.0) > 0.8
    assert end(relu_net(nn.BatchNorm1d, 5, scale=100.0), 1.0) < 0.5


def test_5_3_it_generalises_better() -> None:
    """Is there a gain of a few points at most between networks that know their training set?"""
    (knows, plain), (knows_too, normalised) = (
        learnt_by_heart(None, 0.3),
        learnt_by_heart(nn.BatchNorm1d, 1.0),
    )
    assert knows > 0.99
    assert knows_too > 0.99
    assert 0 < normalised - plain < 0.04
    assert learnt_by_heart(partial(GhostBatchNorm, size=4), 1.0)[1] < normalised - 0.01


def test_5_4_it_prevents_vanishing_and_exploding_gradients() -> None:
    """Does it keep gradients that would vanish, and explode slowly itself?"""

    def factor(activation: type[nn.Module], norm: Norm | None, scale: float = 1.0) -> float:
        model = mlp((784, *[100] * 20, 10), activation, norm, 0, scale=scale)
        return growth(by_depth(model, DIGITS.x_train[:128], DIGITS.y_train[:128]).gradient)

    assert factor(nn.Sigmoid, None) < 0.3
    assert factor(nn.Sigmoid, nn.BatchNorm1d) == pytest.approx(1.03, abs=0.03)
    assert factor(nn.ReLU, None) == pytest.approx(1, abs=0.06)
    for scale in (0.5, 1.0, 2.0):  # Yang et al. 2019
        assert factor(nn.ReLU, nn.BatchNorm1d, scale) == pytest.approx(1.23, abs=0.04)
    assert factor(nn.ReLU, None, 0.5) == pytest.approx(0.5, abs=0.05)
    assert factor(nn.ReLU, None, 2.0) == pytest.approx(2.0, abs=0.15)


# Chapters 2 and 3: what it is, and how it works


@pytest.fixture(scope="module")
def watched() -> list[dict[str, Statistics]]:
    """The last hidden layer of two networks of each kind, over 60 steps."""
    return [
        watch(relu_net(nn.BatchNorm1d, 3, s), relu_net(None, 3, s), DIGITS, steps=60, seed=s)
        for s in range(2)
    ]


def test_2_1_it_standardises(watched: list[dict[str, Statistics]]) -> None:
    """Are features much nearer to mean 0 and deviation 1 behind the layer than before it?"""
    for seen in watched:
        assert distance(seen["y"]) < 0.3 * distance(seen["x"])
        assert distance(seen["y"]) < 0.3 * distance(seen["plain"])


def test_2_2_mean_0_and_variance_1(watched: list[dict[str, Statistics]]) -> None:
    """Is that so for x_hat in every mini-batch, and for nothing else?"""
    for seen in watched:
        assert standard(seen["x_hat"]) == 1
        assert standard(seen["y"]) < 1
        assert standard(seen["plain"]) < 0.05
        assert standard(seen["relu(y)"]) < 0.05


@pytest.mark.parametrize("line", ["3.1", "3.2", "3.3", "3.4"])
def test_3_the_four_lines_are_what_pytorch_computes(line: str) -> None:
    """Do mean, variance, x_hat, and y with its gradients agree to at least 13 digits?"""
    for seed in range(5):
        assert agreement(seed)[line] > 13


# Chapter 4: where to use it


CLOTHES = datasets.fashion()
PICTURES, LABELS = CLOTHES.x_train[:, None], CLOTHES.y_train


def test_4_1_after_dense_layers() -> None:
    """Is the network with it better after 100 steps, each with its own learning rate?"""
    for seed in range(2):
        plain = end(relu_net(None, 3, seed), 0.4, steps=100)
        assert end(relu_net(nn.BatchNorm1d, 3, seed), 0.4, steps=100) > plain


def test_4_1_the_bias_before_it_is_redundant() -> None:
    """Is its gradient 0 up to rounding, and not so when the norm comes later?"""
    x, y = torch.tensor(PROBE[0]), torch.tensor(PROBE[1])
    gradients = []
    for layers in ((nn.BatchNorm1d(100), nn.ReLU()), (nn.ReLU(), nn.BatchNorm1d(100))):
        torch.manual_seed(0)
        dense = nn.Linear(784, 100)
        loss = nn.functional.cross_entropy(nn.Sequential(dense, *layers, nn.Linear(100, 10))(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        assert dense.bias.grad is not None
        gradients.append(float(dense.bias.grad.abs().max()))
    assert gradients[0] < 1e-6 < 1e-3 < gradients[1]


def test_4_2_after_convolutional_layers() -> None:
    """Is the convolutional network with it better after 80 steps?"""
    test = CLOTHES.x_test[:500, None], CLOTHES.y_test[:500]
    for seed in range(2):
        reached = []
        for norm, lr in ((None, 0.2), (nn.BatchNorm2d, 0.8)):
            model = cnn(norm, seed)
            train(model, PICTURES, LABELS, steps=80, lr=lr, batch_size=64, seed=seed)
            reached.append(accuracy(model, *test))
        assert reached[1] > reached[0] + 0.05


def test_4_3_before_or_after_the_activation() -> None:
    """Do both orders beat no norm, and are they close to each other?"""
    plain, before, after = (
        np.mean([end(make(seed), lr, steps=100) for seed in range(2)])
        for make, lr in (
            (lambda seed: relu_net(None, 3, seed), 0.2),
            (lambda seed: relu_net(nn.BatchNorm1d, 3, seed), 0.8),
            (lambda seed: norm_after(relu_net(nn.BatchNorm1d, 3, seed)), 0.8),
        )
    )
    assert min(before, after) > plain
    assert before == pytest.approx(after, abs=0.03)


def test_norm_after_moves_only_the_norms() -> None:
    """Are the layers the same ones, each norm behind its activation?"""
    model = relu_net(nn.BatchNorm1d, 2)
    moved = norm_after(model)
    assert [model[i] for i in (0, 2, 1, 3, 5, 4, 6)] == list(moved)


def test_best_lr_looks_at_no_test_data() -> None:
    """Is the rate chosen that does best on the held-out rows, which take no part in training?"""
    x = np.random.default_rng(0).normal(size=(600, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)

    def make(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return nn.Linear(4, 2)

    assert best_lr(make, x, y, (1e-6, 0.5, 1e-5), steps=30, batch_size=50) == 0.5
    with pytest.raises(ValueError, match="only 100 rows"):
        best_lr(make, x, y, (0.5,), steps=1, batch_size=101)


# Chapter 7: best practices


def test_7_1_deep_networks() -> None:
    """Does it help with 8 layers, fall with 24, and not fall with skips?"""

    def reached(norm: Norm | None, layers: int, lr: float, skips: bool = False) -> float:
        model = mlp((784, *[64] * layers, 10), nn.ReLU, norm, 0)
        return end(with_skips(model) if skips else model, lr, steps=100)

    eight = reached(nn.BatchNorm1d, 8, 0.4)
    assert eight > reached(None, 8, 0.1)
    assert reached(nn.BatchNorm1d, 24, 0.1) < eight - 0.15
    assert reached(nn.BatchNorm1d, 24, 0.025, skips=True) > 0.75


def test_7_2_with_dropout() -> None:
    """Does dropout before a norm shrink what it meets in inference, and dropout at the end not?"""
    x, y = DIGITS.x_train[:1000], DIGITS.y_train[:1000]
    widths = (784, 200, 200, 200, 10)
    everywhere = mlp(widths, nn.ReLU, nn.BatchNorm1d, 0, dropout=0.5)
    layers = list(mlp(widths, nn.ReLU, nn.BatchNorm1d, 0))
    last = nn.Sequential(*layers[:-1], nn.Dropout(0.5), layers[-1])
    for model, lr in ((everywhere, 0.1), (last, 0.4)):
        train(model, x, y, steps=150, lr=lr, batch_size=50)
    first, second, third = variance_ratios(everywhere, x)
    assert first == pytest.approx(1, abs=0.05)
    assert third < second < 0.75
    assert variance_ratios(last, x) == pytest.approx(np.ones(3), abs=0.06)
    assert variance_ratios(recalibrate(everywhere, x), x) == pytest.approx(np.ones(3), abs=0.02)
    assert accuracy(everywhere, *TEST) < accuracy(last, *TEST)


def test_7_3_a_batch_too_small_reduces_its_effect() -> None:
    """Is 128 better than 2, 2 better than 1, and group norm in between?"""
    small = PICTURES.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    test = CLOTHES.x_test.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5)), CLOTHES.y_test

    def reached(norm: Norm) -> float:
        scores = []
        for seed in range(2):
            model = cnn(norm, seed)
            train(model, small, LABELS, steps=60, lr=0.4, seed=seed)
            scores.append(accuracy(model, *test))
        return float(np.mean(scores))

    one, two, many = (reached(partial(MicroBatchNorm2d, size=n)) for n in (1, 2, 128))
    assert one < 0.3 < two < many
    assert one < reached(partial(nn.GroupNorm, 4)) < many


def test_7_3_accumulation_is_not_a_larger_batch() -> None:
    """Do micro-batches one after the other give the gradient and statistics of MicroBatchNorm2d?"""
    x, y = torch.tensor(PICTURES[:32]), torch.tensor(LABELS[:32])
    whole, apart, joint = (
        cnn(norm, 0) for norm in (nn.BatchNorm2d, nn.BatchNorm2d, partial(MicroBatchNorm2d, size=8))
    )
    for model, size in ((whole, 32), (apart, 8), (joint, 32)):
        for rows in torch.arange(32).view(-1, size):
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows]) * size / 32
            loss.backward()  # type: ignore[no-untyped-call]
    gradients = [model[0].weight.grad.numpy() for model in (whole, apart, joint)]  # type: ignore
    assert gradients[2] == pytest.approx(gradients[1], abs=1e-6)
    assert np.abs(gradients[0] - gradients[1]).max() > 1e-2 * np.abs(gradients[0]).max()
    for ours, theirs in zip(norm_layers(joint), norm_layers(apart), strict=True):
        for name in ("running_mean", "running_var"):
            expected = getattr(theirs, name).numpy()
            assert getattr(ours, name).numpy() == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_micro_batches_must_divide_the_batch() -> None:
    """Does a batch that is not a number of micro-batches say so?"""
    with pytest.raises(ValueError, match="10 images are not a number of micro-batches of 4"):
        MicroBatchNorm2d(3, 4)(torch.zeros(10, 3, 2, 2))


def test_7_4_what_the_training_loss_does_not_show() -> None:
    """Are the losses the same to the last bit, and the accuracies in inference not?"""
    losses, scores, mended = [], [], []
    for momentum in (0.1, 0.0003):
        model = relu_net(partial(nn.BatchNorm1d, momentum=momentum), 3)
        losses.append(trained(model, 0.4, steps=150).loss)
        scores.append(accuracy(model, *TEST))
        mended.append(accuracy(recalibrate(model, DIGITS.x_train), *TEST))
    assert losses[0] == losses[1]
    assert scores[1] < scores[0] - 0.03
    assert mended[1] == pytest.approx(mended[0], abs=0.005)


def test_7_4_new_statistics_for_changed_data() -> None:
    """Do dark pictures hurt, and do statistics from them bring the accuracy back?"""
    model = relu_net(nn.BatchNorm1d, 3)
    trained(model, 0.4)
    dark = np.float32(0.3) * DIGITS.x_test
    usual = accuracy(model, *TEST)
    assert accuracy(model, dark, DIGITS.y_test) < usual - 0.05
    assert variance_ratios(model, dark)[0] < 0.15
    assert accuracy(recalibrate(model, dark), dark, DIGITS.y_test) > usual - 0.02


def test_weights_before_a_norm_have_no_scale() -> None:
    """Is the output the same for weights ten times as large, and the gradient a tenth?"""
    x, y = torch.tensor(PROBE[0]).double(), torch.tensor(PROBE[1])
    outputs, gradients = [], []
    for scale in (1.0, 10.0):
        model = relu_net(nn.BatchNorm1d, 1).double()
        norm, weight = model[1], dense_layers(model)[0].weight
        assert isinstance(norm, nn.BatchNorm1d)
        norm.eps = 1e-30
        weight.data *= scale
        outputs.append(model(x))
        nn.functional.cross_entropy(outputs[-1], y).backward()  # type: ignore[no-untyped-call]
        assert weight.grad is not None
        gradients.append(weight.grad)
    torch.testing.assert_close(outputs[1], outputs[0])
    torch.testing.assert_close(10 * gradients[1], gradients[0])


# Chapter 8: applications


def test_8_1_it_helps_a_convolutional_network() -> None:
    """Is a network of six convolutions on clothes better with it, each at its best rate?"""
    clothes = datasets.fashion()
    mean, std = clothes.x_train.mean(), clothes.x_train.std()
    x_train, x_test = ((x[:, None] - mean) / std for x in (clothes.x_train, clothes.x_test))
    scores = {}
    for norm, lr in ((None, 0.15), (nn.BatchNorm2d, 0.45)):  # as the page finds
        model = deep_cnn(norm, 0)
        train(model, x_train, clothes.y_train, steps=150, lr=lr, batch_size=64)
        scores[norm] = accuracy(model, x_test[:1000], clothes.y_test[:1000])
    assert scores[nn.BatchNorm2d] > scores[None] + 0.05


def test_8_2_it_gains_little_on_letters() -> None:
    """Does it gain on a window of letters, and only hundredths of a nat?"""
    names = datasets.surnames()
    rng = np.random.default_rng(0)
    letters, test = (windows(rng.permutation(part)[:4000]) for part in names)
    costs: dict[Norm | None, list[float]] = {None: [], nn.BatchNorm1d: []}
    for norm, runs in costs.items():
        for seed in range(2):
            model = letter_model(norm, seed)
            train(model, *letters, steps=250, lr=0.3, seed=seed)
            runs.append(nll(model, *test))
    assert 0 < np.mean(costs[None]) - np.mean(costs[nn.BatchNorm1d]) < 0.15


def test_8_2_a_transformer_cheats_with_it() -> None:
    """With one name in a batch, does it read the future in training, and fail in inference?"""
    seen, follows = next_letters(datasets.surnames().train[::8])
    test = next_letters(datasets.surnames().test[:500])
    for norm, cheats in ((TokenBatchNorm, True), (nn.LayerNorm, False)):
        model = Transformer(norm, 0)
        history = train(
            model, seen, follows, steps=250, lr=0.003, batch_size=1, optimizer=torch.optim.Adam
        )
        in_training, in_inference = np.mean(history.loss[-100:]), nll(model, *test)
        assert (in_inference > in_training + 1) == cheats


def test_8_2_batch_statistics_see_the_future() -> None:
    """Does a later letter move an earlier prediction with it in training mode, and only then?"""
    smith, smalley = (codes(np.array([name]))[:, :-1] for name in ("smith", "smalley"))
    for norm in (TokenBatchNorm, nn.LayerNorm):
        model = Transformer(norm, 0)
        for mode in (True, False):
            model.train(mode)
            with torch.no_grad():
                one, other = (model(torch.tensor(name))[0, :, 2] for name in (smith, smalley))
            assert torch.allclose(one, other, atol=1e-5) != (norm is TokenBatchNorm and mode)


def test_8_3_it_gains_little_on_speech() -> None:
    """Is the gain large on raw coefficients, and smaller on standardised ones?"""
    vowels = datasets.japanese_vowels()
    inputs = {
        "raw": (vowels.x_train, vowels.x_test),
        "standardised": standardised(vowels.x_train, vowels.x_test),
    }
    gain = {}
    for kind, (x_train, x_test) in inputs.items():
        scores = {}
        for norm in (None, nn.BatchNorm1d):
            models = [SpeechNet(norm, seed) for seed in range(3)]
            for seed, model in enumerate(models):
                train(model, x_train, vowels.y_train, steps=100, lr=0.1, batch_size=30, seed=seed)
            scores[norm] = np.mean([accuracy(m, x_test, vowels.y_test) for m in models])
        gain[kind] = scores[nn.BatchNorm1d] - scores[None]
    assert 0 < gain["standardised"] < 0.06 < gain["raw"]


def test_8_3_masked_statistics_leave_padding_out() -> None:
    """Do outputs in training mode stay when frames are appended, if the statistics are masked?"""
    batch = datasets.japanese_vowels().x_train[:20]
    longer = np.pad(batch, ((0, 0), (0, 0), (0, 30)))
    for masked in (False, True):
        model = SpeechNet(nn.BatchNorm1d, 0, masked=masked)
        with torch.no_grad():
            before, after = (model(torch.tensor(x)) for x in (batch, longer))
        assert torch.allclose(before, after, atol=1e-5) == masked


def test_8_4_it_makes_a_larger_batch_worth_its_devices() -> None:
    """Do sixteen devices with statistics of their own save more steps with it than without?"""
    fewer = {}
    for norm, rate in ((None, 0.1), (partial(GhostBatchNorm, size=32), 0.3)):
        one = trained(relu_net(norm, 8), 0.1, steps=250, batch_size=32, every=10)
        sixteen = trained(relu_net(norm, 8), rate, steps=100, batch_size=512, every=2)
        fewer[norm is not None] = steps_to(one, 0.85) / min(steps_to(sixteen, 0.85), 100)
    assert fewer[True] > 1.5 * fewer[False]


def test_8_4_the_large_network_is_counted_right() -> None:
    """Has ResNet-50 its 53 batch norms, 26,560 channels and 25,557,032 parameters?"""
    network = resnet50()
    assert len(network.channels) == 53
    assert sum(network.channels) == 26_560
    assert network.parameters == 25_557_032
