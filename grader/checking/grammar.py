"""What can slip in a right program: at each expression and statement, what may stand there instead.

A change is told in the names of the program, and made by putting a node in another's place.
`{k}` stands for a number that is to be solved for.
"""

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# In a program: the number that is solved for, and what is kept from one call to the next.
K, KEPT = "solved_k", "kept"

# The kinds of slips, the likelier first: of two that give the same answers, the first is said.
KINDS = {
    "operation": "one operation stands in another's place",
    "sign": "a sign is wrong",
    "brackets": "the brackets are elsewhere",
    "left-out": "something is left out",
    "reduction": "one sum, mean or spread stands in another's place",
    "axis": "an axis is not the one that is asked for",
    "order": "two quantities have changed places",
    "twice": "something is taken twice",
    "count": "a count is not the one that is asked for",
    "operand": "one quantity stands in another's place",
    "power": "a power or a root is not the one that is asked for",
    "stale": "what was calculated for an earlier batch is used again",
    "condition": "something does not depend on what it should",
    "default": "a default is not the one that is asked for",
    "fixed": "an argument is ignored",
    "number": "a number is not the one that is asked for",
    "factor": "a factor is too much",
    "offset": "a number is added that does not belong there",
}

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
OTHER = {"+": "-", "-": "+", "*": "/", "/": "*"}
REDUCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "var": "variance",
    "std": "standard deviation",
    "max": "largest value",
    "min": "smallest value",
}
RATES = ("h", "lr", "momentum")  # what only multiplies: how large something is
PARAMETERS = ("gamma", "weight")  # which other texts start at 0, and add to 1
SCALES = ("gamma", "std", "variance", "momentum")  # by which people divide once too often
NO_QUANTITIES = ("self", "student", "training", "tracks", "updates", "C", "network")
ROWS = (None, 0, 1)  # the axes of what has two
AXES = (None, -1, *range(4), *(a for n in (2, 3) for a in itertools.combinations(range(5), n)))

Path = tuple[tuple[str, int | None], ...]  # down to a node: fields, and places in them
Changes = tuple[tuple[Path, ast.AST], ...]  # other nodes at some paths
Program = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Slip:
    """Other nodes at some paths of a function or class; `says` is what is wrong with it then."""

    kind: str
    says: str
    where: str
    changes: Changes


@dataclass(frozen=True)
class Site:
    """An expression of a program: where it is, in what, and which quantities are known there."""

    node: ast.expr
    path: Path
    inside: str
    scope: tuple[str, ...]

    @property
    def returned(self) -> bool:
        """Is it all that is returned, or what is returned in the dtype of an argument?"""
        ends = self.path[-1:], self.path[-2:]
        return "return" in self.inside and any(
            end in ((("value", None),), (("value", None), ("args", 0))) for end in ends
        )

    @property
    def whole(self) -> bool:
        """Is it all that a line sets or returns?"""
        return self.returned or (self.inside != "" and self.path[-1:] == (("value", None),))

    @property
    def counts(self) -> Iterator[str]:
        """The known numbers of values: N, D, C, H, W, count, size."""
        return (name for name in self.scope if name.isupper() or name in ("count", "size"))


Change = tuple[str, str, str]  # the kind, what is wrong, and the expression that stands there


def slips(program: Program) -> list[Slip]:
    """All slips of a function, or of the methods of a class."""
    sites = [*_sites(program)]
    found = [
        Slip(kind, says + site.inside, program.name, ((site.path, _expression(text)),))
        for site in sites
        for kind, says, text in (
            *_operations(site),
            *_reductions(site),
            *_shapes(site),
            *_quantities(site),
            *_whole(site),
        )
    ]
    found += [*_everywhere(program.name, sites), *_statements(program, sites)]
    return [slip for slip in found if slip.changes]  # none where nothing is used


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _name(text: str) -> str:
    return f"`{text.removeprefix('self.')}`"


def _done(op: str, one: str, other: str) -> str:
    """What an operation does, in words."""
    match op:
        case "+":
            return f"{other} is added to {one}"
        case "-":
            return f"{other} is subtracted from {one}"
        case "*":
            return f"{one} is multiplied by {other}"
    return f"{one} is divided by {other}"


