/**
 * Orders from a folder that other programs put files into: `in/` to `done/` or `failed/`, with a result beside that says
 * line, column, value, problem and remedy. Several servers may watch one folder: whoever renames a file has it.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowFault } from '#contract/integration/words.ts';
import { actOf } from '../act.ts';
import { applyRows, type BulkResult } from '../apply-orders.ts';
import { writeCsv, type Cell } from '../formats/csv-out.ts';
import type { Separator } from '../formats/csv-in.ts';
import { wholeFault } from '../formats/faults.ts';
import { maxOrderBytes, readOrders, type OrderFormat } from '../formats/read-orders.ts';
import type { ApiCaller, IntegrationPorts } from '../ports.ts';

export interface DropOptions {
  readonly folder: string;
  readonly mode: () => 'all' | 'good';
  readonly ports: IntegrationPorts;
  /** ms between looks. */
  readonly everyMs?: number;
  /** A file counts as whole when size and time of change have stood still for so long, ms. */
  readonly settleMs?: number;
  /** A file that an instance took and did not finish is taken again after so long, ms. */
  readonly abandonedMs?: number;
}

const caller: ApiCaller = {
  accountId: 'drop-folder',
  name: 'drop folder',
  grants: [{ role: 'integration', scope: '*' }],
  from: 'drop folder',
};

/** Names that other programs give to what they are still writing, and what is no order file. */
const unfinished = /^[.~]|\.(tmp|part|partial|filepart|crdownload|swp|lock)$|\.result\.csv$/i;
const taken = /^\.taken-(\d+)-(.+)$/;

interface Seen {
  readonly size: number;
  readonly changedAt: number;
  readonly since: number;
}

export class DropFolder {
  readonly #options: Required<DropOptions>;
  readonly #seen = new Map<string, Seen>();
  #timer: { cancel(): void } | null = null;
  #working: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: DropOptions) {
    this.#options = { everyMs: 2_000, settleMs: 2_000, abandonedMs: 10 * 60_000, ...options };
  }

  /** @throws what the file system says where the folders cannot be made. */
  async start(): Promise<void> {
    for (const name of ['in', 'done', 'failed']) await mkdir(join(this.#options.folder, name), { recursive: true });
    this.#again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#working;
  }

  #again(): void {
    const { ports, everyMs } = this.#options;
    if (this.#stopped) return;
    this.#timer = ports.clock.setTimer(everyMs, () => {
      this.#working = this.look()
        .catch((error: unknown) =>
          ports.log.warn({ problem: (error as Error).message }, 'the drop folder cannot be read'),
        )
        .finally(() => this.#again());
    });
  }

  /** One look: takes every file that is whole. */
  async look(): Promise<void> {
    const inbox = join(this.#options.folder, 'in');
    const names = await readdir(inbox);
    const here = new Set(names);
    for (const name of this.#seen.keys()) if (!here.has(name)) this.#seen.delete(name);
    for (const name of names.sort()) {
      if (this.#stopped) return;
      const abandoned = taken.exec(name);
      if (abandoned !== null) await this.#reclaim(name, Number(abandoned[1]), abandoned[2] ?? name);
      else if (!unfinished.test(name) && (await this.#isWhole(name))) await this.#take(name);
    }
  }

  async #isWhole(name: string): Promise<boolean> {
    const { ports, settleMs, folder } = this.#options;
    const now = ports.clock.now();
    const found = await stat(join(folder, 'in', name)).catch(() => null);
    if (found === null || !found.isFile()) return false;
    const before = this.#seen.get(name);
    if (before === undefined || before.size !== found.size || before.changedAt !== found.mtimeMs) {
      this.#seen.set(name, { size: found.size, changedAt: found.mtimeMs, since: now });
      return settleMs === 0;
    }
    return now - before.since >= settleMs;
  }

  async #reclaim(name: string, takenAt: number, original: string): Promise<void> {
    const { ports, abandonedMs, folder } = this.#options;
    if (ports.clock.now() - takenAt < abandonedMs) return;
    ports.log.warn({ file: original }, 'a file of the drop folder was left half done and is taken again');
    await rename(join(folder, 'in', name), join(folder, 'in', original)).catch(() => undefined);
  }

  async #take(name: string): Promise<void> {
    const { ports, folder } = this.#options;
    const now = ports.clock.now();
    const mine = join(folder, 'in', `.taken-${now}-${name}`);
    try {
      await rename(join(folder, 'in', name), mine);
    } catch {
      // Another instance was faster, or the writer took it back.
      return;
    }
    this.#seen.delete(name);
    const outcome = await this.#process(name, mine).catch((error: unknown) => {
      ports.log.error(
        { file: name, err: error },
        'a file of the drop folder could not be worked on; it is tried again',
      );
      return null;
    });
    if (outcome === null) {
      await rename(mine, join(folder, 'in', name)).catch(() => undefined);
      return;
    }
    const { good, rows, separator } = outcome;
    const to = good ? 'done' : 'failed';
    const target = await freeName(join(folder, to), name, now);
    // The result first: whoever sees the file in its place finds the result beside it.
    await writeFile(join(folder, to, `${target}.result.csv`), writeCsv(rows, separator));
    await rename(mine, join(folder, to, target));
    ports.log.info({ file: name, to }, 'a file of the drop folder was worked on');
  }

  async #process(name: string, file: string): Promise<Outcome> {
    const { ports, mode } = this.#options;
    const { size } = await stat(file);
    if (size > maxOrderBytes) {
      const problem = `the file has ${size} bytes, more than ${maxOrderBytes}`;
      return told([wholeFault(problem, 'Split it into several files.')], ';');
    }
    const bytes = await readFile(file);
    const format = formatOf(name);
    if (format === null) {
      return told([wholeFault(`"${name}" is of no known kind`, 'Name it .csv, .txt, .xml or .json.')], ';');
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const now = ports.clock.now();
    const read = readOrders(bytes, format, { timeZone: ports.configuration().plant.timeZone, now });
    return ports.db.transaction(async (tx) => {
      // Also keeps two copies of one file that come at the same time apart.
      const first = await tx.execute(
        `INSERT INTO erp_file (sha256, name, at, accepted, refused) VALUES ($1, $2, $3, 0, 0) ON CONFLICT DO NOTHING`,
        [sha256, name, now],
      );
      if (first === 0) {
        const [before] = await tx.query<{ name: string; at: number }>(
          'SELECT name, at FROM erp_file WHERE sha256 = $1',
          [sha256],
        );
        const problem = `the same content was taken already as "${before?.name ?? ''}" at ${new Date(before?.at ?? 0).toISOString()}`;
        return told([wholeFault(problem, 'Nothing; to send it again, change it.')], read.separator);
      }
      const definitions = new Map(
        ports.configuration().definitions.map((each) => [`${each.id}\n${each.revision}`, each]),
      );
      const result = await applyRows(actOf(tx, caller, now, ports), read, mode(), {
        orders: ports.orders,
        source: format === 'csv' ? 'csv' : 'erp',
        definition: (id, revision) => definitions.get(`${id}\n${revision}`) ?? null,
      });
      // A file of which nothing was taken may come again as it is, e.g. after its definition was released.
      if (result.accepted === 0) await tx.execute('DELETE FROM erp_file WHERE sha256 = $1', [sha256]);
      else {
        await tx.execute('UPDATE erp_file SET accepted = $2, refused = $3 WHERE sha256 = $1', [
          sha256,
          result.accepted,
          result.refused,
        ]);
      }
      return resultOf(result, read.separator);
    });
  }
}

