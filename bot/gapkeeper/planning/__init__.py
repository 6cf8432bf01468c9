"""Register and snapshot to a plan: pure, and everything that can go wrong is decided here."""
