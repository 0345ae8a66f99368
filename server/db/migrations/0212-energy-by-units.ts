/** Pieces of a machine that nothing counts are its units in the sums of energy too: hours that were summed up without are made again. */
export const sql = `
TRUNCATE machine_hour, machine_energy_hour, machine_summed, machine_unsummed;
`;
