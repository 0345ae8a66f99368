/** Signals of control charts, joined over all stations; what of their suspect windows the plant put on hold itself. */
export const sql = `
CREATE TABLE signal (
  signal_id text PRIMARY KEY,
  -- JSON as text (domain/control/signal.ts)
  part text NOT NULL DEFAULT '',
  -- The process station, what is locked there, and who told of it; NULL: its raising was not heard of yet
  station_id text,
  told_by text,
  definition_id text,
  operation_id text,
  raised_at bigint,
  closed_at bigint,
  open boolean NOT NULL DEFAULT false,
  -- Whether stations have it
  documented boolean NOT NULL DEFAULT false
);
CREATE INDEX signal_order ON signal (open DESC, raised_at DESC, signal_id DESC) WHERE raised_at IS NOT NULL;
-- Whose window may still grow: told of by another station than the one it is about.
CREATE INDEX signal_afar ON signal (station_id, definition_id, operation_id) WHERE told_by <> station_id;
CREATE INDEX signal_over ON signal (closed_at) WHERE documented AND NOT open;

-- Units that the plant added to a window and put on hold (@plant). Not folded: it says what was decided once.
CREATE TABLE signal_hold (
  signal_id text NOT NULL,
  serial text NOT NULL,
  PRIMARY KEY (signal_id, serial)
);
`;
