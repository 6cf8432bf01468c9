"""The service: what runs in the process of `gapkeeper serve`."""
