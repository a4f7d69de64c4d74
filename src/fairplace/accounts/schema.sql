-- People who can sign in, format 2. Nothing here is evidence: what somebody may sign stands in the key register.
-- Secrets that were given out (links, cookies) stand here as SHA-256 digests alone.

CREATE TABLE person (
    id TEXT PRIMARY KEY,            -- random
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    provider TEXT,                  -- the provider for which they act; null for the authority's own people
    roles TEXT NOT NULL,            -- asked for their first signing key, separated by spaces
    created TEXT NOT NULL,
    barred TEXT                     -- since when they may not sign in; null while they may
) STRICT;

CREATE TABLE passkey (
    credential BLOB PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person,
    public_key BLOB NOT NULL,       -- COSE
    sign_count INTEGER NOT NULL,    -- advisory: a synced passkey counts nothing
    label TEXT NOT NULL,
    backed_up INTEGER NOT NULL,     -- is it synced between devices?
    created TEXT NOT NULL,
    used TEXT                       -- when it was used, or taken back; null of those taken back before this was kept
) STRICT;
CREATE INDEX passkey_person ON passkey (person);

-- Accounts at the authority's own sign-in (OpenID Connect): bound by issuer and subject, never by e-mail.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person,
    created TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

-- Signing keys that live on somebody's device: the public half, asked for, and confirmed by a second person.
CREATE TABLE device_key (
    vkey TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person,
    label TEXT NOT NULL,
    created TEXT NOT NULL,
    credential BLOB NOT NULL        -- by which a browser finds a passkey that signs; empty for a key kept in a browser
) STRICT;
CREATE INDEX device_key_person ON device_key (person);

-- New keys of people who lost theirs: two others are to let each take the lost one's place.
CREATE TABLE recovery (
    vkey TEXT PRIMARY KEY REFERENCES device_key,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE role_request (
    id TEXT PRIMARY KEY,
    vkey TEXT NOT NULL REFERENCES device_key,
    role TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES person,
    created TEXT NOT NULL,
    decided TEXT,                   -- when it was confirmed or refused; null while it waits
    decided_by TEXT,                -- a person's id, or 'console'
    outcome TEXT CHECK (outcome IN ('confirmed', 'refused')),
    UNIQUE (vkey, role)
) STRICT;

CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person,
    csrf TEXT NOT NULL,
    created TEXT NOT NULL,
    seen TEXT NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);

CREATE TABLE invitation (
    digest BLOB PRIMARY KEY,
    name TEXT NOT NULL,             -- empty once it was taken back, or long too old: then nothing stands here of whom it was for
    email TEXT NOT NULL,
    provider TEXT,
    roles TEXT NOT NULL,            -- asked for once there is a key, separated by spaces
    person TEXT REFERENCES person,  -- null: somebody new; else a further passkey for them. Taken back: who did, null: the console
    invited_by TEXT REFERENCES person,  -- null: the console
    created TEXT NOT NULL,
    expires TEXT NOT NULL,
    used TEXT
) STRICT;

-- A sign-in on its way: what was asked of the browser, so that the answer fits it and no other.
CREATE TABLE ceremony (
    digest BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    given BLOB NOT NULL,
    expires TEXT NOT NULL
) STRICT;

CREATE TABLE attempt (
    what TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX attempt_what ON attempt (what, at);
