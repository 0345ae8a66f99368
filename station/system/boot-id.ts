import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Changes with every start of the machine, as the monotonic clock does. Where the system has none, one for this start of
 * the program: facts of one id can still be ordered by their monotonic time.
 */
export function bootId(): string {
  try {
    // random(4): made by the Linux kernel at boot.
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
