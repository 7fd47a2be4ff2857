"""Everything that runs in the student's process.

There this folder is the top-level package `student`, with nothing else of the grader in reach.
So its modules import each other relatively, and NumPy and IPython besides.
"""

import sys

_AS_STUDENT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("student", sys.argv[1])
sys.modules["student"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
importlib.import_module("student." + sys.argv[2]).main()
"""


def command(module: str) -> list[str]:
    """The command that runs `main` of one of these modules in a Python that sees only them."""
    return [sys.executable, "-P", "-s", "-B", "-c", _AS_STUDENT, __file__, module]
