"""A rehearsal on one machine: a made-up Qoo10, the real service, and a packing table that prints labels."""
