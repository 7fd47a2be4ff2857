"""Right programs with a slip: implementations that need no switch for each mistake.

A set's `plain` module has right programs, as a student might write them; `grammar` says what can
slip in one. The number of programs bounds the search: see `MOST` and `SOLVED`.
"""

import ast
import copy
import inspect
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache, cached_property
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

from .grammar import KEPT, KINDS, Changes, K, Path, Slip, slips

PREFIX = "slip-"  # of the ids of slips
FIXED = ("1e-5", "1e-8", "1e-3")  # an eps that ignores the argument is one of these
# What slips are called that are listed mistakes.
LISTED = {
    "`eps` is outside `sqrt`": "eps-outside-sqrt",
    "`eps` is left out": "eps-missing",
    "`G * G` stands where `C` belongs, in `size`": "group-size-for-count",
    "`sqrt` is left out": "divides-by-variance",
    "the power of `variance + eps` is left out": "divides-by-variance",
    "all of `means` weigh the same": "batches-weighed-equally",
    "all of `variances` weigh the same": "batches-weighed-equally",
    "{k} stands where 1.0 belongs, in `rate`": "rate-ignored",
}
MOST, SOLVED = 4500, 100  # for one check: slips, and those with a number to solve for
PAIRS, BESIDE = 1500, 600  # two slips: any, and one that explains a part with any other


def is_slip(mistake: str) -> bool:
    """Is this the name of a slip, and not of a listed mistake?"""
    return mistake.startswith(PREFIX)


class Recorder:
    """An implementation that remembers which of its names were asked for."""

    def __init__(self, implementation: object) -> None:
        self._implementation, self.names = implementation, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self._implementation, name)


