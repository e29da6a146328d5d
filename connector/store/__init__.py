"""Everything that must survive a power cut: one interface with domain verbs."""
