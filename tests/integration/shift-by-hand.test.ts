/**
 * A whole shift of eight hours: the simulated press runs its script (simulator/press/shift.ts) against the station's core, whose
 * clock is moved by hand, over the demo plant's own machine file; what the station makes of it is compared with a calculation by
 * hand.
 *
 * | from     | to       | what                         | length  | element | pieces                       |
 * |----------|----------|------------------------------|---------|---------|------------------------------|
 * | 06:00:00 | 07:00:10 | produces, a stroke each 20 s | 3,610 s | APT     | 3,610 / 20 = 180.5: 181      |
 * | 07:00:10 | 07:20:00 | changeover                   | 1,190 s | AUST    |                              |
 * | 07:20:00 | 08:00:10 | produces                     | 2,410 s | APT     | 120.5: 121                   |
 * | 08:00:10 | 08:01:30 | held, shorter than 120 s     |    80 s | ADET    |                              |
 * | 08:01:30 | 09:00:00 | produces                     | 3,510 s | APT     | 175.5: 176                   |
 * | 09:00:00 | 09:15:00 | break                        |   900 s | PDOT    |                              |
 * | 09:15:00 | 10:40:10 | produces, a stroke each 24 s | 5,110 s | APT     | 5,110 / 24 = 212.9: 213      |
 * | 10:40:10 | 11:05:00 | fault E17                    | 1,490 s | ADET    |                              |
 * | 11:05:00 | 11:30:10 | produces, a stroke each 20 s | 1,510 s | APT     | 75.5: 76                     |
 * | 11:30:10 | 11:42:00 | blocked                      |   710 s | ADET    |                              |
 * | 11:42:00 | 12:30:10 | produces; 6 pieces are scrap | 2,890 s | APT     | 144.5: 145                   |
 * | 12:30:10 | 12:50:10 | starved                      | 1,200 s | ADET    |                              |
 * | 12:50:10 | 13:30:00 | produces                     | 2,390 s | APT     | 119.5: 120                   |
 * | 13:30:00 | 14:00:00 | planned maintenance          | 1,800 s | PDOT    |                              |
 *
 * The first stroke comes at once, hence one more than full cycles. The counter's reset at 12:00:10 costs no piece, its jump by
 * 5,000 at 13:00:20 makes none.
 *
 * APT = 3,610 + 2,410 + 3,510 + 5,110 + 1,510 + 2,890 + 2,390 = 21,430 s; AUST = 1,190 s; ADET = 80 + 1,490 + 710 + 1,200 =
 * 3,480 s; PDOT = 2,700 s; together 28,800 s. PBT = 28,800 - 2,700 = 26,100 s. PQ = 1,032, SQ = 6, GQ = 1,026, PRI = 18 s.
 *
 * Availability APT / PBT = 21,430 / 26,100 = 82.11 %; effectiveness PRI x PQ / APT = 18 x 1,032 / 21,430 = 86.68 %; quality ratio
 * GQ / PQ = 1,026 / 1,032 = 99.42 %; OEE = 18 x 1,026 / 26,100 = 70.76 %.
 */
import { call } from '@orpc/server';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plannedStopSchema } from '#contract/config/calendar.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { OeeView } from '#contract/rpc/oee.ts';
import type { TagValue } from '#contract/reading.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { sumOf } from '#domain/oee/sums.ts';
import { whatIf } from '#domain/oee/what-if.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { pressCommands } from '#simulator/press/commands.ts';
import { modes, PressModel, seededChance } from '#simulator/press/model.ts';
import { Script } from '#simulator/press/script.ts';
import { byHand, earlyShift, shiftMs } from '#simulator/press/shift.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createMachineWatch } from '#station/machines/watch.ts';
import { createOeeRouter } from '#station/oee/rpc.ts';
import { followMachineStops } from '#station/stops/follow.ts';
import { readStopsSince } from '#station/store/projections/stops.ts';
import { root } from '../support/child.ts';

const second = 1_000;
/** The next six o'clock by UTC, which is the plant's time here. */
const began = Math.ceil(startAt / 86_400_000) * 86_400_000 + 6 * 3_600 * second;
const at = (clock: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return began + ((hours - 6) * 3_600 + minutes * 60 + seconds) * second;
};
const told = (instant: number): string => new Date(instant).toISOString().slice(11, 19);
const title = { en: 'x', de: 'x' };

