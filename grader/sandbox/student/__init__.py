"""Everything that runs in the student's process.

There this folder is the top-level package `student`, with nothing else of the grader in reach.
So its modules import each other relatively, and NumPy and IPython besides.
"""

import sys

# Its modules have no file: no traceback and no tool shows a student where the grader is.
_AS_STUDENT = """
import importlib.util, os, sys
from importlib.machinery import FileFinder, SourceFileLoader

class Anonymous(SourceFileLoader):
    def get_code(self, name):
        return compile(self.get_data(self.path), f"<{name}>", "exec", dont_inherit=True)

folder = os.path.dirname(sys.argv[1])
sys.path_importer_cache[folder] = FileFinder(folder, (Anonymous, [".py"]))
spec = importlib.util.spec_from_file_location("student", sys.argv[1])
sys.modules["student"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
importlib.import_module("student." + sys.argv[2]).main()
"""


def command(module: str) -> list[str]:
    """The command that runs `main` of one of these modules in a Python that sees only them."""
    return [sys.executable, "-P", "-s", "-B", "-c", _AS_STUDENT, __file__, module]
