/** How publishing is doing, for people to see: whoever holds the right to speak writes it. */
export const sql = `
ALTER TABLE publish_node ADD COLUMN line_id text NOT NULL DEFAULT '';
ALTER TABLE publish_node ADD COLUMN url text NOT NULL DEFAULT '';
ALTER TABLE publish_node ADD COLUMN state text NOT NULL DEFAULT 'connecting';
ALTER TABLE publish_node ADD COLUMN problem text;
ALTER TABLE publish_node ADD COLUMN detail text NOT NULL DEFAULT '';
ALTER TABLE publish_node ADD COLUMN since bigint NOT NULL DEFAULT 0;
`;
