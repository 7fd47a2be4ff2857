"""What a module's code imports, read off its text."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def imported(nodes: Iterable[ast.AST], package: str = "") -> Iterator[str]:
    """The absolute names of what these nodes of a module in `package` import.

    Those from a module may be modules themselves or not: `from a import b` gives a and a.b.
    """
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: -(node.level - 1) or None] if node.level else []
            module = ".".join([*parts, *filter(None, [node.module])])
            yield from (module, *(f"{module}.{alias.name}" for alias in node.names))


def file_of(module: str, root: Path = ROOT) -> Path:
    """The file below `root` that is imported as a module, if there is one."""
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
