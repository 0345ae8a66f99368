/**
 * Loaded before a station or server (`node --import`): its clock is off by the number of ms that the file named in
 * LINEWRIGHT_CLOCK_FILE holds, and steps when the file is written.
 */
import { readFileSync } from 'node:fs';

const file = process.env['LINEWRIGHT_CLOCK_FILE'];
if (file === undefined) throw new Error('LINEWRIGHT_CLOCK_FILE names no file');
const now = Date.now.bind(Date);
let offMs = 0;
const read = (): void => {
  offMs = Number(readFileSync(file, 'utf8'));
};
read();
setInterval(read, 100).unref();
Date.now = () => now() + offMs;
