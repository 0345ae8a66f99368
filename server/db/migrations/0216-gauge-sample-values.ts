/** Which value of which sample a gauge gave; of values told before, NULL until the read model is made again. */
export const sql = `
ALTER TABLE gauge_sample ADD COLUMN sample_id text;
ALTER TABLE gauge_sample ADD COLUMN characteristic_id text;
ALTER TABLE gauge_sample ADD COLUMN attempt integer;
ALTER TABLE gauge_sample ADD COLUMN index integer;
CREATE INDEX gauge_sample_value ON gauge_sample (sample_id) WHERE sample_id IS NOT NULL;
`;
