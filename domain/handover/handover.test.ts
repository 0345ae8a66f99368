import { describe, expect, it } from 'vitest';
import type { ShiftReport } from '#domain/commands.ts';
import { startAt, World } from '#domain/test-kit.ts';

const report: ShiftReport = {
  shift: '2026-11-20/early',
  from: startAt - 1,
  to: startAt,
  open: [],
  figures: { passed: 3 },
};
function signIn(world: World, who: string): void {
  world.do({ type: 'operator.sign-in', badge: `BDG-${who}`, pin: 'none', entry: 'scanned' });
}
const reasons = (decision: ReturnType<World['do']>): readonly string[] =>
  decision.ok ? [] : decision.reasons.map(({ code }) => code);

describe('the handover of a shift', () => {
  it('is written by one badge and taken by another', () => {
    const world = new World();
    expect(reasons(world.do({ type: 'handover.write', report, note: '' }))).toEqual(['operator.nobody']);
    signIn(world, 'mara');
    expect(world.do({ type: 'handover.write', report, note: ' watch the hinge ' })).toMatchObject({
      ok: true,
      events: [{ type: 'handover.written', body: { ...report, note: 'watch the hinge' } }],
    });
    const [handover] = world.handovers.waiting();
    const take = { type: 'handover.take', handoverId: handover!.handoverId, note: '' } as const;
    expect(reasons(world.do(take))).toEqual(['handover.same-person']);
    signIn(world, 'new');
    expect(world.do(take)).toMatchObject({ ok: true, events: [{ type: 'handover.taken' }] });
    expect(world.handovers.waiting()).toEqual([]);
    expect(world.do(take)).toMatchObject({
      reasons: [{ code: 'handover.taken-already', params: { by: 'NEW', takenAt: startAt } }],
    });
  });

  it('waits to be taken before the same shift is handed over again; the next shift may hand over', () => {
    const world = new World();
    signIn(world, 'mara');
    world.do({ type: 'handover.write', report, note: '' });
    expect(reasons(world.do({ type: 'handover.write', report, note: '' }))).toEqual(['handover.waiting']);
    expect(world.do({ type: 'handover.write', report: { ...report, shift: '2026-11-20/late' }, note: '' }).ok).toBe(
      true,
    );
  });

  it('that is not known cannot be taken', () => {
    const world = new World();
    signIn(world, 'mara');
    expect(reasons(world.do({ type: 'handover.take', handoverId: 'x', note: '' }))).toEqual(['handover.unknown']);
  });
});
