"""How this project starts a browser, for its tests and for the pictures of its pages."""

import subprocess
from pathlib import Path

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine has a name here, whatever a page or the browser itself asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
_FINDER = Path(__file__).with_name("browser")


def chromium() -> str:
    """The browser that tools/browser finds on this machine.

    Raises:
        FileNotFoundError: there is none; the message says how to get one.
    """
    command = [str(_FINDER), "path"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a script of this project
    if found.returncode:
        raise FileNotFoundError(found.stderr.strip())
    return found.stdout.strip()
