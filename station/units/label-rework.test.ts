/**
 * A unit that is reworked travels by its label alone: ordered at one station, done at the other, neither reaches the plant server.
 * Operation 10 is done at ST10, 20 and 30 at ST20; each asks for a label of what passed elsewhere.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import type { Passport } from '#contract/passport.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { UnitLabel } from '#contract/rpc/units.ts';
import { judgeCases } from '#domain/cases/judge.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import { nonconformanceHoldId } from '#domain/nonconformances/nonconformance.ts';
import { startAt } from '#domain/test-kit.ts';
import { decodeLabel, encodeLabel } from '#domain/units/label-passport.ts';
import { emptyPart, evolvePassport, type PassportPart } from '#domain/units/passport.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { newSigner } from '#station/core/test-server.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { checkLabel, printLabel } from './labels.ts';

const serial = 'P-1';
let first: TestStation;
let second: TestStation;
beforeEach(() => {
  const [a, b] = [newSigner(), newSigner()];
  first = new TestStation('ST10', configuration());
  second = new TestStation('ST20', configuration());
  for (const [station, own] of [
    [first, a],
    [second, b],
  ] as const) {
    station.server.key = own;
    for (const [stationId, { keyId, publicKey }] of [
      ['ST10', a],
      ['ST20', b],
    ] as const)
      station.server.send(['station-key', keyId, { keyId, stationId, publicKey, revokedAt: null }]);
    station.server.cut();
  }
  first.signIn('mara');
  second.signIn('lead', 'right');
});
afterEach(async () => {
  await first.close();
  await second.close();
});

function configuration(): Configuration {
  const base = defectConfiguration();
  return {
    ...base,
    definitions: base.definitions.map((definition) => ({
      ...definition,
      operations: definition.operations.map((operation) => ({
        ...operation,
        stations: [operation.id === '10' ? 'ST10' : 'ST20'],
        offline: 'label' as const,
      })),
    })),
  };
}

const unit = (station: TestStation): Unit => readUnit(station.core.read, serial)!;
const passes = (station: TestStation): readonly string[] =>
  unit(station)
    .passed.map(({ operationId }) => operationId)
    .sort();
const codes = (outcome: Outcome<unknown>): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
function print(station: TestStation): UnitLabel {
  const made = printLabel(serial, station.core.facts(), { read: station.store.read, signer: station.server.signer });
  if (!made.ok) throw new Error(codes(made).join());
  return made.value;
}
function take(station: TestStation, text: string): Outcome<unknown> {
  const decoded = decodeLabel(text);
  if (!decoded.ok) throw new Error(decoded.problem);
  const check = checkLabel(decoded, station.server, station === second ? 'ST20' : 'ST10');
  return station.core.dispatch({ type: 'unit.take-label', serial, label: decoded.label, check }, station.id());
}
/** @returns the operation that was done. */
function build(station: TestStation): string {
  expect(codes(station.start(serial))).toEqual([]);
  const id = station.view().operation?.id ?? '';
  expect(codes(station.act({ type: 'instruction', do: 'confirm' }))).toEqual([]);
  station.core.execution.dismiss();
  tick();
  return id;
}
/** Labels are dated to the second: a newer one is of a later one. */
const tick = (): void => {
  for (const { clock } of [first, second]) clock.advance(2_000);
};
/** A crack found at ST20; operation 10 is to be done again. */
function order(): string {
  const recorded = second.core.dispatch(
    {
      type: 'nonconformance.record',
      defectId: 'crack',
      subject: { kind: 'units', serials: [serial] },
      mark: null,
      note: '',
    },
    second.id(),
  );
  const nonconformanceId = (recorded.ok ? (recorded.value as Record<string, string>) : {})['nonconformanceId'] ?? '';
  const disposed = second.core.dispatch(
    {
      type: 'nonconformance.dispose',
      nonconformanceId,
      kind: 'rework',
      serials: [serial],
      quantity: 1,
      operations: ['10'],
      reason: 'again',
      concession: null,
    },
    second.id(),
  );
  expect(codes(disposed)).toEqual([]);
  tick();
  return nonconformanceId;
}
/** What the plant server makes of both logs once it hears of them. */
const joined = (): PassportPart =>
  [first, second]
    .flatMap((station) => station.events())
    .filter(({ body }) => (body as { serial?: unknown }).serial === serial)
    .reduce<PassportPart>((part, event) => evolvePassport(part, event), emptyPart(serial));

