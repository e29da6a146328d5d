"""What can go wrong with the store, by what to do next."""


class StoreError(Exception):
    """The store did not do what was asked; nothing of it was kept."""


class StoreUnavailable(StoreError):
    """The store cannot take anything now: the disk is full or failing, or too much is waiting. Try again later."""


class StoreInUse(StoreError):
    """Another process works on the same database file; two writers would corrupt it."""
