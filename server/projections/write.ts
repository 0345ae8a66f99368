/** Writes what a page changed into the read model: few statements, whatever the number of events. */
import { createHash } from 'node:crypto';
import type { Passport } from '#contract/passport.ts';
import { judgeCases, type Contradiction } from '#domain/cases/judge.ts';
import { emptyPart, joinPassports, type PassportPart } from '#domain/units/passport.ts';
import { unitStanding, type UnitStanding } from '#domain/units/standing.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument, Scope } from '../downlink/publish.ts';
import { markUnits } from '../oee/units.ts';
import type { PageChanges } from './fold.ts';
import { writeCalls, writeHandovers } from './write-calls.ts';
import { writeEnergy } from './write-energy.ts';
import { writeContainments } from './write-containments.ts';
import { writeDeviceWork } from './write-devices.ts';
import { writeGauges } from './write-gauges.ts';
import { writeCharts } from './write-charts.ts';
import { writeStops } from './write-stops.ts';
import { writeMachines } from './write-machines.ts';
import { writeStudies } from './write-studies.ts';
import { writeNonconformances } from './write-nonconformances.ts';
import { writeSignals } from './write-signals.ts';

interface UnitRow {
  readonly serial: string;
  readonly passport: string;
  readonly order_id: string | null;
  readonly status: UnitStanding['status'];
  readonly home_station_id: string | null;
  readonly received_at: number;
  readonly shown_passed: readonly string[];
  readonly cases: number;
  readonly documented: boolean;
}

/** @returns documents that the changes make: passports and cases, for the stations concerned. */
export async function writeChanges(tx: Queries, changes: PageChanges, force: InForce): Promise<NewDocument[]> {
  const documents = await writeUnits(tx, changes.units, force);
  await writeRuns(tx, changes);
  await writeLists(tx, changes);
  await writeDeviceWork(tx, changes);
  await writeWork(tx, changes);
  await writeCharts(tx, changes.charted);
  await writeMachines(tx, changes.machineFacts);
  await writeEnergy(tx, changes.energyUsed);
  documents.push(...(await writeSignals(tx, changes, force)));
  // Gauges are told with when the values of their studies were taken.
  await writeStudies(tx, changes);
  documents.push(...(await writeGauges(tx, changes)));
  await writeStops(tx, changes);
  documents.push(...(await writeNonconformances(tx, changes, force)));
  await markUnits(tx, changes, force.catalogue);
  documents.push(...(await writeContainments(tx, changes)));
  documents.push(...(await writeCalls(tx, changes, force)));
  await writeHandovers(tx, changes);
  return documents;
}

