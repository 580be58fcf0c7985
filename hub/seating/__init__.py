"""From a claim to a running server: placement, container or process, boarding."""
