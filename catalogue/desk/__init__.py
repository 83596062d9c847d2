"""The desk: the pages on which States report, the secretariat reviews, and everybody reads the published register."""
