"""Chromium without a window: it prints the book, and the tests open pages in it."""

import os
import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# It asks nobody on the network but for the page.
_ALONE = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
)


def chromium(profile: Path) -> list[str]:
    """The command that starts it, with an empty profile; options and an address may follow.

    Raises FileNotFoundError where it is not installed.
    """
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise FileNotFoundError(f"this takes Chromium: install one of {', '.join(_NAMES)}")
    command = [program, "--headless=new", "--disable-gpu", f"--user-data-dir={profile}", *_ALONE]
    if os.geteuid() == 0:  # its own sandbox does not work for root
        command.append("--no-sandbox")
    return command
