"""Every request to a forge goes through here: one host, one pace, one cache, one mapping of failures to errors."""
