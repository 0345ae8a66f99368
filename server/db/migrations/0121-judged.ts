/** By which routing and which lines each unit was judged (server/projections/judge-again.ts); empty: by a server before this. */
export const sql = `
ALTER TABLE unit ADD COLUMN judged text NOT NULL DEFAULT '';
CREATE INDEX unit_judged ON unit (coalesce(definition_id, ''), coalesce(revision, ''), judged);
`;