/** @param again nothing was told of them, they are judged anew: what stations no longer have they do not get again. */
export async function writeUnits(
  tx: Queries,
  units: PageChanges['units'],
  force: InForce,
  again = false,
): Promise<NewDocument[]> {
  if (units.size === 0) return [];
  // Everybody locks units in one order.
  const serials = [...units.keys()].sort();
  await tx.execute('INSERT INTO unit (serial) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [serials]);
  const rows = await tx.query<UnitRow>(
    `SELECT serial, passport, order_id, status, home_station_id, received_at, shown_passed, cases, documented
     FROM unit WHERE serial = ANY($1) ORDER BY serial FOR UPDATE`,
    [serials],
  );
  const documents: NewDocument[] = [];
  const written: WrittenUnit[] = [];
  for (const row of rows) {
    const change = units.get(row.serial);
    if (change === undefined) continue;
    const before = row.passport === '' ? emptyPart(row.serial) : (JSON.parse(row.passport) as PassportPart);
    const passport = joinPassports(before as Passport, change.part as Passport);
    const standing = unitStanding(passport);
    const shownPassed = [...new Set([...row.shown_passed, ...change.shownPassed])].sort();
    const operations =
      standing.origin === null
        ? null
        : (force.catalogue.definition(standing.origin.definitionId, standing.origin.revision)?.operations ?? null);
    const cases = judgeCases({ passport, operations, shownPassed });
    const scopes = scopesOfUnit(passport, force);
    written.push({
      row,
      passport: JSON.stringify(passport),
      standing,
      receivedAt: Math.max(row.received_at, change.receivedAt),
      shownPassed,
      cases,
      scopes,
      judged: force.judgedBy(standing.origin?.definitionId ?? null, standing.origin?.revision ?? null),
      documented: again ? row.documented : passport.origins.length > 0,
    });
    // Without a beginning it is no passport yet; the stations get it when that was heard.
    if (passport.origins.length > 0 && (!again || row.documented))
      for (const scope of scopes)
        documents.push({ scope, kind: 'passport', id: row.serial, body: passport } satisfies NewDocument<'passport'>);
  }
  await updateUnits(tx, written);
  await countProgress(tx, written);
  documents.push(...(await writeCases(tx, written)));
  return documents;
}

interface WrittenUnit {
  readonly row: UnitRow;
  readonly passport: string;
  readonly standing: UnitStanding;
  readonly receivedAt: number;
  readonly shownPassed: readonly string[];
  readonly cases: readonly Contradiction[];
  readonly scopes: readonly Scope[];
  readonly judged: string;
  readonly documented: boolean;
}

/** Lines where the unit is worked on by its routing, and where it was seen. */
export function scopesOfUnit(passport: PassportPart, force: InForce): readonly Scope[] {
  const [origin] = passport.origins;
  const routed = origin === undefined ? null : force.scopesOfDefinition(origin.definitionId, origin.revision);
  if (routed !== null) return routed;
  const seen = [...passport.origins, ...passport.runs].map(({ stationId }) => stationId);
  return [...new Set(seen.filter((id) => !id.startsWith('@')).map(force.scopeOfStation))].sort();
}

async function updateUnits(tx: Queries, units: readonly WrittenUnit[]): Promise<void> {
  await tx.execute(
    `UPDATE unit SET passport = n.passport, order_id = n.order_id, material_id = n.material_id,
       definition_id = n.definition_id, revision = n.revision, status = n.status, station_id = n.station_id,
       home_station_id = n.home_station_id, changed_at = n.changed_at, received_at = n.received_at,
       shown_passed = ARRAY(SELECT jsonb_array_elements_text(n.shown::jsonb)), cases = n.cases,
       documented = n.documented::boolean, judged = n.judged
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::int[], $14::text[], $15::text[])
       AS n (serial, passport, order_id, material_id, definition_id, revision, status, station_id,
         home_station_id, changed_at, received_at, shown, cases, documented, judged)
     WHERE unit.serial = n.serial`,
    [
      units.map(({ row }) => row.serial),
      units.map(({ passport }) => passport),
      units.map(({ standing }) => standing.origin?.orderId ?? null),
      units.map(({ standing }) => standing.origin?.materialId ?? null),
      units.map(({ standing }) => standing.origin?.definitionId ?? null),
      units.map(({ standing }) => standing.origin?.revision ?? null),
      units.map(({ standing }) => standing.status),
      units.map(({ standing }) => standing.stationId),
      units.map(({ standing }) => standing.homeStationId),
      units.map(({ standing }) => standing.changedAt),
      units.map(({ receivedAt }) => receivedAt),
      units.map(({ shownPassed }) => JSON.stringify(shownPassed)),
      units.map(({ cases }) => cases.length),
      units.map(({ documented }) => String(documented)),
      units.map(({ judged }) => judged),
    ],
  );
}

const counts = ['created', 'done', 'held', 'scrapped', 'in_work'] as const;
type Counts = Record<(typeof counts)[number], number>;

/** Each unit is taken out of where it counted and put in where it counts now; the sums do not depend on the order. */
async function countProgress(tx: Queries, units: readonly WrittenUnit[]): Promise<void> {
  const deltas = new Map<string, { orderId: string; stationId: string; by: Counts }>();
  const add = (orderId: string | null, stationId: string | null, status: UnitStanding['status'], by: 1 | -1): void => {
    if (orderId === null) return;
    const key = JSON.stringify([orderId, stationId ?? '']);
    const delta = deltas.get(key) ?? {
      orderId,
      stationId: stationId ?? '',
      by: { created: 0, done: 0, held: 0, scrapped: 0, in_work: 0 },
    };
    deltas.set(key, delta);
    delta.by.created += by;
    if (status === 'in-work') delta.by.in_work += by;
    else if (status !== 'waiting') delta.by[status] += by;
  };
  for (const { row, standing } of units) {
    add(row.order_id, row.home_station_id, row.status, -1);
    add(standing.origin?.orderId ?? null, standing.homeStationId, standing.status, 1);
  }
  const changed = [...deltas]
    .filter(([, { by }]) => counts.some((name) => by[name] !== 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, delta]) => delta);
  if (changed.length === 0) return;
  await tx.execute(
    `INSERT INTO order_progress AS p (order_id, station_id, created, done, held, scrapped, in_work)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
     ON CONFLICT (order_id, station_id) DO UPDATE SET created = p.created + excluded.created,
       done = p.done + excluded.done, held = p.held + excluded.held, scrapped = p.scrapped + excluded.scrapped,
       in_work = p.in_work + excluded.in_work`,
    [
      changed.map(({ orderId }) => orderId),
      changed.map(({ stationId }) => stationId),
      ...counts.map((name) => changed.map(({ by }) => by[name])),
    ],
  );
}

