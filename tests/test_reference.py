"""The reference: does it do what PyTorch does, and what its docstrings say?"""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from grader import reference as ref

torch.set_num_threads(1)

Array = ref.Array
EPS = [1e-5, 1e-2, 0.5]


def close(ours: Array, theirs: Array, tolerance: float = 1e-10) -> None:
    """Assert one shape and, relative to the largest expected value, equal values."""
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    scale = max(1.0, float(np.abs(theirs).max()))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale)


def tensors(*arrays: Array) -> list[torch.Tensor]:
    return [torch.tensor(np.ascontiguousarray(a)).requires_grad_() for a in arrays]


def autograd(
    function: Callable[..., torch.Tensor], dy: Array, *arrays: Array
) -> tuple[Array, tuple[Array, ...]]:
    """Return y and the gradients of sum(dy y) with respect to the arrays."""
    inputs = tensors(*arrays)
    y = function(*inputs)
    gradients = torch.autograd.grad(y, inputs, torch.tensor(np.ascontiguousarray(dy)))
    return y.detach().numpy(), tuple(g.numpy() for g in gradients)


def torch_batch_norm(eps: float) -> Callable[..., torch.Tensor]:
    return lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def batches_2d() -> dict[str, Array]:
    rng = np.random.default_rng(1)
    ordinary = rng.normal(3, 2, (8, 5))
    return {
        "ordinary": ordinary,
        "N = 2": rng.normal(size=(2, 4)),
        "N = D": rng.normal(size=(4, 4)),
        "one feature": rng.normal(size=(6, 1)),
        "large offset": ordinary + 1e5,
        "tiny variance": ordinary * 1e-6,
        "a constant feature": ordinary * [1, 1, 0, 1, 1],
        "a transposed view": rng.normal(size=(5, 9)).T,
        "every second row": rng.normal(size=(12, 3))[::2],
        "reversed": rng.normal(size=(6, 3))[::-1, ::-1],
    }


def batches_4d() -> dict[str, Array]:
    rng = np.random.default_rng(2)
    ordinary = rng.normal(-1, 3, (3, 4, 5, 2))
    return {
        "ordinary": ordinary,
        "N = 1": rng.normal(size=(1, 4, 3, 2)),
        "N = C": rng.normal(size=(4, 4, 2, 3)),
        "one pixel": rng.normal(size=(6, 4, 1, 1)),
        "large offset": ordinary + 1e5,
        "tiny variance": ordinary * 1e-6,
        "channels last in memory": rng.normal(size=(3, 5, 2, 4)).transpose(0, 3, 1, 2),
    }


