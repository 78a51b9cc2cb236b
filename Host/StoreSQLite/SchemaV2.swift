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
            SELECT row, row_number() OVER (PARTITION BY integration_id, meeting_id ORDER BY row) - 1 AS turn FROM delivery
            WHERE state <> 'delivered'
        ) AS placed WHERE delivery.row = placed.row;
        INSERT INTO meeting_turn (integration_id, meeting_id, next_turn)
            SELECT integration_id, coalesce(meeting_id, ''), max(turn) + 1 FROM delivery GROUP BY 1, 2;

        DROP INDEX delivery_ready;
        DROP INDEX delivery_ready_meeting;
        CREATE INDEX delivery_ready ON delivery (integration_id, priority_rank, due_rank, turn)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL;
        CREATE INDEX delivery_ready_meeting ON delivery (integration_id, meeting_id, priority_rank, due_rank, turn)
            WHERE state IN ('pending', 'waiting') AND due_at_ms IS NULL AND meeting_id IS NOT NULL;
        """
}