def _operations(site: Site) -> Iterator[Change]:
    """Slips in a sum, a product or a call."""
    text, node = ast.unparse(site.node), site.node
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        left, op, right = ast.unparse(node.left), SIGNS[type(node.op)], ast.unparse(node.right)
        one, other, kind = _name(left), _name(right), "sign" if op in "+-" else "operation"
        yield kind, _done(OTHER[op], one, other), f"({left}) {OTHER[op]} ({right})"
        if op == "-":
            yield "operation", _done("/", one, other), f"({left}) / ({right})"
        if op == "*":
            yield kind, _done("+", one, other), f"({left}) + ({right})"
            yield kind, _done("/", other, one), f"({right}) / ({left})"
        if op == "+":
            yield (
                "operation",
                f"the larger of {one} and {other} is taken",
                f"np.maximum({left}, {right})",
            )
        yield "left-out", f"{other} is left out", left
        yield "left-out", f"{one} is left out", {"-": "-", "/": "1 / "}.get(op, "") + f"({right})"
        if op == "-" and left == "1":
            yield "left-out", f"`1 -` is left out before {other}", right
        yield "twice", f"{_done(op, one, other)} twice", f"({text}) {op} ({right})"
        if op in "+*":
            yield "twice", f"{_done(op, other, one)} twice", f"({text}) {op} ({left})"
        else:
            yield "order", f"{one} and {other} have changed places", f"({right}) {op} ({left})"
        if op == "-" and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name):
            for name in site.scope:
                if name not in (left, right):
                    yield "operand", f"{_name(name)} stands where {_name(text)} belongs", name
        if op == "*" and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name):
            for a, b in ((left, right), (right, left)):
                says = f"{one} and {other} are multiplied as matrices"
                yield "operation", says, f"({a}) @ np.asarray({b})[..., None]"
                yield "operation", says, f"({a}).T @ ({b})"
        if op == "-":
            yield "operation", f"the absolute value of {_name(text)} is taken", f"np.abs({text})"
        if op == "/" and right.endswith(" ** 0.5"):
            says = "`** 1 / 2` takes no root, but divides by 2: its brackets are missing"
            yield "brackets", says, f"({left}) / ({right.removesuffix(' ** 0.5')}) / 2"
        if op == "/" and (term := _under_root(node.right)):
            says = f"{_name(term[1])} is added to the quotient, not under the root"
            yield "brackets", says, f"({left}) / np.sqrt({term[0]}) + ({term[1]})"
        if op == "/":
            yield "power", f"the power of {other} is {{k}}", f"({left}) / ({right}) ** {K}"
        if op in "*/":
            yield "sign", f"the sign of {_name(text)} is wrong", f"-({text})"
        yield "factor", f"{_name(text)} is {{k}} times what it should be", f"{K} * ({text})"
        yield "offset", f"{{k}} is added to {_name(text)}", f"{K} + ({text})"
        yield from _brackets(node.left, op, node.right)
        yield from _drawn_in(node.left, op, node.right)
        yield from _spread(node.left, op, node.right)
    match node:
        case ast.BinOp(left=base, op=ast.Pow(), right=power):
            inner = ast.unparse(base)
            if ast.unparse(power) == "2":
                says = f"the absolute value of {_name(inner)} is taken"
                yield "operation", says, f"np.abs({inner})"
                yield "left-out", f"the square of {_name(inner)} is left out", inner
            else:
                yield "left-out", f"the power of {_name(inner)} is left out", inner
            if ast.unparse(power) == "-1.5":
                says = "`** -3 / 2` divides by 2: its brackets are missing"
                yield "brackets", says, f"({inner}) ** -3 / 2"
        case ast.Call(func=ast.Attribute(attr="ones" | "zeros" as start), args=[size]):
            other = {"ones": "zeros", "zeros": "ones"}[start]
            yield "number", f"there are {other}, not {start}", f"np.{other}({ast.unparse(size)})"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = ast.unparse(operand)
            yield "sign", f"the sign of {_name(inner)} is wrong", inner
        case ast.Subscript(value=value, slice=ast.Tuple()):
            inner = ast.unparse(value)
            yield "left-out", f"{_name(inner)} is not brought into shape", inner
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=function), args=[only]):
            inner = ast.unparse(only)
            yield "left-out", f"`{function}` is left out", inner
            yield "twice", f"`{function}` is taken twice", f"np.{function}({text})"
            if function == "sqrt":
                yield (
                    "brackets",
                    "`** 1 / 2` divides by 2: its brackets are missing",
                    f"({inner}) / 2",
                )
                yield "power", f"the power of {_name(inner)} is {{k}}", f"({inner}) ** {K}"
            if isinstance(only, ast.BinOp) and type(only.op) in SIGNS:
                a, op, b = ast.unparse(only.left), SIGNS[type(only.op)], ast.unparse(only.right)
                yield (
                    "brackets",
                    f"{_name(b)} is outside `{function}`",
                    f"np.{function}({a}) {op} ({b})",
                )
                if op == "+":
                    says = f"`{function}` is taken of {_name(a)} and {_name(b)} by themselves"
                    yield "brackets", says, f"np.{function}({a}) + np.{function}({b})"
                    says = f"{_name(b)} is subtracted from {_name(a)}"
                    yield "sign", says, f"np.{function}(np.abs(({a}) - ({b})))"
                    says = f"the larger of `{function}` of {_name(a)} and {_name(b)} is taken"
                    yield "operation", says, f"np.maximum(np.{function}({a}), {b})"
        case ast.Call(func=ast.Name(id="list"), args=[ast.Name(id=many)]):
            yield "left-out", f"the first of {_name(many)} is left out", f"{text}[1:]"
            yield "left-out", f"the last of {_name(many)} is left out", f"{text}[:-1]"
        case ast.Dict(keys=keys, values=values) if "return" in site.inside:
            names = [ast.unparse(key) for key in keys if key]
            texts = [ast.unparse(one) for one in values]
            for i, j in itertools.combinations(range(len(texts)), 2):
                says = f"{names[i]} and {names[j]} have each other's value"
                pairs = zip(names, _swapped(texts, i, j), strict=True)
                yield "order", says, f"{{{', '.join(map(': '.join, pairs))}}}"
        case ast.Tuple(elts=elements) if "return" in site.inside:
            texts = [ast.unparse(one) for one in elements]
            for i, j in itertools.combinations(range(len(texts)), 2):
                says = f"{_name(texts[i])} and {_name(texts[j])} have changed places"
                yield "order", says, ", ".join(_swapped(texts, i, j))
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            yield "number", f"{{k}} stands where {number} belongs", K