def affine(x: Array, features: int, seed: int = 3) -> tuple[Array, Array, Array]:
    """Return a random upstream dy, gamma and beta."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=x.shape), *rng.normal(size=(2, features))


every_2d = pytest.mark.parametrize("x", [pytest.param(x, id=i) for i, x in batches_2d().items()])
every_4d = pytest.mark.parametrize("x", [pytest.param(x, id=i) for i, x in batches_4d().items()])
every_eps = pytest.mark.parametrize("eps", EPS)


# The four steps


@every_2d
def test_mean_and_variance(x: Array) -> None:
    """Are they the mean and the biased variance of each feature, (D,)?"""
    variance, mean = torch.var_mean(torch.tensor(x.copy()), dim=0, correction=0)
    close(ref.batch_mean(x), mean)
    np.testing.assert_allclose(ref.batch_variance(x), variance, rtol=1e-9, atol=1e-18)


def test_variance_of_two_values() -> None:
    """Is it divided by N, not by N - 1?"""
    assert ref.batch_variance(np.array([[0.0], [2.0]])) == [1.0]


@every_eps
@every_2d
def test_four_steps_make_the_forward_pass(x: Array, eps: float) -> None:
    """Is batchnorm_forward the four steps in one?"""
    _, gamma, beta = affine(x, x.shape[1])
    x_hat = ref.normalize(x, ref.batch_mean(x), ref.batch_variance(x), eps)
    close(ref.batchnorm_forward(x, gamma, beta, eps), ref.scale_and_shift(x_hat, gamma, beta))


def test_normalize_by_hand() -> None:
    """Is eps added to the variance, in the root?"""
    x_hat = ref.normalize(np.array([[5.0]]), np.array([2.0]), np.array([8.0]), eps=1.0)
    assert x_hat == [[1.0]]  # (5 - 2) / sqrt(8 + 1)


def test_scale_and_shift_by_hand() -> None:
    """Does gamma scale and beta shift, each feature by its own?"""
    y = ref.scale_and_shift(np.array([[1.0, 2.0]]), np.array([3.0, 4.0]), np.array([5.0, 6.0]))
    assert y.tolist() == [[8.0, 14.0]]


# Batch normalisation against PyTorch


@every_eps
@every_2d
def test_batchnorm(x: Array, eps: float) -> None:
    """Are y, dx, dgamma and dbeta those of PyTorch?"""
    dy, gamma, beta = affine(x, x.shape[1])
    y, gradients = autograd(torch_batch_norm(eps), dy, x, gamma, beta)
    tolerance = 1e-7 if x.mean() > 1e4 else 1e-10
    close(ref.batchnorm_forward(x, gamma, beta, eps), y, tolerance)
    for backward in (ref.batchnorm_backward, ref.batchnorm_backward_staged):
        for ours, theirs in zip(backward(dy, x, gamma, eps), gradients, strict=True):
            close(ours, theirs, tolerance)


@every_eps
@every_4d
def test_batchnorm2d(x: Array, eps: float) -> None:
    """Are y, dx, dgamma and dbeta those of PyTorch?"""
    dy, gamma, beta = affine(x, x.shape[1])
    y, gradients = autograd(torch_batch_norm(eps), dy, x, gamma, beta)
    tolerance = 1e-7 if x.mean() > 1e4 else 1e-10
    close(ref.batchnorm2d_forward(x, gamma, beta, eps), y, tolerance)
    for ours, theirs in zip(ref.batchnorm2d_backward(dy, x, gamma, eps), gradients, strict=True):
        close(ours, theirs, tolerance)


def test_defaults() -> None:
    """Is eps 1e-5 and momentum 0.1, as in PyTorch, and h 1e-5, where they are not given?"""
    defaults = {"eps": 1e-5, "momentum": 0.1, "h": 1e-5}
    for name, _, _ in calls(np.float64):
        public = getattr(ref, name.removesuffix(".eval"))
        for parameter in inspect.signature(public).parameters.values():
            if parameter.default is not parameter.empty:
                assert parameter.default == defaults[parameter.name], name


def test_batch_of_one() -> None:
    """Does the function give beta for a batch of one?"""
    gamma, beta = np.array([2.0, 3.0]), np.array([4.0, 5.0])
    assert ref.batchnorm_forward(np.array([[7.0, 8.0]]), gamma, beta).tolist() == [[4.0, 5.0]]


# Float32


def test_float32_with_a_large_offset() -> None:
    """Is float32 as right as its inputs allow, where the mean is 1,000 times the spread?"""
    rng = np.random.default_rng(4)
    x = (rng.normal(size=(256, 64)) + 1000).astype(np.float32)
    dy, gamma, beta = affine(x, 64)
    wide = x.astype(np.float64)
    close(ref.batch_variance(x), ref.batch_variance(wide), 1e-6)
    forward, exact = (ref.batchnorm_forward(a, gamma, beta) for a in (x, wide))
    close(forward, exact, 5e-5)  # float32 values near 1000 are 6e-5 apart
    for ours, theirs in zip(
        ref.batchnorm_backward(dy, x, gamma), ref.batchnorm_backward(dy, wide, gamma), strict=True
    ):
        close(ours, theirs, 1e-4)


def test_float32_with_many_rows() -> None:
    """Does a long float32 sum keep its digits?"""
    rng = np.random.default_rng(5)
    x = rng.normal(100, 1, (10_000, 3)).astype(np.float32)
    wide = x.astype(np.float64)
    close(ref.batch_mean(x), wide.mean(axis=0), 1e-7)
    close(ref.batch_variance(x), wide.var(axis=0), 1e-5)


def calls(dtype: type[np.floating[Any]]) -> Iterator[tuple[str, Callable[..., Any], list[Any]]]:
    """Yield name, function and arguments of every public function that takes an x."""
    rng = np.random.default_rng(6)
    x, dy = rng.normal(size=(2, 6, 4)).astype(dtype)
    image, dimage = rng.normal(size=(2, 3, 4, 2, 5)).astype(dtype)
    gamma, beta, mean = rng.normal(size=(3, 4))  # float64: they must not decide the dtype
    variance = rng.uniform(0.5, 2, 4)
    eps = np.float64(1e-3)  # as above
    yield "batch_mean", ref.batch_mean, [x]
    yield "batch_variance", ref.batch_variance, [x]
    yield "normalize", ref.normalize, [x, mean, variance, eps]
    yield "scale_and_shift", ref.scale_and_shift, [x, gamma, beta]
    yield "batchnorm_forward", ref.batchnorm_forward, [x, gamma, beta, eps]
    yield "batchnorm_backward", ref.batchnorm_backward, [dy, x, gamma, eps]
    yield "batchnorm_backward_staged", ref.batchnorm_backward_staged, [dy, x, gamma, eps]
    yield "batchnorm2d_forward", ref.batchnorm2d_forward, [image, gamma, beta, eps]
    yield "batchnorm2d_backward", ref.batchnorm2d_backward, [dimage, image, gamma, eps]
    yield "layernorm_forward", ref.layernorm_forward, [x, gamma, beta, eps]
    yield "layernorm_backward", ref.layernorm_backward, [dy, x, gamma, eps]
    yield "groupnorm_forward", ref.groupnorm_forward, [image, gamma, beta, 2, eps]
    yield "groupnorm_backward", ref.groupnorm_backward, [dimage, image, gamma, 2, eps]
    yield "numerical_gradient", ref.numerical_gradient, [np.square, x, dy]
    yield "population_statistics", lambda *batches: ref.population_statistics(batches), [x, dy]
    fold = [x, mean, gamma, beta[:4], mean, variance]
    yield "fold_batchnorm", ref.fold_batchnorm, [fold[0].T, *fold[1:], eps]
    keras = [gamma.astype(dtype), beta, mean, variance, 0.99, 1e-3]
    yield "keras_to_torch", lambda *a: list(ref.keras_to_torch(*a).values())[:4], keras
    yield "BatchNorm1d", ref.BatchNorm1d(4, eps=eps), [x]
    yield "BatchNorm1d.eval", ref.BatchNorm1d(4, eps=eps).eval(), [x]
    yield "BatchNorm2d", ref.BatchNorm2d(4, eps=eps), [image]
    yield "BatchNorm2d.eval", ref.BatchNorm2d(4, eps=eps).eval(), [image]


def test_calls_are_all() -> None:
    """Are the tests below about every public function and class?"""
    tree = ast.parse(inspect.getsource(ref))
    public = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    assert public == {name.removesuffix(".eval") for name, _, _ in calls(np.float64)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(dtype: type[np.floating[Any]]) -> None:
    """Has every output the dtype of x, whatever the dtypes of the other arguments?"""
    for name, function, arguments in calls(dtype):
        out = function(*arguments)
        for array in out if isinstance(out, tuple | list) else [out]:
            assert isinstance(array, np.ndarray), name
            assert array.dtype == dtype, name


def test_float32_values() -> None:
    """Are float32 results those of float64, but for rounding?"""
    for (name, function, narrow), (_, _, wide) in zip(
        calls(np.float32), calls(np.float64), strict=True
    ):
        if name != "numerical_gradient":
            ours, exact = function(*narrow), function(*wide)
            pairs = zip(ours, exact, strict=True) if isinstance(ours, tuple) else [(ours, exact)]
            for a, b in pairs:
                close(np.asarray(a), np.asarray(b), 1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arguments_are_never_changed(dtype: type[np.floating[Any]]) -> None:
    """Do all functions work on read-only arguments, and share no memory with them?"""
    for name, function, arguments in calls(dtype):
        arrays = [a for a in arguments if isinstance(a, np.ndarray)]
        before = [a.copy() for a in arrays]
        for a in arrays:
            a.flags.writeable = False
        out = function(*arguments)
        for a, b in zip(arrays, before, strict=True):
            assert (a == b).all(), name
        for array in out if isinstance(out, tuple | list) else [out]:
            assert not any(np.shares_memory(array, a) for a in arrays), name


def test_integers_count_as_float64() -> None:
    """Are integers taken as float64?"""
    x = np.array([[1, 2], [3, 6]])
    assert ref.batch_mean(x).tolist() == [2.0, 4.0]
    assert ref.batch_mean(x).dtype == np.float64


# Running statistics

LAYERS = {
    "1d": (ref.BatchNorm1d, nn.BatchNorm1d, (7, 3)),
    "2d": (ref.BatchNorm2d, nn.BatchNorm2d, (2, 3, 4, 5)),
}
every_layer = pytest.mark.parametrize("kind", LAYERS)


def pair(kind: str, **options: float) -> tuple[Any, nn.Module]:
    """Return our layer and PyTorch's, with the same random gamma and beta."""
    ours_class, theirs_class, _ = LAYERS[kind]
    ours, theirs = ours_class(3, **options), theirs_class(3, **options).double()
    ours.gamma, ours.beta = np.random.default_rng(7).normal(size=(2, 3))
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma))
        theirs.bias.copy_(torch.tensor(ours.beta))
    return ours, theirs


