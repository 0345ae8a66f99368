import type { ChainReport } from '#station/store/event-log.ts';
import { exitFaults, exitFine, type Command } from './command.ts';
import { dataOptions, dataOptionsHelp, withStore } from './data-folder.ts';
import { progressBar } from './progress.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'walks the event log: every hash and every number',
  help: `Usage: linewright verify [--data DIR] [--config DIR] [--station ID] [--json]

Walks the whole event log and proves the hash chain: no event was changed, left out or put in. Tells the first fault.
The station must not be running on the same data.

${dataOptionsHelp}
  --json          {"folder", "events", "epochs", "fault"}
  --help          this text`,
  options: dataOptions,
  positionals: 0,
  async run(input, io) {
    const bar = progressBar('verify');
    const { report, folder } = await withStore(input, bar.step, (store, folder) => ({
      report: store.verifyChain(bar.step),
      folder,
    })).finally(bar.end);
    const { events, epochs, fault } = report;
    if (input.json) io.out(`${JSON.stringify({ folder, ...report }, null, 2)}\n`);
    else if (fault === null) {
      io.out(`${folder}: ${events} events in ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, the chain is whole\n`);
    } else io.out(chainFaultText(folder, fault));
    return fault === null ? exitFine : exitFaults;
  },
};

export const chainFaultText = (
  folder: string,
  { what, seq, epoch, detail }: NonNullable<ChainReport['fault']>,
): string =>
  `${folder}: ${what} at event ${seq} of epoch ${epoch}: ${detail}
    Keep this folder as it is, go back to the last good backup, and find out who wrote to station.db.
`;
