-- Drafts and acts on their way, format 1. What people wrote stands here encrypted (AES-256-GCM); none of it is evidence.

CREATE TABLE draft (
    case_id TEXT NOT NULL,          -- the case, or '' for one that is not planned yet
    task TEXT NOT NULL,
    owner TEXT NOT NULL,            -- '' for a draft that colleagues share, else whose alone it is
    version INTEGER NOT NULL,
    written BLOB NOT NULL,
    changed_by TEXT NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (case_id, task, owner)
) STRICT, WITHOUT ROWID;

-- Who has which draft open, so that two people on one see each other.
CREATE TABLE looking (
    case_id TEXT NOT NULL,
    task TEXT NOT NULL,
    person TEXT NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (case_id, task, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE act (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    task TEXT NOT NULL,
    made_by TEXT NOT NULL,          -- the person
    actor TEXT NOT NULL,            -- the name of the key that signs first
    second TEXT NOT NULL,           -- roles one of which another person signs with, separated by spaces; '' for none
    act BLOB NOT NULL,              -- the command, the bytes to be signed and their openings
    line TEXT,                      -- the first signature, once it came
    created TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'first-signed', 'done', 'dropped')),
    place INTEGER                   -- where it stands in the log, once it does
) STRICT;
CREATE INDEX act_state ON act (state, case_id);