def same_state(ours: Any, theirs: Any) -> None:
    close(ours.running_mean, theirs.running_mean.numpy())
    close(ours.running_var, theirs.running_var.numpy())


@every_layer
@pytest.mark.parametrize("momentum", [0.1, 0.01, 0.9, 1.0, 0.0])
@pytest.mark.parametrize("eps", EPS)
def test_running_statistics(kind: str, momentum: float, eps: float) -> None:
    """Are y and the running statistics PyTorch's over many steps, training and not by turns?"""
    ours, theirs = pair(kind, eps=eps, momentum=momentum)
    rng = np.random.default_rng(8)
    for step in range(40):
        training = step % 5 != 4
        ours.train(training)
        theirs.train(training)
        x = rng.normal(rng.normal(), rng.uniform(0.1, 3), LAYERS[kind][2])
        close(ours(x), theirs(torch.tensor(x)).detach().numpy())
        same_state(ours, theirs)


@every_layer
def test_first_state(kind: str) -> None:
    """Does a new layer train, with ones, zeros, zeros, ones in float64, eps 1e-5, momentum 0.1?"""
    layer = LAYERS[kind][0](3)
    assert (layer.training, layer.eps, layer.momentum) == (True, 1e-5, 0.1)
    assert layer.gamma.tolist() == layer.running_var.tolist() == [1.0, 1.0, 1.0]
    assert layer.beta.tolist() == layer.running_mean.tolist() == [0.0, 0.0, 0.0]
    for array in (layer.gamma, layer.beta, layer.running_mean, layer.running_var):
        assert array.dtype == np.float64


