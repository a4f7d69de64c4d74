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

-- Links that were e-mailed to bidders; the secret in one stands here as its SHA-256 digest alone.
CREATE TABLE link (
    digest BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL,
    given BLOB NOT NULL,            -- for which provider, and to whom it was sent; encrypted
    created TEXT NOT NULL,
    expires TEXT NOT NULL,
    opened TEXT,                    -- when it was first used
    revoked TEXT
) STRICT;
CREATE INDEX link_case ON link (case_id, created);

-- Private words between a bidder and the authority, in the order in which they were written; encrypted.
CREATE TABLE note (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    written BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX note_case ON note (case_id, at);

-- What providers lodged here in a browser, so that each finds its own receipts; nothing of it in the clear.
CREATE TABLE lodging (
    id TEXT PRIMARY KEY,
    given BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