/** 64 bits of what the case was judged on: new values make a new case, and a closed one stays closed. */
export const caseIdOf = (serial: string, { kind, key }: Pick<Contradiction, 'kind' | 'key'>): string =>
  createHash('sha256')
    .update(JSON.stringify([serial, kind, key]))
    .digest('hex')
    .slice(0, 16);

async function writeCases(tx: Queries, units: readonly WrittenUnit[]): Promise<NewDocument[]> {
  const concerned = units.filter(({ row, cases }) => row.cases > 0 || cases.length > 0);
  if (concerned.length === 0) return [];
  const shown = concerned.flatMap((unit) =>
    unit.cases.map((found) => ({ unit, found, id: caseIdOf(unit.row.serial, found) })),
  );
  const gone = await tx.query<{ case_id: string; serial: string }>(
    'DELETE FROM unit_case WHERE serial = ANY($1) AND NOT case_id = ANY($2) RETURNING case_id, serial',
    [concerned.map(({ row }) => row.serial), shown.map(({ id }) => id)],
  );
  const open = await tx.query<{ case_id: string }>(
    `WITH added AS (
       INSERT INTO unit_case (case_id, serial, kind, opened_at, details)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
       ON CONFLICT (case_id) DO UPDATE SET opened_at = excluded.opened_at, details = excluded.details)
     SELECT n.case_id FROM unnest($1::text[]) AS n (case_id)
     WHERE NOT EXISTS (SELECT FROM case_closing c WHERE c.case_id = n.case_id)`,
    [
      shown.map(({ id }) => id),
      shown.map(({ unit }) => unit.row.serial),
      shown.map(({ found }) => found.kind),
      shown.map(({ found }) => found.at),
      shown.map(({ found }) => JSON.stringify(found.details)),
    ],
  );
  const stillOpen = new Set(open.map(({ case_id }) => case_id));
  const scopesOf = new Map(concerned.map(({ row, scopes }) => [row.serial, scopes]));
  return [
    ...gone.flatMap(({ case_id, serial }) =>
      (scopesOf.get(serial) ?? []).map((scope): NewDocument => ({ scope, kind: 'case', id: case_id, body: null })),
    ),
    ...shown
      .filter(({ id }) => stillOpen.has(id))
      .flatMap(({ unit, found, id }) =>
        unit.scopes.map((scope): NewDocument => ({
          scope,
          kind: 'case',
          id,
          body: { caseId: id, serial: unit.row.serial, kind: found.kind, openedAt: found.at },
        })),
      ),
  ];
}

async function writeRuns(tx: Queries, { executions, spans, facts }: PageChanges): Promise<void> {
  const runs = [...executions.values()].sort((a, b) => (a.executionId < b.executionId ? -1 : 1));
  if (runs.length > 0)
    // LEAST leaves NULL out: of two tellings of one run a fixed one is kept, whichever came first.
    await tx.execute(
      `INSERT INTO execution AS e (execution_id, serial, order_id, operation_id, definition_id, revision, definition_hash,
         station_id, person_id, started_at, ended_at, outcome, stop_cause, reworks)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[])
       ON CONFLICT (execution_id) DO UPDATE SET serial = LEAST(e.serial, excluded.serial),
         order_id = LEAST(e.order_id, excluded.order_id), operation_id = LEAST(e.operation_id, excluded.operation_id),
         definition_id = LEAST(e.definition_id, excluded.definition_id), revision = LEAST(e.revision, excluded.revision),
         definition_hash = LEAST(e.definition_hash, excluded.definition_hash),
         station_id = LEAST(e.station_id, excluded.station_id), person_id = LEAST(e.person_id, excluded.person_id),
         started_at = LEAST(e.started_at, excluded.started_at), ended_at = LEAST(e.ended_at, excluded.ended_at),
         outcome = LEAST(e.outcome, excluded.outcome), stop_cause = LEAST(e.stop_cause, excluded.stop_cause),
         reworks = LEAST(e.reworks, excluded.reworks)`,
      [
        runs.map((run) => run.executionId),
        runs.map((run) => run.serial),
        runs.map((run) => run.orderId),
        runs.map((run) => run.operationId),
        runs.map((run) => run.definitionId),
        runs.map((run) => run.revision),
        runs.map((run) => run.definitionHash),
        runs.map((run) => run.stationId),
        runs.map((run) => run.personId),
        runs.map((run) => run.startedAt),
        runs.map((run) => run.endedAt),
        runs.map((run) => run.outcome),
        runs.map((run) => run.stopCause),
        runs.map((run) => run.reworks),
      ],
    );
  const list = [...spans.values()].sort((a, b) => (a.executionId < b.executionId ? -1 : 1));
  if (list.length > 0)
    await tx.execute(
      `INSERT INTO execution_span AS s (execution_id, stream_id, from_seq, to_seq, from_month)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::date[])
       ON CONFLICT (execution_id, stream_id) DO UPDATE SET from_seq = LEAST(s.from_seq, excluded.from_seq),
         to_seq = GREATEST(s.to_seq, excluded.to_seq), from_month = LEAST(s.from_month, excluded.from_month)`,
      [
        list.map((span) => span.executionId),
        list.map((span) => span.streamId),
        list.map((span) => span.from),
        list.map((span) => span.to),
        list.map((span) => span.month),
      ],
    );
  if (facts.length > 0)
    await tx.execute(
      `INSERT INTO unit_fact (serial, stream_id, seq, month)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::date[]) ON CONFLICT DO NOTHING`,
      [
        facts.map((fact) => fact.serial),
        facts.map((fact) => fact.streamId),
        facts.map((fact) => fact.seq),
        facts.map((fact) => fact.month),
      ],
    );
}

