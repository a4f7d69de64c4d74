-- The key store, format 1: the keys of data subjects, each under the key of all keys (secrets/vault.seed).
-- `place` and `born` are places as in schema.sql. Nothing here tells a name: a subject is a number of the log's own.

CREATE TABLE subject_key (
    subject TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL,
    born INTEGER NOT NULL  -- the place that the log had reached: an erasure after it destroys the key
) STRICT, WITHOUT ROWID;

-- Whose keys were destroyed, and that of records up to which place nothing is missing but what was erased.
CREATE TABLE destroyed (
    subject TEXT PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where this store was backed up to, and when: what is past its days is named to the operator.
CREATE TABLE backup (
    path TEXT PRIMARY KEY,
    made TEXT NOT NULL
) STRICT, WITHOUT ROWID;
