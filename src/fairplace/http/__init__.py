"""The web application: public pages, the static record and their machine-readable twins."""
