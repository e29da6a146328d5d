"""docs/api.md is held to the program: every example on it runs."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.connector.api.conftest import Working

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sh|python) runs ?(\w*)\n(.*?)```", PAGE, flags=re.DOTALL)
STAND_IN = Path(__file__).with_name("curl.py")
ENDS_WITHIN_S = 60.0


async def test_every_example_runs_as_it_stands_there(working: Working, tmp_path: Path) -> None:
    """Where a block names a word, the answer holds it; else the answer is no error.

    With the machine's own curl where there is one, and with a stand-in: the project asks for no more than Python.
    """
    (tmp_path / "stand-in").mkdir()
    curl = tmp_path / "stand-in" / "curl"
    curl.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n', encoding="utf-8")
    curl.chmod(0o755)
    wrong = []
    for path in (*([os.environ["PATH"]] if shutil.which("curl") else []), f"{curl.parent}:{os.environ['PATH']}"):
        for language, word, script in EXAMPLES:
            words = ("sh", "-eu", "-c", script) if language == "sh" else (sys.executable, "-c", script)
            said = await output(words, working, tmp_path, path)
            if not said or (word not in said if word else '"error"' in said):
                wrong.append((script, said))

    assert len(EXAMPLES) >= 8
    assert wrong == []


async def output(words: tuple[str, ...], working: Working, folder: Path, path: str) -> str:
    """What a program prints, which must end well."""
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    own |= {"URL": working.url, "TOKEN": working.token, "PATH": path}
    process = await asyncio.create_subprocess_exec(
        *words, cwd=folder, env=own, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    printed, complained = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_S)
    assert (process.returncode, complained.decode()) == (0, "")
    return printed.decode()
