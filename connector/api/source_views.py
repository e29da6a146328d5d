"""Sources and what they sent in the shapes of the API. Pure."""

from datetime import datetime

from carriers.model import Way
from connector.api.source_shapes import (
    BroughtLabel,
    DeliveryAnswer,
    NewestDeliveryAnswer,
    PollAnswer,
    RefusalAnswer,
    SecretAnswer,
    SourceAnswer,
    SourceInFullAnswer,
    TrialAnswer,
    TrialEvent,
)
from connector.intake.keyring import KnownSecret
from connector.listing.views import delivery_view
from connector.sources.desk import SourceFacts, SourceInFull
from connector.sources.trial import Trial


def source_view(of: SourceFacts, now: datetime) -> SourceAnswer:
    """A source in a list."""
    last_at = of.last.received_at if of.last is not None else None
    return SourceAnswer(
        name=of.name,
        shop=of.shop,
        kind=of.kind.kind,
        title=of.kind.title,
        way=Way(of.kind.way),
        state=of.state,
        path=of.path,
        last_at=last_at,
        last_outcome=of.last.outcome if of.last is not None else "",
        silent_s=None if last_at is None else max(0.0, round((now - last_at).total_seconds(), 1)),
        last_24_h=dict(of.counts.by_outcome),
        labels_24_h=of.counts.labels,
        refused_in_a_row=of.refused_in_a_row,
        refused_since=of.refused_since,
        trouble=of.trouble,
        poll=None if of.poll is None else PollAnswer.model_validate(of.poll),
    )


def source_in_full(of: SourceInFull, now: datetime) -> SourceInFullAnswer:
    """A source with all that is known of it."""
    return SourceInFullAnswer(
        **dict(source_view(of.facts, now)),
        newest=[
            NewestDeliveryAnswer(
                **delivery_view(each.delivery),
                labels=each.labels,
                first_labels=[BroughtLabel.model_validate(label) for label in each.first],
            )
            for each in of.newest
        ],
        in_vain=[DeliveryAnswer(**delivery_view(each)) for each in of.in_vain],
        refused=[RefusalAnswer.model_validate(each) for each in of.facts.refused],
        secrets=[secret_view(each) for each in of.facts.secrets],
    )


def secret_view(of: KnownSecret) -> SecretAnswer:
    """A secret, by its mark."""
    added = of.added
    return SecretAnswer(
        id=added.id if added is not None else None,
        mark=of.mark,
        added_by=added.added_by if added is not None else "",
        added_at=added.added_at if added is not None else None,
        used_at=of.used_at,
        unreadable=of.unreadable,
    )


def trial_view(of: Trial) -> TrialAnswer:
    """What would become of a payload."""
    return TrialAnswer(
        fine=of.is_fine,
        events=[TrialEvent.model_validate(each) for each in of.events],
        ignored=of.reasons,
        fetches=list(of.fetches),
        signature=of.signature,
        signature_is_wrong=of.signature_is_wrong,
        errors=[str(each) for each in of.errors],
    )