/** As the demo watches its press; pieces of whatever runs have one ideal time. */
const machine = machineFileSchema.parse({
  ...(parse(readFileSync(join(root, 'resources/demo-plant/machines/press-p1.yaml'), 'utf8')) as object),
  rates: [{ cycleMs: 18_000, revision: '1' }],
});
const tagsOf = (model: PressModel): Readonly<Record<string, TagValue>> => ({
  'press.alarm': model.alarm,
  'press.mode': modes[model.mode],
  'press.blocked': model.blocked,
  'press.starved': model.starved,
  'press.scrap-count': model.scrapCount,
  'press.cycle-count': model.cycleCount,
  'press.state': model.state,
});

let station: TestStation;
const ends: (() => void)[] = [];

beforeAll(() => {
  const of = testConfiguration();
  station = new TestStation('ST10', {
    ...of,
    plant: {
      ...of.plant,
      timeZone: 'UTC',
      holidays: [],
      shifts: [
        shiftSchema.parse({
          id: 'early',
          title,
          from: '06:00',
          to: '14:00',
          days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
          breaks: [{ from: '09:00', to: '09:15' }],
        }),
      ],
    },
    calendar: {
      schema: 'linewright/calendar@1',
      planned: [
        plannedStopSchema.parse({
          id: 'maintenance',
          title,
          machine: machine.id,
          kind: 'maintenance',
          from: new Date(at('13:30:00')).toISOString(),
          to: new Date(at('14:00:00')).toISOString(),
        }),
      ],
    },
    machines: [machine],
  });
  const model = new PressModel(seededChance(7));
  const still = (): never => {
    throw new Error('the script of a shift tells the machine only');
  };
  const commands = pressCommands(model, {
    speed: 1,
    setSpeed: still,
    clockOffsetMs: 0,
    setClockOffset: still,
    plugged: true,
    plug: still,
    unplug: still,
  });
  const script = new Script(earlyShift, commands, ({ do: what }, why) => {
    throw new Error(`${what}: ${why}`);
  });
  let shown: Readonly<Record<string, TagValue>> = {};
  const publish = (): void => {
    const now = tagsOf(model);
    const news = Object.entries(now).filter(([tag, value]) => shown[tag] !== value);
    shown = now;
    if (news.length > 0) station.shop.set(Object.fromEntries(news));
  };
  station.clock.advance(began - 60 * second - station.clock.now());
  publish();
  ends.push(createMachineWatch(station.core, station.folder.path).start(), followMachineStops(station.core));
  station.clock.advance(60 * second);
  script.advance(0, () => undefined);
  publish();
  const tickMs = 200;
  for (let passed = 0; passed < shiftMs; passed += tickMs) {
    script.advance(tickMs, (ms) => model.advance(ms));
    station.clock.advance(tickMs);
    publish();
  }
  station.clock.advance(60 * second);
}, 240_000);
afterAll(async () => {
  for (const end of ends.reverse()) end();
  await station?.close();
});

async function early(): Promise<OeeView> {
  const router = createOeeRouter(station.core);
  const key = (await call(router.shifts, undefined)).find(({ from }) => from === began)?.key ?? '';
  const view = await call(router.view, { machineId: machine.id, window: { kind: 'shift', key } });
  if (view === null) throw new Error('there is no such shift');
  return view;
}
/** To a tenth of a percent: the press needs half a second to clear a fault, which no pencil counts. */
const percent = (value: number | null): number => Math.round((value ?? Number.NaN) * 1_000) / 10;
const exact = (value: number): number => Math.round(value * 1_000) / 10;

it('the time of the shift is told as the table says', async () => {
  const { ms } = sumOf((await early()).spans);
  const seconds = Object.fromEntries(Object.entries(ms).map(([element, each]) => [element, Math.round(each / second)]));
  expect(Object.values(ms).reduce((all, each) => all + each, 0)).toBe(28_800 * second);
  for (const [element, length] of Object.entries(byHand.elements))
    expect(Math.abs((seconds[element] ?? 0) - length), `${element}: ${seconds[element]} s`).toBeLessThanOrEqual(3);
});

