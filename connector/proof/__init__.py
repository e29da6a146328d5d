"""What proves a conflict: the log's check, its anchors, and the dossier. Everything but the anchor file is pure."""
