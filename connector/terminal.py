"""What the commands share about the terminal they speak to."""

import io
import sys


def speak_in_any_encoding() -> None:
    """Much of what is said is Japanese: where the terminal's encoding has no such letters it shows question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
