"""What is measured and warned of: alarms and the month's report, as data, on a terminal, as metrics."""
