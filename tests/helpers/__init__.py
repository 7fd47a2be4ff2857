"""What tests of several parts use."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
