"""The vocabulary as data: a JSON file a language, read once; TOML would take as long as Python takes to start."""
