/** What gauges measured in samples of a unit: asked for at each page of facts that tells of samples. */
export const sql = `
CREATE INDEX gauge_sample_on ON gauge_sample (serial);
`;
