"""What is sent by e-mail, and the links that lead from it: private, and no evidence."""
