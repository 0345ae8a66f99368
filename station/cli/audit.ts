import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openLogForReading } from '#station/store/read-log.ts';
import { messageOf } from '#station/store/errors.ts';
import { SyncClient } from '#station/sync/client.ts';
import { compareStream, type Compared } from '#station/sync/compare.ts';
import { readMembership, type Membership } from '#station/sync/enrolment.ts';
import { LinkError, ServerError } from '#station/sync/problem.ts';
import { CannotRunError, exitFaults, exitFine, type Command } from './command.ts';
import { dataOptions, dataOptionsHelp } from './data-folder.ts';
import { progressBar } from './progress.ts';
import { stationFolder } from './station-folder.ts';

interface Row extends Compared {
  readonly epoch: string;
  readonly branch: string;
  /** How many at the end of the stream the server does not have. */
  readonly unsent: number;
}

export const audit: Command = {
  name: 'audit',
  summary: 'compares the event log with the plant server: every number and every chain hash',
  help: `Usage: linewright audit [--data DIR] [--config DIR] [--station ID] [--json]

Asks the server this station is enrolled at for the chain hash of every event and compares it with the log here, stream by
stream (epochs, and branches after a restore). Tells the first number under which the ends differ, and what has not been
sent yet. Exit code 0 only when both ends have the same events. The station may run; what it records meanwhile is left out.

${dataOptionsHelp}
  --json          {"folder", "server", "equal", "events", "unsent", "streams": [{"epoch", "branch", "first", "last",
                  "here", "there", "unsent", "equal", "firstDifference"}]}
  --help          this text`,
  options: dataOptions,
  positionals: 0,
  async run(input, io) {
    const { folder, stationId } = await stationFolder(input);
    if (!statSync(join(folder, 'station.db'), { throwIfNoEntry: false })?.isFile()) {
      throw new CannotRunError(`there is no station.db in ${folder}; name the data folder with --data`);
    }
    const { enrolment, client } = clientOf(folder);
    const bar = progressBar('audit');
    const rows: Row[] = [];
    let log: ReturnType<typeof openLogForReading>;
    try {
      log = openLogForReading(folder, stationId);
    } catch (error) {
      throw new CannotRunError(`${join(folder, 'station.db')} cannot be read: ${messageOf(error)}`);
    }
    try {
      const streams = log.outbox.streams().filter(({ first, last }) => last >= first);
      const total = streams.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      let before = 0;
      for (const stream of streams) {
        const { epoch, branch, first, last } = stream;
        const ours = (from: number, count: number): string[] => log.outbox.hashes(stream, from, count);
        const found = await compareStream(client, stream, first, last, ours, (done) => bar.step(before + done, total));
        before += last - first + 1;
        rows.push({ epoch, branch, unsent: found.here - found.there, ...found });
      }
    } catch (error) {
      if (!(error instanceof LinkError) && !(error instanceof ServerError)) throw error;
      throw new CannotRunError(`${enrolment.url} could not be asked: ${error.message}`);
    } finally {
      bar.end();
      log.close();
      client.close();
    }
    const equal = rows.every((row) => row.equal);
    const events = rows.reduce((sum, { here }) => sum + here, 0);
    const unsent = rows.reduce((sum, row) => sum + row.unsent, 0);
    if (input.json) {
      io.out(`${JSON.stringify({ folder, server: enrolment.url, equal, events, unsent, streams: rows }, null, 2)}\n`);
    } else {
      for (const row of rows) io.out(`${rowText(row)}\n`);
      const verdict = equal ? 'both ends have the same events' : 'the ends differ';
      io.out(`${folder} and ${enrolment.url}: ${events} events, ${unsent} not yet sent: ${verdict}\n`);
    }
    return equal ? exitFine : exitFaults;
  },
};

function rowText({ epoch, branch, first, last, here, there, firstDifference }: Row): string {
  const name = branch === '' ? epoch : `${epoch} branch ${branch}`;
  const verdict =
    firstDifference === null
      ? 'equal'
      : firstDifference >= first + there
        ? `from number ${firstDifference} on not on the server`
        : `first difference at number ${firstDifference}`;
  return `${name}: numbers ${first} to ${last}, ${here} here, ${there} there: ${verdict}`;
}

function clientOf(folder: string): Membership & { readonly client: SyncClient } {
  let membership: Membership | null;
  try {
    membership = readMembership(folder);
  } catch (error) {
    throw new CannotRunError(messageOf(error));
  }
  if (membership === null) {
    throw new CannotRunError(`${folder} belongs to no server; \`linewright enrol\` links it to one`);
  }
  return { ...membership, client: new SyncClient(membership, () => Date.now()) };
}
