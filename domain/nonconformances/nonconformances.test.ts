import { beforeEach, describe, expect, it } from 'vitest';
import type { DispositionKind } from '#contract/config/defects.ts';
import type { Decision } from '#domain/decision.ts';
import type { NonconformanceCommand } from '#domain/commands.ts';
import { codes, startAt, World } from '#domain/test-kit.ts';
import { closedAtOf, isRecorded, standingOf, type Nonconformance } from './nonconformance.ts';
import { defectConfiguration } from './test-defects.ts';

let world: World;
const open = (who: string, pin: 'none' | 'right' = 'right'): void => {
  world = new World(defectConfiguration());
  world.signIn(who, pin);
};
const become = (who: string): void => void world.signIn(who, 'right');
beforeEach(() => open('mara'));

const confirm = (): Decision => world.act({ type: 'instruction', do: 'confirm' });
const start = (serial: string): Decision => world.do({ type: 'execution.start', serial });
/** The unit's next operations, one after the other. */
const build = (serial: string, operations = 1): void => {
  for (let n = 0; n < operations; n += 1) {
    expect(codes(start(serial))).toEqual([]);
    expect(codes(confirm())).toEqual([]);
  }
};
const record = (
  serials: readonly string[],
  defectId = 'crack',
  mark: { x: number; y: number } | null = null,
): Decision =>
  world.do({
    type: 'nonconformance.record',
    defectId,
    subject: { kind: 'units', serials: [...serials] },
    mark: mark === null ? null : { picture: 'front', ...mark },
    note: '',
  });
const recordPieces = (quantity: number): Decision =>
  world.do({
    type: 'nonconformance.record',
    defectId: 'scratch',
    subject: { kind: 'quantity', materialId: 'HSG', lot: 'L1', quantity },
    mark: null,
    note: '3 boxes',
  });
const idOf = (decision: Decision): string => (decision.ok ? (decision.value?.['nonconformanceId'] ?? '') : '');
const nc = (id: string): Nonconformance => {
  const found = world.nonconformances.find(id);
  if (!isRecorded(found)) throw new Error(id);
  return found;
};
const dispose = (
  id: string,
  kind: DispositionKind,
  more: Partial<Extract<NonconformanceCommand, { type: 'nonconformance.dispose' }>> = {},
): Decision =>
  world.do({
    type: 'nonconformance.dispose',
    nonconformanceId: id,
    kind,
    serials: [],
    quantity: more.serials?.length ?? 1,
    operations: [],
    reason: 'seen',
    concession: null,
    ...more,
  });
const types = (decision: Decision): readonly string[] => decision.events.map(({ type }) => type);
const unit = (serial: string) => world.units.get(serial)!;
const since = (from: number): readonly string[] => world.log.slice(from).map(({ type }) => type);

