"""What the trackers of all forges do alike: issues as they were last seen, listed anew, read and written."""
