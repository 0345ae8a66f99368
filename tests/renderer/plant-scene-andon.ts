/** Invented calls, handovers and a big board for the plant view. */
import { implement } from '@orpc/server';
import type { Board, BoardStation, PlantCall } from '#contract/plant/andon.ts';
import type { PlantHandover } from '#contract/plant/handover.ts';
import { plantContract } from '#contract/plant/index.ts';
import { andonScene } from './andon-scene.ts';
import type { Shown } from './shown.ts';
import { text } from './view-parts.ts';

const minute = 60_000;
const plantCall = (call: (typeof andonScene.called.calls)[number]): PlantCall => ({ ...call, lineId: 'L1' });
const calls = andonScene.called.calls.map(plantCall);
const off = { red: 'off', amber: 'off', green: 'off', blue: 'off', white: 'off' } as const;

export function bigBoard(at = Date.now()): Board {
  const station = (stationId: string, en: string, de: string, more: Partial<BoardStation>): BoardStation => ({
    stationId,
    title: text(en, de),
    link: 'linked',
    heardAt: at - 2_000,
    light: { lamps: { ...off, green: 'on' }, unknown: false },
    machines: [],
    work: 'in-work',
    workSince: at - 90_000,
    serial: 'PMP100-2600418',
    passes: { thisHour: 14, lastHour: 15, lastPassAt: at - 100_000 },
    unsent: { count: 0, oldestAt: null },
    stoppedSince: null,
    ...more,
  });
  const press = { machineId: 'press-p1', title: text('Press P1', 'Presse P1'), since: at - 6 * minute } as const;
  return {
    at,
    shift: { title: text('Early shift', 'Frühschicht'), from: at - 300 * minute, to: at + 180 * minute },
    lines: [
      {
        lineId: 'L1',
        title: text('Coolant pumps', 'Kühlmittelpumpen'),
        order: { orderId: 'WO-10452', done: 214, quantity: 400 },
        held: 2,
        signals: 1,
        calls,
        stations: [
          station('ST05', 'Leak test', 'Dichtheitsprüfung', { serial: 'PMP100-2600419' }),
          station('ST10', 'Press and measure', 'Einpressen und Messen', {
            light: { lamps: { ...off, red: 'on', blue: 'blink' }, unknown: false },
            machines: [{ ...press, state: 'fault', alarm: 'E17 guard open' }],
            stoppedSince: at - 6 * minute,
            passes: { thisHour: 9, lastHour: 15, lastPassAt: at - 7 * minute },
          }),
          station('ST20', 'Final check', 'Endprüfung', {
            light: { lamps: { ...off, amber: 'on', green: 'on', blue: 'on' }, unknown: false },
            passes: { thisHour: 13, lastHour: 14, lastPassAt: at - 30_000 },
          }),
          station('QB10', 'Quality bench', 'Prüfplatz', {
            light: { lamps: { ...off, white: 'on' }, unknown: false },
            work: 'waiting',
            serial: null,
            passes: { thisHour: 0, lastHour: 0, lastPassAt: null },
          }),
        ],
      },
      {
        lineId: 'L2',
        title: text('Valves', 'Ventile'),
        order: { orderId: 'WO-10470', done: 31, quantity: 250 },
        held: 0,
        signals: 0,
        calls: [],
        stations: [
          station('ST30', 'Assembly', 'Montage', {
            light: { lamps: { ...off, amber: 'on' }, unknown: false },
            machines: [
              {
                ...press,
                machineId: 'cell-2',
                title: text('Assembly cell', 'Montagezelle'),
                state: 'starved',
                alarm: null,
              },
            ],
            unsent: { count: 0, oldestAt: null },
          }),
          station('ST40', 'Marking', 'Beschriftung', {
            link: 'silent',
            heardAt: at - 42 * minute,
            light: { lamps: off, unknown: true },
            machines: [
              { ...press, machineId: 'laser', title: text('Laser', 'Laser'), state: 'producing', alarm: null },
            ],
            unsent: { count: 212, oldestAt: at - 40 * minute },
          }),
        ],
      },
    ],
  };
}

export function plantAndon(board: Shown<Board>) {
  const os = implement(plantContract.andon);
  return os.router({
    board: os.board.handler(({ signal }) => board.watch(signal)),
    watch: os.watch.handler(async function* ({ signal }) {
      yield { revision: 1 };
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    }),
    calls: os.calls.handler(() => {
      const items = [...calls, ...andonScene.past.map(plantCall)];
      return { items, next: null, total: items.length };
    }),
  });
}

export function plantHandover() {
  const os = implement(plantContract.handover);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      yield { revision: 1 };
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    }),
    list: os.list.handler(({ input }) => {
      const items = andonScene.handovers.map((each): PlantHandover => ({ ...each, lineId: 'L1' }));
      const of = input.lineId === null || input.lineId === 'L1' ? items : [];
      return { items: of, next: null, total: of.length };
    }),
  });
}
