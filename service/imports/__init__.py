"""Partners' files in and out: first a report, then everything in one transaction."""
