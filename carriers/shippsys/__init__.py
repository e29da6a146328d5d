"""The source kind ``shippsys``: the label callback of SHIPPSYS."""