describe('recording', () => {
  it('holds the unit by it and tells the place, the operation and the severity', () => {
    build('P-1');
    const made = record(['P-1'], 'crack', { x: 25, y: 18 });
    expect(types(made)).toEqual(['nonconformance.recorded', 'unit.held']);
    expect(nc(idOf(made)).recorded).toMatchObject({
      severity: 'critical',
      operationId: '10',
      executionId: null,
      orderId: 'WO-1',
      mark: { picture: 'front', x: 25, y: 18, placeId: 'flange' },
    });
    expect(unit('P-1')).toMatchObject({ status: 'held', holds: [{ reasons: [{ code: 'unit.nonconforming' }] }] });
  });
  it('a mark far from every named place has none', () => {
    expect(nc(idOf(record(['P-1'], 'scratch', { x: 90, y: 5 }))).recorded.mark?.placeId).toBeNull();
  });
  it('in the run: a grave one ends it at once, a minor one holds the unit at its end', () => {
    start('P-1');
    expect(types(record(['P-1']))).toEqual(['nonconformance.recorded', 'unit.held', 'execution.stopped']);
    start('P-2');
    expect(types(record(['P-2'], 'scratch'))).toEqual(['nonconformance.recorded']);
    expect(unit('P-2').status).toBe('in-work');
    const from = world.log.length;
    confirm();
    expect(since(from)).toEqual(['instruction.confirmed', 'step.passed', 'execution.passed', 'unit.held']);
    expect(unit('P-2').status).toBe('held');
  });
  it('refuses what it does not know: defect, place, unit, material, a defect of another product or operation', () => {
    expect(codes(record(['P-1'], 'dent'))).toEqual(['defect.unknown']);
    expect(codes(record(['P-1'], 'leak'))).toEqual(['defect.not-here']);
    expect(codes(record(['P-9']))).toEqual(['unit.unknown']);
    build('P-1', 3);
    expect(codes(record(['P-1']))).toEqual(['defect.not-here']);
    const mark = { picture: 'back', x: 1, y: 1 };
    const subject = { kind: 'units' as const, serials: ['P-2'] };
    expect(codes(world.do({ type: 'nonconformance.record', defectId: 'scratch', subject, mark, note: '' }))).toEqual([
      'mark.unknown-picture',
    ]);
    const pieces = { kind: 'quantity' as const, materialId: 'XYZ', lot: null, quantity: 1 };
    expect(
      codes(world.do({ type: 'nonconformance.record', defectId: 'scratch', subject: pieces, mark: null, note: '' })),
    ).toEqual(['material.unknown']);
  });
  it('needs somebody who may; a scrapped unit has no defects any more', () => {
    open('engineer');
    expect(codes(record(['P-1']))).toEqual(['operator.lacks-permission']);
    world.do({ type: 'operator.sign-out' });
    expect(codes(record(['P-1']))).toEqual(['operator.nobody']);
    open('lead');
    world.do({ type: 'unit.scrap', serial: 'P-1', reason: 'x' });
    expect(codes(record(['P-1']))).toEqual(['unit.scrapped']);
  });
});

describe('amending', () => {
  const amend = (id: string, more: object): Decision =>
    world.do({
      type: 'nonconformance.amend',
      nonconformanceId: id,
      note: '',
      photo: null,
      quantity: null,
      serials: [],
      ...more,
    });
  const photo = { sha256: 'a'.repeat(64), contentType: 'image/jpeg' as const, size: 10 };
  it('adds notes, photos, units (on hold by it) and pieces, and takes nothing back', () => {
    const id = idOf(record(['P-1']));
    expect(codes(amend(id, { note: 'two of them', photo }))).toEqual([]);
    expect(codes(amend(id, { serials: ['P-2'] }))).toEqual([]);
    expect(standingOf(nc(id))).toEqual({ status: 'open', quantity: 2, waiting: 2 });
    expect(unit('P-2').status).toBe('held');
    const pieces = idOf(recordPieces(5));
    expect(codes(amend(pieces, { quantity: 4 }))).toEqual(['nonconformance.quantity-below']);
    expect(codes(amend(pieces, { quantity: 8 }))).toEqual([]);
    expect(standingOf(nc(pieces)).quantity).toBe(8);
  });
  it('refuses nothing at all, a seventh photo, what is of the other kind, and what is not there', () => {
    const id = idOf(record(['P-1']));
    expect(codes(amend(id, {}))).toEqual(['nonconformance.nothing-added']);
    expect(codes(amend(id, { quantity: 3 }))).toEqual(['nonconformance.of-units']);
    expect(codes(amend(id, { serials: ['P-1'] }))).toEqual(['nonconformance.unit-in-it-already']);
    expect(codes(amend(idOf(recordPieces(2)), { serials: ['P-2'] }))).toEqual(['nonconformance.not-of-units']);
    expect(codes(amend('none', { note: 'x' }))).toEqual(['nonconformance.unknown']);
    for (let n = 0; n < 6; n += 1) amend(id, { photo });
    expect(codes(amend(id, { photo }))).toEqual(['photo.too-many']);
  });
});

