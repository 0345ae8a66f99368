/**
 * The demo's shift of 8 h at 60 x as it really runs (`npm run demo:shift`): the press over OPC UA, the station in a process of its
 * own, held against the calculation by hand (simulator/press/shift.ts). Takes nine minutes. On stderr every slice with its length.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { figuresOf } from '#domain/oee/figures.ts';
import { sumOf } from '#domain/oee/sums.ts';
import { byHand, shiftMs } from '#simulator/press/shift.ts';
import { link, signInBrowser, startDemoLine } from '#tests/support/demo-line.ts';
import { machineId, partOfShift, playShift, writeShiftPlant } from '../scripts/start/shift.ts';
import { printRows, type BenchRow } from './row.ts';

const speed = 60;
const minuteMs = 60_000;
/** Devices and station are up within it. */
const upMs = 20_000;

export async function run(): Promise<BenchRow[]> {
  const line = await startDemoLine(['--control', '0']);
  try {
    const [, control] = await line.press().line(/"control":(\d+)/);
    const beginsAt = Math.ceil((Date.now() + upMs) / minuteMs) * minuteMs;
    writeShiftPlant(line.config, line.config, speed, beginsAt);
    const station = await line.startStation();
    await pause(beginsAt - Date.now());
    await playShift(`http://127.0.0.1:${control}`, speed, partOfShift());
    const lateMs = Date.now() - beginsAt;
    // What is counted is told within seconds.
    await pause(beginsAt + shiftMs / speed + 5_000 - Date.now());
    const { client, close } = await link(station.origin, await signInBrowser(station.url));
    const key = (await client.oee.shifts()).find(({ from }) => from === beginsAt)?.key ?? '';
    const view = await client.oee.view({ machineId, window: { kind: 'shift', key } });
    close();
    if (view === null) throw new Error('the station does not know the shift');
    const sums = sumOf(view.spans);
    console.error(`begun ${lateMs} ms late`);
    for (const { from, to, state, element } of view.spans)
      console.error(
        `${clock((from - beginsAt) * speed)} ${element} ${state} ${(((to - from) * speed) / 1_000).toFixed(0)} s`,
      );
    for (const [element, seconds] of Object.entries(byHand.elements))
      console.error(
        `${element}: ${((sums.ms[element as keyof typeof sums.ms] * speed) / 1_000).toFixed(0)} s, by hand ${seconds} s`,
      );
    const { availability, effectiveness, 'quality-ratio': quality, oee } = figuresOf(sums);
    const { elements, idealS, produced, scrap } = byHand;
    const busy = elements.APT + elements.AUST + elements.ADET;
    const row = (name: string, told: number | null, hand: number): BenchRow => {
      const value = 100 * (told ?? Number.NaN);
      return {
        name: `demo shift at 60 x, ${name} (by hand ${(100 * hand).toFixed(1)} %)`,
        value,
        unit: '%',
        floor: null,
        ratio: null,
        target: 'within 1 point',
        met: Math.abs(value - 100 * hand) <= 1,
      };
    };
    return [
      row('availability', availability.value, elements.APT / busy),
      row('effectiveness', effectiveness.value, (idealS * produced) / elements.APT),
      row('quality ratio', quality.value, (produced - scrap) / produced),
      row('OEE', oee.value, (idealS * (produced - scrap)) / busy),
      {
        name: 'demo shift at 60 x, pieces',
        value: sums.produced,
        unit: '',
        floor: null,
        ratio: null,
        // The counter is lost once and jumps once: of the piece that was counted in the same moment nobody hears.
        target: `${produced - 2} to ${produced}`,
        met: sums.produced <= produced && sums.produced >= produced - 2,
      },
    ];
  } finally {
    await line.stop();
  }
}

const clock = (ms: number): string => new Date(6 * 3_600_000 + ms).toISOString().slice(11, 19);

if (import.meta.main) printRows(await run());
