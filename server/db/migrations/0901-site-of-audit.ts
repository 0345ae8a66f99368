/** As 0900 does: the number of the site in the audit. Its rows are only ever added. */
export const sql = `ALTER TABLE audit ADD COLUMN site_id integer NOT NULL DEFAULT 0;`;
