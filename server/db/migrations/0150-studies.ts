/** Measurement system studies, as their stations told of them. */
export const sql = `
CREATE TABLE study (
  study_id text PRIMARY KEY,
  -- JSON as text (domain/studies/study.ts)
  part text NOT NULL DEFAULT '',
  -- NULL: its beginning was not heard of yet
  station_id text,
  begun_at bigint,
  running boolean NOT NULL DEFAULT true
);
CREATE INDEX study_order ON study (running DESC, begun_at DESC, study_id DESC) WHERE begun_at IS NOT NULL;
`;
