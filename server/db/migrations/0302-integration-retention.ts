/** What of the messages to other systems is kept how long, and the material of units for them. */
export const sql = `
-- Up to this number messages were removed because they are old: a program that asks with a smaller one is told so.
ALTER TABLE erp_target ADD COLUMN forgotten bigint NOT NULL DEFAULT 0;

-- Part number of the unit, as it was created; NULL: not heard of yet.
ALTER TABLE erp_unit ADD COLUMN material_id text;

CREATE INDEX erp_message_by_age ON erp_message (created_at);
CREATE INDEX erp_delivery_of ON erp_delivery (key);
CREATE INDEX erp_file_by_age ON erp_file (at);
`;
