"""The edges: what implements the ports, on files, processes and networks."""