def _under_root(node: ast.expr) -> tuple[str, str] | None:
    """a and b of `np.sqrt(a + b)` or `(a + b) ** 0.5`."""
    match node:
        case (
            ast.Call(
                func=ast.Attribute(attr="sqrt"), args=[ast.BinOp(left=a, op=ast.Add(), right=b)]
            )
            | ast.BinOp(
                left=ast.BinOp(left=a, op=ast.Add(), right=b),
                op=ast.Pow(),
                right=ast.Constant(value=0.5),
            )
        ):
            return ast.unparse(a), ast.unparse(b)
    return None


def _brackets(left: ast.expr, op: str, right: ast.expr) -> Iterator[Change]:
    """(a + b) / c as a + b / c or a / c + b, a / (b * c) as a / b * c, a * (b - c) as a * b - c."""
    if op not in "*/":
        return
    if isinstance(left, ast.BinOp) and (plus := SIGNS.get(type(left.op), "*")) in "+-":
        a, b, c = ast.unparse(left.left), ast.unparse(left.right), ast.unparse(right)
        says = f"the brackets around {_name(ast.unparse(left))} are missing"
        yield "brackets", says, f"({a}) {plus} ({b}) {op} ({c})"
        yield "brackets", says, f"({a}) {op} ({c}) {plus} ({b})"
    if isinstance(right, ast.BinOp) and (inner := SIGNS.get(type(right.op), "")):
        says = f"the brackets around {_name(ast.unparse(right))} are missing"
        if inner in "+-":
            yield "brackets", says, f"({ast.unparse(left)}) {op} {ast.unparse(right)}"
            a, b, c = ast.unparse(right.left), ast.unparse(left), ast.unparse(right.right)
            yield "brackets", says, f"{a} {inner} ({b}) {op} ({c})"
        elif op == "/":
            yield "brackets", says, f"({ast.unparse(left)}) / {ast.unparse(right)}"


def _drawn_in(left: ast.expr, op: str, right: ast.expr) -> Iterator[Change]:
    """a - b - c * d as a - c * (b + d): what multiplies one term multiplies two."""
    match left, right:
        case ast.BinOp(op=ast.Sub()), ast.BinOp(left=c, op=ast.Mult(), right=d) if op == "-":
            a, b = ast.unparse(left.left), ast.unparse(left.right)
            for one, other in ((c, d), (d, c)):
                says = f"{_name(ast.unparse(one))} multiplies {_name(b)} too"
                text = f"({a}) - ({ast.unparse(one)}) * (({b}) + ({ast.unparse(other)}))"
                yield "brackets", says, text


def _spread(left: ast.expr, op: str, right: ast.expr) -> Iterator[Change]:
    """a + b * c as (a + b) * c: what multiplies or divides one term does so to all."""
    for term, rest in ((right, left), (left, right)):
        match term:
            case ast.BinOp(left=b, op=ast.Mult() | ast.Div() as times, right=c) if op in "+-":
                a, one, other = ast.unparse(rest), ast.unparse(b), ast.unparse(c)
                does = "multiplies" if isinstance(times, ast.Mult) else "divides"
                first, second = (a, one) if term is right else (one, a)
                both = f"({first}) {op} ({second})"
                says = f"{_name(other)} {does} {_name(a)} too"
                yield "brackets", says, f"({both}) {SIGNS[type(times)]} ({other})"
                if isinstance(times, ast.Mult):
                    first, second = (a, other) if term is right else (other, a)
                    says = f"{_name(one)} multiplies {_name(a)} too"
                    yield "brackets", says, f"({one}) * (({first}) {op} ({second}))"