describe('a unit that is reworked', () => {
  it('goes back by its label, lets exactly what was ordered run, and comes back the same way', () => {
    expect(build(first)).toBe('10');
    const before = print(first);
    expect(before.text).toMatch(/^LWP1:/);
    expect(codes(take(second, before.text))).toEqual([]);
    expect(build(second)).toBe('20');
    const nonconformanceId = order();

    // ST10 has not heard of it: as far as it knows the unit goes on at ST20.
    expect(codes(first.start(serial))).toContain('station.wrong');
    const label = print(second);
    expect(label).toMatchObject({ rework: ['10'], passed: [], completed: false });
    expect(label.text).toMatch(/^LWP2:/);
    // ST20 lets nothing run that comes after, whatever label is shown to it.
    expect(codes(second.start(serial))).toEqual(['operation.previous-not-passed']);
    expect(codes(take(second, before.text))).toEqual([]);
    expect(codes(second.start(serial))).toEqual(['operation.previous-not-passed']);

    expect(codes(take(first, label.text))).toEqual([]);
    expect(passes(first)).toEqual([]);
    expect(build(first)).toBe('10');
    expect(first.events().findLast(({ type }) => type === 'execution.passed')?.body).toMatchObject({
      reworks: [unit(second).reworks[0]?.reworkId],
    });
    // The nonconformance is told of its rework, although nobody has told ST10 of the nonconformance itself.
    expect(first.events().findLast(({ type }) => type === 'nonconformance.rework-done')?.body).toMatchObject({
      nonconformanceId,
      serial,
    });
    expect(codes(first.start(serial))).toContain('station.wrong');

    const after = print(first);
    expect(after).toMatchObject({ rework: [], passed: ['10'] });
    expect(codes(take(second, after.text))).toEqual([]);
    expect(build(second)).toBe('20');
    expect(build(second)).toBe('30');
    expect(unit(second)).toMatchObject({ status: 'done', completedKnowing: [unit(first).reworks[0]?.reworkId] });
    // Whoever scans the last label knows that it is done.
    expect(codes(take(first, print(second).text))).toEqual([]);
    expect(unit(first)).toMatchObject({ status: 'done' });
    for (const station of [first, second])
      expect(station.store.rebuild({ replace: false })).toMatchObject({ equal: true });

    // The server comes back: one history without a contradiction, and nothing that the stations had to take back.
    const passport = joined();
    const { operations } = configuration().definitions[0]!;
    expect(judgeCases({ passport, operations, shownPassed: ['10', '20'] })).toEqual([]);
    for (const station of [first, second]) {
      station.server.linked();
      station.server.send(['passport', serial, passport as Passport]);
      expect(unit(station)).toMatchObject({ status: 'done' });
      expect(unit(station).reworks).toHaveLength(1);
      expect(passes(station)).toEqual(['10', '20', '30']);
    }
  });

  it('is not held back by the hold of the nonconformance, where that was heard of before', () => {
    build(first);
    take(second, print(first).text);
    const id = order();
    const hold = {
      holdId: nonconformanceHoldId(id, serial),
      reason: '',
      reasons: [{ code: 'unit.nonconforming', params: { nonconformance: id } }],
      operationId: null,
      stepId: null,
      stationId: 'ST20',
      at: startAt,
      by: { kind: 'person', id: 'lead' },
      lifted: null,
    };
    const other = { ...hold, holdId: 'H-other', reasons: [], reason: 'a scratch' };
    const passport = joined();
    first.server.send(['passport', serial, { ...passport, reworks: undefined, holds: [hold] }]);
    expect(codes(first.start(serial))).toContain('unit.held');
    const label = print(second).text;
    expect(codes(take(first, label))).toEqual([]);
    expect(unit(first)).toMatchObject({ status: 'waiting', holds: [{ liftedBy: { kind: 'system' } }] });
    expect(build(first)).toBe('10');
    // Any other hold stays: the label says nothing of it.
    first.server.send(['passport', serial, { ...passport, holds: [hold, other] }]);
    take(first, label);
    expect(codes(first.start(serial))).toContain('unit.held');
  });

  it('is told as rework at a station that never saw it before', async () => {
    build(first);
    take(second, print(first).text);
    build(second);
    order();
    const third = new TestStation('ST10', configuration());
    try {
      const { keyId, publicKey } = second.server.documents.document(
        'station-key',
        second.server.key?.keyId ?? '',
      )!.body!;
      third.server.send(['station-key', keyId, { keyId, stationId: 'ST20', publicKey, revokedAt: null }]);
      third.server.cut();
      third.signIn('mara');
      expect(codes(take(third, print(second).text))).toEqual([]);
      expect(codes(third.start(serial))).toEqual([]);
      expect(third.view()).toMatchObject({ operation: { id: '10' }, rework: { count: 1 } });
    } finally {
      await third.close();
    }
  });

  it('cannot be given an order, nor freed of one, by whoever changes the label', () => {
    build(first);
    take(second, print(first).text);
    order();
    const decoded = decodeLabel(print(second).text);
    if (!decoded.ok) throw new Error('not read');
    const { label, signature } = decoded;
    const [ordered] = label.reworks;
    for (const forged of [
      { ...label, reworks: [] },
      { ...label, reworks: [{ ...ordered!, operations: ['20'], ends: ['20', '30'] }] },
      { ...label, passed: [{ operationId: '10', stationId: 'ST10', at: startAt, reworks: [ordered!.reworkId] }] },
    ])
      expect(codes(take(first, encodeLabel(forged, signature)))).toEqual(['label.signature-wrong']);
    expect(unit(first).reworks).toEqual([]);
  });

  it('is not let on by an old label where the rework was heard of since: it vouches for the pass that ended', () => {
    build(first);
    const old = print(first).text;
    take(second, old);
    order();
    take(first, print(second).text);
    build(first);
    const fresh = print(first).text;
    second.server.linked();
    second.server.send(['passport', serial, joined() as Passport]);
    second.server.cut();
    expect(codes(second.start(serial))).toEqual(['label.outdated']);
    expect(codes(take(second, fresh))).toEqual([]);
    expect(build(second)).toBe('20');
  });
});

