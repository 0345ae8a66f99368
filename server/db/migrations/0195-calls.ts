/** Calls for help joined over all stations, handovers of shifts, and what the CMMS was told. */
export const sql = `
CREATE TABLE andon_call (
  call_id text PRIMARY KEY,
  -- JSON as text (domain/andon/call.ts)
  part text NOT NULL DEFAULT '',
  -- Where it was raised; NULL: its raising was not heard of yet
  station_id text,
  raised_at bigint,
  closed_at bigint,
  open boolean NOT NULL DEFAULT false,
  -- Whether stations have it
  documented boolean NOT NULL DEFAULT false
);
CREATE INDEX andon_call_order ON andon_call (open DESC, raised_at DESC, call_id DESC) WHERE raised_at IS NOT NULL;
CREATE INDEX andon_call_over ON andon_call (closed_at) WHERE documented AND NOT open;

CREATE TABLE handover (
  handover_id text PRIMARY KEY,
  -- JSON as text (domain/handover/handover.ts)
  part text NOT NULL DEFAULT '',
  station_id text,
  -- <day>/<shift>
  shift text,
  written_at bigint
);
CREATE INDEX handover_order ON handover (written_at DESC, handover_id DESC) WHERE written_at IS NOT NULL;

-- Of a call that is told to other systems: what is known of it and the keys that were told. Not folded anew.
CREATE TABLE erp_call (
  call_id text PRIMARY KEY,
  part text NOT NULL,
  told jsonb NOT NULL DEFAULT '[]',
  closed_at bigint
);
CREATE INDEX erp_call_over ON erp_call (closed_at) WHERE closed_at IS NOT NULL;
`;
