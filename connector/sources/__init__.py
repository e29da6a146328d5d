"""What people may want to know of sources without running one: which there are, and what a payload would become."""