def _swapped(texts: list[str], i: int, j: int) -> list[str]:
    texts = [*texts]
    texts[i], texts[j] = texts[j], texts[i]
    return texts


def _reductions(site: Site) -> Iterator[Change]:
    """Slips in a mean, a sum, a variance or a standard deviation."""
    match site.node:
        case ast.Call(func=ast.Attribute(value=value, attr=name), keywords=keywords):
            pass
        case _:
            return
    if name not in REDUCTIONS:
        return
    inner, options = ast.unparse(value), {one.arg: ast.literal_eval(one.value) for one in keywords}
    of = _name(inner)

    def reduced(name: str = name, **others: object) -> str:
        named = ", ".join(f"{key}={one!r}" for key, one in (options | others).items())
        return f"({inner}).{name}({named})"

    yield (
        "left-out",
        f"the {REDUCTIONS[name]} of {of} is not taken: each value stays by itself",
        inner,
    )
    if name in ("mean", "sum") and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):
        base, power = ast.unparse(value.left), ast.unparse(value.right)
        whole = reduced().replace(f"({inner})", f"({base})", 1)
        # where the mean is 0 nobody can tell whether the power is outside, or nowhere
        says = f"the power {power} is not taken of each value, before their {REDUCTIONS[name]}"
        yield "left-out", says, f"{whole} ** {power}"
        says = f"the power {power} is taken of the {REDUCTIONS[name]} of the absolute values"
        absolute = reduced().replace(f"({inner})", f"np.abs({base})", 1)
        yield "brackets", f"{says} of {_name(base)}, not of each", f"{absolute} ** {power}"
    for other in REDUCTIONS:
        if other != name:
            yield (
                "reduction",
                f"the {REDUCTIONS[other]} of {of} stands where its {REDUCTIONS[name]} belongs",
                reduced(other),
            )
    axis, kept = options.get("axis"), options.get("keepdims", False)
    if name in ("mean", "sum"):
        for gone, rest in (("first", "[1:]"), ("last", "[:-1]")):
            text = reduced().replace(f"({inner})", f"({inner}){rest}", 1)
            yield "left-out", f"the {gone} of {of} is not in the {REDUCTIONS[name]}", text
            if name == "mean":
                total = f"({inner}){rest}.sum(axis={axis}, keepdims={kept}) / len({inner})"
                yield "left-out", f"the {gone} of {of} is not in the sum", total
    largest, smallest = (reduced(end) for end in ("max", "min"))
    if name == "mean":
        says = f"the middle of the largest and the smallest of {of} stands for its mean"
        yield "reduction", says, f"({largest} + {smallest}) / 2"
        if isinstance(axis, int | None):
            first = f"np.take({inner}, {[0] if kept else 0}, axis={axis})"
            yield "reduction", f"the first of {of} stands where its mean belongs", first
    if name == "var":
        says = f"the distance of the largest {of} from the smallest stands for its spread"
        yield "reduction", says, f"({largest} - {smallest}) ** 2"
        yield "reduction", f"{says}, without its square", f"({largest} - {smallest})"
    if name == "mean":
        square = f"np.sqrt((({inner}) ** 2).mean(axis={axis}, keepdims={kept}))"
        yield "reduction", f"the root of the mean square of {of} stands for its mean", square
        middle = f"np.median({inner}, axis={axis}, keepdims={kept})"
        yield "reduction", f"the median of {of} stands where its mean belongs", middle
        for divisor in (*_counts(site), K):
            says = f"the sum of {of} is divided by `{divisor}`".replace(K, "{k}")
            yield "count", says, f"{reduced('sum')} / ({divisor})"
    if name == "var":
        says = f"the variance of {of} divides by one less than the number of values"
        yield "count", says, reduced(ddof=1)
        says = f"the variance of {of} divides by two less than the number of values"
        yield "count", says, reduced(ddof=2)
        axes = axis if isinstance(axis, tuple) else ()
        for some in axes if len(axes) > 2 else ():
            within = tuple(one for one in axes if one != some)
            says = f"the mean over {_over(some)} of the variances of {of} stands for its variance"
            of_variances = reduced(axis=within, keepdims=True)
            mean = f"{of_variances}.mean(axis={some}, keepdims=True)"
            yield "reduction", says, f"{mean}.reshape({reduced()}.shape)"
        number = f"(({inner}).size / {reduced()}.size)"
        for divisor in (*_counts(site), K):
            says = f"the sum of squares of {of} is divided by `{divisor}`".replace(K, "{k}")
            yield "count", says, f"{reduced()} * {number} / ({divisor})"
    if name == "sum":
        yield "offset", f"{{k}} is added to the sum of {of}", f"{K} + {reduced()}"
    if axis is not None:
        text = f"0 * {reduced()} + {reduced(axis=None, keepdims=False)}"
        yield "axis", f"the {REDUCTIONS[name]} of {of} is taken over everything, and repeated", text
    for other_axis in ROWS if axis in (0, 1) else AXES:
        for keepdims in {kept, True}:
            if (other_axis, keepdims) != (axis, kept):
                says = f"the {REDUCTIONS[name]} of {of} is taken over {_over(other_axis)}"
                yield "axis", says, reduced(axis=other_axis, keepdims=keepdims)
    yield (
        "factor",
        f"the {REDUCTIONS[name]} of {of} is {{k}} times what it should be",
        f"{K} * {reduced()}",
    )
    if isinstance(value, ast.BinOp) and type(value.op) in SIGNS:  # of a product or a sum
        a, op, b = ast.unparse(value.left), SIGNS[type(value.op)], ast.unparse(value.right)
        for one, other in ((a, b), (b, a)):
            rest = reduced().replace(f"({inner})", f"({one})", 1)
            ordered = f"{rest} {op} ({other})" if one == a else f"({other}) {op} {rest}"
            yield "brackets", f"{_name(other)} is outside the {REDUCTIONS[name]}", ordered
        if op == "*":
            first, second = (reduced().replace(f"({inner})", f"({one})", 1) for one in (a, b))
            says = f"the {REDUCTIONS[name]} of {_name(a)} and that of {_name(b)} are multiplied"
            yield "brackets", f"{says}, not their products", f"{first} * {second}"


