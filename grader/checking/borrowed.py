"""Does a student's code use what an exercise asks to be written? Read from its source, not run.

Only code that the exercise's name leads to is read: a student may well compare with PyTorch's own
layers in other cells.
"""

import ast
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache

# In every name that torch gives to its own normalisations, in lower case.
OWN = "batchnorm batch_norm instancenorm instance_norm groupnorm group_norm layernorm layer_norm"

TO_WRITE = "# YOUR CODE HERE"  # in a stub, in the line before the one that raises

Definition = tuple[list[str], ast.AST, bool]


@lru_cache(maxsize=8)
def borrowed(sources: tuple[str, ...], name: str) -> str | None:
    """Return the first use of torch's own normalisations in what defines `name`, or None.

    `sources` are the cells that ran, in order; what is defined later replaces what was before.
    Names are followed through functions, classes and assignments. `nn.BatchNorm2d` and
    `getattr(F, "batch_norm")` are found; a function or method of the student's own that is called
    batch_norm is none of torch's.
    """
    return next(filter(None, map(_used, _leads_to(sources, name))), None)


def use_of(sources: tuple[str, ...], name: str, modules: Collection[str]) -> str | None:
    """Return the first of these modules that what defines `name` imports, or None."""
    for definition in _leads_to(sources, name):
        for node in _inside(definition):
            for imported in _imported(node):
                if found := [one for one in modules if f"{imported}.".startswith(f"{one}.")]:
                    return found[0]
    return None


def unseeded(sources: tuple[str, ...], name: str) -> str | None:
    """Return the first call in what defines `name` that draws from NumPy without a seed, or None.

    So does np.random.normal(...), unless np.random.seed(...) is called, and default_rng().
    """
    nodes = [node for definition in _leads_to(sources, name) for node in _inside(definition)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    texts = {ast.unparse(call.func): call for call in calls}
    if any(text.endswith("random.seed") for text in texts):
        return None
    for text, call in texts.items():
        of_numpy = re.match(r"(np|numpy)\.random\.[a-z]\w*$", text)
        if text.endswith("default_rng") and not (call.args or call.keywords):
            return f"{text}()"
        if of_numpy and not text.endswith("default_rng"):
            return f"{text}(...)"
    return None


def stub_left(sources: Sequence[str], text: str) -> bool:
    """Has the last function that raises the stub's error, with this text, code of its own too?

    A stub ends with a comment and the line that raises; what it is given stands before the comment.
    """
    for source in reversed(sources):
        lines = _python(source).splitlines()
        for function in ast.walk(parsed(source)):
            if not isinstance(function, ast.FunctionDef):
                continue
            body = function.body[ast.get_docstring(function) is not None :]
            for place, node in enumerate(body):
                if ast.unparse(node) == f"raise NotImplementedError({text!r})":
                    written = place > 0 and lines[node.lineno - 2].strip() != TO_WRITE
                    return written or len(body) > place + 1
    return False


def stub_replaced(sources: Sequence[str], text: str) -> bool:
    """Does a cell before the stub, whose error has this text, define what the stub does?"""
    name = text.partition(":")[0].partition(".")[0]
    stubs = [place for place, source in enumerate(sources) if text in source]
    before = [source for source in sources[: max(stubs, default=0)] if text not in source]
    return any(name in names for source in before for names, _, _ in _definitions(source))


def named_like(sources: Sequence[str], name: str) -> list[str]:
    """The names that cells define and that look like this one, the most alike first."""

    def bare(one: str) -> str:
        return one.lower().replace("_", "")

    defined = [one for source in sources for names, _, _ in _definitions(source) for one in names]
    alike = {bare(one): one for one in defined if one != name}
    return [alike[one] for one in get_close_matches(bare(name), alike, cutoff=0.85)]


def _leads_to(sources: tuple[str, ...], name: str) -> Iterator[ast.AST]:
    """What defines a name, and the names in that, and so on."""
    defined: dict[str, list[ast.AST]] = {}
    for source in sources:
        for names, node, replaces in _definitions(source):
            for one in names:
                # BatchNorm.forward = ... adds to what BatchNorm is
                defined[one] = [node] if replaces else [*defined.get(one, ()), node]
    seen: set[str] = set()
    following = [name]
    while following:
        if (current := following.pop()) in seen:
            continue
        seen.add(current)  # functions may call each other
        for node in defined.get(current, ()):
            yield node
            # whatever names it uses: its helpers and base classes
            following += [n.id for n in _inside(node) if isinstance(n, ast.Name)]


@lru_cache(maxsize=256)  # each is looked at once for each exercise that leads to it
def _inside(node: ast.AST) -> list[ast.AST]:
    return [*ast.walk(node)]


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [f"{module}.{alias.name}" for alias in names]
    return []


def parsed(source: str) -> ast.Module:
    """The cell, without the lines that only IPython understands; empty if it is no Python."""
    try:
        return ast.parse(_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def no_python(source: str) -> str | None:
    """The error of a cell that is no Python, with its line; None for what is some."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes, for one
            ast.parse(_python(source))
    except SyntaxError as error:
        line = f" (line {error.lineno}: {error.text.strip()})" if error.text else ""
        return f"{type(error).__name__}: {error.msg}{line}"
    except (ValueError, RecursionError, MemoryError):
        pass
    return None


def _python(source: str) -> str:
    # empty lines, so that the others keep their numbers
    lines = ["" if line.lstrip()[:1] in ("%", "!") else line for line in source.splitlines()]
    return "\n".join(lines)


@lru_cache(maxsize=64)  # most cells are the same in all submissions
def _definitions(source: str) -> list[Definition]:
    return list(_defined(parsed(source)))


def _defined(module: ast.Module) -> Iterator[Definition]:
    """The names that statements define, what they define them as, and whether that is all."""
    for node in _statements(module.body):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield [node.name], node, True
            case ast.ImportFrom():
                for alias in node.names:
                    alone = ast.ImportFrom(node.module, [alias], node.level)
                    yield [alias.asname or alias.name], alone, True
            case ast.Import():
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    yield [bound], ast.Import([alias]), True
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
                    yield names, value, isinstance(target, ast.Name)
            case ast.AnnAssign(target=ast.Name(id=id), value=ast.expr() as value):
                yield [id], value, True


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a cell, with those inside if, for, with and try, but not in functions."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            for handler in getattr(node, "handlers", ()):
                inner += handler.body  # handlers are no statements themselves
            yield from _statements(inner)


@lru_cache(maxsize=256)
def _used(definition: ast.AST) -> str | None:
    for inner in _inside(definition):
        match inner:
            # self.batch_norm is the student's own
            case ast.Attribute(attr=attr) if _is_own(attr) and _root(inner) not in ("self", "cls"):
                return ast.unparse(inner)
            case ast.ImportFrom(module=str(module), names=[alias]) if _is_own(alias.name):
                # from a module of the student's it is something else
                if module.partition(".")[0] == "torch":
                    return f"{module}.{alias.name}"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(attr)), *_]):
                if _is_own(attr):
                    return ast.unparse(inner)
    return None


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes starts with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _is_own(name: str) -> bool:
    return any(own in name.lower() for own in OWN.split())
