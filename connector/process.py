"""What the daemon asks of its process, so that nothing stops the loop for long."""

import gc
import sys

_SWITCH_EVERY_S = 0.0005
"""How long a thread that reads a long list may keep the loop waiting. Python's own 5 ms would fall on every step."""


def settle_in() -> None:
    """Call once, when everything that stays is built.

    The collector then leaves that alone. Else it looks through it all now and then, and finds nothing, while the loop
    stands still: docs/decisions/0022-pauses-of-the-collector.md.
    """
    sys.setswitchinterval(_SWITCH_EVERY_S)
    gc.collect()
    gc.freeze()
