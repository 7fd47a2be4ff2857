"""lab/transformer.py: what batch normalisation does to a model of sequences (line 8.2)."""

import numpy as np
import torch
from torch import nn

from lab import datasets
from lab.letters import codes, next_letters
from lab.measures import nll
from lab.training import train
from lab.transformer import TokenBatchNorm, Transformer


def test_a_transformer_cheats_with_it() -> None:
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


def test_batch_statistics_see_the_future() -> None:
    """Does a later letter move an earlier prediction with it in training mode, and only then?"""
    smith, smalley = (codes(np.array([name]))[:, :-1] for name in ("smith", "smalley"))
    for norm in (TokenBatchNorm, nn.LayerNorm):
        model = Transformer(norm, 0)
        for mode in (True, False):
            model.train(mode)
            with torch.no_grad():
                one, other = (model(torch.tensor(name))[0, :, 2] for name in (smith, smalley))
            assert torch.allclose(one, other, atol=1e-5) != (norm is TokenBatchNorm and mode)


def test_padding_tells_how_long_a_name_is() -> None:
    """Does more padding move predictions in training mode, unless the statistics leave it out?"""
    names = codes(np.array(["smith", "li"]))[:, :-1]
    longer = np.pad(names, ((0, 0), (0, 10)))
    for masked in (False, True):
        model = Transformer(TokenBatchNorm, 0, masked=masked)
        with torch.no_grad():
            outputs = [model(torch.tensor(seen))[0, :, :6] for seen in (names, longer)]
        assert torch.allclose(*outputs, atol=1e-5) == masked


def test_masked_statistics_are_those_of_the_letters() -> None:
    """Is each feature, over the letters alone, at mean 0 and variance 1, and padding at 0?"""
    norm = TokenBatchNorm(4)
    x = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0)) + 2
    norm.real = torch.arange(5) < torch.tensor([[5], [2], [3]])
    y = norm(x).detach()
    letters = y[norm.real]
    assert torch.allclose(letters.mean(0), torch.zeros(4), atol=1e-6)
    assert torch.allclose(letters.var(0, unbiased=False), torch.ones(4), atol=1e-4)
    assert not y[~norm.real].any()