def _counts(site: Site) -> Iterator[str]:
    """What may be taken for a number of values: counts, one more or less, products of two."""
    counts = [*site.counts]
    for count in counts:
        yield from (count, f"{count} - 1", f"{count} + 1", f"{count} - 2")
    pairs = itertools.combinations_with_replacement(counts, 2)
    yield from (f"{one} * {other}" for one, other in pairs)
    if len(counts) > 2:  # N H W, and one of them twice
        triples = itertools.combinations_with_replacement(counts, 3)
        yield from (" * ".join(three) for three in triples if len({*three}) > 1)


def _over(axis: object) -> str:
    if axis is None:
        return "everything"
    axes = axis if isinstance(axis, tuple) else (axis,)
    return f"ax{'i' if len(axes) == 1 else 'e'}s {' and '.join(map(str, axes))}"


def _shapes(site: Site) -> Iterator[Change]:
    """Slips in how the axes of something are moved, and in what is copied."""
    match site.node:
        case ast.Call(func=ast.Attribute(value=value, attr="reshape" | "transpose" as does)):
            inner, texts = ast.unparse(value), [ast.unparse(one) for one in site.node.args]
            yield "left-out", f"`{does}` is left out", inner
            for i, j in itertools.combinations(range(len(texts)), 2):
                if texts[i] != texts[j]:
                    says = f"in `{does}`, {_name(texts[i])} and {_name(texts[j])}"
                    moved = ", ".join(_swapped(texts, i, j))
                    yield "order", f"{says} have changed places", f"({inner}).{does}({moved})"
        case ast.Call(func=ast.Attribute(value=value, attr="copy"), args=[]):
            inner = ast.unparse(value)
            yield "left-out", f"{_name(inner)} itself is taken, and no copy of it", inner
            for other in site.scope:
                if other != inner:
                    says = f"{_name(other)} itself stands where a copy of {_name(inner)} belongs"
                    yield "operand", says, other
        case ast.BinOp(op=ast.MatMult(), right=right):
            inner = ast.unparse(right)
            says = f"all of {_name(inner)} weigh the same"
            yield "condition", says, f"np.mean({inner}, axis=0)"
        case ast.Call(func=ast.Name(id="slice" | "range" as bounds), args=[*before, last]):
            start = "".join(f"{ast.unparse(one)}, " for one in before)
            for by, less in (("- 1", "one less"), ("+ 1", "one more")):
                text = f"{bounds}({start}{ast.unparse(last)} {by})"
                yield "count", f"`{bounds}` ends at {less}", text