describe('disposing', () => {
  it('by role and PIN; use as is only by a quality engineer with a concession', () => {
    const id = idOf(record(['P-1']));
    const serials = ['P-1'];
    expect(codes(dispose(id, 'scrap', { serials }))).toEqual(['operator.lacks-permission']);
    world.signIn('lead');
    expect(codes(dispose(id, 'scrap', { serials }))).toEqual(['pin.required']);
    become('tech');
    const concession = { number: 'K-1', expiresAt: startAt + 1, quantity: 1 };
    expect(codes(dispose(id, 'use-as-is', { serials, concession }))).toEqual(['operator.lacks-permission']);
    become('qe');
    expect(codes(dispose(id, 'use-as-is', { serials }))).toEqual(['concession.missing']);
    const expired = { ...concession, expiresAt: startAt };
    expect(codes(dispose(id, 'use-as-is', { serials, concession: expired }))).toEqual(['concession.expired']);
    const done = dispose(id, 'use-as-is', { serials, concession });
    expect(types(done)).toEqual([
      'nonconformance.disposed',
      'unit.conceded',
      'unit.hold-lifted',
      'nonconformance.closed',
    ]);
    expect(unit('P-1')).toMatchObject({ status: 'waiting', concessions: [{ number: 'K-1' }] });
    const other = idOf(record(['P-2']));
    expect(codes(dispose(other, 'use-as-is', { serials: ['P-2'], concession }))).toEqual([
      'concession.quantity-exceeded',
    ]);
  });
  it('scrap ends the unit, and what is scrapped is closed', () => {
    const id = idOf(record(['P-1', 'P-2']));
    become('lead');
    expect(types(dispose(id, 'scrap', { serials: ['P-1'] }))).toEqual(['nonconformance.disposed', 'unit.scrapped']);
    expect(standingOf(nc(id))).toMatchObject({ status: 'open', waiting: 1 });
    expect(codes(dispose(id, 'scrap', { serials: ['P-1'] }))).toEqual(['nonconformance.unit-disposed-already']);
    expect(codes(dispose(id, 'scrap', { serials: ['P-3'] }))).toEqual(['nonconformance.unit-not-in-it']);
    expect(codes(dispose(id, 'scrap', { serials: ['P-2'], reason: ' ' }))).toEqual(['nonconformance.words-missing']);
    expect(types(dispose(id, 'scrap', { serials: ['P-2'] }))).toContain('nonconformance.closed');
    expect(codes(dispose(id, 'scrap', { serials: ['P-2'] }))).toEqual(['nonconformance.closed-already']);
    expect(closedAtOf(nc(id))).toBe(startAt);
  });
  it('a unit that goes back stays on hold; a person may lift it when it has come again', () => {
    const id = idOf(record(['P-1']));
    become('lead');
    expect(types(dispose(id, 'return', { serials: ['P-1'] }))).toEqual([
      'nonconformance.disposed',
      'nonconformance.closed',
    ]);
    expect(unit('P-1').status).toBe('held');
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-1', reason: 'came back' }))).toEqual([]);
  });
  it('its hold is not lifted before, and one tap leads to it', () => {
    const id = idOf(record(['P-1']));
    become('lead');
    const refused = world.do({ type: 'unit.lift-hold', serial: 'P-1', reason: 'looks fine' });
    expect(codes(refused)).toEqual(['nonconformance.open']);
    expect(refused).toMatchObject({ next: [{ code: 'open-nonconformance', params: { nonconformance: id } }] });
  });
  it('a quantity is split until no piece is left, and never further', () => {
    const id = idOf(recordPieces(10));
    become('lead');
    expect(codes(dispose(id, 'scrap', { quantity: 11 }))).toEqual(['nonconformance.quantity-beyond']);
    dispose(id, 'return', { quantity: 6 });
    expect(codes(dispose(id, 'scrap', { quantity: 5 }))).toEqual(['nonconformance.quantity-beyond']);
    dispose(id, 'rework', { quantity: 4 });
    expect(standingOf(nc(id))).toEqual({ status: 'rework', quantity: 10, waiting: 0 });
    const rework = nc(id).disposed.find(({ kind }) => kind === 'rework')!.dispositionId;
    const done = { type: 'nonconformance.rework-done', nonconformanceId: id, dispositionId: rework, note: '' } as const;
    expect(codes(world.do({ ...done, dispositionId: 'none' }))).toEqual(['rework.unknown']);
    expect(types(world.do(done))).toEqual(['nonconformance.rework-done', 'nonconformance.closed']);
    expect(codes(world.do(done))).toEqual(['rework.done-already']);
  });
});

