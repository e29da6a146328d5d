"""What ``qoo10-connector check`` looks at: facts are gathered, findings drawn from them, each with its mend."""
