"""Settings: the repository's and the operator's; the only readers of the environment."""
