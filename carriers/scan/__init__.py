"""A person with a barcode reader, on the scan page of the console."""
