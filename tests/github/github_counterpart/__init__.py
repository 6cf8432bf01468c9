"""GitHub as the tests see it: somebody else's emulator, and before it a proxy that adds what the real one has."""