def _whole(site: Site) -> Iterator[Change]:
    """A factor too many in what a line sets or returns."""
    if not site.whole or isinstance(site.node, ast.Tuple | ast.Dict):
        return
    text = ast.unparse(site.node)
    scales = [name for name in site.scope if name.removeprefix("self.") in SCALES]
    for scale in (*scales, *site.counts):
        if scale != text:
            for op in "/*":
                says = f"{_done(op, _name(text), _name(scale))} once too often"
                yield "factor", says, f"({text}) {op} ({scale})"


def _quantities(site: Site) -> Iterator[Change]:
    """Another quantity in the place of one, or a count that is off by one."""
    name = _quantity(site)
    if not name:
        return
    counts = {*site.counts}
    for other in site.scope:
        # x that is returned is no slip: the function is not written yet
        written = not (site.returned and other == "x")
        if other != name and written and (name in counts or other not in counts):
            yield "operand", f"{_name(other)} stands where {_name(name)} belongs", other
    if name in counts:
        for other in _counts(site):
            if other not in site.scope:
                yield "count", f"`{other}` stands where {_name(name)} belongs", f"({other})"
    else:
        yield "power", f"{_name(name)} is squared", f"({name}) ** 2"
        yield "power", f"the root of {_name(name)} is taken", f"np.sqrt({name})"
        yield "sign", f"the sign of {_name(name)} is wrong", f"(-{name})"
        if name.removeprefix("self.") in PARAMETERS:
            yield "offset", f"1 is added to {_name(name)}", f"(1 + {name})"
        if name.removeprefix("self.") in RATES:
            yield "factor", f"{_name(name)} is {{k}} times what it should be", f"{K} * {name}"
        for kind, says, text in _bent(name):
            yield kind, _name(name).join(says), text


def _bent(name: str) -> Iterator[tuple[str, tuple[str, str], str]]:
    """One for all of a quantity, or all along the wrong axis; its name is amid what is said."""
    yield "operand", ("the first of ", " stands for all of it"), f"{name}[0]"
    yield "operand", ("the mean of ", " stands for all of it"), f"{name}.mean()"
    yield "operand", ("the sum of ", " stands for all of it"), f"{name}.sum()"
    yield "axis", ("", " has a second axis, and lines up with the examples"), f"({name})[:, None]"


def _quantity(site: Site) -> str:
    """The name of a quantity, `mean` or `self.eps`; empty for any other expression."""
    text = ast.unparse(site.node)
    return text if text in site.scope else ""


def _everywhere(where: str, sites: list[Site]) -> Iterator[Slip]:
    """The same slip at each of several places: in the same operation, quantity, or axis."""
    by_name: dict[str, list[Site]] = {}
    alike: dict[tuple[str, str, str], list[tuple[Path, ast.AST]]] = {}
    together: dict[tuple[str, str, str], list[tuple[Path, ast.AST]]] = {}
    missing: dict[tuple[str, type], list[tuple[Path, ast.AST]]] = {}
    for site in sites:
        if name := _quantity(site):
            by_name.setdefault(name, []).append(site)
        for kind, says, text in _operations(site):
            if "{k}" not in says:
                key = kind, says, ast.unparse(site.node)
                alike.setdefault(key, []).append((site.path, _expression(text)))
            if kind == "left-out" and isinstance(site.node, ast.BinOp):
                does = says, type(site.node.op)
                missing.setdefault(does, []).append((site.path, _expression(text)))
        for kind, says, text in _reductions(site):
            if kind in ("axis", "count"):
                whole, _, done = says.partition(" is ")
                # of all of them, or of all sums, or all means
                for some in ("mean or sum", whole.split()[1]):
                    key = kind, some, done
                    together.setdefault(key, []).append((site.path, _expression(text)))
    for name, found in by_name.items():
        counts = {*found[0].counts}
        for other in found[0].scope if len(found) > 1 else ():
            if other != name and (name in counts or other not in counts):
                says = f"{_name(other)} stands where {_name(name)} belongs"
                changes = tuple((site.path, _expression(other)) for site in found)
                yield Slip("operand", says, where, changes)
    for (kind, says, _), moved in alike.items():
        if len(moved) > 1:
            yield Slip(kind, f"{says}, each time", where, tuple(moved))
    for (says, _), moved in missing.items():  # as of two lines that are alike, but for one name
        if len({ast.dump(node) for _, node in moved}) > 1 and not _nested(moved):
            yield Slip("left-out", f"{says}, each time", where, tuple(moved))
    for (kind, some, done), moved in together.items():
        everything = len(moved) == len(together[kind, "mean or sum", done])
        if len(moved) > 1 and not _nested(moved) and not (everything and some != "mean or sum"):
            yield Slip(kind, f"the {some} is {done}, each time", where, tuple(moved))


def _nested(moved: Iterable[tuple[Path, ast.AST]]) -> bool:
    """Does one of the places lie in another?"""
    paths = [path for path, _ in moved]
    return any(a != b and b[: len(a)] == a for a in paths for b in paths)