describe('rework', () => {
  const rework = (id: string, serial: string, operations: readonly string[] = ['10']): Decision =>
    dispose(id, 'rework', { serials: [serial], operations });
  it('takes the passes of its operation and of all after it, and closes when they are done again', () => {
    build('P-1', 3);
    expect(unit('P-1').status).toBe('done');
    const id = idOf(record(['P-1'], 'scratch'));
    become('lead');
    expect(types(rework(id, 'P-1', ['20']))).toEqual([
      'nonconformance.disposed',
      'unit.rework-ordered',
      'unit.hold-lifted',
    ]);
    expect(unit('P-1')).toMatchObject({ status: 'waiting', completedAt: null });
    expect(unit('P-1').passed.map(({ operationId }) => operationId)).toEqual(['10']);
    const from = world.log.length;
    build('P-1');
    expect(world.log.slice(from).find(({ type }) => type === 'execution.passed')?.body).toMatchObject({
      operationId: '20',
      reworks: [nc(id).disposed[0]?.dispositionId],
    });
    expect(since(from).slice(-2)).toEqual(['nonconformance.rework-done', 'nonconformance.closed']);
    expect(standingOf(nc(id)).status).toBe('closed');
    build('P-1');
    expect(unit('P-1').status).toBe('done');
    expect(world.log.at(-1)?.body).toMatchObject({ again: true });
    // One unit was made, however often it went through.
    expect(world.orders.get('WO-1')?.unitsDone).toBe(1);
  });
  it('an operation in which the defect was found is done again, as is one that passed; not one that was never begun', () => {
    start('P-1');
    const id = idOf(record(['P-1']));
    become('lead');
    expect(codes(rework(id, 'P-1', []))).toEqual(['rework.operations-missing']);
    expect(codes(rework(id, 'P-1', ['99']))).toEqual(['rework.operation-unknown']);
    expect(codes(rework(id, 'P-1', ['20']))).toEqual(['rework.operation-not-passed']);
    expect(codes(rework(id, 'P-1'))).toEqual([]);
    build('P-1', 3);
    expect(unit('P-1').status).toBe('done');
  });
  it('is limited; beyond it only quality may, and everybody else is told', () => {
    for (let n = 0; n < 2; n += 1) {
      become('mara');
      build('P-1');
      const id = idOf(record(['P-1'], 'scratch'));
      become('lead');
      expect(codes(rework(id, 'P-1'))).toEqual([]);
    }
    build('P-1');
    const id = idOf(record(['P-1'], 'scratch'));
    const refused = rework(id, 'P-1');
    expect(codes(refused)).toEqual(['operator.lacks-permission', 'rework.limit-reached']);
    expect(!refused.ok && refused.reasons[1]?.params).toMatchObject({ done: 2, limit: 2 });
    become('tech');
    expect(codes(rework(id, 'P-1'))).toEqual([]);
  });
  it('turns out to be worse: until it is done a stricter disposition takes its place', () => {
    build('P-1');
    const id = idOf(record(['P-1'], 'scratch'));
    become('lead');
    rework(id, 'P-1');
    expect(codes(dispose(id, 'repair', { serials: ['P-1'], operations: ['10'] }))).toEqual([
      'nonconformance.unit-disposed-already',
    ]);
    expect(types(dispose(id, 'scrap', { serials: ['P-1'] }))).toEqual([
      'nonconformance.disposed',
      'unit.scrapped',
      'nonconformance.closed',
    ]);
  });
  it('of a unit in its run waits for the end of the run', () => {
    start('P-1');
    const id = idOf(record(['P-1'], 'scratch'));
    become('lead');
    expect(codes(rework(id, 'P-1'))).toEqual(['nonconformance.unit-in-work']);
    expect(codes(dispose(id, 'scrap', { serials: ['P-1'] }))).toEqual([]);
    expect(world.open()).toBeNull();
  });
});
