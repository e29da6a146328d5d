"""Whatever is said of a scan has words in both languages."""

from __future__ import annotations

from connector.domain.scan_match import Fault
from connector.domain.scan_verdicts import ScanReason, Signal
from connector.domain.scan_words import FAULTS, SCANS, SIGNALS


def test_every_signal_reason_and_fault_has_its_words() -> None:
    """But for those that others say: a fault's own words, and those of an entry."""
    assert set(SIGNALS) == set(Signal)
    assert set(SCANS) == set(ScanReason) - {ScanReason.FAULTY, ScanReason.STANDING}
    assert set(FAULTS) == set(Fault) - {Fault.NONE}
    assert all(each for words in SIGNALS.values() for each in words)
    for wording in (*SCANS.values(), *FAULTS.values()):
        assert all((wording.ja, wording.en, wording.next_ja, wording.next_en))
