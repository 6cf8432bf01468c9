"""Documents in, a register out. Pure: no network, no clock, no file access."""
