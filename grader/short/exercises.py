"""The checks and mistakes of the short exercises, from exercises.toml."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..checking.check import Check
from ..checking.mistakes import Mistake

TIMES = 3  # the function is called, each time with other arguments


def _entries() -> list[dict[str, Any]]:
    text = files(__package__).joinpath("exercises.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["exercise"]
    return found


@cache
def _function(code: str) -> SimpleNamespace:
    """A namespace of the one function that the code defines."""
    names: dict[str, Any] = {"np": np}
    exec(code, names)
    return SimpleNamespace(**{name: f for name, f in names.items() if callable(f)})


def _check(entry: dict[str, Any]) -> Check:
    code, wrong = entry["code"].strip() + "\n", entry["wrong"]
    name = code.partition("(")[0].removeprefix("def ")
    filled = {id: code.replace("{hole}", hole) for hole, (id, _, _) in wrong.items()}
    right = _function(code.replace("{hole}", entry["right"]))

    def faulty(*mistakes: str) -> SimpleNamespace:
        return _function(filled[mistakes[0]]) if mistakes else right

    check = Check(
        entry["name"],
        section=entry["section"],
        reference=right,
        faulty=faulty,
        mistakes=[*filled],
    )

    @check.part("the right values")
    def values(student: Any, rng: np.random.Generator) -> Iterator[object]:
        for _ in range(TIMES):
            yield getattr(student, name)(*eval(f"({entry['arguments']},)", {"np": np, "rng": rng}))

    return check


checks = [_check(entry) for entry in _entries()]
mistakes = [
    Mistake(id, title, why, entry["section"])
    for entry in _entries()
    for id, title, why in entry["wrong"].values()
]
