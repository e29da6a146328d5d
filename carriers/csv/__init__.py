"""Any CSV file: the columns are named in the settings."""
