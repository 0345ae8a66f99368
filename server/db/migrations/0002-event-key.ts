/**
 * Events are read by stream and number, without the month. With the month in front of the key each such question walked the
 * whole index of every month (measured: 660 ms at 2 million events in 60 months instead of 1 ms).
 */
export const sql = `
ALTER TABLE event DROP CONSTRAINT event_pkey;
ALTER TABLE event ADD PRIMARY KEY (stream_id, seq, received_month);
`;
