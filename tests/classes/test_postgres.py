"""The gradebook in PostgreSQL, which serves more than one instructor at a time."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.classes import FEW, classroom, few, files, graded_again, in_gradebook
from helpers.masters import points_of
from nbgrader.api import Gradebook

from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in

NOBODY = 65534


def program(name: str) -> str | None:
    """One of the server's programs: Debian keeps them in a folder for each version."""
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(name, path=os.pathsep.join([*places, os.environ["PATH"]]))


needs_server = pytest.mark.skipif(
    program("initdb") is None, reason="there is no PostgreSQL server here: no initdb"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that only these tests use, and that is gone after them."""
    # The server refuses to be root, and then needs a folder that it can reach.
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        if user:
            os.chown(folder, NOBODY, NOBODY)

        def run(program_name: str, *arguments: str) -> None:
            found = program(program_name)
            assert found is not None
            command = [found, "-D", str(folder / "data"), *arguments]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, **user
            )
            assert done.returncode == 0, done.stderr + done.stdout

        run("initdb", "-U", "grader", "-A", "trust", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://grader@/postgres?host={folder}&port={port}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


@needs_server
def test_class(server: str, tmp_path: Path) -> None:
    """Is a class graded into PostgreSQL as into SQLite, and a second time too?"""
    sqlite, postgres = tmp_path / "sqlite", tmp_path / "postgres"
    roots = (few(sqlite), few(postgres, f"\nc.CourseDirectory.db_url = {server!r}\n"))
    for root in roots:
        assert graded_again(root) == list(FEW)
        hand_in(root, "ben", STUDENTS["ada"])
        assert graded_again(root) == ["ben"]
        classroom(root).export(root / "grades.csv")
    assert not (postgres / "gradebook.db").exists()
    assert in_gradebook(sqlite) == in_gradebook(postgres, server)
    assert files(sqlite / "autograded") == files(postgres / "autograded")
    marks = [sorted((root / "grades.csv").read_text().splitlines()) for root in roots]
    assert marks[0] == marks[1]
    with Gradebook(server, "batchnorm") as book:
        assert book.find_submission(ASSIGNMENT, "ben").score == points_of(ASSIGNMENT)
