"""What people see and do: the pages of the console."""
