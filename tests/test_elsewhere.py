"""Do the pages say the truth of their numbers on another machine, too?

Another machine rounds otherwise, which training makes much of. So do these runs of the pages:
PyTorch and NumPy without the processor's vector instructions, sums in two threads, and other seeds.
"""

import re

import jupytext
import nbformat
import pytest
from helpers import ROOT

from lab.book import run_notebook

OTHER_SEEDS = """
import numpy as np
import torch

default_rng, manual_seed = np.random.default_rng, torch.manual_seed
np.random.default_rng = lambda seed=None: default_rng(
    seed + 1000 if isinstance(seed, int | np.integer) else seed)
torch.manual_seed = lambda seed: manual_seed(seed + 1000)
"""
GUARDED = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.glob("chapters/*/*.md")
    if re.search(r"^\s*(holds\(|assert )", path.read_text("utf-8"), re.MULTILINE)
)


def test_the_readme_counts_the_guards() -> None:
    """Does it say how many there are?"""
    pages = [*ROOT.glob("chapters/*/*.md"), ROOT / "intro.md"]
    count = sum(len(re.findall(r"\bholds\(", page.read_text("utf-8"))) for page in pages)
    assert f"stands beside a guard, {count} of them," in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", GUARDED)
def test_sentences_hold_elsewhere(
    page: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Does each sentence that is guarded hold?"""
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX2 FMA3 AVX512F")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    path = ROOT / page
    notebook = jupytext.read(path, fmt="md:myst")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(OTHER_SEEDS))
    socket = tmp_path_factory.mktemp("k") / "k"
    result = run_notebook(notebook, path.parent, 300, str(socket))
    assert result.err is None, f"{page}: {result.exc_string}"
