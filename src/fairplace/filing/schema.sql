-- Documents of cases at the desk, format 1. Names, kinds and digests stand here encrypted (AES-256-GCM); none of it is evidence.

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    held BLOB,                      -- what it is and how long it is kept; null once it was destroyed
    kept_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    destroyed_at TEXT
) STRICT;
CREATE INDEX document_case ON document (case_id, kept_at);