def test_momentum_weighs_the_new_batch() -> None:
    """Does running_var take the unbiased variance, and momentum weigh the new batch?"""
    layer = ref.BatchNorm1d(1, momentum=0.25)
    layer(np.array([[0.0], [2.0]]))  # mean 1, biased variance 1, unbiased variance 2
    assert layer.running_mean.tolist() == [0.25]
    assert layer.running_var.tolist() == [0.75 * 1 + 0.25 * 2]


@every_layer
def test_inference_moves_nothing(kind: str) -> None:
    """Are the running statistics used and left alone in inference?"""
    layer, _, shape = LAYERS[kind]
    bn = layer(3, eps=1e-2)
    rng = np.random.default_rng(9)
    bn(rng.normal(size=shape))
    mean, var = bn.running_mean.copy(), bn.running_var.copy()
    x = rng.normal(5, 2, shape)
    y = bn.eval()(x)
    assert (bn.running_mean == mean).all()
    assert (bn.running_var == var).all()
    close(np.moveaxis(y, 1, -1), (np.moveaxis(x, 1, -1) - mean) / np.sqrt(var + 1e-2))


@every_layer
def test_modes_return_the_layer(kind: str) -> None:
    """Do train and eval set the mode and return the layer?"""
    layer = LAYERS[kind][0](3)
    assert layer.eval() is layer
    assert layer.training is False
    assert layer.train() is layer
    assert layer.training is True
    assert layer.train(False) is layer
    assert layer.training is False


@pytest.mark.parametrize(
    ("layer", "shape"), [(ref.BatchNorm1d(3), (1, 3)), (ref.BatchNorm2d(3), (1, 3, 1, 1))]
)
def test_one_value_per_channel(layer: Any, shape: tuple[int, ...]) -> None:
    """Is a training batch of one refused without a trace, and allowed in inference?"""
    x = np.full(shape, 2.0)
    with pytest.raises(ValueError, match="more than 1 value per channel when training") as error:
        layer(x)
    assert str(shape) in str(error.value)
    assert "eval()" in str(error.value)
    assert layer.running_mean.tolist() == [0, 0, 0]
    close(layer.eval()(x), x / np.sqrt(1 + 1e-5))


def test_one_image_is_enough() -> None:
    """May a 2d layer train on one image of several pixels?"""
    ours, theirs = pair("2d")
    x = np.random.default_rng(10).normal(size=(1, 3, 2, 1))
    close(ours(x), theirs(torch.tensor(x)).detach().numpy())
    same_state(ours, theirs)


