"""``[traces]``: where the way of every label is told, for whoever looks for what takes long."""

from importlib.util import find_spec
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from connector.settings.base import Section


def _plain_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is no address") from None
    plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if url and (not plain or parts.query or parts.fragment or not url.isprintable() or " " in url):
        raise ValueError("must be a plain http or https address, without a login and ?")
    return url


class TraceSettings(Section):
    """Traces by OpenTelemetry: one for each label, from its delivery to its confirmation. Needs the extra `otel`."""

    endpoint: Annotated[str, AfterValidator(_plain_address)] = ""
    """Where they are sent by OTLP over HTTP, for example http://127.0.0.1:4318/v1/traces; empty: there are none."""
    order_numbers: bool = False
    """Whether spans carry order numbers; whoever may read the traces then sees them."""

    @model_validator(mode="after")
    def _has_the_extra(self) -> Self:
        if self.endpoint and (find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None):
            raise ValueError("endpoint: needs the extra: pip install 'qoo10-connector[otel]'")
        return self
