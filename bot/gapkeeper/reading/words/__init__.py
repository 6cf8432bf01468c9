"""The vocabulary as data: a TOML file a language, read once when the first document is read."""
