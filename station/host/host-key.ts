/** The secret that session cookies are signed with: one per data folder, so that a screen survives a restart. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyBytes = 32;

/**
 * Reads `<dataFolder>/host.key`, making it (mode 0600) where it is missing or damaged; a new key only means that
 * browsers must be opened from the printed address again.
 * Where it cannot be written the key lives in memory: the station must still be able to show why.
 */
export function loadHostKey(dataFolder: string): Buffer {
  const file = join(dataFolder, 'host.key');
  try {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
    if (key.length === keyBytes) return key;
  } catch {
    // Missing or unreadable: made below.
  }
  const key = randomBytes(keyBytes);
  try {
    writeFileSync(file, `${key.toString('hex')}\n`, { mode: 0o600 });
  } catch {
    // Read-only or full disk.
  }
  return key;
}