describe('a unit that is used as it is under a concession', () => {
  it('tells so on its label, and whoever scans it knows it without the server; its hold is lifted there too', () => {
    build(first);
    expect(codes(take(second, print(first).text))).toEqual([]);
    build(second);
    second.signIn('qe', 'right');
    const dispatch = (command: Parameters<typeof second.core.dispatch>[0]): Outcome<unknown> => {
      const outcome = second.core.dispatch(command, second.id());
      expect(codes(outcome)).toEqual([]);
      return outcome;
    };
    const recorded = dispatch({
      type: 'nonconformance.record',
      defectId: 'crack',
      subject: { kind: 'units', serials: [serial] },
      mark: null,
      note: '',
    });
    const nonconformanceId = (recorded.ok ? (recorded.value as Record<string, string>) : {})['nonconformanceId'] ?? '';
    dispatch({
      type: 'nonconformance.dispose',
      nonconformanceId,
      kind: 'use-as-is',
      serials: [serial],
      quantity: 1,
      operations: [],
      reason: 'not seen when fitted',
      concession: { number: 'K-17', expiresAt: startAt + 86_400_000, quantity: 1 },
    });
    tick();
    const { text } = print(second);
    expect(text).toMatch(/^LWP3:/);
    expect(codes(take(first, text))).toEqual([]);
    const [given] = unit(second).concessions;
    expect(unit(first)).toMatchObject({
      status: 'waiting',
      concessions: [{ ...given, at: Math.floor((given?.at ?? 0) / 1000) * 1000, number: 'K-17', nonconformanceId }],
    });
    // Printed again where it was scanned it says the same.
    expect(print(first).text).toMatch(/^LWP3:/);
  });
});
