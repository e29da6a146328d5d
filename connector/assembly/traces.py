"""How traces are put together, where there is somewhere to send them."""

from connector.assembly.tasks import Tasks
from connector.settings import Settings
from connector.store.store import Store


def start_traces(settings: Settings, store: Store, tasks: Tasks) -> None:
    """Starts telling traces; without an endpoint nothing of OpenTelemetry is loaded."""
    if not settings.traces.endpoint:
        return
    from connector.traces.follower import TraceFollower  # noqa: PLC0415 - loaded where it is used only
    from connector.traces.otel import Tracer, otlp  # noqa: PLC0415 - the extra may be missing otherwise

    tracer = Tracer(otlp(settings.traces.endpoint))
    follower = TraceFollower(store, tracer, order_numbers=settings.traces.order_numbers)
    tasks.start("traces", follower.run())
