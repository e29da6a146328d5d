"""Where label messages come in: authenticate, parse, commit, answer. In this order, and nothing else."""
