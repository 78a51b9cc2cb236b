/// The table of deliveries anew, so that a claim and an outcome cost less.
enum SchemaV5 {
    /// `state IN (...)` with more than two values makes SQLite build a table of them for every row that is written, in
    /// a rule as in a partial index: that took a tenth of a sync's processor time. So states are compared one by one.
    /// What a claim and an outcome write stands first.
    static let sql = """
        CREATE TABLE delivery_anew (
            -- AUTOINCREMENT: a late outcome must never meet a younger delivery under its row number.
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            task_row INTEGER NOT NULL REFERENCES task (row),
            integration_id INTEGER NOT NULL REFERENCES integration (id),
            delivery_id TEXT NOT NULL CHECK (length(delivery_id) = 36),
            state TEXT NOT NULL CHECK (
                state = 'pending' OR state = 'sending' OR state = 'delivered' OR state = 'refused' OR state = \
        'waiting' OR state = 'unknown'
                OR state = 'cancelled'),
            -- Copies of the task's, and the place among those of its meeting, so that a claim reads in order from one \
        index.
            priority_rank INTEGER NOT NULL,
            due_rank TEXT NOT NULL,
            turn INTEGER NOT NULL DEFAULT 0,
            due_at_ms INTEGER CHECK (due_at_ms IS NULL OR state = 'waiting'),
            lease_until_ms INTEGER CHECK ((state = 'sending') = (lease_until_ms IS NOT NULL)),
            fence INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            first_attempt_at_ms INTEGER,
            sending_revision INTEGER,
            delivered_revision INTEGER,
            delivered_at_ms INTEGER,
            external_id TEXT,
            display_id TEXT,
            url TEXT,
            vendor_request_id TEXT,
            warnings TEXT,
            -- Of the create that delivered it: when it began and how it was answered. It has no row among the attempts.
            sent_at_ms INTEGER CHECK (sent_at_ms IS NULL OR delivered_at_ms IS NOT NULL),
            http_status INTEGER,
            -- An unknown delivery: since when, when to look it up next, and how often that was done.
            unknown_since_ms INTEGER CHECK ((state = 'unknown') = (unknown_since_ms IS NOT NULL)),
            lookup_at_ms INTEGER CHECK ((state = 'unknown') = (lookup_at_ms IS NOT NULL)),
            lookups INTEGER NOT NULL DEFAULT 0 CHECK (lookups >= 0),
            failed_at_ms INTEGER,
            error_code TEXT,
            error_field TEXT,
            error_message TEXT,
            cancelled_by TEXT CHECK (cancelled_by IN ('import', 'user')),
            -- Settled in a copy that was restored: put back, it may have been sent after the copy was made, and is \
        looked up first.
            is_restored INTEGER NOT NULL DEFAULT 0 CHECK (is_restored IN (0, 1)),
            UNIQUE (task_row, integration_id)
        ) STRICT;

        INSERT INTO delivery_anew (\(columns)) SELECT \(columns) FROM delivery ORDER BY row;
        DELETE FROM sqlite_sequence WHERE name = 'delivery_anew';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'delivery_anew', seq FROM sqlite_sequence WHERE name = \
        'delivery';
        DROP TABLE delivery;
        ALTER TABLE delivery_anew RENAME TO delivery;

        CREATE INDEX delivery_ready ON delivery (integration_id, priority_rank, due_rank, turn, state)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL;
        CREATE INDEX delivery_waiting ON delivery (integration_id, due_at_ms) WHERE due_at_ms IS NOT NULL;
        CREATE INDEX delivery_lookup ON delivery (integration_id, lookup_at_ms) WHERE state = 'unknown';
        CREATE INDEX delivery_lease ON delivery (integration_id, lease_until_ms) WHERE state = 'sending';
        CREATE INDEX delivery_held ON delivery (integration_id, state)
            WHERE state = 'waiting' OR state = 'refused' OR state = 'unknown' OR state = 'cancelled';
        """

    private static let columns = """
        row, task_row, integration_id, delivery_id, state, priority_rank, due_rank, turn, due_at_ms, lease_until_ms, \
        fence, attempts,
        first_attempt_at_ms, sending_revision, delivered_revision, delivered_at_ms, external_id, display_id, url, \
        vendor_request_id, warnings,
        unknown_since_ms, lookup_at_ms, lookups, failed_at_ms, error_code, error_field, error_message, cancelled_by, \
        is_restored
        """
}