# Population statistics


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.sampled_from([0.0, 1e3, 1e8]))
@settings(deadline=None, derandomize=True, max_examples=50)
def test_population_statistics(sizes: list[int], offset: float) -> None:
    """Are they those of all rows together, for unequal batches, in any order, even far from 0?"""
    rng = np.random.default_rng(11)
    batches = [rng.normal(rng.normal(), 2, (n, 3)) + offset for n in sizes]
    rows = np.concatenate(batches)
    mean, var = ref.population_statistics(iter(batches))
    exact = rows - offset
    np.testing.assert_allclose(mean - offset, exact.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(var, exact.var(axis=0), rtol=1e-6, atol=1e-12)
    reverse_mean, reverse_var = ref.population_statistics(batches[::-1])
    np.testing.assert_allclose(reverse_mean, mean, rtol=1e-14)
    np.testing.assert_allclose(reverse_var, var, rtol=1e-6, atol=1e-12)


def test_population_statistics_between_batches() -> None:
    """Is the variance between batches counted, and is the variance biased?"""
    mean, var = ref.population_statistics([np.zeros((1, 1)), np.full((3, 1), 4.0)])
    assert mean.tolist() == [3.0]
    assert var.tolist() == [3.0]  # (9 + 3 * 1) / 4


def test_population_statistics_dtype() -> None:
    """Is the result float32 only where all batches are?"""
    narrow, wide = np.ones((2, 1), np.float32), np.ones((2, 1))
    for batches, dtype in [
        ([narrow], np.float32),
        ([narrow, wide], np.float64),
        ([wide, narrow], np.float64),
    ]:
        assert [a.dtype for a in ref.population_statistics(batches)] == [dtype, dtype]


# Layer, group and instance normalisation


@every_eps
@pytest.mark.parametrize("shape", [(6, 4), (4, 4), (5,), (2, 3, 4), (1, 2), (3, 1)])
def test_layernorm(shape: tuple[int, ...], eps: float) -> None:
    """Are y, dx, dgamma and dbeta those of PyTorch, over the last axis?"""
    x = np.random.default_rng(12).normal(2, 3, shape)
    dy, gamma, beta = affine(x, shape[-1])
    y, gradients = autograd(
        lambda x, gamma, beta: F.layer_norm(x, shape[-1:], gamma, beta, eps), dy, x, gamma, beta
    )
    close(ref.layernorm_forward(x, gamma, beta, eps), y)
    for ours, theirs in zip(ref.layernorm_backward(dy, x, gamma, eps), gradients, strict=True):
        close(ours, theirs)


@every_eps
@pytest.mark.parametrize("num_groups", [1, 2, 4])
@pytest.mark.parametrize("name", ["ordinary", "N = 1", "N = C", "channels last in memory"])
def test_groupnorm(name: str, num_groups: int, eps: float) -> None:
    """Are y, dx, dgamma and dbeta those of PyTorch?"""
    x = batches_4d()[name]
    dy, gamma, beta = affine(x, 4)
    y, gradients = autograd(
        lambda x, gamma, beta: F.group_norm(x, num_groups, gamma, beta, eps), dy, x, gamma, beta
    )
    close(ref.groupnorm_forward(x, gamma, beta, num_groups, eps), y)
    backward = ref.groupnorm_backward(dy, x, gamma, num_groups, eps)
    for ours, theirs in zip(backward, gradients, strict=True):
        close(ours, theirs)


def test_instance_norm() -> None:
    """Is group normalisation with a group a channel instance normalisation?"""
    x = batches_4d()["ordinary"]
    _, gamma, beta = affine(x, 4)
    instance = F.instance_norm(*tensors(x), weight=torch.tensor(gamma), bias=torch.tensor(beta))
    close(ref.groupnorm_forward(x, gamma, beta, num_groups=4), instance.detach().numpy())


# Gradients against numbers


@every_eps
@pytest.mark.parametrize(
    ("forward", "backward", "shape", "features"),
    [
        (ref.batchnorm_forward, ref.batchnorm_backward, (5, 3), 3),
        (ref.batchnorm_forward, ref.batchnorm_backward_staged, (5, 3), 3),
        (ref.batchnorm2d_forward, ref.batchnorm2d_backward, (2, 3, 2, 3), 3),
        (ref.layernorm_forward, ref.layernorm_backward, (2, 3, 4), 4),
    ],
)
def test_gradients_are_slopes(
    forward: Any, backward: Any, shape: tuple[int, ...], features: int, eps: float
) -> None:
    """Are dx, dgamma and dbeta the slopes of sum(dy y), for a random dy?"""
    x = np.random.default_rng(13).normal(1, 2, shape)
    dy, gamma, beta = affine(x, features)
    dx, dgamma, dbeta = backward(dy, x, gamma, eps)
    close(dx, ref.numerical_gradient(lambda x: forward(x, gamma, beta, eps), x, dy), 1e-8)
    close(dgamma, ref.numerical_gradient(lambda g: forward(x, g, beta, eps), gamma, dy), 1e-8)
    close(dbeta, ref.numerical_gradient(lambda b: forward(x, gamma, b, eps), beta, dy), 1e-8)


def test_groupnorm_gradients_are_slopes() -> None:
    """Are dx, dgamma and dbeta the slopes of sum(dy y), for a random dy?"""
    x = np.random.default_rng(14).normal(size=(2, 4, 2, 1))
    dy, gamma, beta = affine(x, 4)
    dx, dgamma, dbeta = ref.groupnorm_backward(dy, x, gamma, 2)

    def y(x: Array = x, gamma: Array = gamma, beta: Array = beta) -> Array:
        return ref.groupnorm_forward(x, gamma, beta, 2)

    close(dx, ref.numerical_gradient(y, x, dy), 1e-8)
    close(dgamma, ref.numerical_gradient(lambda g: y(gamma=g), gamma, dy), 1e-8)
    close(dbeta, ref.numerical_gradient(lambda b: y(beta=b), beta, dy), 1e-8)


def test_numerical_gradient_of_a_known_function() -> None:
    """Is it dy times the derivative, and are the differences central?"""
    x, dy = np.random.default_rng(15).normal(size=(2, 3, 2))
    close(ref.numerical_gradient(np.sin, x, dy), dy * np.cos(x), 1e-9)
    # central differences are exact for a parabola at any h; one-sided ones are off by h
    close(ref.numerical_gradient(np.square, x, dy, h=0.5), dy * 2 * x)


def test_numerical_gradient_of_a_number() -> None:
    """May f give one number, of an x of any shape?"""
    x = np.array([1.0, 2.0, 3.0])
    close(ref.numerical_gradient(lambda x: x @ x, x, np.array(2.0)), 4 * x, 1e-9)
    close(ref.numerical_gradient(np.square, np.array(3.0), np.array(1.0)), np.array(6.0), 1e-9)


def test_numerical_gradient_in_float32() -> None:
    """Does f see float64 where x is float32, so that h is not lost in rounding?"""
    seen = set()

    def f(x: Array) -> Array:
        seen.add(x.dtype)
        x *= x  # f may spoil its argument, which is its own
        return x

    x = np.array([100.0, 200.0], np.float32)
    close(ref.numerical_gradient(f, x, np.ones(2, np.float32)), 2 * x, 1e-6)
    assert seen == {np.dtype(np.float64)}
    assert x.tolist() == [100.0, 200.0]


# Properties

seeds = st.integers(0, 2**32 - 1)
many = settings(deadline=None, derandomize=True, max_examples=60)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Array, Array, Array, Array, float]:
    """Draw x, dy (N, D), gamma, beta (D,) and eps."""
    N, D = draw(st.integers(2, 9)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(seeds))
    x, dy = rng.normal(size=(2, N, D)) * draw(st.sampled_from([0.1, 1.0, 30.0]))
    gamma, beta = rng.normal(size=(2, D))
    return x + rng.normal() * 10, dy, gamma, beta, draw(st.sampled_from(EPS))


