/// Rotation of data keys and of the root, and the ways back to a lost root.
enum SchemaV4 {
    static let sql = """
        CREATE TABLE rotation (
            key_number INTEGER PRIMARY KEY REFERENCES data_key (number),
            from_number INTEGER NOT NULL REFERENCES data_key (number),
            owner TEXT NOT NULL,
            owner_mark TEXT NOT NULL,
            lease_until_ms INTEGER NOT NULL,
            fence INTEGER NOT NULL,
            sweep_row INTEGER NOT NULL DEFAULT 0,
            started_at_ms INTEGER NOT NULL,
            promoted_at_ms INTEGER,
            retired_at_ms INTEGER CHECK (retired_at_ms IS NULL OR promoted_at_ms IS NOT NULL),
            proved_rows INTEGER CHECK ((proved_rows IS NULL) = (retired_at_ms IS NULL)),
            scrubbed_at_ms INTEGER CHECK (scrubbed_at_ms IS NULL OR retired_at_ms IS NOT NULL)
        ) STRICT;
        -- One at a time.
        CREATE UNIQUE INDEX rotation_open ON rotation (retired_at_ms IS NULL) WHERE retired_at_ms IS NULL;

        CREATE TABLE rotation_fault (
            key_number INTEGER NOT NULL REFERENCES rotation (key_number) ON DELETE CASCADE,
            token_id TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (key_number, token_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER data_key_left_unused BEFORE UPDATE OF state ON data_key
        WHEN NEW.state IN ('retired', 'destroyed') AND EXISTS (SELECT 1 FROM token WHERE key_number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'a key in use is not retired'); END;

        -- The keys of fingerprints and audit trail, wrapped; NULL under a store's first root, from which they are \
        derived.
        ALTER TABLE root_key ADD COLUMN lasting_keys BLOB CHECK (lasting_keys IS NULL OR length(lasting_keys) > 0);

        CREATE TABLE staged_root (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            key_id TEXT NOT NULL CHECK (key_id <> ''),
            check_value BLOB NOT NULL CHECK (length(check_value) = 16),
            lasting_keys BLOB NOT NULL CHECK (length(lasting_keys) > 0)
        ) STRICT;
        CREATE TABLE staged_wrap (
            key_number INTEGER PRIMARY KEY REFERENCES data_key (number) ON DELETE CASCADE,
            wrapped BLOB NOT NULL
        ) STRICT;

        CREATE TABLE recovery_slot (
            name TEXT PRIMARY KEY CHECK (name <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('passphrase', 'public-key')),
            salt BLOB NOT NULL CHECK (length(salt) = CASE kind WHEN 'passphrase' THEN 16 ELSE 0 END),
            public_key BLOB NOT NULL CHECK (length(public_key) = 32),
            sealed_root BLOB NOT NULL,
            mark BLOB NOT NULL CHECK (length(mark) = 32),
            created_at_ms INTEGER NOT NULL,
            tested_at_ms INTEGER
        ) STRICT, WITHOUT ROWID;

        -- Settled in a copy that was restored: put back, it may have been sent after the copy was made, and is looked \
        up first.
        ALTER TABLE delivery ADD COLUMN is_restored INTEGER NOT NULL DEFAULT 0 CHECK (is_restored IN (0, 1));
        """
}
