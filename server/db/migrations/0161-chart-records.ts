/**
 * Where the event of a point lies, so that a point leads to what its station told. Points that were folded before have no
 * place until the read model is folded again.
 */
export const sql = `
ALTER TABLE chart_point ADD COLUMN stream_id bigint, ADD COLUMN seq bigint, ADD COLUMN month date;
`;
