"""The source kind ``seventeentrack``: scans heard of by 17TRACK."""
