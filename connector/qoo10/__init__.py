"""Everything that is said to Qoo10: requests and answers as pure functions, and one client that sends them."""
