"""`python -m lab.evidence`: run experiments, and say what they found."""

import argparse
import sys
from pathlib import Path

from .experiment import SEEDS
from .record import digest, load, modules, record
from .results import FOLDER, Result, adjusted, read, read_all


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    parser = argparse.ArgumentParser("python -m lab.evidence", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="make results, or go on making them")
    run.add_argument("claims", nargs="*", metavar="CLAIM", help="such as 5.3; all, unless named")
    run.add_argument("--seeds", type=int, default=SEEDS, help=f"{SEEDS}, unless given")
    run.add_argument("--jobs", type=int, default=1, help="runs at once; 1, unless given")
    run.add_argument("--into", type=Path, default=FOLDER, help="the folder of the results")
    commands.add_parser("verdicts", help="what has been found")
    given = parser.parse_args(arguments)
    if given.command == "verdicts":
        print(table(read_all()))
        return 0
    try:
        for claim in given.claims or stale():
            code = digest(modules()[claim]) if claim in modules() else ""
            path = record(load(claim), code, given.into, seeds=given.seeds, jobs=given.jobs)
            print(path)
            result = read(claim, given.into)
            print(*(f"  {unit}: {how}" for unit, how in result.widened.items()), sep="\n")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def stale(folder: Path = FOLDER) -> list[str]:
    """The experiments without results, and those whose code has changed since."""
    fresh = {result.data["claims"][0]: result.data["digest"] for result in read_all(folder)}
    return [claim for claim, path in modules().items() if fresh.get(claim) != digest(path)]


def table(results: list[Result]) -> str:
    """A line for each experiment."""
    form = "{:9} {:24} {:8} {:46} {:9} {:9} {}"
    head = ("claim", "effect and 95 % interval", "matters", "in", "settings", "p (Holm)", "verdict")
    lines, holm = [form.format(*head)], adjusted(results)
    for result in results:
        name, *_ = claims = result.data["claims"]
        lines.append(
            form.format(
                ", ".join(claims),
                f"{result.effect():.2f}",
                f"{result.matters:g}",
                result.data["unit"],
                f"{result.held} of {len(result.settings)}",
                f"{holm[name]:.2g}",
                result.verdict,
            )
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
