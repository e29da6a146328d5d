"""Messages to people about alarms: decided by the domain, kept by the store, sent by apprise; and who watches that."""
