/** Small files of the data folder: written whole or not at all, readable by the station's user only. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Written beside, flushed, then put in place: after a power cut either the old or the new file is there. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  const temporary = `${file}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    if (typeof data === 'string') writeSync(handle, data);
    else writeSync(handle, data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}
