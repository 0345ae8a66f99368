/**
 * Counts of machines from what became of units (domain/oee/units.ts). Nothing here is a fact of its own: rework orders that a run knew
 * of, scrap by where its fault was found, and the sums by hour, which are made anew after this (server/oee/sum-up.ts).
 */
export const sql = `
-- Rework orders that were known when it began: JSON as text; NULL: none.
ALTER TABLE execution ADD COLUMN reworks text;
-- A text with an escaped NUL cannot be read as JSON here; of those it is told when the read model is made again.
UPDATE execution e SET reworks = (p->'reworks')::text
FROM unit u, json_array_elements((CASE WHEN u.passport = '' OR u.passport LIKE '%\\\\u0000%' THEN '{}' ELSE u.passport END)::json->'passed') p
WHERE u.serial = e.serial AND u.passport LIKE '%"reworks"%' AND p->>'executionId' = e.execution_id AND p->'reworks' IS NOT NULL;
CREATE INDEX execution_ended ON execution (station_id, ended_at);
DROP INDEX execution_passed;

-- Units that a nonconformance made scrap. operation_id: at which its fault was found; NULL: apart from any.
CREATE TABLE nonconformance_scrap (
  serial text NOT NULL,
  nonconformance_id text NOT NULL,
  operation_id text,
  PRIMARY KEY (serial, nonconformance_id)
);
INSERT INTO nonconformance_scrap (serial, nonconformance_id, operation_id)
SELECT DISTINCT s.serial, n.nonconformance_id, n.part->'recorded'->>'operationId'
FROM (SELECT nonconformance_id, (CASE WHEN part = '' OR part LIKE '%\\\\u0000%' THEN '{}' ELSE part END)::json AS part FROM nonconformance WHERE recorded_at IS NOT NULL) n,
  json_array_elements(n.part->'disposed') d, json_array_elements_text(d->'serials') AS s (serial)
WHERE d->>'kind' = 'scrap';

ALTER TABLE machine_hour ADD COLUMN judged bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN by_units bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_made bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_scrap bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_rework bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_waiting bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_inspected bigint NOT NULL DEFAULT 0;
ALTER TABLE machine_hour ADD COLUMN units_first_passed bigint NOT NULL DEFAULT 0;
`;
