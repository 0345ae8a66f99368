/** What is left of a time that is summed up in pieces was widened to whole stops already (server/oee/sum-up.ts). */
export const sql = `
ALTER TABLE machine_unsummed ADD COLUMN whole boolean NOT NULL DEFAULT false;
`;
