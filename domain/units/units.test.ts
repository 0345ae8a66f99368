import { describe, expect, it } from 'vitest';
import { codes, startAt, World } from '#domain/test-kit.ts';

const lead = (): World => {
  const world = new World();
  world.signIn('lead', 'right');
  return world;
};
const about = (serial: string) => ({ serial, reason: 'because' });

describe('units', () => {
  it('are held, lifted and started again with a new run', () => {
    const world = lead();
    world.do({ type: 'execution.start', serial: 'P-0001' });
    const first = world.open()!.executionId;
    const held = world.do({ type: 'unit.hold', ...about('P-0001') });
    expect(held.events.map((e) => e.type)).toEqual(['unit.held', 'execution.stopped']);
    expect(world.units.get('P-0001')).toMatchObject({ status: 'held', open: null });
    expect(world.do({ type: 'unit.lift-hold', ...about('P-0001') }).ok).toBe(true);
    expect(world.units.get('P-0001')?.holds[0]).toMatchObject({
      liftedAt: startAt,
      liftedBy: { kind: 'person', id: 'lead' },
    });
    expect(world.do({ type: 'execution.start', serial: 'P-0001' }).ok).toBe(true);
    expect(world.open()?.executionId).not.toBe(first);
    expect(world.units.get('P-0001')?.attempts).toEqual({ '10': 2 });
    expect(world.executions.get(first)).toMatchObject({ status: 'stopped', stopCause: 'held' });
  });
  it('unit.held, unit.not-held, unit.scrapped, unit.unknown', () => {
    const world = lead();
    expect(codes(world.do({ type: 'unit.hold', ...about('P-0003') }))).toEqual(['unit.held']);
    expect(codes(world.do({ type: 'unit.lift-hold', ...about('P-0001') }))).toEqual(['unit.not-held']);
    expect(codes(world.do({ type: 'unit.scrap', ...about('NOPE') }))).toEqual(['unit.unknown']);
    expect(world.do({ type: 'unit.scrap', ...about('P-0003') }).ok).toBe(true);
    expect(codes(world.do({ type: 'unit.scrap', ...about('P-0003') }))).toEqual(['unit.scrapped']);
    expect(codes(world.do({ type: 'unit.hold', ...about('P-0003') }))).toEqual(['unit.scrapped']);
  });
  it('scrapping ends the run', () => {
    const world = lead();
    world.do({ type: 'execution.start', serial: 'P-0001' });
    const scrapped = world.do({ type: 'unit.scrap', ...about('P-0001') });
    expect(scrapped.events.map((e) => e.type)).toEqual(['unit.scrapped', 'execution.stopped']);
    expect(world.units.get('P-0001')).toMatchObject({ status: 'scrapped', open: null, scrappedAt: startAt });
  });
  it('a done unit can be held and is done again after', () => {
    const world = lead();
    world.units.set('P-0001', { ...world.units.get('P-0001')!, status: 'done', completedAt: startAt });
    world.do({ type: 'unit.hold', ...about('P-0001') });
    expect(world.units.get('P-0001')?.status).toBe('held');
    world.do({ type: 'unit.lift-hold', ...about('P-0001') });
    expect(world.units.get('P-0001')?.status).toBe('done');
  });
  it('pin.required and operator.lacks-permission to lift; a hold needs only the badge', () => {
    const world = new World();
    world.signIn('mara');
    expect(codes(world.do({ type: 'unit.lift-hold', ...about('P-0003') }))).toEqual(['operator.lacks-permission']);
    expect(world.do({ type: 'unit.hold', ...about('P-0001') }).ok).toBe(true);
    world.signIn('lead');
    expect(codes(world.do({ type: 'unit.lift-hold', ...about('P-0003') }))).toEqual(['pin.required']);
    world.do({ type: 'pin.given', pin: 'right' });
    expect(world.do({ type: 'unit.lift-hold', ...about('P-0003') }).ok).toBe(true);
  });
});
