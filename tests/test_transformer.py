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
