"""Who can sign in: people, their passkeys and sessions; kept beside the log and never in it."""
