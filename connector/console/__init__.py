"""What people see and do from outside: the JSON API."""
