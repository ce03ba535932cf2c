"""The dnarch program, run by tests of the data sets' files."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """A built dnarch."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def result(self, *arguments: str | Path) -> subprocess.CompletedProcess:
        """Status, output and messages of a run with these arguments."""
        return subprocess.run([self.path, *arguments], capture_output=True, text=True, check=False)

    def run(self, *arguments: str | Path) -> str:
        """The output of a run that must succeed without a message."""
        result = self.result(*arguments)
        assert (result.returncode, result.stderr) == (0, ""), result
        return result.stdout


def find() -> Program | None:
    """What the environment variable DNARCH names, or the release, or the debug build."""
    named = os.environ.get("DNARCH")
    paths = [Path(named)] if named else [ROOT / "target" / build / "dnarch" for build in ("release", "debug")]
    return next((Program(path.resolve()) for path in paths if path.is_file()), None)
