/** Tells the stations of a line which of its machines wait, and for which one (contract/sync/down.ts, `line-wait`). */
import type { LineWaitBody } from '#contract/sync/down.ts';
import type { Clock } from '../clock.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { publishAll, type NewDocument, type Scope } from '../downlink/publish.ts';
import type { Log } from '../log.ts';
import { repeat } from '../repeat.ts';
import { readRoots } from './roots.ts';

const everyMs = 5_000;
/** Shorter waits are not told: every change is a document for every station of the line, and quick lines wait often. */
const tellAfterMs = 15_000;

/** Any number of instances may do it: what is told is what the database says, and the same is not told twice. */
export const tellRoots = (parts: {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: ReleasedConfiguration;
}): { cancel(): void } =>
  repeat(
    parts.clock,
    everyMs,
    () => publishRoots(parts.db, parts.configuration(), parts.clock.now()),
    parts.log,
    'stations could not be told what their machines wait for; it is tried again',
  );

/** @param now UTC ms by the server's clock. @returns how many lines were told anew. */
export async function publishRoots(db: Db, force: InForce, now: number): Promise<number> {
  const lineIds = force.configuration.lines.map(({ id }) => id);
  const scopeOf = (lineId: string): Scope => `line:${lineId}`;
  const [roots, told] = await Promise.all([
    readRoots(db, force, lineIds, now),
    // Of lines too that are no longer configured: what was told of them is taken back.
    db.query<{ readonly id: string; readonly body: string }>(
      `SELECT d.id, d.body FROM document_scope s JOIN document d USING (scope)
       WHERE s.scope LIKE 'line:%' AND d.kind = 'line-wait' AND d.body IS NOT NULL`,
    ),
  ]);
  const all = new Set([...lineIds, ...told.map(({ id }) => id)]);
  const changed = [...all].flatMap((lineId): readonly NewDocument<'line-wait'>[] => {
    const machines = [...(roots.get(lineId) ?? [])].flatMap(([machineId, waits]) =>
      now - waits.from < tellAfterMs ? [] : [{ machineId, ...waits }],
    );
    const body: LineWaitBody | null = machines.length === 0 ? null : { lineId, machines };
    const before = told.find(({ id }) => id === lineId)?.body ?? null;
    const same = before === (body === null ? null : JSON.stringify(body));
    return same ? [] : [{ scope: scopeOf(lineId), kind: 'line-wait', id: lineId, body }];
  });
  return changed.length === 0 ? 0 : db.transaction((tx) => publishAll(tx, changed));
}
