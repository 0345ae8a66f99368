/** Loaded before a station (`node --import`): its clock is a year ahead, or where LINEWRIGHT_CLOCK_OFF_MS says. */
const offMs = Number(process.env['LINEWRIGHT_CLOCK_OFF_MS'] ?? 365 * 24 * 3_600_000);
const now = Date.now.bind(Date);
Date.now = () => now() + offMs;