@many
@given(problems(), st.floats(0.1, 10), st.floats(-100, 100))
def test_scale_and_offset_of_the_input_cancel(problem: Any, a: float, b: float) -> None:
    """Is BN(a x + b) BN(x) for a > 0, with eps scaled alike?"""
    x, _, gamma, beta, eps = problem
    y = ref.batchnorm_forward(x, gamma, beta, eps)
    close(ref.batchnorm_forward(a * x + b, gamma, beta, a**2 * eps), y, 1e-8)


@many
@given(problems())
def test_gradient_sums_to_zero(problem: Any) -> None:
    """Is the sum of dx over the batch 0?"""
    x, dy, gamma, _, eps = problem
    dx, _, _ = ref.batchnorm_backward(dy, x, gamma, eps)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-10 * max(1, np.abs(dx).max()))


@many
@given(problems())
def test_gradient_is_orthogonal_to_x_hat(problem: Any) -> None:
    """Is dx orthogonal to x_hat, where eps is nothing against the variance?"""
    x, dy, gamma, _, _ = problem
    dx, _, _ = ref.batchnorm_backward(dy, x, gamma, eps=1e-30)
    x_hat = ref.normalize(x, ref.batch_mean(x), ref.batch_variance(x), eps=1e-30)
    largest = max(1.0, float(np.abs(dy * gamma / np.sqrt(ref.batch_variance(x))).max()))
    np.testing.assert_allclose((dx * x_hat).sum(axis=0), 0, atol=1e-9 * largest)


