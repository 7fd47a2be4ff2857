"""What a page's code needs that a browser does not have.

In a page there are Python's library, NumPy, Matplotlib, the course's checks, and those modules of
the lab that need no more than that.
"""

import ast
import symtable
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lab.imports import ROOT, file_of, imported

LAB = ROOT / "lab"

_THERE = sys.stdlib_module_names | {"cycler", "grader", "matplotlib", "numpy"}
_TITLES = {"keras": "Keras", "scipy": "SciPy", "torch": "PyTorch"}
_RECORDED = "lab.evidence"  # reads files of results, which the site does not have


def of_cells(sources: Sequence[str]) -> list[str]:
    """What each of a notebook's cells needs, such as "PyTorch", or nothing: "".

    A cell needs what it imports needs, and what the cells need that define the names it uses.
    """
    found, needed = [], dict[str, str]()  # needed: by name, of the cell that defined it last
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # it has commands of IPython's
            found.append("IPython")
            continue
        needs = {of_module(name) for name in _modules(ast.walk(tree))}
        defined = set[str]()
        for statement in tree.body:
            used, new = _names(statement)
            needs |= {needed.get(name, "") for name in used - defined}
            defined |= new
        most = min(needs - {""}, default="")  # libraries, in capitals, come first
        needed |= dict.fromkeys(defined, most)
        found.append(most)
    return found


@cache
def of_module(name: str) -> str:
    """What importing a module needs, or nothing: ""."""
    top = name.partition(".")[0]
    if top != "lab":
        return "" if top in _THERE else _TITLES.get(top, top)
    if f"{name}.".startswith(f"{_RECORDED}."):
        return "recorded results"
    path = file_of(name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = _modules(ast.parse(path.read_text("utf-8")).body, package)
    return min({of_module(module) for module in found if module != name} - {""}, default="")


def modules() -> list[Path]:
    """The files of the lab's modules that a page can import."""
    paths = sorted(LAB.glob("*.py"))
    return [path for path in paths if path.stem == "__init__" or not of_module(f"lab.{path.stem}")]


def _modules(nodes: Iterable[ast.AST], package: str = "") -> Iterator[str]:
    """What these nodes import, without those names from modules of the lab that are no modules."""
    for name in imported(nodes, package):
        if not name.startswith("lab.") or file_of(name).exists():
            yield name


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The global names that a statement uses, without the variables of a loop; those it defines."""
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    used, waiting = set[str](), [*top.get_children()]
    for table in waiting:
        waiting += table.get_children()
        used |= {name.get_name() for name in table.get_symbols() if name.is_global()}
    symbols = top.get_symbols()
    used |= {name.get_name() for name in symbols if name.is_referenced()}
    if isinstance(statement, ast.For):
        used -= {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    return used, {name.get_name() for name in symbols if name.is_assigned() or name.is_imported()}
