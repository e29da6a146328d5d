"""The state of things at this moment, for the page that lies open all day and for programs."""
