"""Looking at processes from outside, for tests of what they leave behind."""

import os
from pathlib import Path

from grader.sandbox.process import StudentProcess, Warm


def descendants(process: int) -> list[int]:
    """The processes below `process` that still run."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:  # it ended meanwhile
                continue
            if state not in "ZX":
                children.setdefault(int(parent), []).append(int(entry.name))
    found: list[int] = []
    waiting = [process]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def students(warm: Warm) -> list[int]:
    """The guards and students' processes of a warm process that still run."""
    assert warm._process is not None
    return descendants(warm._process.pid)


def own() -> list[int]:
    """The processes below this one that still run."""
    return descendants(os.getpid())


def shown(student: StudentProcess, source: str, seconds: float = 20) -> str:
    """All the text that a cell puts out; an error is its name, a colon and its text."""
    texts = []
    for output in student.run_cell(source, seconds):
        match output:
            case {"output_type": "stream", "text": text}:
                texts.append(text)
            case {"output_type": "error", "ename": name, "evalue": value}:
                texts.append(f"{name}: {value}")
            case {"data": {"text/plain": text}}:
                texts.append(text)
    return "".join(map(str, texts))