def _statements(program: Program, sites: list[Site]) -> Iterator[Slip]:
    """A line left out, a condition that does not count, other defaults, parameters in disorder."""
    where = program.name
    for function, path in _functions(program):
        yield from _stale(where, function, path)
        yield from _exchanged(where, function, path)
        before: Changes = ()  # an array of zeros that a loop fills: it could be a copy of x
        for statement, here in _lines(function.body, path, "body"):
            match statement:
                case ast.Assign(value=start) if ast.unparse(start) == "np.zeros(x.shape, x.dtype)":
                    before = (((*here, ("value", None)), _expression("x.copy()")),)
                case ast.Assign(targets=[ast.Attribute() as target]) | ast.AugAssign(target=target):
                    says = f"{_name(ast.unparse(target))} is not set or moved on"
                    yield Slip("left-out", says, where, ((here, ast.Pass()),))
                case ast.For(iter=iterated):
                    yield from _rounds(where, iterated, (*here, ("iter", None)), before)
                case ast.If(test=test):
                    for value, when in ((True, "always"), (False, "never")):
                        says = f"what depends on {_name(ast.unparse(test))} happens {when}"
                        changed = ((*here, ("test", None)), ast.Constant(value))
                        yield Slip("condition", says, where, (changed,))
        yield from _parameters(where, function, path, sites)
    yield from _exchanged_in_line(where, sites)


def _exchanged_in_line(where: str, sites: list[Site]) -> Iterator[Slip]:
    """Two quantities have each other's place in one line."""
    lines: dict[Path, dict[str, list[Site]]] = {}
    for site in sites:
        if name := _quantity(site):
            field = next(i for i, (field, _) in enumerate(site.path) if field in ("value", "test"))
            lines.setdefault(site.path[:field], {}).setdefault(name, []).append(site)
    for names in lines.values():
        for one, other in itertools.combinations(names, 2):
            changes = (
                *((site.path, _expression(other)) for site in names[one]),
                *((site.path, _expression(one)) for site in names[other]),
            )
            says = f"{_name(one)} and {_name(other)} have changed places{names[one][0].inside}"
            yield Slip("order", says, where, changes)


def _rounds(where: str, iterated: ast.expr, path: Path, before: Changes) -> Iterator[Slip]:
    """A loop that leaves out its first or last round, or ends after the first."""
    text = f"list({ast.unparse(iterated)})"
    for says, part in (
        ("the loop leaves out the first", "[1:]"),
        ("the loop leaves out the last", "[:-1]"),
        ("the loop ends after the first: what ends it, as `return` does, is inside it", "[:1]"),
    ):
        change = (path, _expression(text + part))
        yield Slip("left-out", says, where, (change,))
        if before:
            yield Slip("left-out", f"{says}; the rest stays `x`", where, (*before, change))


def _exchanged(where: str, function: ast.FunctionDef, path: Path) -> Iterator[Slip]:
    """Two attributes that are set one after the other have each other's value."""
    for place, (one, other) in enumerate(itertools.pairwise(function.body)):
        match one, other:
            case ast.Assign(targets=[ast.Attribute() as a]), ast.Assign(
                targets=[ast.Attribute() as b]
            ):
                at, below = ((*path, ("body", place + i), ("value", None)) for i in (0, 1))
                says = f"{_name(ast.unparse(a))} and {_name(ast.unparse(b))} have changed places"
                yield Slip("order", says, where, ((at, other.value), (below, one.value)))


def _stale(where: str, function: ast.FunctionDef, path: Path) -> Iterator[Slip]:
    """What is made of the first batch of a shape is kept for those that follow."""
    arrays = [
        one.arg for one in function.args.args if ast.unparse(one.annotation or one) == "Array"
    ]
    if not arrays:
        return
    shape, changes = f"{arrays[0]}.shape", []
    for statement, here in _lines(function.body, path, "body"):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                kept = _expression(f"{KEPT}.setdefault(({name!r}, {shape}), {ast.unparse(value)})")
                changes.append(((*here, ("value", None)), kept))
                says = f"{_name(name)} is that of the first batch of this shape"
                yield Slip("stale", says, where, (changes[-1],))
    if len(changes) > 1:
        says = "all is as for the first batch of this shape"
        yield Slip("stale", says, where, tuple(changes))
        yield Slip(
            "stale",
            "the statistics are those of the first batch of this shape",
            where,
            tuple(
                (at, node)
                for at, node in changes
                if any(f"'{one}'" in ast.unparse(node) for one in ("mean", "variance"))
            ),
        )


