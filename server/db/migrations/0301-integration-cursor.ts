/** How far each stream was looked through for messages to other systems. */
export const sql = `
CREATE TABLE erp_cursor (
  stream_id bigint PRIMARY KEY,
  seq bigint NOT NULL DEFAULT 0
);
`;
