/** The scan strip: what the last scan was understood as, or why it was refused. */
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import { t } from '../i18n/index.svelte.ts';
import { problemText } from './act.svelte.ts';
import { client } from './link.svelte.ts';
import { beep } from './sound.ts';

class ScanStrip {
  last = $state.raw<ScanOutcome | null>(null);
  /** A scan that never reached the station, or a scanner set up wrongly. */
  problem = $state<string | null>(null);
  busy = $state(false);

  /** A code came in pieces: nothing of it was used. */
  broken(): void {
    this.problem = t.scan_broken();
    beep('refused');
  }

  /** Sends a whole code; the outcome also comes over the scan stream, to every screen of the station. */
  async submit(text: string, source: 'wedge' | 'typed'): Promise<ScanOutcome | null> {
    this.busy = true;
    this.problem = null;
    try {
      const outcome = await client.scan.submit({ text, source });
      hear(outcome);
      return outcome;
    } catch (error) {
      this.problem = problemText(error);
      beep('refused');
      return null;
    } finally {
      this.busy = false;
    }
  }
}
export const scanStrip = new ScanStrip();

let first = true;
/** From the stream: the first value is what happened before this page was opened, and makes no sound. */
export function heardScan(outcome: ScanOutcome | null): void {
  const old = first;
  first = false;
  if (outcome === null) return;
  if (old) scanStrip.last = outcome;
  else hear(outcome);
}

function hear(outcome: ScanOutcome): void {
  if (scanStrip.last !== null && outcome.id <= scanStrip.last.id && outcome.at <= scanStrip.last.at) return;
  scanStrip.last = outcome;
  scanStrip.problem = null;
  if (outcome.result === 'accepted') beep('accepted');
  else if (outcome.result === 'refused') beep('refused');
}