it('pieces are counted through a reset and a jump of the counter, and both are told', async () => {
  const { produced, scrap, good } = sumOf((await early()).spans);
  expect({ produced, scrap, good }).toEqual({ produced: byHand.produced, scrap: byHand.scrap, good: 1_026 });
  const doubts = station.events().flatMap((e) => (e.type === 'machine.doubted' ? [e] : []));
  expect(doubts.map(({ body }) => [told(body.to), body.kind, body.counted])).toEqual([
    ['12:00:10', 'counter-reset', 0],
    ['13:00:20', 'counter-impossible', 0],
  ]);
});

it('OEE and its factors are those of the calculation', async () => {
  const { availability, effectiveness, 'quality-ratio': quality, oee } = figuresOf(sumOf((await early()).spans));
  expect([availability, effectiveness, quality, oee].map(({ value }) => percent(value))).toEqual([
    exact(21_430 / 26_100),
    exact((18 * 1_032) / 21_430),
    exact(1_026 / 1_032),
    exact((18 * 1_026) / 26_100),
  ]);
  expect(percent(oee.value)).toBe(70.8);
});

it('stops: cards with their alarm, and neither for the micro-stop, the break nor the planned maintenance', () => {
  const cards = readStopsSince(station.core.read, machine.id, began);
  expect(cards.map(({ from, to, state, alarm }) => [told(from), told(to ?? 0), state, alarm])).toEqual([
    ['10:40:10', '11:05:00', 'fault', 'E17 Ram does not reach its position'],
    ['11:30:10', '11:42:00', 'blocked', null],
    ['12:30:10', '12:50:10', 'starved', null],
  ]);
});

it('without the stop of 10:40 the number would be what the calculation says', async () => {
  const { spans } = await early();
  const stopAt = spans.find(({ state }) => state === 'fault')?.stopAt ?? Number.NaN;
  const which = { by: 'stop', stopAt } as const;
  const oee = (change: Parameters<typeof whatIf>[2]): number =>
    percent(figuresOf(sumOf(whatIf(spans, which, change))).oee.value);
  // Made: 1,490 s more of production at the pace of the rest; 1,026 / 21,430 good pieces each second.
  expect(oee({ kind: 'made' })).toBe(exact((18 * (1_026 + (1_490 * 1_026) / 21_430)) / 26_100));
  // Left out, or planned: 1,490 s less to be busy in.
  expect(oee({ kind: 'left-out' })).toBe(exact((18 * 1_026) / (26_100 - 1_490)));
  expect(oee({ kind: 'as', category: 'planned' })).toBe(exact((18 * 1_026) / (26_100 - 1_490)));
  // Called setup it is no delay any more; OEE stays.
  expect(oee({ kind: 'as', category: 'setup' })).toBe(exact((18 * 1_026) / 26_100));
});

it('a quarter of an hour of it that somebody says was planned changes the number, and it says so', async () => {
  station.signIn('lead', 'right');
  const dispatch = (command: Parameters<typeof station.core.dispatch>[0]): void => {
    const outcome = station.core.dispatch(command, station.id());
    expect(outcome.ok, JSON.stringify(outcome)).toBe(true);
  };
  const fault = () => readStopsSince(station.core.read, machine.id, began)[0]!;
  const { stopId } = fault();
  dispatch({
    type: 'stop.split',
    stopId,
    partId: fault().parts[0]!.partId,
    revision: fault().revision,
    at: at('10:50:10'),
  });
  dispatch({
    type: 'stop.classify',
    stopId,
    partId: fault().parts[1]!.partId,
    revision: fault().revision,
    reasonId: 'E10-4300',
    note: '',
    offered: null,
  });
  // 10:50:10 to 11:05:00 are 890 s of planned downtime now.
  const { spans, restatedAt } = await early();
  const sums = sumOf(spans);
  expect(Math.abs(sums.ms.PDOT / second - (2_700 + 890))).toBeLessThanOrEqual(3);
  expect(percent(figuresOf(sums).oee.value)).toBe(exact((18 * 1_026) / (26_100 - 890)));
  expect(restatedAt).toBe(station.clock.now());
});