async function writeLists(tx: Queries, { components, measured }: PageChanges): Promise<void> {
  if (components.length > 0)
    await tx.execute(
      `INSERT INTO component (stream_id, seq, execution_id, bom_line, material_id, lot, component_serial, at, removed)
       SELECT s, q, x, b, m, l, c, a, r::boolean FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[],
         $6::text[], $7::text[], $8::bigint[], $9::text[]) AS n (s, q, x, b, m, l, c, a, r)
       ON CONFLICT DO NOTHING`,
      [
        components.map((event) => event.streamId),
        components.map((event) => event.seq),
        components.map(({ body }) => body.executionId),
        components.map(({ body }) => body.bomLine),
        components.map(({ body }) => body.materialId),
        components.map(({ body }) => body.lot),
        components.map(({ body }) => body.componentSerial),
        components.map((event) => event.at),
        components.map((event) => String(event.type === 'component.removed')),
      ],
    );
  if (measured.length > 0)
    await tx.execute(
      `INSERT INTO measured_value (stream_id, seq, execution_id, step_id, attempt, characteristic_id, index, value, unit,
         nominal, lower, upper, verdict, entry, device_id, station_id, at, gauge_id)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::int[],
         $8::double precision[], $9::text[], $10::double precision[], $11::double precision[], $12::double precision[],
         $13::text[], $14::text[], $15::text[], $16::text[], $17::bigint[], $18::text[])
       ON CONFLICT DO NOTHING`,
      [
        measured.map((event) => event.streamId),
        measured.map((event) => event.seq),
        measured.map(({ body }) => body.executionId),
        measured.map(({ body }) => body.stepId),
        measured.map(({ body }) => body.attempt),
        measured.map(({ body }) => body.characteristicId),
        measured.map(({ body }) => body.index),
        measured.map(({ body }) => body.reading.value),
        measured.map(({ body }) => body.reading.unit),
        measured.map(({ body }) => body.nominal),
        measured.map(({ body }) => body.lower),
        measured.map(({ body }) => body.upper),
        measured.map(({ body }) => body.verdict),
        measured.map(({ body }) => body.reading.entry),
        measured.map(({ body }) => body.reading.deviceId),
        measured.map((event) => event.stationId),
        measured.map((event) => event.at),
        measured.map(({ body }) => body.gaugeId),
      ],
    );
}

async function writeWork(tx: Queries, { work }: PageChanges): Promise<void> {
  const list = [...work];
  if (list.length === 0) return;
  await tx.execute(
    `INSERT INTO station_work AS w (stream_id, station_id, seq, state, received_at)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
     ON CONFLICT (stream_id) DO UPDATE SET seq = excluded.seq, state = excluded.state, received_at = excluded.received_at
     WHERE excluded.seq > w.seq`,
    [
      list.map(([streamId]) => streamId),
      list.map(([, change]) => change.stationId),
      list.map(([, change]) => change.seq),
      list.map(([, change]) => JSON.stringify(change.state)),
      list.map(([, change]) => change.receivedAt),
    ],
  );
}
