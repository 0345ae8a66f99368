/**
 * The number of the site in every table that is given to an enterprise database (docs/scale.md). 0: a plant by itself.
 * `scripts/scale/replicate.ts number` makes another one the default before the first fact.
 */
export const sql = `
ALTER TABLE stream ADD COLUMN site_id integer NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN site_id integer NOT NULL DEFAULT 0;
ALTER TABLE station_key ADD COLUMN site_id integer NOT NULL DEFAULT 0;
ALTER TABLE fork ADD COLUMN site_id integer NOT NULL DEFAULT 0;
-- Changed rows are named to the enterprise with their site, whose keys all begin with it. Events are only ever added.
CREATE UNIQUE INDEX stream_of_site ON stream (site_id, stream_id);
CREATE UNIQUE INDEX station_key_of_site ON station_key (site_id, key_id);
CREATE UNIQUE INDEX fork_of_site ON fork (site_id, station_id, epoch, branch);
ALTER TABLE stream REPLICA IDENTITY USING INDEX stream_of_site;
ALTER TABLE station_key REPLICA IDENTITY USING INDEX station_key_of_site;
ALTER TABLE fork REPLICA IDENTITY USING INDEX fork_of_site;
`;
