import { CannotRunError, exitFaults, exitFine, type Command } from './command.ts';
import { dataOptions, dataOptionsHelp, withStore } from './data-folder.ts';
import { progressBar } from './progress.ts';
import { chainFaultText } from './verify.ts';

export const newEpoch: Command = {
  name: 'new-epoch',
  summary: 'after a backup was put back: begins a new epoch, so that no number is given twice',
  help: `Usage: linewright new-epoch [--data DIR] [--config DIR] [--station ID] [--json]

Run it once after a backup was put back, before the station starts. Events are numbered within an epoch; written on as it
is, the backup would give the numbers since it was made a second time, to other facts. The log is proved first, as
verify does; a damaged one gets no new epoch. Nothing that is in the log is changed. The station must not be running on
the same data.

${dataOptionsHelp}
  --json          {"folder", "before", "epoch", "events", "fault"}; "epoch" is null when there is a fault
  --help          this text`,
  options: dataOptions,
  positionals: 0,
  async run(input, io) {
    const bar = progressBar('verify');
    // Before anything is written: the check at every start looks at the newest epoch only, and a new one is empty.
    const found = await withStore(input, bar.step, (store, folder) => {
      if (store.state !== 'ok' && store.state !== 'corrupt') throw new CannotRunError(notBegun(folder, store.detail));
      return { folder, before: store.epoch, ...store.verifyChain(bar.step), detail: store.detail };
    }).finally(bar.end);
    const { folder, before, events, fault } = found;
    if (fault !== null) {
      if (input.json) io.out(`${JSON.stringify({ folder, before, epoch: null, events, fault }, null, 2)}\n`);
      else io.out(chainFaultText(folder, fault));
      return exitFaults;
    }
    if (found.detail !== '') throw new CannotRunError(notBegun(folder, found.detail));
    const epoch = await withStore(
      input,
      bar.step,
      (store) => {
        if (store.epoch === before) throw new CannotRunError(notBegun(folder, store.detail));
        return store.epoch;
      },
      { newEpoch: true },
    ).finally(bar.end);
    if (input.json) io.out(`${JSON.stringify({ folder, before, epoch, events, fault }, null, 2)}\n`);
    else io.out(`${folder}: new epoch ${epoch}, after ${events} events up to epoch ${before}\n`);
    return exitFine;
  },
};

const notBegun = (folder: string, detail: string): string => `${folder}: no epoch was begun: ${detail}`;
