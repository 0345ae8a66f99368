/**
 * Makes the read model again from the events: `node server/rebuild.entry.ts [--config DIR] [--data DIR]`, `DATABASE_URL` for
 * PostgreSQL. End every server first: what they fold meanwhile is folded all the same, but screens show half of it.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { releasedConfiguration } from './configuration.ts';
import { openDatabase } from './db/open.ts';
import { migrate } from './db/migrate.ts';
import { createLog } from './log.ts';
import { createOrderReactions } from './orders/react.ts';
import { createProjector } from './projections/projector.ts';
import { hopelessLine, readPlantConfiguration } from './startup.ts';

const log = createLog(process.env.LINEWRIGHT_LOG ?? 'warn');
try {
  const { values } = parseArgs({
    options: { config: { type: 'string', default: 'resources/demo-plant' }, data: { type: 'string' } },
  });
  const configuration = readPlantConfiguration(values.config);
  const db = await openDatabase({
    url: process.env.DATABASE_URL ?? null,
    dataFolder: values.data ?? join('data', configuration.plant.id, 'server'),
  });
  try {
    await migrate(db);
    const released = releasedConfiguration(() => configuration);
    // What orders became was told when it was first heard.
    const react = createOrderReactions(released, () => Promise.resolve());
    const events = await createProjector({ db, configuration: released, react, log }).rebuild((done) =>
      process.stderr.write(`\r${done} events`),
    );
    process.stdout.write(`\nread model made again from ${events} events\n`);
  } finally {
    await db.close();
  }
} catch (error) {
  process.stderr.write(`${hopelessLine(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
  process.exitCode = 1;
}
