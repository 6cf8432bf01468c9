"""A GitLab of our own for tests: its REST API v4 over real HTTP, with everything in memory."""