class Slips:
    """The slips of a module of right programs, by name: `slip-KIND:NUMBER`.

    A function `name__variant` there is another right program for `name`, with slips of its own.
    A slip with a number to solve for takes it in its name: `slip-KIND:NUMBER=0.9`.
    """

    def __init__(self, plain: ModuleType) -> None:
        self._plain = plain
        self._defined = {
            node.name: node
            for node in ast.parse(inspect.getsource(plain)).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        self._codes: dict[tuple[str, ...], CodeType] = {}
        self._pairs: dict[tuple[str, ...], list[tuple[str, str]]] = {}

    @cached_property
    def _all(self) -> dict[str, Slip]:
        found = [slip for program in self._defined.values() for slip in slips(program)]
        return {f"{PREFIX}{slip.kind}:{number}": slip for number, slip in enumerate(found)}

    def of(self, functions: Collection[str]) -> list[str]:
        """The names of slips in these functions and their variants, the likelier first.

        They are `MOST` at most, and `SOLVED` of those with a number: this bounds the search.
        Of more, factors are left out first, those in lines of an earlier variant before the others,
        and then operands in such lines: of these two kinds there are most.
        """
        names = [
            name for name, slip in self._all.items() if slip.where.partition("__")[0] in functions
        ]
        names.sort(key=lambda name: [*KINDS].index(self._all[name].kind))
        whole = [name for name in names if not self.solved(name)]
        if len(whole) > MOST:
            spare = sorted(filter(self._spare, whole), key=self._spare)
            out = {*spare[MOST - len(whole) :]}
            whole = [name for name in whole if name not in out]
        return [*whole[:MOST], *[name for name in names if self.solved(name)][:SOLVED]]

    def _spare(self, name: str) -> int:
        """How soon a slip is left out where there are too many; 0 is never."""
        again = name in self._repeated
        return {"factor": 2 + again, "operand": int(again)}.get(self._all[name].kind, 0)

    @cached_property
    def _repeated(self) -> set[str]:
        """The slips in lines that stand in an earlier variant of the same function too."""
        texts: dict[int, str] = {}
        first: dict[tuple[str, str], str] = {}
        found = set()
        for name, slip in self._all.items():
            line = _line(self._defined[slip.where], slip.changes[0][0])
            if id(line) not in texts:
                texts[id(line)] = ast.unparse(line)
            function = slip.where.partition("__")[0]
            if first.setdefault((function, texts[id(line)]), slip.where) != slip.where:
                found.add(name)
        return found

    def solved(self, name: str) -> bool:
        """Is there a number to be solved for?"""
        return "{k}" in self._all[name].says

    def with_eps(self, name: str) -> Iterator[tuple[str, str]]:
        """The slip, and one with eps in another place of its program.

        These are told apart from all others, for checks ask about eps by itself.
        """
        for other, one in self._all.items():
            if "`eps`" in one.says and self._fit(name, other):
                if not self.solved(other):
                    yield name, other
                elif one.kind == "fixed":
                    yield from ((name, f"{other}={eps}") for eps in FIXED)

    def pairs(self, names: Collection[str]) -> Sequence[tuple[str, str]]:
        """Two slips in one program, `PAIRS` at most; those with a likely one come first."""
        key = tuple(names)
        if key not in self._pairs:
            by_program: dict[str, list[str]] = {}
            for name in names:
                if not self.solved(name):
                    by_program.setdefault(self._all[name].where, []).append(name)
            ranked = sorted(
                ((i + 1) * (j + 1), names[i], names[j])
                for names in by_program.values()
                for i, j in itertools.combinations(range(len(names)), 2)
                if (i + 1) * (j + 1) < PAIRS
            )
            fit = ((one, other) for _, one, other in ranked if self._fit(one, other))
            self._pairs[key] = [*itertools.islice(fit, PAIRS)]
        return self._pairs[key]

    def beside(self, some: Iterable[str], names: Collection[str]) -> Iterator[tuple[str, str]]:
        """Some slips, each with another one in the same program, `BESIDE` at most."""
        others = (name for name in names if not self.solved(name))
        return itertools.islice(self.both(some, others), BESIDE)

    def both(self, some: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
        """One of some and one of others, where a program can have both."""
        return (pair for pair in itertools.product(some, others) if self._fit(*pair))

    def _fit(self, one: str, other: str) -> bool:
        """Can a program have both?"""
        return self._all[one].where == self._all[other].where and bool(self._changes(one, other))

    def _changes(self, *names: str) -> Changes:
        """What a slip changes, or two of them; nothing, if one takes the place of the other."""
        one, *others = (self._all[name].changes for name in names)
        if not others or _apart(one, others[0]):
            return (*one, *itertools.chain.from_iterable(others))
        if len(one) + len(others[0]) > 2:
            return ()
        (path, outer), (below, inner) = sorted(
            (*one, *others[0]), key=lambda change: len(change[0])
        )
        program = self._defined[self._all[names[0]].where]
        put_in = _PutIn(_at(program, below), inner)
        both = put_in.visit(copy.deepcopy(outer))
        return ((path, both),) if put_in.done and path != below else ()

    def id(self, name: str, known: Collection[str]) -> str:
        """The id of the mistake: that of a listed one where it means the same, as in eps-fixed."""
        slip = self._all[name.partition("=")[0]]
        same = f"{slip.says.split('`')[1]}-{slip.kind}" if "`" in slip.says else ""
        same = next((id for says, id in LISTED.items() if slip.says.startswith(says)), same)
        listed = {mistake.partition(":")[0] for mistake in known}
        return same if same in listed else PREFIX + slip.kind

    def says(self, name: str) -> str:
        """What is wrong, for the student."""
        key, _, number = name.partition("=")
        return self._all[key].says.replace("{k}", number)

    def implementation(self, *names: str) -> SimpleNamespace:
        """The functions of the programs with these slips; without any, they equal the reference."""
        namespace: dict[str, Any] = {K: 1.0, KEPT: {}} | vars(self._plain)
        keys = []
        for name in names:
            key, _, number = name.partition("=")
            if number:
                namespace[K] = float(Fraction(number))
            keys.append(key)
        if keys:  # all in one program
            exec(self._code(*keys), namespace)
            where = self._all[keys[0]].where
            namespace[where.partition("__")[0]] = namespace[where]
        return SimpleNamespace(**{name: namespace[name] for name in namespace if "__" not in name})

    def _code(self, *names: str) -> CodeType:
        if names in self._codes:
            return self._codes[names]
        program = self._defined[self._all[names[0]].where]
        before = []
        for path, node in self._changes(*names):
            old = _at(program, path)
            before.append((path, old))
            _put(program, path, ast.fix_missing_locations(ast.copy_location(node, old)))
        code = compile(ast.Module([program], []), "<slip>", "exec")
        for path, node in reversed(before):
            _put(program, path, node)
        if len(names) == 1:  # pairs are many, and seldom asked for again
            self._codes[names] = code
        return code


@cache
def slips_of(plain: ModuleType) -> Slips:
    """Those of a set's right programs: the checks of a set share them."""
    return Slips(plain)


class _PutIn(ast.NodeTransformer):
    """Puts an expression wherever another one is."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new, self.done = ast.dump(old), new, False

    def visit(self, node: ast.AST) -> Any:
        if ast.dump(node) == self._old:
            self.done = True
            return self._new
        return self.generic_visit(node)


def _apart(one: Changes, other: Changes) -> bool:
    """Does neither change what the other has put in?"""
    pairs = itertools.product((path for path, _ in one), (path for path, _ in other))
    return all(a[: len(b)] != b and b[: len(a)] != a for a, b in pairs)


def _line(program: ast.AST, path: Path) -> ast.AST:
    """The innermost statement that a path goes into."""
    nodes = (_at(program, path[:end]) for end in range(len(path), 0, -1))
    return next((node for node in nodes if isinstance(node, ast.stmt)), program)


def _at(node: Any, path: Path) -> Any:
    for field, place in path:
        node = getattr(node, field) if place is None else getattr(node, field)[place]
    return node


def _put(node: ast.AST, path: Path, new: Any) -> None:
    field, place = path[-1]
    parent = _at(node, path[:-1])
    if place is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[place] = new
