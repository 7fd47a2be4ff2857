"""lab/experiments/large.py and what is read from it, at a small scale on the processor."""

import gzip
import io
import json
import lzma
import struct
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lab.evidence import large as reading
from lab.experiments import large
from lab.experiments.large import ARMS, Block, GroupedBatchNorm, Scale, Steps, network

TINY = Scale(
    widths=(4, 8, 16),
    blocks=1,
    train=512,
    validation=60,
    test=60,
    tuning=2,
    steps=4,
    short=2,
    few=256,
    by_heart=2,
    seeds=2,
    tuners=2,
    groups=(2, 256),
    ladder=(0.1, 0.01),
    tuned=(0.05, 0.2),
)


def test_it_is_the_network_of_the_paper() -> None:
    """Has it 20 layers with weights and 0.27 million parameters (He et al. 2016, Table 6)?"""
    for arm in ARMS:
        model = network(arm, 0, Scale())
        weights = [each for each in model.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
        assert len(weights) == 20
        count = sum(parameter.numel() for parameter in model.parameters())
        assert round(count / 1e6, 2) == 0.27
        norms = sum(isinstance(each, nn.BatchNorm2d) for each in model.modules())
        assert norms == (0 if arm == "without" else 19)


@pytest.mark.parametrize("arm", ARMS)
def test_everything_learns(arm: str) -> None:
    """After two steps, is no channel dead, and has each filter a gradient?"""
    rng = torch.Generator().manual_seed(0)
    x, y = torch.randn(256, 1, 28, 28, generator=rng), torch.arange(256) % 10
    model = network(arm, 0, Scale(widths=(4, 8, 16)))
    step = Steps(model, x, y)
    for _ in range(2):
        step(torch.arange(256), 0.05)
    F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
    seen = x
    for name, layer in model.named_children():
        seen = layer(seen)
        if isinstance(layer, Block):
            assert (seen.amax((0, 2, 3)) > 0).all(), name
    for name, parameter in model.named_parameters():
        if parameter.ndim == 4:
            assert parameter.grad is not None
            assert (parameter.grad.flatten(1).abs().sum(1) > 0).all(), name


def test_a_step_is_pytorchs() -> None:
    """Are steps those of torch.optim.SGD with momentum 0.9?"""
    x, y = torch.randn(256, 1, 8, 8), torch.arange(256) % 10
    ours, theirs = network("with", 0, TINY), network("with", 0, TINY)
    step = Steps(ours, x, y)
    sgd = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    for _ in range(3):
        rows = torch.randperm(256)
        step(rows, 0.1)
        sgd.zero_grad()
        F.cross_entropy(theirs.train()(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
        sgd.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_groups_have_statistics_of_their_own() -> None:
    """Does each group get what a batch norm makes of it alone, and inference what it makes?"""
    x = torch.randn(8, 3, 5, 5, dtype=torch.float64)
    grouped, plain = GroupedBatchNorm(3).double(), nn.BatchNorm2d(3).double()
    with torch.no_grad():
        for norm in (grouped, plain):
            norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0]))
            norm.bias.copy_(torch.tensor([0.0, 1.0, -1.0]))
    grouped.size = 2
    expected = torch.cat([plain(part) for part in torch.split(x, 2)])
    torch.testing.assert_close(grouped(x), expected)
    fresh = nn.BatchNorm2d(3).double().eval()
    scale, shift = grouped.weight[:, None, None], grouped.bias[:, None, None]
    torch.testing.assert_close(grouped.eval()(x), fresh(x) * scale + shift)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Debian package of 60,000 and 10,000 pictures, which are grey by their class."""
    payload = io.BytesIO()
    with tarfile.open(fileobj=payload, mode="w") as tar:
        for part, count in (("train", 60_000), ("t10k", 10_000)):
            labels = (np.arange(count) % 10).astype(np.uint8)
            images = np.zeros((count, 28, 28), np.uint8)
            images[:, :14] = 20 * labels[:, None, None]
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                head = struct.pack(">BBBB", 0, 0, 8, array.ndim)
                sizes = struct.pack(f">{array.ndim}I", *array.shape)
                data = gzip.compress(head + sizes + array.tobytes(), 1)
                member = tarfile.TarInfo(
                    f"./usr/share/datasets/fashion-mnist/{part}-{kind}-ubyte.gz"
                )
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    body = lzma.compress(payload.getvalue(), preset=0)
    header = f"{'data.tar.xz':<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n"
    path = tmp_path_factory.mktemp("archive") / "pictures.deb"
    path.write_bytes(b"!<arch>\n" + header.encode() + body)
    return path


def test_all_runs_are_made_and_read(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is there a result for each line, also where the time did not suffice at first?"""
    monkeypatch.setattr(large, "JOURNALS", tmp_path)
    file = tmp_path / "large" / "found.json"
    command = ["--archive", str(package), "--into", str(file), "--device", "cpu"]

    assert large.main([*command, "--seconds", "0"], TINY) == 0
    found = reading.read(file.parent).findings()
    unmade = "its runs have not been made"
    assert [each.why for each in found] == [unmade] * 7

    assert large.main(command, TINY) == 0
    data = json.loads(file.read_text())
    assert data["failed"] == []
    assert data["made with"]["device"] == "processor"
    assert len(data["runs"]) == 4 * 2 + 2 * 2 + 3 * 2 + 2 * 2 + 3 * 4 + 2 * 2
    found = reading.read(file.parent).findings()
    assert [each.line for each in found] == ["1.4", "4.2", "4.3", "5.1", "5.3", "7.3", "8.1"]
    assert unmade not in {each.why for each in found}
    # so small a network need not have learned more than chance
    asked = reading.read(file.parent).findings(guesses=-1)
    assert all(each.effect or each.line in ("1.4", "5.3") for each in asked)

    data["runs"] = [run for run in data["runs"] if run["arm"] != "without"]
    file.write_text(json.dumps(data))
    monkeypatch.setattr(large, "JOURNALS", tmp_path / "of another machine")
    command[3] = str(tmp_path / "large" / "elsewhere.json")
    assert large.main(command, TINY) == 0
    rest = json.loads(Path(command[3]).read_text())["runs"]
    assert {run["arm"] for run in rest} == {"without"}
    assert reading.read(file.parent).findings() == found


