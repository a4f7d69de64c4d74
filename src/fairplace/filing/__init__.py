"""Documents of a case at the desk: what is taken in, what is shown of it, what is published, and until when it is kept."""
