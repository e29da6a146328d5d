"""The generic source: Standard Webhooks with this product's own body."""
