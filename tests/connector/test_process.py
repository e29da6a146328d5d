"""What the daemon asks of its process."""

import subprocess
import sys

_SETTLES_IN = """
import gc
from connector import app
from connector.process import settle_in

built = len(gc.get_objects())
settle_in()
looked_through = []
gc.callbacks.append(lambda phase, info: looked_through.append(len(gc.get_objects())))
gc.collect()
print(built, *looked_through)
"""


def test_what_was_built_before_is_not_looked_through_again() -> None:
    """In a process of its own: what is left alone is so until the process ends."""
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _SETTLES_IN], capture_output=True, text=True, check=True, timeout=60
    )

    built, *looked_through = [int(word) for word in told.stdout.split()]
    assert built > 50_000
    assert len(looked_through) == 2, "one collection: its start and its end"
    assert max(looked_through) < 1_000
