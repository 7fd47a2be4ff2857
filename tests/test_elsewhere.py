"""Do the pages say the truth of their numbers on another machine, too?

Another machine rounds otherwise, which training makes much of. So do these runs of the pages:
PyTorch and NumPy without the processor's vector instructions, sums in two threads, and other seeds.
"""

import re
from collections.abc import Iterator

import jupytext
import pytest
from helpers import ROOT
from helpers.elsewhere import Elsewhere, elsewhere

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


@pytest.fixture(scope="session")
def machine() -> Iterator[Elsewhere]:
    with elsewhere() as other:
        yield other


@pytest.mark.parametrize("page", GUARDED)
def test_sentences_hold_elsewhere(page: str, machine: Elsewhere) -> None:
    """Does each sentence that is guarded hold?"""
    notebook = jupytext.read(ROOT / page, fmt="md:myst")
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert machine.run([OTHER_SEEDS, *cells], (ROOT / page).parent) == ""


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("from lab.prose import holds\nholds('two is three', 2 == 3)", "two is three"),
        ("1 +", "SyntaxError"),
        ("import os\nos._exit(3)", "its process ended with status 3"),
    ],
)
def test_what_does_not_hold_is_told(cell: str, told: str, machine: Elsewhere) -> None:
    """Is it, and does the next page run?"""
    assert told in machine.run([cell, "1 + 1"], ROOT)
    assert machine.run(["1 + 1"], ROOT) == ""
