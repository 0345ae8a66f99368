/** Units that come from other stations: what the server told of them, what a label tells, and what this log keeps of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Passport } from '#contract/passport.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { decodeLabel, encodeLabel, labelBytes, type LabelPassport } from '#domain/units/label-passport.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { newSigner } from '#station/core/test-server.ts';
import { readOwnUnit, readUnit } from '#station/store/projections/aggregates.ts';
import { checkLabel, printLabel } from './labels.ts';
import { unitDetail, unitList } from './view.ts';

let station: TestStation;
afterEach(() => station.close());

const passport = (serial: string, more: Partial<Passport> = {}): Passport => ({
  serial,
  origins: [
    {
      orderId: 'WO-1',
      materialId: 'PUMP',
      definitionId: 'PUMP',
      revision: 'A',
      stationId: 'ST20',
      at: startAt - 90_000,
      imported: false,
    },
  ],
  passed: [],
  runs: [],
  holds: [],
  scrapped: null,
  completed: null,
  ...more,
});
const passedAt = (stationId: string, operationId = '10'): Pick<Passport, 'passed' | 'runs'> => ({
  passed: [{ operationId, executionId: `E-${operationId}`, stationId, at: startAt - 60_000 }],
  runs: [
    {
      executionId: `E-${operationId}`,
      operationId,
      stationId,
      startedAt: startAt - 80_000,
      ended: { at: startAt - 60_000, how: 'passed' },
    },
  ],
});
const held: Passport['holds'][number] = {
  holdId: 'H-1',
  reason: 'scratch seen at the plant',
  reasons: [],
  operationId: null,
  stepId: null,
  stationId: '@plant',
  at: startAt,
  by: { kind: 'person', id: 'lead' },
  lifted: null,
};
const codes = (outcome: Outcome<unknown>): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
const find = (outcome: Outcome<unknown>, code: string): Reason | undefined =>
  outcome.ok ? undefined : outcome.refusal.reasons.find((r) => r.code === code);
const send = (serial: string, more: Partial<Passport> = {}): void =>
  station.server.send(['passport', serial, passport(serial, more)]);
const no = { has: () => false };

/** The finish at ST10 with a policy for when the server is away. */
function withPolicy(offline: 'refuse' | 'local' | 'label'): TestStation {
  const configuration = testConfiguration();
  const definitions = configuration.definitions.map((definition) => ({
    ...definition,
    operations: definition.operations.map((o) => (o.id === '20' ? { ...o, offline } : o)),
  }));
  return new TestStation('ST10', { ...configuration, definitions });
}

