/** What was published of machines' shifts: what comes out otherwise later is published again (server/publish/shift-figures.ts). */
export const sql = `
-- revision 0: it ended before anybody listened. shift_key '': the machine is looked at.
CREATE TABLE publish_shift (
  machine_id text NOT NULL,
  shift_key text NOT NULL,
  from_at bigint NOT NULL,
  revision integer NOT NULL,
  -- JSON as text
  sums text NOT NULL,
  PRIMARY KEY (machine_id, shift_key)
);
`;
