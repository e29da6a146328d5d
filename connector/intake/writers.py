"""Whether a program on this machine still writes to a file."""

import contextlib
import fcntl
import os
import signal
from pathlib import Path


def is_being_written(path: Path) -> bool:
    """True when a program on this machine has the file open for writing; False when none has, or nobody can tell.

    Linux grants a read lease only on a file that nobody writes to. A share does not know of writers on other machines,
    and a file of another user gives no lease: there, time must tell.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # A writer that comes while we hold the lease makes the kernel signal us; the default one would end the program.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGWINCH)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