interface Outcome {
  readonly good: boolean;
  readonly rows: readonly (readonly Cell[])[];
  readonly separator: Separator;
}

const heading: readonly Cell[] = ['line', 'column', 'order', 'result', 'field', 'value', 'problem', 'remedy'];
const faultRow = ({ line, column, field, value, problem, remedy }: RowFault, order: string | null): readonly Cell[] => [
  line,
  column,
  order,
  'refused',
  field,
  value,
  problem,
  remedy,
];

const told = (faults: readonly RowFault[], separator: Separator): Outcome => ({
  good: false,
  rows: [heading, ...faults.map((fault) => faultRow(fault, null))],
  separator,
});

function resultOf({ rows, errors }: BulkResult, separator: Separator): Outcome {
  const orders = new Map(rows.map(({ row, orderId }) => [row, orderId]));
  const fine = rows
    .filter(({ done }) => done !== 'refused')
    .map(({ line, orderId, done, notes }): readonly Cell[] => [
      line,
      null,
      orderId,
      done,
      null,
      null,
      notes.join('; '),
      null,
    ]);
  const bad = errors.map((fault) => faultRow(fault, orders.get(fault.row ?? -1) ?? null));
  return { good: errors.length === 0, rows: [heading, ...bad, ...fine], separator };
}

function formatOf(name: string): OrderFormat | null {
  if (/\.(csv|txt|tsv)$/i.test(name)) return 'csv';
  if (/\.xml$/i.test(name)) return 'b2mml-xml';
  if (/\.b2mml\.json$/i.test(name)) return 'b2mml-json';
  return /\.json$/i.test(name) ? 'json' : null;
}

/** Reserves the name by making the result file, so that two instances never choose the same. */
async function freeName(folder: string, name: string, now: number): Promise<string> {
  for (let n = 0; ; n += 1) {
    const dot = name.lastIndexOf('.');
    const numbered = n === 0 ? name : `${name.slice(0, dot)}.${now + n}${name.slice(dot)}`;
    try {
      await (await open(join(folder, `${numbered}.result.csv`), 'wx')).close();
      return numbered;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
  }
}
