"""The command line in a line of bash."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def shell(command, cwd, **more):
    """Run a line of bash in which `subword` is the command line."""
    program = f'subword() {{ {shlex.quote(sys.executable)} -m subword "$@"; }}; '
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", program + command],
        cwd=cwd, env=environment, capture_output=True, timeout=120, **more,
    )  # fmt: skip


def one_line(done):
    assert done.stderr.startswith(b"subword: "), done.stderr
    assert done.stderr.count(b"\n") == 1, done.stderr
    return done.stderr.decode()