describe('a unit that passed elsewhere', () => {
  beforeEach(() => {
    station = new TestStation();
    station.server.linked();
    station.signIn('mara');
  });

  it('is on the lists, in the counts and in the search before anything was done with it here', () => {
    send('Q-0001', passedAt('ST20'));
    send('Q-0002', { runs: [{ ...passedAt('ST20').runs[0]!, executionId: 'E-9', ended: null }] });
    const found = unitList(station.store.read, { cursor: null, limit: 10, query: 'Q-' });
    expect(found.total).toBe(2);
    expect(found.items).toMatchObject([
      { serial: 'Q-0001', status: 'waiting', stationId: 'ST20', here: false, heardAt: startAt },
      { serial: 'Q-0002', status: 'in-work', stationId: 'ST20', here: false },
    ]);
    expect(unitDetail(station.store.read, station.catalogue, no, 'Q-0001')).toMatchObject({
      here: false,
      operations: [{ id: '10', status: 'passed', stationId: 'ST20' }, { id: '20' }, { id: '30' }],
    });
  });

  it('is paged with those of this station, without gaps or doubles', () => {
    for (let i = 0; i < 7; i += 1) send(`Q-000${i}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ReturnType<typeof unitList> = unitList(station.store.read, { cursor, limit: 3, query: '' });
      expect(page.total).toBe(12);
      seen.push(...page.items.map(({ serial }) => serial));
      cursor = page.next;
    } while (cursor !== null);
    expect([seen.length, new Set(seen).size]).toEqual([12, 12]);
  });

  it('is started here; the log says first what was known of it, once', () => {
    send('Q-0001', passedAt('ST20'));
    const before = station.events().length;
    expect(station.start('Q-0001').ok).toBe(true);
    expect(station.types(before)).toEqual(['unit.arrived', 'execution.started', 'step.started']);
    expect(station.events()[before]?.body).toMatchObject({ serial: 'Q-0001', via: 'server', version: 1 });
    expect(station.view().operation?.id).toBe('20');
    station.act({ type: 'checklist', do: 'answer', item: 'clean', ok: true });
    expect(station.types(before).filter((type) => type === 'unit.arrived')).toHaveLength(1);
  });

  it('a rebuild from log and documents comes to the same', () => {
    send('Q-0001', passedAt('ST20'));
    station.start('Q-0001');
    send('Q-0003', { holds: [held] });
    send('P-0002', { holds: [held] });
    station.server.send(['case', 'C-1', { caseId: 'C-1', serial: 'P-0001', kind: 'built-twice', openedAt: startAt }]);
    expect(station.store.rebuild({ replace: false })).toMatchObject({ equal: true });
  });

  it('what the log alone says stays apart: nothing is written into it by a document', () => {
    const before = station.events().length;
    send('P-0001', { holds: [held] });
    expect(readUnit(station.store.read, 'P-0001')?.status).toBe('held');
    expect(readOwnUnit(station.store.read, 'P-0001')?.status).toBe('waiting');
    expect(station.events()).toHaveLength(before);
    expect(codes(station.start('P-0001'))).toEqual(['unit.held']);
    // A refusal leaves nothing behind either.
    expect(station.events()).toHaveLength(before);
    station.server.send(['passport', 'P-0001', null]);
    expect(readUnit(station.store.read, 'P-0001')?.status).toBe('waiting');
  });

  it('a hold put on at the plant view is lifted here, and that is known from then on', () => {
    station.signIn('lead', 'right');
    send('P-0001', { holds: [held] });
    const lift = { type: 'unit.lift-hold', serial: 'P-0001', reason: 'looked at' } as const;
    const before = station.events().length;
    expect(station.core.dispatch(lift, station.id()).ok).toBe(true);
    expect(station.types(before)).toEqual(['unit.arrived', 'unit.hold-lifted']);
    expect(readUnit(station.store.read, 'P-0001')?.status).toBe('waiting');
    // The document still says held until the lifting has come back: nothing is held again by it.
    send('P-0001', { holds: [held] });
    expect(readUnit(station.store.read, 'P-0001')?.status).toBe('waiting');
  });

  it('held elsewhere while in work here: the run ends as by a hold put on here, and the page says why', () => {
    station.start('P-0001');
    send('P-0001', { holds: [held] });
    expect(station.types().slice(-2)).toEqual(['unit.arrived', 'execution.stopped']);
    expect(station.events().at(-1)).toMatchObject({ actor: { kind: 'system' }, body: { cause: 'held' } });
    expect(station.view()).toMatchObject({ mode: 'refused', refusal: { reasons: [{ code: 'unit.held' }] } });
    expect(station.start('P-0002').ok).toBe(true);
  });

  it('held elsewhere while the machine runs: the machine is waited for', async () => {
    station.toMachine();
    station.act({ type: 'machine-cycle', do: 'start' });
    await station.pass(500);
    station.shop.set({ 'press.state': 'Execute' });
    send('P-0001', { holds: [held] });
    expect(station.core.execution.view().executionId).not.toBeNull();
    expect(station.types()).not.toContain('execution.stopped');
    station.shop.complete(12);
    await station.pass(1_000);
    expect(station.types()).toContain('machine-cycle.finished');
    expect(station.types()).toContain('execution.stopped');
  });

  it('an open contradiction stops start and acts, and its end lets them go on', () => {
    station.start('P-0001');
    station.server.send(['case', 'C-1', { caseId: 'C-1', serial: 'P-0001', kind: 'built-twice', openedAt: startAt }]);
    const refused = station.act({ type: 'instruction', do: 'confirm' });
    expect(find(refused, 'unit.contradiction')?.params).toEqual({
      serial: 'P-0001',
      kind: 'built-twice',
      openedAt: startAt,
      case: 'C-1',
    });
    expect(station.view().step?.blocked.map((r) => r.code)).toEqual(['unit.contradiction']);
    station.server.send(['case', 'C-1', null]);
    expect(station.act({ type: 'instruction', do: 'confirm' }).ok).toBe(true);
  });

  it('two documents that cross: the newer one that says less forgets nothing that was acted on', () => {
    send('Q-0001', {
      ...passedAt('ST20'),
      holds: [{ ...held, lifted: { at: startAt, by: held.by, stationId: '@plant' } }],
    });
    station.start('Q-0001');
    send('Q-0001', { holds: [held] });
    expect(readUnit(station.store.read, 'Q-0001')).toMatchObject({
      status: 'in-work',
      passed: [{ operationId: '10' }],
    });
    expect(station.view().mode).toBe('step');
  });

  it('a document that cannot be read counts as none', () => {
    station.server.send(['passport', 'Q-0009', { serial: 'Q-0009', origins: [] }]);
    station.server.send(['passport', 'Q-0008', passport('Q-0007')]);
    expect(unitList(station.store.read, { cursor: null, limit: 10, query: 'Q-' }).total).toBe(0);
    expect(codes(station.start('Q-0009'))).toEqual(['unit.unknown']);
  });
});

describe('while the server cannot be reached', () => {
  it('offline: refuse', () => {
    station = withPolicy('refuse');
    station.server.cut();
    station.signIn('mara');
    send('Q-0001', passedAt('ST20'));
    const refused = station.start('Q-0001');
    expect(find(refused, 'server.unreachable')?.params).toMatchObject({ operation: '20', sinceAt: startAt });
    station.server.linked();
    expect(station.start('Q-0001').ok).toBe(true);
  });

  it('offline: refuse does not ask for what was passed here', async () => {
    station = withPolicy('refuse');
    station.server.cut();
    station.signIn('mara');
    send('Q-0001', passedAt('ST10'));
    expect(station.start('Q-0001').ok).toBe(true);
  });

  it('offline: local is decided on what is known, and says how old that is', () => {
    station = withPolicy('local');
    station.signIn('mara');
    send('Q-0001', { ...passedAt('ST20'), holds: [held] });
    station.clock.advance(60_000);
    station.server.cut();
    const refused = station.start('Q-0001');
    expect(codes(refused)).toEqual(['unit.held']);
    expect(!refused.ok && refused.refusal.met.find((m) => m.code === 'offline.local')?.params).toEqual({
      sinceAt: startAt + 60_000,
      knownAt: startAt,
    });
  });

  it('an unknown unit: that the server could not be asked is said too', () => {
    station = new TestStation();
    station.server.cut();
    station.signIn('mara');
    expect(codes(station.start('P-9999'))).toEqual(['unit.unknown', 'server.not-asked']);
  });
});

describe('label passports', () => {
  let key: ReturnType<typeof newSigner>;
  const label = (more: Partial<LabelPassport> = {}): LabelPassport => ({
    serial: 'Q-0001',
    orderId: 'WO-1',
    materialId: 'PUMP',
    definitionId: 'PUMP',
    revision: 'A',
    origin: { stationId: 'ST20', at: startAt - 90_000 },
    passed: [{ operationId: '10', stationId: 'ST20', at: startAt - 60_000 }],
    reworks: [],
    completed: false,
    issuedAt: startAt - 30_000,
    keyId: key.keyId,
    ...more,
  });
  const text = (of: LabelPassport, by: { sign(bytes: Uint8Array): Uint8Array } = key): string =>
    encodeLabel(of, by.sign(labelBytes(of)));
  function take(code: string): Outcome<unknown> {
    const decoded = decodeLabel(code);
    if (!decoded.ok) throw new Error(decoded.problem);
    const check = checkLabel(decoded, station.server, 'ST10');
    const { serial } = decoded.label;
    return station.core.dispatch({ type: 'unit.take-label', serial, label: decoded.label, check }, station.id());
  }
  beforeEach(() => {
    station = withPolicy('label');
    key = newSigner();
    const { keyId, publicKey } = key;
    station.server.send(['station-key', keyId, { keyId, stationId: 'ST20', publicKey, revokedAt: null }]);
    station.signIn('mara');
    station.server.cut();
  });

  it('are asked for, taken, and let the unit be started', () => {
    send('Q-0001', passedAt('ST20'));
    const refused = station.start('Q-0001');
    expect(codes(refused)).toEqual(['label.missing']);
    expect(!refused.ok && refused.refusal.next.map((n) => n.code)).toContain('scan-label');
    const before = station.events().length;
    expect(take(text(label())).ok).toBe(true);
    expect(station.types(before)).toEqual(['unit.arrived', 'unit.arrived']);
    expect(station.events().at(-1)?.body).toMatchObject({ via: 'label', keyId: key.keyId, issuedAt: startAt - 30_000 });
    // The same label again is nothing new.
    expect(take(text(label())).ok).toBe(true);
    expect(station.types(before)).toHaveLength(2);
    expect(station.start('Q-0001').ok).toBe(true);
    expect(station.view().operation?.id).toBe('20');
  });

  it('end what was begun where they were printed, although nobody told of the end', () => {
    const run = (startedAt: number): Passport['runs'] => [
      { executionId: 'E-10', operationId: '10', stationId: 'ST20', startedAt, ended: null },
    ];
    send('Q-0001', { runs: run(startAt - 80_000) });
    expect(take(text(label())).ok).toBe(true);
    expect(station.start('Q-0001').ok).toBe(true);
    expect(station.store.rebuild({ replace: false })).toMatchObject({ equal: true });
    // Stopped, not passed: the unit waits for the operation again.
    send('Q-0006', { runs: run(startAt - 80_000) });
    expect(take(text(label({ serial: 'Q-0006', passed: [] }))).ok).toBe(true);
    expect(readUnit(station.store.read, 'Q-0006')).toMatchObject({ open: null, passed: [] });
    // Begun after the label was printed, or at another station: it still runs.
    for (const [at, startedAt] of [
      ['ST20', startAt - 20_000],
      ['ST30', startAt - 80_000],
    ] as const) {
      const serial = `Q-${at}`;
      send(serial, { runs: run(startedAt).map((each) => ({ ...each, stationId: at })) });
      expect(take(text(label({ serial }))).ok).toBe(true);
      expect(readUnit(station.store.read, serial)?.open?.stationId).toBe(at);
    }
  });

  it('take up a unit that nobody told of', () => {
    expect(codes(station.start('Q-0001'))).toEqual(['unit.unknown', 'server.not-asked']);
    expect(take(text(label())).ok).toBe(true);
    expect(station.start('Q-0001').ok).toBe(true);
    expect(station.store.rebuild({ replace: false })).toMatchObject({ equal: true });
  });

  it('changed after it was signed', () => {
    const good = text(label());
    const forged = encodeLabel({ ...label(), serial: 'Q-0002' }, key.sign(labelBytes(label())));
    expect(take(good).ok).toBe(true);
    const refused = take(forged);
    expect(find(refused, 'label.signature-wrong')?.params).toEqual({ serial: 'Q-0002', station: 'ST20' });
    expect(readUnit(station.store.read, 'Q-0002')).toBeNull();
  });

  it('of a key that is not known, or was revoked before', () => {
    const stranger = newSigner();
    expect(codes(take(text(label({ keyId: stranger.keyId }), stranger)))).toEqual(['label.key-unknown']);
    const { keyId, publicKey } = key;
    const revoke = (revokedAt: number): void =>
      station.server.send(['station-key', keyId, { keyId, stationId: 'ST20', publicKey, revokedAt }]);
    revoke(startAt - 40_000);
    expect(find(take(text(label())), 'label.key-revoked')?.params).toEqual({
      serial: 'Q-0001',
      station: 'ST20',
      revokedAt: startAt - 40_000,
      issuedAt: startAt - 30_000,
    });
    revoke(startAt - 10_000);
    expect(take(text(label())).ok).toBe(true);
  });

  it('of a key document that is no key: the signature is wrong, and nothing falls over', () => {
    const { keyId } = key;
    station.server.send(['station-key', keyId, { keyId, stationId: 'ST20', publicKey: 'no key', revokedAt: null }]);
    expect(codes(take(text(label())))).toEqual(['label.signature-wrong']);
  });

  it('older than one that was scanned before, or than what was heard of since', () => {
    expect(take(text(label())).ok).toBe(true);
    expect(find(take(text(label({ issuedAt: startAt - 50_000 }))), 'label.outdated')?.params).toEqual({
      serial: 'Q-0001',
      issuedAt: startAt - 50_000,
      newestAt: startAt - 30_000,
    });
    // A label from before the operation passed does not vouch for it, although the document knows of the pass.
    send('Q-0005', passedAt('ST20'));
    expect(take(text(label({ serial: 'Q-0005', passed: [] }))).ok).toBe(true);
    expect(codes(station.start('Q-0005'))).toEqual(['label.outdated']);
  });

  it('of another unit with the same number', () => {
    expect(codes(take(text(label({ serial: 'P-0001', orderId: 'WO-9' }))))).toEqual(['unit.already-exists']);
  });

  it('are printed by a station that was enrolled, and are taken as they were printed', () => {
    const print = (serial: string) =>
      printLabel(serial, station.core.facts(), { read: station.store.read, signer: () => station.server.key });
    expect(codes(print('P-0004'))).toEqual(['label.no-key']);
    expect(codes(print('X'))).toEqual(['unit.unknown']);
    station.server.key = key;
    expect(codes(print('P-0003'))).toEqual(['unit.held']);
    const made = print('P-0004');
    if (!made.ok) throw new Error(codes(made).join());
    expect(made.value).toMatchObject({ serial: 'P-0004', passed: ['10'], stationId: 'ST10', issuedAt: startAt });
    expect(made.value.dataMatrix).toMatch(/^<svg viewBox=/);
    expect(made.value.qr).toMatch(/^<svg viewBox=/);
    expect(take(made.value.text).ok).toBe(true);
    expect(readUnit(station.store.read, 'P-0004')?.label).toMatchObject({ keyId: key.keyId, passed: ['10'] });
    station.start('P-0001');
    expect(codes(print('P-0001'))).toEqual(['unit.in-work-elsewhere']);
  });
});
