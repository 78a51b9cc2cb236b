/// Turns: so that no meeting, however long, holds up another of the same priority and due date.
enum SchemaV2 {
    static let sql = """
        -- A delivery's place among those of its meeting; places count on from wherever the sending has come to.
        ALTER TABLE delivery ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE meeting_turn (
            integration_id INTEGER NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
            -- '' for tasks of no meeting.
            meeting_id TEXT NOT NULL,
            next_turn INTEGER NOT NULL CHECK (next_turn >= 0),
            PRIMARY KEY (integration_id, meeting_id)
        ) STRICT, WITHOUT ROWID;

        UPDATE delivery SET turn = placed.turn FROM (
            SELECT row, row_number() OVER (PARTITION BY integration_id, meeting_id ORDER BY row) - 1 AS turn FROM \
        delivery
            WHERE state <> 'delivered'
        ) AS placed WHERE delivery.row = placed.row;
        INSERT INTO meeting_turn (integration_id, meeting_id, next_turn)
            SELECT integration_id, coalesce(meeting_id, ''), max(turn) + 1 FROM delivery GROUP BY 1, 2;

        -- A claim and an outcome write whole pages, so each touches as few as it can: deliveries lie on disk in the \
        order of sending, and
        -- no index is kept that lies in another. A meeting's deliveries are found by its tasks, what is being sent by \
        its lease, and what
        -- is delivered is all the rest.
        DROP INDEX delivery_ready;
        DROP INDEX delivery_ready_meeting;
        DROP INDEX delivery_waiting;
        DROP INDEX delivery_state;
        ALTER TABLE delivery DROP COLUMN meeting_id;
        ALTER TABLE delivery DROP COLUMN lease_owner;
        CREATE INDEX delivery_held ON delivery (integration_id, state) WHERE state IN ('waiting', 'refused', \
        'unknown', 'cancelled');
        CREATE INDEX delivery_ready ON delivery (integration_id, priority_rank, due_rank, turn, state)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL;
        CREATE INDEX delivery_waiting ON delivery (integration_id, due_at_ms) WHERE due_at_ms IS NOT NULL;
        """
}
