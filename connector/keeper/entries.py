"""The second half of a keeper's turn: entries are looked at, decided, written and kept."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import structlog

from connector.domain.conflict import news_of
from connector.domain.decision import Action, Label, Making, Person, cancel_conflict, decide
from connector.domain.entry import Entry, EntryState, Sight, facts_of
from connector.domain.orders import OrderLine, SendingRow
from connector.domain.parcel import Parcel
from connector.domain.reasons import Reason
from connector.keeper.breathing import breathe
from connector.keeper.lines import Lines
from connector.keeper.naming import NotReady, prepare
from connector.keeper.observe import BY_LINE, BY_LIST, observe
from connector.keeper.outcomes import Moment, after_failure, after_verdict, after_write, refused_or_unclear
from connector.keeper.ship_by import ShipByGate
from connector.metrics import Metrics
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import CredentialError, LaterError, RefusedError, UnclearError
from connector.qoo10.outcomes import RowOutcome, RowState
from connector.settings import ShopSettings, SourceSettings
from connector.store.entries import SettledEntry, Writing
from connector.store.store import Store

_SLOWEST_TO_SHOW = timedelta(minutes=10)
"""Nothing slower was ever suspected of Qoo10; what takes longer to show was not looked at in time."""
SINGLE, BULK = "SetSendingInfo", "SetSendingInfoBulk"
"""The calls that carry one number, or up to 500."""
LOOKED_AT_NUMBER = (Person.NUMBER_CHECKED, Person.ENTER)
"""After these a wrong check digit holds nothing back."""

_FOR_A_PERSON = (EntryState.HELD, EntryState.CONFLICT, EntryState.REFUSED)
"""States that end only when a person does something, or Qoo10 shows something else."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    """An entry in hand, with its parcel and the name that its number goes out under.

    ``waits`` is what becomes of an entry whose number may not go out yet, and whose line is looked at all the same.
    """

    entry: Entry
    parcel: Parcel
    shipping_corp: str
    waits: SettledEntry | None = None


class EntryDesk:
    """Brings a shop's entries to Qoo10."""

    def __init__(
        self,
        shop: str,
        settings: ShopSettings,
        sources: Mapping[str, SourceSettings],
        *,
        store: Store,
        client: QapiClient,
        lines: Lines,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._shop = shop
        self._settings = settings
        self._sources = sources
        self._store = store
        self._client = client
        self._lines = lines
        self._clock = clock
        self._metrics = metrics
        self._gate = ShipByGate(shop, settings, store=store, client=client, lines=lines, clock=clock)
        self._slowest_to_show = timedelta()
        self.names: tuple[str, ...] = ()
        """The names of the account's delivery companies."""

    async def work_off(self, now: datetime, fresh: Mapping[str, OrderLine]) -> bool:
        """Takes every entry that is due one step further; whether there were any. ``fresh`` lines are not read again.

        Raises:
            CredentialError: the shop must stop; the entries wait.
            LaterError: Qoo10 is not there; the entries wait.
        """
        entries = await self._store.due_entries(self._shop, now)
        if not entries:
            return False
        parcels = await self._store.parcels_by_id(sorted({entry.parcel_id for entry in entries}))
        early = [self._before_looking(entry, parcels[entry.parcel_id]) for entry in entries]
        crossed = await self._crossed([each.entry.order_no for each in early if isinstance(each, SettledEntry)])
        early = [
            _Work(each.entry, parcels[each.entry.parcel_id], each.entry.shipping_corp, waits=each)
            if isinstance(each, SettledEntry) and each.entry.order_no in crossed
            else each
            for each in early
        ]
        settled = [each for each in early if isinstance(each, SettledEntry)]
        waiting = [each for each in settled if self._gate.concerns(each)]
        await self._settle([each for each in settled if not self._gate.concerns(each)])
        work = [each for each in early if isinstance(each, _Work)]
        if work:
            await self._look_and_act(work, fresh)
        if waiting:
            await self._settle(await self._gate.work_off(waiting))
        return True

    def _moment(self) -> Moment:
        return Moment(self._clock(), random.random())  # noqa: S311 - spreads retries, guards nothing

    async def _crossed(self, order_nos: Sequence[str]) -> set[str]:
        """Of these lines those with a cancel or an open conflict: they are looked at before their number's moment too.

        A request that meets a parcel is a conflict when it is seen, not when the number could have gone out.
        """
        if not order_nos:
            return set()
        known = await self._store.known_lines(self._shop, sorted(set(order_nos)))
        cancels = {line.order_no for line in known if line.cancel_status is not None and line.ended_at is None}
        in_conflict = await self._store.lines_in_conflict(self._shop, sorted(set(order_nos)))
        return (cancels | in_conflict) & set(order_nos)

    def _before_looking(self, entry: Entry, parcel: Parcel) -> SettledEntry | _Work:
        """What can be said without asking Qoo10: not yet its moment, a wrong number, a name that nobody settled."""
        held = entry.person is Person.HOLD
        if held or parcel.label is Label.VOIDED or entry.accepted_at is not None or entry.state is EntryState.UNCLEAR:
            return _Work(entry, parcel, entry.shipping_corp)
        now = self._clock()
        source = self._sources.get(parcel.source)
        if source is not None and entry.person is not Person.ENTER:
            ready_at = parcel.ready_at(source.enter_on, source.hold)
            if ready_at is None or ready_at > now:
                return SettledEntry(entry, EntryState.WAITING, Reason.BEFORE_ITS_MOMENT, now, due_at=ready_at)
        names = (*self.names, *sorted(self._lines.companies))
        ready = prepare(parcel, source, names, despite_check=entry.person in LOOKED_AT_NUMBER)
        if isinstance(ready, NotReady):
            return SettledEntry(entry, EntryState.HELD, ready.reason, now, detail=ready.detail)
        if ready.warning:
            log.warning("number_doubtful", shop=self._shop, order_no=entry.order_no, why=ready.warning)
        return _Work(entry, parcel, ready.shipping_corp)

    async def _look_and_act(self, work: Sequence[_Work], fresh: Mapping[str, OrderLine]) -> None:
        entries = [each.entry for each in work]
        order_nos = {entry.order_no for entry in entries}
        known = {memory.order_no: memory for memory in await self._store.known_lines(self._shop, sorted(order_nos))}
        try:
            seen = await observe(self._client, sorted(order_nos - fresh.keys()), known, self._clock())
        except (CredentialError, LaterError) as error:
            await self._settle([after_failure(entry, error, self._moment()) for entry in entries])
            raise
        at = self._clock()
        for claim_from in (BY_LINE, BY_LIST):
            read = [
                line
                for line in seen.lines.values()
                if line is not None and (line.order_no in seen.from_lists) == (claim_from == BY_LIST)
            ]
            known |= await self._lines.remember(read, at, listed=False, claim_from=claim_from)
        lines = {**seen.lines, **{order_no: fresh[order_no] for order_no in order_nos & fresh.keys()}}
        siblings = await self._store.sibling_numbers(self._shop, entries)
        in_conflict = await self._store.lines_in_conflict(self._shop, sorted(order_nos))
        settled: list[SettledEntry] = []
        to_write: dict[str, Writing] = {}
        for position, each in enumerate(work):
            await breathe(position)
            order_no = each.entry.order_no
            if (failure := seen.failed.get(order_no)) is not None:
                settled.append(after_failure(each.entry, failure, self._moment()))
            elif order_no in lines:
                sight = Sight(
                    line=lines[order_no],
                    memory=known.get(order_no),
                    label=each.parcel.label,
                    printed_at=_printed_at(each),
                    sibling_numbers=siblings[each.entry.id],
                    making=self._making(lines[order_no]),
                    in_conflict=order_no in in_conflict,
                    clock_skew_s=self._metrics.clock_skew_s(self._shop),
                )
                outcome = self._judge(each, sight, at)
                if isinstance(outcome, SettledEntry):
                    settled.append(outcome)
                else:
                    # One number for one line at a time: a second one meets the first in the next turn.
                    to_write.setdefault(order_no, outcome)
        await self._settle(settled)
        if to_write:
            await self._write(list(to_write.values()))
        if seen.failed and len(seen.failed) == len(order_nos):
            raise next(iter(seen.failed.values()))

    def _judge(self, each: _Work, sight: Sight, at: datetime) -> SettledEntry | Writing:
        """What becomes of an entry by the decision table; a ``Writing`` when its number goes out now."""
        entry = each.entry
        settled_after = max(timedelta(seconds=self._settings.repeat_unclear_after_s), 2 * self._slowest_to_show)
        facts = facts_of(entry, sight, self._settings.in_the_gap, settled_after, at)
        verdict = decide(facts)
        in_conflict = sight.in_conflict or cancel_conflict(facts) is not None or verdict.conflict is not None
        news = news_of(entry, sight, facts, at) if in_conflict else ()
        if verdict.action is Action.ENTER and each.waits is not None:
            return replace(each.waits, news=news)
        if verdict.action is Action.ENTER:
            return Writing(entry, each.shipping_corp, "", verdict.reason, at, news)
        shown_within = timedelta(seconds=self._settings.shown_within_s)
        overdue_from = sight.memory.overdue_from if sight.memory is not None else None
        return after_verdict(entry, verdict, news, self._moment(), shown_within, overdue_from)

    def _making(self, line: OrderLine | None) -> Making:
        code = line.seller_item_code if line is not None else ""
        to_order = any(fnmatchcase(code, pattern) for pattern in self._settings.made_to_order)
        return Making.TO_ORDER if code and to_order else Making.STOCK

    async def _write(self, writings: Sequence[Writing]) -> None:
        call = SINGLE if len(writings) == 1 else BULK
        begun = await self._store.begin_writing([replace(each, written_with=call) for each in writings])
        writings = [each for each in writings if each.entry.id in begun]
        if not writings:
            return
        entries = {each.entry.order_no: replace(each.entry, state=EntryState.ENTERING) for each in writings}
        rows = [SendingRow(each.entry.order_no, each.shipping_corp, each.entry.tracking_no) for each in writings]
        try:
            outcomes = await self._send(rows, together=call == BULK)
        except (CredentialError, LaterError) as error:
            await self._settle([after_failure(entry, error, self._moment()) for entry in entries.values()])
            raise
        await self._settle([after_write(entries[no], outcome, self._moment()) for no, outcome in outcomes.items()])

    async def _send(self, rows: Sequence[SendingRow], *, together: bool) -> dict[str, RowOutcome]:
        """What became of each row, each in a call of its own or all together.

        Raises:
            CredentialError, LaterError: nothing was written.
        """
        if together:
            try:
                return await self._client.send_numbers(rows)
            except UnclearError as error:
                return {row.order_no: refused_or_unclear(row.order_no, error) for row in rows}
            except RefusedError as error:
                log.warning("bulk_refused", shop=self._shop, rows=len(rows), error=str(error))
        outcomes: dict[str, RowOutcome] = {}
        for row in rows:
            try:
                await self._client.send_number(row)
                outcomes[row.order_no] = RowOutcome(row.order_no, RowState.DONE)
            except (RefusedError, UnclearError) as error:
                outcomes[row.order_no] = refused_or_unclear(row.order_no, error)
        return outcomes

    async def _settle(self, settled: Sequence[SettledEntry]) -> None:
        await self._store.settle_entries(settled)
        for position, each in enumerate(settled):
            await breathe(position)
            entry = each.entry
            self._metrics.entry_settled(self._shop, each.state, each.reason)
            if each.accepted_at is not None and entry.accepted_at is None:
                self._metrics.gap(self._shop, (each.accepted_at - entry.heard_at).total_seconds())
            self._learn_how_slow(each)
            if each.state is not entry.state or each.reason is not entry.reason:
                say = log.warning if each.state in _FOR_A_PERSON else log.info
                say(
                    "entry",
                    shop=self._shop,
                    order_no=entry.order_no,
                    tracking_no=entry.tracking_no,
                    state=each.state,
                    reason=each.reason,
                    detail=each.detail or None,
                )

    def _learn_how_slow(self, settled: SettledEntry) -> None:
        """How long this shop's Qoo10 takes to show a number: a lost answer is not repeated within twice that time."""
        entry = settled.entry
        if settled.state is EntryState.CONFIRMED and entry.accepted_at is not None and entry.attempts > 0:
            taken = min(settled.at - entry.accepted_at, _SLOWEST_TO_SHOW)
            self._slowest_to_show = max(self._slowest_to_show, taken)


def _printed_at(each: _Work) -> datetime:
    times = each.parcel.times
    return times.printed_at or times.heard_printed_at or each.entry.created_at
