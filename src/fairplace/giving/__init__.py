"""What officers must give back after a decision, written from recorded events alone: letters, decision text, notices."""
