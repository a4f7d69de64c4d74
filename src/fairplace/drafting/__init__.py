"""What is on its way to the record: drafts that people write, and acts that wait for a signature."""