def _parameters(
    where: str, function: ast.FunctionDef, path: Path, sites: list[Site]
) -> Iterator[Slip]:
    names = [one.arg for one in function.args.args]
    arrays = [one.arg for one in function.args.args if one.annotation and one.arg != names[0]]
    arrays = [name for name in arrays if name in ("gamma", "beta", "mean", "variance")]
    if len(arrays) > 1:
        each = f"each of {' and '.join(map(_name, arrays))}"
        for place, (kind, around, _) in enumerate(_bent("")):
            changes = tuple(
                (site.path, _expression([*_bent(site_name)][place][2]))
                for site in sites
                if (site_name := _quantity(site)) in arrays and site.path[: len(path)] == path
            )
            yield Slip(kind, each.join(around), where, changes)
    first = len(names) - len(function.args.defaults)
    number = _expression(K)
    for place, default in enumerate(function.args.defaults):
        name = names[first + place]
        if isinstance(default, ast.Constant) and isinstance(default.value, float):
            at = (*path, ("args", None), ("defaults", place))
            yield Slip(
                "default", f"{_name(name)} is {{k}} where none is given", where, ((at, number),)
            )
            uses = [
                site.path
                for site in sites
                if _quantity(site) == name and site.path[: len(path)] == path
            ]
            says = f"{_name(name)} is always {{k}}, whatever is given"
            yield Slip("fixed", says, where, tuple((use, number) for use in uses))
    for argument in function.args.args[:first]:
        if argument.annotation and ast.unparse(argument.annotation) == "int":
            uses = [
                site.path
                for site in sites
                if _quantity(site) == argument.arg and site.path[: len(path)] == path
            ]
            for always in (1, 2, 4):
                says = f"{_name(argument.arg)} is always {always}, whatever is given"
                changed = tuple((use, _expression(str(always))) for use in uses)
                yield Slip("fixed", says, where, changed)
    for one, other in itertools.combinations([name for name in names if name != "self"], 2):
        i, j = names.index(one), names.index(other)
        at_i, at_j = ((*path, ("args", None), ("args", place)) for place in (i, j))
        says = f"{_name(one)} and {_name(other)} have changed places"
        yield Slip("order", says, where, ((at_i, ast.arg(other, None)), (at_j, ast.arg(one, None))))


# Walking through a program


def _functions(program: Program) -> Iterator[tuple[ast.FunctionDef, Path]]:
    if isinstance(program, ast.FunctionDef):
        yield program, ()
    else:
        for place, one in enumerate(program.body):
            if isinstance(one, ast.FunctionDef):
                yield one, (("body", place),)


def _lines(body: list[ast.stmt], path: Path, field: str) -> Iterator[tuple[ast.stmt, Path]]:
    """The statements, those inside others too, and their paths."""
    for place, statement in enumerate(body):
        here = (*path, (field, place))
        yield statement, here
        for inner in ("body", "orelse"):
            yield from _lines(getattr(statement, inner, []), here, inner)


def _sites(program: Program) -> Iterator[Site]:
    """The expressions of a program in the order of its lines."""
    nodes = [*ast.walk(program)]
    called = {ast.unparse(one.func) for one in nodes if isinstance(one, ast.Call)}
    own = {ast.unparse(one) for one in nodes if isinstance(one, ast.Attribute)}
    attributes = {name for name in own - called if name.startswith("self.")}
    attributes -= {f"self.{name}" for name in NO_QUANTITIES}
    for function, path in _functions(program):
        scope = [one.arg for one in function.args.args if one.arg not in NO_QUANTITIES]
        scope += sorted(attributes) if function.name != "__init__" else []
        for statement, here in _lines(function.body, path, "body"):
            for field in ("value", "test"):
                value = getattr(statement, field, None)
                if isinstance(value, ast.expr):
                    at = (*here, (field, None))
                    yield from _expressions(value, at, _inside(statement), tuple(scope))
            scope += [name for name in _assigned(statement) if name not in scope]


def _expressions(node: ast.expr, path: Path, inside: str, scope: tuple[str, ...]) -> Iterator[Site]:
    yield Site(node, path, inside, scope)
    for field, value in ast.iter_fields(node):
        if field == "slice":
            continue
        for place, one in enumerate(value) if isinstance(value, list) else ((None, value),):
            at = (*path, (field, place))
            if isinstance(one, ast.keyword) and one.arg not in ("axis", "keepdims"):
                yield from _expressions(one.value, (*at, ("value", None)), inside, scope)
            elif isinstance(one, ast.expr):
                yield from _expressions(one, at, inside, scope)


def _inside(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return f", in {_name(ast.unparse(target))}"
        case ast.Return():
            return ", in what is returned"
    return ""


def _assigned(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign | ast.For):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name | ast.Tuple):
                yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))
