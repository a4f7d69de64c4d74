"""A record of how public services are bought, that anybody can check."""
