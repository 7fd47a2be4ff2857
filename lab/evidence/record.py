"""Run an experiment, keep what each run gave, and write its results.

Every run is in a journal (_build/evidence) as soon as it has ended; who stops in the middle, in
whatever way, goes on there. The journal's name has the digest of the code, so that no run of
another code is taken for one of this.
"""

import ast
import hashlib
import io
import json
import os
import platform
import time
import tokenize
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from lab.imports import ROOT, file_of, imported

from .experiment import SEEDS, Experiment, Numbers, Trial, measure, perform

EXPERIMENTS = ROOT / "lab" / "experiments"
JOURNALS = ROOT / "_build" / "evidence"


def modules() -> dict[str, Path]:
    """The file of each experiment, by the first line of the lesson that it measures."""
    return {
        ".".join(path.stem[1:].split("_")[:2]): path for path in sorted(EXPERIMENTS.glob("c*.py"))
    }


def load(claim: str) -> Experiment:
    """The experiment of that name. ValueError: there is none."""
    files = modules()
    if claim not in files:
        raise ValueError(f"{claim!r} has no experiment; those that have: {', '.join(files)}.")
    experiment = import_module(f"lab.experiments.{files[claim].stem}").EXPERIMENT
    assert isinstance(experiment, Experiment)
    return experiment


def digest(path: Path) -> str:
    """Of the code that decides results: a file, the lab's modules that it imports, and the data.

    Comments, docstrings and empty lines do not count, nor does the file's own name.
    """
    found: dict[str, Path] = {}
    waiting = [path]
    while waiting:
        for name in _imports(waiting.pop()):
            if name not in found:
                found[name] = file_of(name, ROOT)
                waiting.append(found[name])
    code = [_code(path), *(_code(found[name]) for name in sorted(found))]
    if "lab.datasets" in found:
        code.append((ROOT / "lab/data/sources.toml").read_text("utf-8"))
    return hashlib.sha256("\0".join(code).encode()).hexdigest()[:16]


def record(
    experiment: Experiment, code: str, folder: Path, *, seeds: int = SEEDS, jobs: int = 1
) -> Path:
    """Make all runs that the journal lacks, `jobs` at once, and write `folder`/CLAIM.json."""
    name = experiment.claims[0]
    journal = Journal(JOURNALS / f"{name}-{code}.jsonl")
    with tqdm(desc=f"{name:4}", unit="run", disable=None) as bar:

        def outcomes(trials: Sequence[Trial]) -> dict[Trial, Numbers]:
            missing = [trial for trial in trials if trial not in journal.runs]
            bar.total = (bar.total or 0) + len(trials)
            bar.update(len(trials) - len(missing))
            for trial, numbers, seconds in _make(experiment, missing, jobs):
                journal.add(trial, numbers, seconds)
                bar.update()
            return {trial: journal.runs[trial] for trial in trials}

        runs = measure(experiment, outcomes, seeds)
    result = {
        "claims": experiment.claims,
        "outcome": experiment.outcome,
        "unit": experiment.unit,
        "matters": experiment.matters,
        "because": experiment.because,
        "contrast": experiment.contrast,
        "digest": code,
        "made with": made_with(),
        "runs": len(journal.runs),
        "seconds": round(journal.seconds),
        **runs,
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    part = path.with_suffix(".part")
    part.write_text(_by_line(result), "utf-8")
    part.replace(path)
    return path


class Journal:
    """The runs that have been made, on disk as soon as they are: a line for each."""

    def __init__(self, path: Path) -> None:
        self.path, self.runs, self.seconds = path, dict[Trial, Numbers](), 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # the last line may have been cut short
        if whole != text:
            path.write_text(whole, "utf-8")
        for line in whole.splitlines():
            trial, numbers, seconds = json.loads(line)
            setting, arm, choice, *rest = trial
            choice = tuple((name, value) for name, value in choice)
            self._keep(Trial(setting, arm, choice, *rest), numbers, seconds)

    def add(self, trial: Trial, numbers: Numbers, seconds: float) -> None:
        """Write a run down."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([trial, numbers, round(seconds, 3)]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._keep(trial, numbers, seconds)

    def _keep(self, trial: Trial, numbers: Numbers, seconds: float) -> None:
        self.runs[trial] = numbers
        self.seconds += seconds


def _make(
    experiment: Experiment, trials: Sequence[Trial], jobs: int
) -> Iterator[tuple[Trial, Numbers, float]]:
    """Each run as it ends, with its numbers and processor seconds."""
    if jobs == 1:
        yield from (_timed(experiment, trial) for trial in trials)
        return
    # Processes that are forked from one with threads, as torch has, may hang.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        name = experiment.claims[0]
        for job in as_completed([pool.submit(_in_worker, name, trial) for trial in trials]):
            yield job.result()


def _in_worker(claim: str, trial: Trial) -> tuple[Trial, Numbers, float]:
    return _timed(load(claim), trial)


def _timed(experiment: Experiment, trial: Trial) -> tuple[Trial, Numbers, float]:
    start = time.process_time()
    numbers = perform(experiment, trial)
    return trial, numbers, time.process_time() - start


def made_with() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__.split("+")[0],
        "processor": _processor(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "system": platform.system(),
    }


def _processor() -> str:
    """Its name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _by_line(result: dict[str, Any]) -> str:
    """As JSON with a line for each run, for people who compare versions."""
    lines = []
    for key, value in result.items():
        if key in ("blocks", "settings"):
            units = []
            for unit in value:
                parts = [
                    f"{json.dumps(name)}: [\n   " + ",\n   ".join(map(json.dumps, part)) + "]"
                    if name in ("tuning", "runs")
                    else f"{json.dumps(name)}: {json.dumps(part)}"
                    for name, part in unit.items()
                ]
                units.append("{" + ",\n  ".join(parts) + "}")
            text = "[\n " + ",\n ".join(units) + "]"
        else:
            text = json.dumps(value)
        lines.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _imports(path: Path) -> set[str]:
    """The lab's modules that a file imports, by absolute or relative names."""
    own = path.is_relative_to(ROOT)  # else an experiment of somebody else's
    package = ".".join(path.relative_to(ROOT).parts[:-1]) if own else ""
    found = set(imported(ast.walk(ast.parse(path.read_text("utf-8"))), package))
    return {name for name in found if name.startswith("lab.") and _is_module(name)}


def _is_module(name: str) -> bool:
    file = file_of(name, ROOT)
    return file.exists() and file.stem != "__init__"


def _code(path: Path) -> str:
    """The text of a file without comments, docstrings and empty lines, in any Python the same."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            first = node.body[0]
            assert first.end_lineno is not None
            lines[first.lineno - 1 : first.end_lineno] = [""] * (
                first.end_lineno - first.lineno + 1
            )
    return "\n".join(line.rstrip() for line in lines if line.strip())