@many
@given(problems())
def test_staged_equals_compact(problem: Any) -> None:
    """Do both backward passes give the same?"""
    x, dy, gamma, _, eps = problem
    staged = ref.batchnorm_backward_staged(dy, x, gamma, eps)
    for a, b in zip(staged, ref.batchnorm_backward(dy, x, gamma, eps), strict=True):
        close(a, b, 1e-9)


@many
@given(problems())
def test_one_pixel_is_a_feature(problem: Any) -> None:
    """Is (N, C, 1, 1) normalised as (N, C)?"""
    x, dy, gamma, beta, eps = problem
    image, dimage = x[:, :, None, None], dy[:, :, None, None]
    y = ref.batchnorm2d_forward(image, gamma, beta, eps)
    close(y[:, :, 0, 0], ref.batchnorm_forward(x, gamma, beta, eps), 1e-12)
    dx, dgamma, dbeta = ref.batchnorm2d_backward(dimage, image, gamma, eps)
    flat = ref.batchnorm_backward(dy, x, gamma, eps)
    for ours, expected in zip((dx[:, :, 0, 0], dgamma, dbeta), flat, strict=True):
        close(ours, expected, 1e-12)


@many
@given(seeds)
def test_each_pixel_counts_as_a_sample(seed: int) -> None:
    """Is (N, C, H, W) normalised as (N H W, C)?"""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 3, 4, 5))
    gamma, beta = rng.normal(size=(2, 3))
    rows = np.moveaxis(x, 1, -1).reshape(-1, 3)
    y = ref.batchnorm2d_forward(x, gamma, beta)
    close(np.moveaxis(y, 1, -1).reshape(-1, 3), ref.batchnorm_forward(rows, gamma, beta), 1e-12)


@many
@given(problems())
def test_layernorm_is_batchnorm_transposed(problem: Any) -> None:
    """Does layer normalisation do to rows what batch normalisation does to columns?"""
    x, _, _, _, eps = problem
    N, D = x.shape
    rows = ref.layernorm_forward(x.T, np.ones(N), np.zeros(N), eps)
    close(rows.T, ref.batchnorm_forward(x, np.ones(D), np.zeros(D), eps), 1e-12)


# Folding and conversion


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("layer", "norm", "shape"),
    [
        (nn.Linear, nn.BatchNorm1d, (5, 4)),
        (nn.Conv2d, nn.BatchNorm2d, (5, 4, 6, 7)),
    ],
)
def test_fold_batchnorm(layer: Any, norm: Any, shape: tuple[int, ...], bias: bool) -> None:
    """Does the folded layer give what layer and batch norm give in inference?"""
    torch.manual_seed(16)
    kernel = {"kernel_size": (2, 3)} if layer is nn.Conv2d else {}
    before, bn = layer(4, 3, bias=bias, **kernel).double(), norm(3, eps=1e-2).double().eval()
    with torch.no_grad():
        for vector in (bn.weight, bn.bias, bn.running_mean):
            vector.normal_()
        bn.running_var.uniform_(0.1, 4)
        state = [a.numpy() for a in (bn.weight, bn.bias, bn.running_mean, bn.running_var)]
        old = before.bias.numpy() if bias else None
        weight, new_bias = ref.fold_batchnorm(before.weight.numpy(), old, *state, eps=bn.eps)
        folded = layer(4, 3, **kernel).double()
        folded.weight.copy_(torch.tensor(weight))
        folded.bias.copy_(torch.tensor(new_bias))
        x = torch.randn(shape, dtype=torch.float64)
        close(folded(x).numpy(), bn(before(x)).numpy(), 1e-12)