def test_no_run_is_missing() -> None:
    """Is each recorded that the program makes, with the rates that these runs tune it to?"""
    recorded = large._others(reading.FILES / "none of them.json")
    runs: Any = SimpleNamespace(make=lambda trials: {each: recorded[each] for each in trials})
    tuned = json.loads((reading.FILES / "h200.json").read_text("utf-8"))["tuned"]
    found = large.everything(runs, Scale())
    assert {
        name: {arm: dict(c) for arm, c in arms.items()} for name, arms in found.items()
    } == tuned


def test_pictures_are_standardised(package: Path) -> None:
    """Is the mean picture 0 and the deviation 1 over what is trained on, and no picture twice?"""
    data = large.pictures(package, "cpu", TINY)
    assert [len(classes) for _, classes in data] == [512, 60, 60]
    x, _ = data.train
    torch.testing.assert_close(x.mean(0), torch.zeros(1, 28, 28), atol=1e-5, rtol=0)
    assert float(x.std()) == pytest.approx(1, abs=1e-3)


def test_findings() -> None:
    """Are effects paired by seed, and is there none where the question has no answer?"""
    rows = [
        {"setting": setting, "arm": arm, "seed": seed, "judged": "test", "numbers": numbers}
        for seed in (0, 1)
        for setting, arm, numbers in [
            ("main", "with", {"points": 90.0 + seed, "doublings": 8.0}),
            ("main", "without", {"points": 85.0, "doublings": 9.0 + seed}),
            ("ladder", "with", {"largest": 0.0, "arrived": 1.0}),
            ("ladder", "without", {"largest": -3.0, "arrived": float(seed)}),
            ("by heart", "with", {"points": 90.0 + seed, "by heart": 100.0}),
            ("by heart", "without", {"points": 88.0, "by heart": 99.5}),
        ]
    ]
    rows.append(rows[0] | {"seed": 2, "numbers": {"points": 30.0, "doublings": 0.0}})  # no pair
    found = {each.line: each for each in reading.Large(rows).findings()}
    effects = {line: each.effect and each.effect.mean for line, each in found.items()}
    assert effects == {
        "1.4": None, "4.2": 5.5, "4.3": None, "5.1": 1.5, "5.3": 2.5, "7.3": None, "8.1": 5.5
    }  # fmt: skip
    assert found["1.4"].why == "no rate is good enough"
    assert found["4.3"].why == "its runs have not been made"


def test_what_ends_at_chance_is_no_effect() -> None:
    """Is it said that a side has not learned, and what it was best with?"""
    main = {"setting": "main", "judged": "test"}
    rows: list[dict[str, Any]] = [
        main | {"arm": arm, "seed": seed, "numbers": {"points": points, "doublings": 8.0}}
        for arm, points in (("with", 90.0), ("without", 10.0))
        for seed in (0, 1)
    ]
    tried = {"setting": "main", "arm": "without", "judged": "validation"}
    rows += [
        tried | {"choice": {"lr": lr}, "seed": seed, "numbers": {"points": points}}
        for lr, found in ((0.1, (70.0, 72.0)), (0.2, (80.0, 82.0)), (0.4, (90.0, 10.0)))
        for seed, points in zip((900, 901), found, strict=True)
    ]
    run = reading.Large(rows)
    found = {each.line: each for each in run.findings()}
    for line in ("4.2", "5.1", "8.1"):
        assert found[line] == (line, None, "a side ends at chance")
    assert run.tried("without") == {0.1: [70, 72], 0.2: [80, 82], 0.4: [90, 10]}
    assert run.tuned("without") == 0.2  # 0.4 is best for one seed, and the other is lost
