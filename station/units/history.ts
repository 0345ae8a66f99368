/** A unit's history: its events of the log, newest first, with who and what in words the screen can show. */
import type { Language, Localized } from '#contract/config/text.ts';
import { isUnitCode, unitSymbols } from '#contract/units.ts';
import type { StepDefinition } from '#contract/steps/index.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import { upcast } from '#contract/events/index.ts';
import type { EventRecord } from '#contract/envelope.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { HistoryEntry } from '#contract/rpc/units.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { actorName } from '#domain/units/holder.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readHead } from '#station/store/projections/aggregates.ts';

interface EventRow {
  readonly id: number;
  readonly record: string;
}

export function unitHistory(
  read: ReadModelReader,
  catalogue: Catalogue,
  server: { has(epoch: string, seq: number): boolean },
  query: { readonly serial: string; readonly cursor: string | null; readonly limit: number },
): Page<HistoryEntry> {
  const { serial, limit } = query;
  const before = cursorParts(query.cursor, 1);
  const total = read.get<{ n: number }>('SELECT count(*) AS n FROM unit_event WHERE serial = ?', serial)?.n ?? 0;
  const rows = read.all<EventRow>(
    `SELECT u.id, e.record FROM unit_event u
     JOIN epoch p ON p.epoch = u.epoch JOIN event e ON e.epochId = p.id AND e.seq = u.seq
     WHERE u.serial = ? AND (? = 0 OR u.id < ?) ORDER BY u.id DESC LIMIT ?`,
    serial,
    before === null ? 0 : 1,
    ...(before ?? [0]),
    limit + 1,
  );
  return pageOf(
    rows,
    limit,
    total,
    ({ id }) => [id],
    (row) => {
      const event = upcast(JSON.parse(row.record) as EventRecord) as StoredEvent;
      const where = server.has(event.epoch, event.seq) ? 'server' : 'station';
      return { ...historyEntry(read, catalogue, event), where };
    },
  );
}

function historyEntry(read: ReadModelReader, catalogue: Catalogue, event: StoredEvent): Omit<HistoryEntry, 'where'> {
  const body: Readonly<Record<string, unknown>> = event.body;
  const executionId = typeof body['executionId'] === 'string' ? body['executionId'] : null;
  const head = executionId === null ? null : readHead(read, executionId);
  const definition = head === null ? null : catalogue.definition(head.definition.id, head.definition.revision);
  const stepId = typeof body['stepId'] === 'string' ? body['stepId'] : null;
  const step =
    stepId === null
      ? undefined
      : definition?.operations.find((o) => o.id === head?.operationId)?.steps.find((s) => s.id === stepId);
  const { kind } = event.actor;
  return {
    seq: event.seq,
    at: event.at,
    type: event.type,
    by: { kind, name: actorName(event.actor, event.stationId, { catalogue }) },
    operationId: head?.operationId ?? (typeof body['operationId'] === 'string' ? body['operationId'] : null),
    stepId,
    stepTitle: step?.title ?? null,
    detail: detailOf(event, definition, step, catalogue),
  };
}

function detailOf(
  event: StoredEvent,
  definition: ReleasedDefinition | null,
  step: StepDefinition | undefined,
  catalogue: Catalogue,
): HistoryEntry['detail'] {
  switch (event.type) {
    case 'measurement.recorded': {
      const { characteristicId: id, reading, lower, upper, verdict } = event.body;
      const characteristic = definition?.characteristics.find((c) => c.id === id);
      const gaugeId = reading.deviceId === null ? null : (catalogue.device(reading.deviceId)?.gaugeId ?? null);
      const title = characteristic?.title ?? { en: id, de: id };
      const decimals = characteristic?.decimals ?? 3;
      return { kind: 'measurement', title, reading, decimals, lower, upper, verdict, gaugeId };
    }
    case 'component.fitted':
    case 'component.removed': {
      const { materialId, lot, componentSerial } = event.body;
      return {
        kind: 'component',
        material: materialId,
        title: catalogue.material(materialId)?.title ?? { en: materialId, de: materialId },
        lot,
        serial: componentSerial,
        entry: event.type === 'component.fitted' ? event.body.entry : 'device',
      };
    }
    case 'step.failed':
    case 'machine-cycle.aborted':
      return { kind: 'reasons', reasons: event.body.reasons };
    case 'unit.held':
      return event.body.reasons.length > 0
        ? { kind: 'reasons', reasons: event.body.reasons }
        : { kind: 'text', text: event.body.reason };
    case 'unit.hold-lifted':
    case 'unit.scrapped':
      return { kind: 'text', text: event.body.reason };
    case 'text.recorded':
      return { kind: 'text', text: event.body.text };
    case 'number.recorded':
      return { kind: 'text', text: `${event.body.value} ${event.body.unit}` };
    case 'choice.recorded': {
      const { option } = event.body;
      const title = step?.type === 'choice' ? step.options.find((o) => o.id === option)?.title : undefined;
      return title === undefined ? { kind: 'text', text: option } : { kind: 'localized', text: title };
    }
    case 'check.recorded': {
      const { itemId } = event.body;
      const title = step?.type === 'checklist' ? step.items.find((i) => i.id === itemId)?.title : undefined;
      return title === undefined ? { kind: 'text', text: itemId } : { kind: 'localized', text: title };
    }
    case 'machine-cycle.finished':
      return { kind: 'localized', text: resultsText(event.body.results, definition) };
    case 'machine-cycle.requested':
      return { kind: 'text', text: `${event.body.recipe.id} ${event.body.recipe.revision}` };
    default:
      return { kind: 'none' };
  }
}

/** Titles, values and units side by side: a list, not a sentence. */
function resultsText(
  results: readonly {
    readonly characteristicId: string;
    readonly reading: { readonly value: number; readonly unit: string };
  }[],
  definition: ReleasedDefinition | null,
): Localized {
  const part = (language: Language): string =>
    results
      .map(({ characteristicId: id, reading: { value, unit } }) => {
        const characteristic = definition?.characteristics.find((c) => c.id === id);
        const number = value.toFixed(characteristic?.decimals ?? 3);
        const symbol = isUnitCode(unit) ? unitSymbols[unit] : unit;
        return `${characteristic?.title[language] ?? id} ${language === 'de' ? number.replace('.', ',') : number} ${symbol}`;
      })
      .join(' · ');
  return { en: part('en'), de: part('de') };
}
