"""The metrics: name, kind, labels and meaning of each, from the object that measures."""

from prometheus_client.metrics import MetricWrapperBase

from connector.metrics import Metrics
from tools.reference.markdown import code, table

_ABOUT = (
    "`GET /metrics`, in the text format of Prometheus. No label ever holds an order number; `state` and `reason` are "
    "those below, `shop` and `source` the names in the settings."
)


def metrics() -> dict[str, MetricWrapperBase]:
    """Every metric by the name that Prometheus sees."""
    found = {}
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            found[f"{family.name}_total" if family.type == "counter" else family.name] = metric
    return found


def lines() -> list[str]:
    """The part about metrics."""
    rows = []
    for name, metric in sorted(metrics().items()):
        (family,) = metric.describe()
        labels = ", ".join(map(code, metric._labelnames))  # noqa: SLF001 - the library shows them nowhere else
        rows.append((code(name), family.type, labels, f"{family.documentation}."))
    return [
        "## Metrics",
        "",
        _ABOUT,
        "",
        *table(("metric", "kind", "labels", "meaning"), rows),
    ]
