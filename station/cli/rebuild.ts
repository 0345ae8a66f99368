import { StoreNotWritableError } from '#station/store/errors.ts';
import { CannotRunError, exitFaults, exitFine, type Command } from './command.ts';
import { dataOptions, dataOptionsHelp, withStore } from './data-folder.ts';
import { progressBar } from './progress.ts';

export const rebuild: Command = {
  name: 'rebuild',
  summary: 'makes the read model again from the event log and proves it equal to the live one',
  help: `Usage: linewright rebuild [--data DIR] [--config DIR] [--station ID] [--dry-run] [--json]

Makes the read model again from the event log in a file of its own and compares it row by row with the live one. Where
they differ the live tables are replaced and the exit code is 1. The station must not be running on the same data.

${dataOptionsHelp}
  --dry-run       compare only, replace nothing
  --json          {"folder", "events", "skipped", "equal", "replaced", "tables": [...]}
  --help          this text`,
  options: { ...dataOptions, 'dry-run': { type: 'boolean' } },
  positionals: 0,
  async run(input, io) {
    const bar = progressBar('rebuild');
    const { report, folder } = await withStore(input, bar.step, (store, folder) => {
      try {
        return { report: store.rebuild({ progress: bar.step, replace: input.values['dry-run'] !== true }), folder };
      } catch (error) {
        if (error instanceof StoreNotWritableError) throw new CannotRunError(error.message);
        throw error;
      }
    }).finally(bar.end);
    if (input.json) io.out(`${JSON.stringify({ folder, ...report }, null, 2)}\n`);
    else {
      for (const table of report.tables) {
        if (table.equal) continue;
        io.out(`${table.table}: ${table.liveRows} rows live, ${table.rebuiltRows} rebuilt, differing\n`);
      }
      const rows = report.tables.reduce((sum, { rebuiltRows }) => sum + rebuiltRows, 0);
      const skipped = report.skipped > 0 ? ` (${report.skipped} of types this version does not know)` : '';
      const verdict = report.equal
        ? 'equal to the live one'
        : report.replaced
          ? 'the live one differed and was replaced'
          : 'the live one differs; nothing was replaced';
      io.out(
        `${folder}: ${report.events} events${skipped}, ${rows} rows in ${report.tables.length} tables: ${verdict}\n`,
      );
    }
    return report.equal ? exitFine : exitFaults;
  },
};
