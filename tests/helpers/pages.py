"""The pages of grading/, read as instructors follow them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from helpers import ROOT

ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]])
}


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "grading" / name).read_text()


def blocks(name: str, language: str = "") -> list[str]:
    """A page's blocks of code: commands have no language."""
    found = re.findall(r"^```(.*?)\n(.*?)^```$", page(name), re.DOTALL | re.MULTILINE)
    return [text for kind, text in found if kind == language]


def spans(name: str) -> set[str]:
    """What a page has between single backticks, outside its blocks."""
    prose = re.sub(r"^```.*?^```$", "", page(name), flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", prose))


def shell(folder: Path, command: str, **environment: str) -> str:
    """What a command prints that must succeed, in an environment that is activated."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
