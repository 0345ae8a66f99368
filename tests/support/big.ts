/** LINEWRIGHT_BIG=1: fault suites at full size (minutes each) instead of the size that every run has time for. */
export const big = process.env['LINEWRIGHT_BIG'] === '1';
