-- Messages on their way, format 1. Words and addresses stand here encrypted (AES-256-GCM); none of it is evidence.

CREATE TABLE message (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    cause TEXT NOT NULL,            -- what it was written for, a short code
    written BLOB NOT NULL,          -- to whom, subject and text, without the link
    link BLOB,                      -- the link that goes into it, until it is sent
    trouble BLOB,                   -- what hindered it last
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries INTEGER NOT NULL,
    due TEXT NOT NULL,              -- when it is tried next
    queued TEXT NOT NULL,
    settled TEXT                    -- when it was sent, or given up
) STRICT;
CREATE INDEX message_state ON message (state, due);
CREATE INDEX message_case ON message (case_id, queued);
