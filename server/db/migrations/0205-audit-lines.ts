/** Lines whose right was asked for a change: who may read its row. NULL: the whole plant's, and all rows before this. */
export const sql = `
ALTER TABLE audit ADD COLUMN lines text[];
CREATE INDEX audit_of_lines ON audit USING gin (lines);
`;
