"""The source kind ``easyship``: Easyship's webhooks."""
