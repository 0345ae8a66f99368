/** Energy on the server: folded in pages of any size, over days of the plant, and moved by a past that is told anew. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { energyOverview } from './read.ts';

const configuration = demoReleased();
const machineId = 'press-p1';
const minute = 60_000;
const quarter = 15 * minute;
/** 23:00 of the plant (Europe/Berlin, UTC+1) on 20 November. */
const at = Date.UTC(2026, 10, 20, 22);
const range = { from: '2026-11-20', to: '2026-11-21' };
const context = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: '10' };

async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const begun = (minutes: number, state: MachineState): BodyOf<'slice.begun'> => {
  const beganAt = at + minutes * minute;
  return { machineId, beganAt, state, told: null, alarm: null, context, clock: 'machine' };
};
const used = (minutes: number, until: number, steps: number, more = {}): BodyOf<'energy.used'> => ({
  machineId,
  from: at + minutes * minute,
  to: at + until * minute,
  steps,
  step: 0.001,
  unit: 'kW.h',
  knownMs: (until - minutes) * minute,
  openSteps: 0,
  counter: { first: 0, last: 0 },
  state: 'no-data',
  context,
  ...more,
});
/** An hour at 12 kW, then a fault at 3 kW; an outage over midnight, then work again. */
function told(): StationStream {
  const stream = new StationStream('ST10', at).add('slice.begun', begun(0, 'producing'));
  for (let n = 0; n < 2; n += 1) stream.add('energy.used', used(n * 15, n * 15 + 15, 3_000));
  stream.add('slice.begun', begun(30, 'fault')).add('energy.used', used(30, 45, 750));
  stream.add('slice.begun', begun(45, 'no-data'));
  stream.add('slice.begun', begun(70, 'producing'));
  stream.add('energy.used', used(45, 75, 0, { knownMs: 0, openSteps: 1_234 }));
  stream.add('energy.used', used(75, 90, 2_500.0));
  stream.add('pieces.counted', {
    machineId,
    from: at,
    to: at + 30 * minute,
    kind: 'counted',
    produced: 60,
    good: null,
    scrap: 10,
    counter: { first: 0, last: 60 },
    cyclesMs: [],
    context,
  });
  return stream;
}

describeOnDatabases('energy', (database) => {
  beforeEach(() => database.clear());
  const overview = (asked = range, now = at + 2 * 86_400_000) =>
    energyOverview(database.db, configuration(), asked, now, wholePlant);

  it('by machine and day, in pages of any size and after a rebuild; told anew, it is of another state', async () => {
    const { db } = database;
    for (const size of [1, Infinity]) {
      await database.clear();
      const projector = createProjector({
        db,
        configuration,
        react: () => Promise.resolve([]),
        log: createLog('silent'),
      });
      const stream = told();
      while (stream.stored < stream.facts.length) {
        await stream.send(db, size, at);
        await foldAll(projector);
      }
      const first = await overview();
      expect(first).toMatchObject({ today: '2026-11-22', timeZone: 'Europe/Berlin', to: at + 25 * 60 * minute });
      const [machine] = first.machines;
      expect(machine).toMatchObject({ machineId, stationId: 'ST10', lineId: 'L1', betweenDays: 1.234 });
      expect(machine?.sums).toMatchObject({ unit: 'kW.h', energy: 10.484, open: 1.234, good: 50, otherMeter: false });
      expect(machine?.sums.perGood).toBeCloseTo(10.484 / 50, 12);
      expect(machine?.sums.idle).toMatchObject({ energy: 0.75, ms: quarter });
      expect(machine?.sums.peak).toEqual({ from: at, perHour: 12 });
      expect(machine?.days.map(({ day, energy, open, peak }) => [day, energy, open, peak?.perHour ?? null])).toEqual([
        ['2026-11-20', 6.75, 0, 12],
        ['2026-11-21', 2.5, 0, 10],
      ]);
      await projector.rebuild();
      expect(await overview()).toEqual(first);
      await stream
        .add('slices.restated', {
          machineId,
          from: at + 30 * minute,
          to: at + 45 * minute,
          slices: [{ beganAt: at + 30 * minute, state: 'setup', told: null, alarm: null, context }],
          reason: 'by-hand',
          note: '',
        })
        .send(db, Infinity, at);
      await foldAll(projector);
      const [anew] = (await overview()).machines;
      expect(anew?.sums).toMatchObject({ energy: 10.484, idle: { energy: 0, ms: 0 } });
      expect(anew?.days[0]?.byState.find(({ state }) => state === 'setup')).toMatchObject({ energy: 0.75 });
    }
  });

  it('a station that was put back tells a quarter twice: the meter counted it once; another meter is not added', async () => {
    const { db } = database;
    const projector = createProjector({
      db,
      configuration,
      react: () => Promise.resolve([]),
      log: createLog('silent'),
    });
    await told().send(db, Infinity, at);
    const again = new StationStream('ST10', at, 'e2')
      .add('energy.used', used(0, 15, 3_000))
      .add('energy.used', used(16, 30, 2_800))
      .add('energy.used', used(100, 110, 7, { step: 1 }));
    await again.send(db, Infinity, at);
    await foldAll(projector);
    expect((await overview()).machines[0]?.sums).toMatchObject({ energy: 10.484, otherMeter: true });
  });

  it('a person of another line reads nothing; a range that has not begun is empty, not an error', async () => {
    const { db } = database;
    await told().send(db, Infinity, at);
    await foldAll(createProjector({ db, configuration, react: () => Promise.resolve([]), log: createLog('silent') }));
    const nobody = { ...wholePlant, lines: [], stations: [] };
    expect((await energyOverview(db, configuration(), range, at, nobody)).machines).toEqual([]);
    const ahead = await overview({ from: '2026-12-01', to: '2026-12-02' }, at);
    expect(ahead.machines[0]).toMatchObject({ days: [], betweenDays: 0, sums: { energy: 0, peak: null } });
  });
});
