/**
 * After a release: units are judged anew that the release can have changed. Every unit names what it was judged by
 * (`InForce.judgedBy`); those whose name is not the one of the configuration in force are found by an index and taken in
 * pages, each in a transaction of its own, so that ingest and folding go on between them. What was left when a server
 * ended, and what an instance still folded under the old configuration, is found by the next look.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Passport } from '#contract/passport.ts';
import { emptyPart } from '#domain/units/passport.ts';
import { tellChanged } from '../changes-feed.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Db, Queries } from '../db/db.ts';
import { publishAll, type NewDocument, type Scope } from '../downlink/publish.ts';
import { scopesOfUnit, writeUnits } from './write.ts';

const perPage = 200;
/** Between pages: on the embedded database, which has one connection, facts get in here. ms */
const breathMs = 20;

/** `definition_id`, `revision`: empty where the beginning of the unit was not heard of. */
interface Judged {
  readonly definition_id: string;
  readonly revision: string;
  readonly judged: string;
}

/** @returns units that were judged anew. Ends early with the signal. */
export async function judgeAgain(db: Db, configuration: ReleasedConfiguration, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (const group of await groupsOf(db)) {
    for (;;) {
      if (signal.aborted) return done;
      const force = configuration();
      if (group.judged === force.judgedBy(group.definition_id || null, group.revision || null)) break;
      const units = await db.transaction((tx) => judgePage(tx, group, force));
      done += units;
      if (units > 0) await tellChanged(db, 'judged');
      if (units < perPage) break;
      await pause(breathMs);
    }
  }
  return done;
}

/** What units were judged by, without looking at each: the index is leapt over from one value to the next. */
const groupsOf = (db: Db): Promise<Judged[]> =>
  db.query<Judged>(
    `WITH RECURSIVE leap AS (
       (SELECT coalesce(definition_id, '') AS definition_id, coalesce(revision, '') AS revision, judged FROM unit
        ORDER BY coalesce(definition_id, ''), coalesce(revision, ''), judged LIMIT 1)
       UNION ALL
       SELECT next.* FROM leap CROSS JOIN LATERAL (
         SELECT coalesce(definition_id, ''), coalesce(revision, ''), judged FROM unit
         WHERE (coalesce(definition_id, ''), coalesce(revision, ''), judged)
           > (leap.definition_id, leap.revision, leap.judged)
         ORDER BY coalesce(definition_id, ''), coalesce(revision, ''), judged LIMIT 1) next
     ) SELECT * FROM leap`,
  );

async function judgePage(tx: Queries, group: Judged, force: InForce): Promise<number> {
  const found = await tx.query<{ serial: string }>(
    `SELECT serial FROM unit WHERE coalesce(definition_id, '') = $1 AND coalesce(revision, '') = $2 AND judged = $3
     LIMIT ${perPage}`,
    [group.definition_id, group.revision, group.judged],
  );
  if (found.length === 0) return 0;
  const serials = found.map(({ serial }) => serial);
  const nothing = serials.map(
    (serial) => [serial, { part: emptyPart(serial), receivedAt: 0, shownPassed: new Set<string>() }] as const,
  );
  const documents = await writeUnits(tx, new Map(nothing), force, true);
  documents.push(...(await elsewhere(tx, serials, force)));
  await publishAll(tx, documents);
  return serials.length;
}

/** Takes passports and cases from the lines that the units have left. */
async function elsewhere(tx: Queries, serials: readonly string[], force: InForce): Promise<NewDocument[]> {
  const rows = await tx.query<{ scope: Scope; kind: 'passport' | 'case'; id: string; passport: string }>(
    // Scope by scope, because the key of documents begins with it.
    `SELECT d.scope, d.kind, d.id, u.passport FROM document_scope s
     CROSS JOIN (
       SELECT 'passport' AS kind, serial AS id, serial FROM unit WHERE serial = ANY($1)
       UNION ALL SELECT 'case', case_id, serial FROM unit_case WHERE serial = ANY($1)) k
     JOIN document d ON d.scope = s.scope AND d.kind = k.kind AND d.id = k.id AND d.body IS NOT NULL
     JOIN unit u ON u.serial = k.serial`,
    [serials],
  );
  return rows
    .filter(({ scope, passport }) => !scopesOfUnit(JSON.parse(passport) as Passport, force).includes(scope))
    .map(({ scope, kind, id }): NewDocument => ({ scope, kind, id, body: null }));
}
