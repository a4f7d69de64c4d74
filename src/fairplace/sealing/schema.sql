-- Openers of sealed bids, format 1: public keys, and what openers gave towards opening a bid, encrypted.

CREATE TABLE opener (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,           -- an account's id
    name TEXT NOT NULL,             -- the signing key that vouches for it
    public_key TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL,             -- the signed note: name and public key
    created TEXT NOT NULL,
    confirmed TEXT,                 -- when a second person confirmed it
    confirmed_by TEXT,
    removed TEXT
) STRICT;

CREATE TABLE share (
    document TEXT NOT NULL,         -- digest under a key of its own: it does not tell which file
    place INTEGER NOT NULL,         -- of the opener in the file's head
    given BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (document, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE opened (
    document TEXT PRIMARY KEY,
    given BLOB NOT NULL,            -- what was inside
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