def test_keras_to_torch() -> None:
    """Does a PyTorch layer with the converted values do what Keras's formulas say?"""
    rng = np.random.default_rng(17)
    gamma, beta, moving_mean = rng.normal(size=(3, 4))
    moving_variance = rng.uniform(0.5, 2, 4)
    momentum, epsilon = 0.97, 1e-3
    converted = ref.keras_to_torch(gamma, beta, moving_mean, moving_variance, momentum, epsilon)
    assert list(converted) == ["weight", "bias", "running_mean", "running_var", "momentum", "eps"]

    bn = nn.BatchNorm1d(4, eps=converted.pop("eps"), momentum=converted.pop("momentum")).double()
    bn.load_state_dict({k: torch.tensor(v) for k, v in converted.items()}, strict=False)
    x = rng.normal(size=(6, 4))
    y = bn.eval()(torch.tensor(x)).detach().numpy()
    close(y, gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta)
    bn.train()(torch.tensor(x))
    close(bn.running_mean.numpy(), momentum * moving_mean + (1 - momentum) * x.mean(axis=0))


# Messages

ROW, IMAGE = np.zeros((2, 3)), np.zeros((2, 3, 4, 5))
ONES = np.ones(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ref.batch_mean(ONES), "x: expected (N, D), got (3,): 1 axes"),
        (lambda: ref.batch_mean(np.zeros((0, 3))), "x: expected (N, D), got (0, 3): no values"),
        (
            lambda: ref.batchnorm_forward(IMAGE, ONES, ONES),
            "x: expected (N, D), got (2, 3, 4, 5): 4 axes",
        ),
        (
            lambda: ref.batchnorm_forward(ROW, np.ones(2), ONES),
            "gamma: expected (3,) to fit (2, 3), got (2,)",
        ),
        (
            lambda: ref.scale_and_shift(ROW, ONES, np.ones((1, 3))),
            "beta: expected (3,) to fit (2, 3), got (1, 3)",
        ),
        (
            lambda: ref.normalize(ROW, np.float64(0), ONES),
            "mean: expected (3,) to fit (2, 3), got ()",
        ),
        (
            lambda: ref.batchnorm_backward(ROW.T, ROW, ONES),
            "dy: expected (2, 3) to fit (2, 3), got (3, 2)",
        ),
        (
            lambda: ref.batchnorm2d_forward(ROW, ONES, ONES),
            "x: expected (N, C, H, W), got (2, 3): 2 axes",
        ),
        (
            lambda: ref.layernorm_forward(np.array(1.0), ONES, ONES),
            "x: expected (..., D), got (): 0 axes",
        ),
        (
            lambda: ref.groupnorm_forward(IMAGE, ONES, ONES, 2),
            "num_groups: expected a divisor of C = 3, got 2",
        ),
        (
            lambda: ref.groupnorm_forward(IMAGE, ONES, ONES, 0),
            "num_groups: expected a divisor of C = 3, got 0",
        ),
        (
            lambda: ref.numerical_gradient(np.sum, ROW, ROW),
            "dy: expected the shape of f(x), (), got (2, 3)",
        ),
        (lambda: ref.BatchNorm1d(4)(ROW), "x: expected 4 features in (N, D), got (2, 3)"),
        (lambda: ref.BatchNorm2d(3)(ROW), "x: expected (N, C, H, W), got (2, 3): 2 axes"),
        (
            lambda: ref.population_statistics([]),
            "batches: expected at least one batch, got none",
        ),
        (
            lambda: ref.population_statistics([ROW, ROW.T]),
            "batch: expected 3 features as before, got (3, 2)",
        ),
        (
            lambda: ref.fold_batchnorm(np.zeros((3, 2, 2)), None, ONES, ONES, ONES, ONES, 1e-5),
            "weight: expected (out, in, kH, kW), got (3, 2, 2): 3 axes",
        ),
        (
            lambda: ref.fold_batchnorm(ROW, None, ONES, ONES, ONES, ONES, 1e-5),
            "gamma: expected (2,) to fit (2, 3), got (3,)",
        ),
        (
            lambda: ref.keras_to_torch(ONES, np.ones(2), ONES, ONES, 0.99, 1e-3),
            "beta: expected (3,) to fit (3,), got (2,)",
        ),
    ],
)
def test_messages(call: Callable[[], object], message: str) -> None:
    """Does a wrong shape get a ValueError that says what, what for and what was found?"""
    with pytest.raises(ValueError, match="expected") as error:
        call()
    assert str(error.value) == message


@pytest.mark.parametrize("dtype", [np.float16, np.complex128])
def test_other_dtypes(dtype: Any) -> None:
    """Are dtypes that are neither float32, float64 nor integer refused by name?"""
    with pytest.raises(TypeError, match=f"x: expected float32 or float64, got {np.dtype(dtype)}"):
        ref.batch_mean(np.ones((2, 2)).astype(dtype))
