"""What is wrong, and what to do: facts become checks. Nothing here asks anybody, or knows what time it is."""
