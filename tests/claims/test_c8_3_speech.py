"""8.3 It is used in speech recognition."""

import numpy as np
import torch
from torch import nn

from lab.claims.c8_3_speech import INPUTS, SpeechNet, outcome, vowels


def test_it_gains_little_on_speech() -> None:
    """Is the gain large on raw coefficients, and smaller on standardised ones?"""
    gain = {}
    for kind in INPUTS:
        scores = {
            arm: np.mean([outcome(arm, seed, 0.1, inputs=kind, steps=100) for seed in range(3)])
            for arm in ("without", "with")
        }
        gain[kind] = scores["with"] - scores["without"]
    assert 0 < gain["standardised"] < 0.06 < gain["as they are"]


def test_masked_statistics_leave_padding_out() -> None:
    """Do outputs in training mode stay when frames are appended, if the statistics are masked?"""
    batch = vowels.x_train[:20]
    longer = np.pad(batch, ((0, 0), (0, 0), (0, 30)))
    for masked in (False, True):
        model = SpeechNet(nn.BatchNorm1d, 0, masked=masked)
        with torch.no_grad():
            before, after = (model(torch.tensor(x)) for x in (batch, longer))
        assert torch.allclose(before, after, atol=1e-5) == masked
