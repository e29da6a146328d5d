"""Traces: the way of a label, from its delivery to its confirmation, for a collector of the operator's (OpenTelemetry).

They are told afterwards, from what the store keeps anyway: nothing is added on the way of a label, and a trace survives
every crash and restart in between. Only ``otel.py`` needs the extra ``otel``; it is loaded when an endpoint is set.
"""
