/// What an attempt was: where, as whom, with what, and when by which clock. A look-up needs all of it, and the
/// integration as it is by then may say otherwise.
enum SchemaV6 {
    static let sql = """
        -- A machine's start, as it names it: times since then compare within one boot alone.
        CREATE TABLE boot (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (id <> '')
        ) STRICT;

        -- Where, as whom and with what attempts were made: a row for each way, which thousands of deliveries share.
        CREATE TABLE attempt_origin (
            row INTEGER PRIMARY KEY,
            integration_id INTEGER NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
            connector_id TEXT NOT NULL,
            connector_digest TEXT NOT NULL,
            base_url TEXT NOT NULL,
            -- The settings that are part of the target, as JSON.
            settings TEXT NOT NULL,
            token_kind TEXT NOT NULL,
            -- '' where the account was not known.
            account_id TEXT NOT NULL,
            UNIQUE (integration_id, connector_id, connector_digest, base_url, settings, token_kind, account_id)
        ) STRICT;

        ALTER TABLE delivery ADD COLUMN origin_row INTEGER REFERENCES attempt_origin (row);
        -- Being sent: when it was claimed. Unknown: when the attempt's connection was surely closed. In milliseconds \
        of that boot.
        ALTER TABLE delivery ADD COLUMN clock_boot INTEGER REFERENCES boot (row);
        ALTER TABLE delivery ADD COLUMN clock_ms INTEGER CHECK ((clock_ms IS NULL) = (clock_boot IS NULL));
        -- What the vendor's own clock told last before the first attempt, and, of an unknown delivery, first after \
        its connection was closed.
        ALTER TABLE delivery ADD COLUMN vendor_before_ms INTEGER;
        ALTER TABLE delivery ADD COLUMN vendor_after_ms INTEGER;

        ALTER TABLE attempt ADD COLUMN origin_row INTEGER REFERENCES attempt_origin (row);
        ALTER TABLE attempt ADD COLUMN clock_boot INTEGER REFERENCES boot (row);
        ALTER TABLE attempt ADD COLUMN clock_ms INTEGER;
        ALTER TABLE attempt ADD COLUMN vendor_before_ms INTEGER;

        -- The last time that the vendor's own clock told, and ours then. Ours alone: an answer came, and told no time \
        that counts.
        ALTER TABLE integration ADD COLUMN vendor_seen_at_ms INTEGER;
        ALTER TABLE integration ADD COLUMN vendor_date_ms INTEGER CHECK (vendor_date_ms IS NULL OR vendor_seen_at_ms \
        IS NOT NULL);
        -- What the last check told of look-ups: 'proved', or 'never' with the reason.
        ALTER TABLE integration ADD COLUMN look_ups TEXT CHECK (look_ups IN ('proved', 'never'));
        ALTER TABLE integration ADD COLUMN look_ups_reason TEXT;
        -- Until when the vendor asked to wait, where that is longer than a pause may be.
        ALTER TABLE integration ADD COLUMN pause_asked_ms INTEGER CHECK (pause_asked_ms IS NULL OR paused_until_ms IS \
        NOT NULL);
        -- Calls that failed in a row, over syncs, since the last one that did not or since the breaker opened.
        ALTER TABLE integration ADD COLUMN failed_calls INTEGER NOT NULL DEFAULT 0 CHECK (failed_calls >= 0);
        -- Its name before it was renamed last, for whoever still uses that.
        ALTER TABLE integration ADD COLUMN former_name TEXT;
        """ + tombstones

    /// What is kept of removed deliveries so that they are not made again: nothing of it refers to an integration that
    /// is there.
    private static let tombstones = """

        -- An integration that was removed, as it stood.
        CREATE TABLE removed_integration (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL CHECK (name <> ''),
            type TEXT NOT NULL CHECK (type <> ''),
            -- NULL where its connector was not there to say.
            connector_id TEXT,
            base_url TEXT,
            -- Those that are part of the target; all but maps where its connector was not there to say which.
            settings TEXT NOT NULL,
            removed_at_ms INTEGER NOT NULL
        ) STRICT;

        -- Where, as whom and with what its attempts were made.
        CREATE TABLE removed_origin (
            row INTEGER PRIMARY KEY,
            removed_row INTEGER NOT NULL REFERENCES removed_integration (row) ON DELETE CASCADE,
            -- Its row among those of the integration that is gone.
            was_row INTEGER NOT NULL,
            connector_id TEXT NOT NULL,
            connector_digest TEXT NOT NULL,
            base_url TEXT NOT NULL,
            settings TEXT NOT NULL,
            token_kind TEXT NOT NULL,
            account_id TEXT NOT NULL,
            UNIQUE (removed_row, was_row)
        ) STRICT;

        -- The names are those of a delivery, and mean the same. Of what was surely not made, pending here, only its
        -- delivery id counts: a copy of the store that is restored looks for that one.
        CREATE TABLE tombstone (
            row INTEGER PRIMARY KEY,
            removed_row INTEGER NOT NULL REFERENCES removed_integration (row) ON DELETE CASCADE,
            origin_row INTEGER REFERENCES removed_origin (row),
            task_row INTEGER NOT NULL REFERENCES task (row) ON DELETE CASCADE,
            delivery_id TEXT NOT NULL CHECK (length(delivery_id) = 36),
            state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'refused', 'unknown', 'cancelled')),
            lease_until_ms INTEGER CHECK ((state = 'sending') = (lease_until_ms IS NOT NULL)),
            attempts INTEGER NOT NULL,
            first_attempt_at_ms INTEGER,
            sending_revision INTEGER,
            delivered_revision INTEGER,
            delivered_at_ms INTEGER,
            external_id TEXT,
            display_id TEXT,
            url TEXT,
            vendor_request_id TEXT,
            warnings TEXT,
            sent_at_ms INTEGER,
            http_status INTEGER,
            unknown_since_ms INTEGER,
            lookups INTEGER NOT NULL,
            failed_at_ms INTEGER,
            error_code TEXT,
            error_field TEXT,
            error_message TEXT,
            cancelled_by TEXT,
            is_restored INTEGER NOT NULL,
            clock_boot INTEGER REFERENCES boot (row),
            clock_ms INTEGER,
            vendor_before_ms INTEGER,
            vendor_after_ms INTEGER,
            -- The last attempt to create it: when it began and ended, and when it was claimed.
            tried_from_ms INTEGER,
            tried_until_ms INTEGER,
            claim_boot INTEGER REFERENCES boot (row),
            claim_ms INTEGER
        ) STRICT;
        CREATE INDEX tombstone_task ON tombstone (task_row);
        CREATE INDEX tombstone_removed ON tombstone (removed_row);
        CREATE INDEX tombstone_origin ON tombstone (origin_row) WHERE origin_row IS NOT NULL;
        """
}
