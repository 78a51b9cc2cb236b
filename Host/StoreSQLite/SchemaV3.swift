/// Tokens that are refreshed and rotated. A table of its own for previous values would have been a second place for
/// sealed values, to be guarded and swept like the first; so they are rows of the one table, which for that loses its
/// rule of one row an integration.
enum SchemaV3 {
    static let sql = """
        CREATE TABLE token_v3 (
            id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
            integration_id INTEGER NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
            -- The previous value of a rotated token is kept beside the current one for a while.
            role TEXT NOT NULL DEFAULT 'current' CHECK (role IN ('current', 'previous')),
            previous_until_ms INTEGER CHECK ((previous_until_ms IS NULL) = (role = 'current')),
            kind TEXT NOT NULL CHECK (kind <> ''),
            generation INTEGER NOT NULL CHECK (generation >= 0),
            key_number INTEGER NOT NULL REFERENCES data_key (number),
            origins TEXT NOT NULL,
            sealed BLOB NOT NULL,
            fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
            account_id TEXT,
            set_at_ms INTEGER NOT NULL,
            last_used_at_ms INTEGER,
            expires_at_ms INTEGER,
            -- Of a token that can be refreshed, and of nothing else: when the access token was given.
            issued_at_ms INTEGER,
            lapses_at_ms INTEGER CHECK (lapses_at_ms IS NULL OR issued_at_ms IS NOT NULL),
            needs_reauth_at_ms INTEGER CHECK (needs_reauth_at_ms IS NULL OR issued_at_ms IS NOT NULL),
            -- Who may refresh it: until when, and a number that every taking raises.
            refresh_until_ms INTEGER,
            refresh_fence INTEGER NOT NULL DEFAULT 0,
            CONSTRAINT sealed_is_blob CHECK (typeof(sealed) = 'blob'),
            CONSTRAINT sealed_length CHECK (length(sealed) >= 152 AND (length(sealed) - 88) % 64 = 0),
            CONSTRAINT sealed_format CHECK (substr(sealed, 1, 2) = x'A701'),
            CONSTRAINT sealed_key CHECK (hex(substr(sealed, 5, 4)) = printf('%08X', key_number)),
            CONSTRAINT sealed_generation CHECK (hex(substr(sealed, 9, 8)) = printf('%016X', generation))
        ) STRICT;
        INSERT INTO token_v3 (id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, set_at_ms,
            last_used_at_ms, expires_at_ms)
        SELECT id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, set_at_ms, \
        last_used_at_ms, expires_at_ms
        FROM token;
        DROP TABLE token;
        ALTER TABLE token_v3 RENAME TO token;
        CREATE UNIQUE INDEX token_role ON token (integration_id, role);
        CREATE INDEX token_key ON token (key_number);
        CREATE TRIGGER token_added_under_primary BEFORE INSERT ON token
        WHEN NOT EXISTS (SELECT 1 FROM data_key WHERE number = NEW.key_number AND state = 'primary')
        BEGIN SELECT RAISE(ABORT, 'a token is sealed under the primary key only'); END;
        CREATE TRIGGER token_changed_under_primary
        BEFORE UPDATE OF id, integration_id, kind, generation, key_number, origins, sealed ON token
        WHEN NOT EXISTS (SELECT 1 FROM data_key WHERE number = NEW.key_number AND state = 'primary')
        BEGIN SELECT RAISE(ABORT, 'a token is sealed under the primary key only'); END;

        -- The chain of the audit trail: a hash over every line and the one before, and under the store's key a seal \
        over that.
        ALTER TABLE event ADD COLUMN digest BLOB CHECK (digest IS NULL OR length(digest) = 32);
        ALTER TABLE event ADD COLUMN mac BLOB CHECK (mac IS NULL OR length(mac) = 32);
        """
}
