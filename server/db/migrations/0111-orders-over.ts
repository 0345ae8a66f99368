/** Dispatch lists by ranks with gaps; what becomes of numbers and documents when an order is closed; orders of stations. */
export const sql = `
-- Grows along the list, with gaps (domain/work-orders/dispatch.ts); lists of before count from 1.
ALTER TABLE job_order ALTER COLUMN sequence TYPE bigint;

ALTER TABLE serial_block
  -- The order was closed, or went from the station's line: the rest of its numbers is given to nobody any more.
  ADD COLUMN withdrawn_at bigint,
  -- used_to as it was then: what is above was used by a station that had not heard of it yet.
  ADD COLUMN used_then bigint;

ALTER TABLE work_order
  -- Whether stations have its document.
  ADD COLUMN documented boolean NOT NULL DEFAULT true,
  -- An order that a station began and the plant has not changed since follows what the station says of it: up to here.
  ADD COLUMN followed_stream bigint,
  ADD COLUMN followed_seq bigint;
CREATE INDEX work_order_over ON work_order (closed_at) WHERE documented AND status = 'closed';
`;
