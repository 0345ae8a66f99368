/** A test rig with Modbus TCP behind a buffer that the press before it fills; see README. */
import { BadInput, portOf, startControl, stopControl, type Action } from '#simulator/line/control.ts';
import { checkMachine, followMachine } from '#simulator/line/follow.ts';
import { ModbusServer } from '#simulator/line/modbus-server.ts';
import type { Running } from '#simulator/process.ts';
import { Infeed, pressSeen, tellBlocked, type PressSeen } from './infeed.ts';
import { longestAlarm, RigModel } from './model.ts';

export const rigDefaults = {
  host: '127.0.0.1',
  port: 48417,
  /** Loopback port of the control, see README. */
  control: 48427,
  /** Modbus unit; others are not answered. */
  unit: 1,
  /** Control of the press before it, e.g. `http://127.0.0.1:48410`; empty: parts come by its own control only. */
  machine: '',
  /** Places of the buffer between the two. */
  places: 6,
  /** Of one test, machine s. */
  cycleS: 15,
  /** Without a part for so long it says that it is starved, machine s. */
  starvedAfterS: 5,
  /** Machine seconds per second; 0: as the press has it, 1 before it was heard. */
  speed: 0,
  /** Where the counter of tested parts stands at the start. */
  count: 0,
};
export type RigSettings = typeof rigDefaults;

const tickMs = 50;
/** Quicker than a stroke of the press at 20 x its speed. */
const lookMs = 100;

export async function startRig(options: RigSettings): Promise<Running> {
  checkMachine(options.machine);
  const wrong = (key: keyof RigSettings, what: string): Error =>
    new Error(`--${key} must be ${what}, got ${options[key]}`);
  if (!isWhole(options.places, 1, 1_000)) throw wrong('places', 'a whole number from 1 to 1000');
  if (!isWithin(options.cycleS, 0.1)) throw wrong('cycleS', 'at least 0.1 s');
  if (!isWithin(options.starvedAfterS, 0)) throw wrong('starvedAfterS', '0 s or more');
  if (!isSpeed(options.speed)) throw wrong('speed', speeds);
  if (!isWhole(options.count, 0, 2 ** 32 - 1)) throw wrong('count', 'a whole number below 2^32');
  const model = new RigModel({
    places: options.places,
    cycleMs: options.cycleS * 1_000,
    starvedAfterMs: options.starvedAfterS * 1_000,
    count: options.count,
  });
  let { speed: ownSpeed } = options;
  let pressSpeed = 1;
  const speed = (): number => (ownSpeed > 0 ? ownSpeed : pressSpeed);
  const server = new ModbusServer(options, () => model.image());
  await server.plug();
  const infeed = new Infeed();
  let isHeard = false;

  const state = () => {
    const { plugged, clients, on } = server;
    const { alarm, blocked, buffered, places, produced, scrap, cycleMs, lastCycleMs } = model;
    const counts = { buffered, places, produced, scrap, cycleMs, lastCycleMs };
    const press = options.machine === '' ? null : isHeard ? (infeed.told === true ? 'blocked' : 'free') : 'not-heard';
    return {
      device: 'rig',
      plugged,
      clients,
      on,
      state: model.state,
      alarm,
      blocked,
      ...counts,
      speed: speed(),
      press,
    };
  };
  const told = (act: (input: Readonly<Record<string, unknown>>) => void | Promise<void>): Action => {
    return async (input) => {
      await act(input);
      return state();
    };
  };
  const control = await startControl(options.control, state, {
    fault: told(({ alarm = 'E31 Test pressure does not hold' }) => {
      if (typeof alarm !== 'string' || alarm.length > longestAlarm || !/^[\x20-\x7e\xa1-\xff]+$/.test(alarm))
        throw new BadInput(`give {"alarm":"E31 ..."}, 1 to ${longestAlarm} letters of Latin-1`);
      model.breakDown(alarm);
    }),
    recover: told(() => {
      if (!model.recover()) throw new BadInput(`not possible while ${model.state}`);
    }),
    block: told(({ on = true }) => {
      if (typeof on !== 'boolean') throw new BadInput('block: "on" must be true or false');
      model.blocked = on;
    }),
    part: told(({ parts = 1 }) => {
      model.putIn(whole(parts, 'give {"parts":3}, 1 to 1000', 1, 1_000));
    }),
    fail: told(({ cycles = 1 }) => {
      model.failing = whole(cycles, 'give {"cycles":3}', 0, 1_000_000_000);
    }),
    cycle: told(({ cycleMs }) => {
      if (!isWithin(cycleMs, 100)) throw new BadInput('give {"cycleMs":30000}, machine ms from 100');
      model.cycleMs = cycleMs;
    }),
    speed: told(({ value }) => {
      if (!isSpeed(value)) throw new BadInput(`give {"value":60}, ${speeds}`);
      ownSpeed = value;
    }),
    count: told(({ value }) => model.setCount(whole(value, 'give {"value":0}, below 2^32', 0, 2 ** 32 - 1))),
    'roll-over': told(() => model.setCount(2 ** 32 - 2)),
    off: told(() => void (server.on = false)),
    on: told(() => void (server.on = true)),
    unplug: told(() => server.unplug()),
    plug: told(() => server.plug()),
  });

  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    model.advance((now - last) * speed());
    last = now;
  }, tickMs);
  const look = async (seen: PressSeen | null): Promise<void> => {
    isHeard = seen !== null;
    if (seen === null) return;
    pressSpeed = seen.speed;
    model.putIn(infeed.came(seen));
    const tell = infeed.tells(seen, model.isFull);
    if (tell === null) return;
    try {
      await tellBlocked(options.machine, tell);
      infeed.wasTold(tell);
    } catch {
      infeed.wasTold(null);
    }
  };
  const endFollowing = options.machine === '' ? null : followMachine(options.machine, lookMs, pressSeen, look);
  return {
    ready: { device: 'rig', host: options.host, port: server.port, control: portOf(control) },
    stop: async () => {
      clearInterval(ticking);
      await endFollowing?.();
      // Where no rig is, nothing is in the press's way; a press that is gone too needs no word.
      if (infeed.told === true) await tellBlocked(options.machine, false).catch(() => undefined);
      await stopControl(control);
      await server.unplug();
    },
  };
}

const isWithin = (value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === 'number' && value >= least && value <= most;
const isWhole = (value: unknown, least: number, most: number): value is number =>
  isWithin(value, least, most) && Number.isInteger(value);
const speeds = 'above 0 up to 1000, or 0: as the press';
const isSpeed = (value: unknown): value is number => value === 0 || isWithin(value, 1e-3, 1_000);

function whole(value: unknown, what: string, least: number, most: number): number {
  if (isWhole(value, least, most)) return value;
  throw new BadInput(what);
}
