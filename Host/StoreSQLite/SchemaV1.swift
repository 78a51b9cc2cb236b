/// The first schema. Times are milliseconds since 1970. Settings, facts, origins, labels and warnings are JSON texts.
enum SchemaV1 {
    static let sql = integrations + keys + tasks + deliveries + events

    private static let integrations = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store_id TEXT NOT NULL CHECK (length(store_id) = 36),
            created_at_ms INTEGER NOT NULL
        ) STRICT;

        -- AUTOINCREMENT: sealed tokens are bound to the id, so it must never come again.
        CREATE TABLE integration (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            type TEXT NOT NULL CHECK (type <> ''),
            settings TEXT NOT NULL,
            base_url TEXT,
            auth_url TEXT,
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
            patience_ms INTEGER CHECK (patience_ms >= 0),
            facts TEXT NOT NULL,
            -- The vendor asked to send nothing before.
            paused_until_ms INTEGER,
            -- What was last known of the token's rate limits.
            budget TEXT,
            -- Calls that failed one after the other until it was left alone, and until when.
            breaker_failures INTEGER CHECK ((breaker_failures IS NULL) = (breaker_until_ms IS NULL)),
            breaker_until_ms INTEGER,
            created_at_ms INTEGER NOT NULL,
            last_delivered_at_ms INTEGER
        ) STRICT;

        """

    /// The database refuses what the vault would never write: see the sealed format's header.
    private static let keys = """
        CREATE TABLE root_key (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            key_id TEXT NOT NULL CHECK (key_id <> ''),
            check_value BLOB NOT NULL CHECK (length(check_value) = 16)
        ) STRICT;

        CREATE TABLE data_key (
            number INTEGER PRIMARY KEY CHECK (number BETWEEN 2 AND 4294967295),
            state TEXT NOT NULL CHECK (state IN ('staged', 'primary', 'draining', 'retired', 'destroyed')),
            wrapped BLOB CHECK ((wrapped IS NULL) = (state = 'destroyed')),
            created_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX data_key_primary ON data_key (state) WHERE state = 'primary';

        CREATE TABLE token (
            id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
            integration_id INTEGER NOT NULL UNIQUE REFERENCES integration (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind <> ''),
            generation INTEGER NOT NULL CHECK (generation >= 0),
            key_number INTEGER NOT NULL REFERENCES data_key (number),
            origins TEXT NOT NULL,
            sealed BLOB NOT NULL,
            fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
            set_at_ms INTEGER NOT NULL,
            last_used_at_ms INTEGER,
            expires_at_ms INTEGER,
            CONSTRAINT sealed_is_blob CHECK (typeof(sealed) = 'blob'),
            CONSTRAINT sealed_length CHECK (length(sealed) >= 152 AND (length(sealed) - 88) % 64 = 0),
            CONSTRAINT sealed_format CHECK (substr(sealed, 1, 2) = x'A701'),
            CONSTRAINT sealed_key CHECK (hex(substr(sealed, 5, 4)) = printf('%08X', key_number)),
            CONSTRAINT sealed_generation CHECK (hex(substr(sealed, 9, 8)) = printf('%016X', generation))
        ) STRICT;
        CREATE INDEX token_key ON token (key_number);

        CREATE TRIGGER token_added_under_primary BEFORE INSERT ON token
        WHEN NOT EXISTS (SELECT 1 FROM data_key WHERE number = NEW.key_number AND state = 'primary')
        BEGIN SELECT RAISE(ABORT, 'a token is sealed under the primary key only'); END;
        CREATE TRIGGER token_changed_under_primary
        BEFORE UPDATE OF id, integration_id, kind, generation, key_number, origins, sealed ON token
        WHEN NOT EXISTS (SELECT 1 FROM data_key WHERE number = NEW.key_number AND state = 'primary')
        BEGIN SELECT RAISE(ABORT, 'a token is sealed under the primary key only'); END;

        """

    /// The revision counts contents; a delivery remembers which one it carried.
    private static let tasks = """
        CREATE TABLE task (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE CHECK (id <> ''),
            meeting_id TEXT,
            title TEXT NOT NULL,
            description TEXT,
            due_text TEXT,
            due_date TEXT CHECK ((due_date IS NULL) = (due_text IS NULL)),
            due_time TEXT CHECK (due_time IS NULL OR due_text IS NOT NULL),
            assignee TEXT,
            priority TEXT NOT NULL CHECK (priority IN ('none', 'low', 'medium', 'high', 'urgent')),
            labels TEXT,
            status TEXT NOT NULL CHECK (status IN ('open', 'done')),
            revision INTEGER NOT NULL DEFAULT 1,
            imported_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX task_meeting ON task (meeting_id) WHERE meeting_id IS NOT NULL;

        """

    private static let deliveries = """
        -- AUTOINCREMENT: a late outcome must never meet a younger delivery under its row number.
        -- The ranks and the meeting are copies of the task's, so that a claim reads in order from one index.
        CREATE TABLE delivery (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            task_row INTEGER NOT NULL REFERENCES task (row),
            integration_id INTEGER NOT NULL REFERENCES integration (id),
            delivery_id TEXT NOT NULL CHECK (length(delivery_id) = 36),
            state TEXT NOT NULL CHECK (
                state IN ('pending', 'sending', 'delivered', 'refused', 'waiting', 'unknown', 'cancelled')),
            priority_rank INTEGER NOT NULL,
            due_rank TEXT NOT NULL,
            meeting_id TEXT,
            due_at_ms INTEGER CHECK (due_at_ms IS NULL OR state = 'waiting'),
            lease_owner TEXT,
            lease_until_ms INTEGER CHECK ((state = 'sending') = (lease_until_ms IS NOT NULL)),
            fence INTEGER NOT NULL DEFAULT 0,
            -- An unknown delivery: since when, when to look it up next, and how often that was done.
            unknown_since_ms INTEGER CHECK ((state = 'unknown') = (unknown_since_ms IS NOT NULL)),
            lookup_at_ms INTEGER CHECK ((state = 'unknown') = (lookup_at_ms IS NOT NULL)),
            lookups INTEGER NOT NULL DEFAULT 0 CHECK (lookups >= 0),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            first_attempt_at_ms INTEGER,
            failed_at_ms INTEGER,
            delivered_at_ms INTEGER,
            sending_revision INTEGER,
            delivered_revision INTEGER,
            external_id TEXT,
            display_id TEXT,
            url TEXT,
            error_code TEXT,
            error_field TEXT,
            error_message TEXT,
            vendor_request_id TEXT,
            warnings TEXT,
            cancelled_by TEXT CHECK (cancelled_by IN ('import', 'user')),
            UNIQUE (task_row, integration_id)
        ) STRICT;
        CREATE INDEX delivery_state ON delivery (integration_id, state, task_row);
        CREATE INDEX delivery_ready ON delivery (integration_id, priority_rank, due_rank)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL;
        CREATE INDEX delivery_ready_meeting ON delivery (integration_id, meeting_id, priority_rank, due_rank)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL AND meeting_id IS NOT NULL;
        CREATE INDEX delivery_waiting ON delivery (integration_id, due_at_ms, meeting_id) WHERE due_at_ms IS NOT NULL;
        CREATE INDEX delivery_lookup ON delivery (integration_id, lookup_at_ms) WHERE state = 'unknown';
        CREATE INDEX delivery_lease ON delivery (integration_id, lease_until_ms) WHERE state = 'sending';

        CREATE TABLE attempt (
            delivery_row INTEGER NOT NULL REFERENCES delivery (row) ON DELETE CASCADE,
            operation TEXT NOT NULL CHECK (operation IN ('create', 'find')),
            number INTEGER NOT NULL CHECK (number >= 1),
            outcome TEXT NOT NULL,
            started_at_ms INTEGER NOT NULL,
            ended_at_ms INTEGER NOT NULL,
            http_status INTEGER,
            vendor_request_id TEXT,
            error_code TEXT,
            error_message TEXT,
            PRIMARY KEY (delivery_row, operation, number)
        ) STRICT, WITHOUT ROWID;

        """

    private static let events = """
        CREATE TABLE event (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            at_ms INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT
        ) STRICT;
        """
}
