-- The store on SQLite, format 2. Tables of projections stand in the same file and are no part of this format.
--
-- `place` is an entry's number in the file: the log's number in the upper bits, its index in the lower forty. One
-- B-tree then holds the entries of every log in order, and nothing else has to be looked up to find one.

-- The head: the committed state of a log, re-read under the lock before every append.
CREATE TABLE log (
    number INTEGER PRIMARY KEY,
    origin TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL DEFAULT 0,
    frontier BLOB NOT NULL DEFAULT X'0000000000000000',
    root BLOB NOT NULL DEFAULT X'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
    register_head INTEGER NOT NULL DEFAULT -1,  -- index of the newest entry of the key register; -1: none
    register_leaf TEXT NOT NULL DEFAULT '',
    last_at TEXT
) STRICT;

CREATE TABLE type (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Cases in the order of their first entries.
CREATE TABLE cases (
    number INTEGER PRIMARY KEY,
    log INTEGER NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (log, id)
) STRICT;

CREATE TABLE entry (
    place INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL,
    id TEXT NOT NULL,
    type INTEGER NOT NULL,
    case_number INTEGER,        -- null, too, where the case is sealed: the entry's own slot /case says which it is
    recorded_at TEXT NOT NULL,  -- private: nothing may rest on it that others should be able to check
    raw BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_leaf ON entry (leaf, place >> 40);
CREATE UNIQUE INDEX entry_id ON entry (id, place >> 40);
CREATE INDEX entry_type ON entry (type, case_number);
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'an entry is never deleted'); END;
CREATE VIEW stored AS
SELECT place, raw, leaf, cases.id AS case_id, recorded_at
FROM entry LEFT JOIN cases ON cases.number = entry.case_number;

-- Roots of full subtrees at levels 8, 16, 24 …: what stands in the tiles above the lowest. Level 0 is entry.leaf.
CREATE TABLE node (
    log INTEGER NOT NULL,
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE stream (
    log INTEGER NOT NULL,
    id TEXT NOT NULL,
    n INTEGER NOT NULL,
    leaf TEXT NOT NULL,
    head INTEGER NOT NULL,  -- index of its newest entry
    PRIMARY KEY (log, id)
) STRICT, WITHOUT ROWID;

-- What each command was committed as, by its idempotency key. Both are kept as names that nobody can guess: a command is
-- mostly what its entry says in the open, and who knows all of it but a price could try prices.
CREATE TABLE submission (
    log INTEGER NOT NULL,
    key BLOB NOT NULL,
    command BLOB NOT NULL,      -- empty once a value of its entry was erased
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (log, key)
) STRICT, WITHOUT ROWID;

-- The openings of sealed slots, each under the key of its subject (keys.sql). They may be destroyed; their digests may
-- not return.
CREATE TABLE vault (
    place INTEGER NOT NULL,
    slot TEXT NOT NULL,
    subject TEXT NOT NULL,
    digest BLOB NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (place, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_case ON vault (place) WHERE slot = '/case';
CREATE TABLE digest (
    log INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (log, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    number INTEGER PRIMARY KEY,
    log INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL
) STRICT;
CREATE INDEX checkpoint_size ON checkpoint (log, size);
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
BEGIN SELECT raise(ABORT, 'a checkpoint is never changed'); END;
CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
BEGIN SELECT raise(ABORT, 'a checkpoint is never deleted'); END;

-- Only for the library's own view of the log (dcb.py).
CREATE TABLE tag (
    tag TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (tag, place)
) STRICT, WITHOUT ROWID;

-- What is still to be done after a crash: `scrub` empties the journals of what was deleted, `documents` puts the files
-- of a register of format 1 under keys.
CREATE TABLE chore (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
