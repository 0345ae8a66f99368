/** What the press can be told from outside, by name: of the control (README.md) and of a script (script.ts). */
import { BadInput, type Action } from '#simulator/line/control.ts';
import { modes, type PressMode, type PressModel } from './model.ts';

/** What is not the machine's but of the process that serves it. */
export interface PressHost {
  readonly speed: number;
  /** Machine seconds per second. */
  setSpeed(speed: number): void;
  /** By how much the machine's clock is wrong, ms. */
  readonly clockOffsetMs: number;
  setClockOffset(ms: number): void;
  readonly plugged: boolean;
  plug(): Promise<void>;
  unplug(): Promise<void>;
}

type Input = Readonly<Record<string, unknown>>;

/** @returns everything that can be known of the press from outside, as `GET /` answers it */
export function pressState(model: PressModel, host: PressHost) {
  const { state, mode, blocked, starved, alarm, cycleCount, scrapCount, handedOn, feedMs, freeze, guardClosed } = model;
  const { speed, clockOffsetMs, plugged } = host;
  return {
    device: 'press',
    state,
    /** In a cycle: the drive takes power. */
    working: state === 'Starting' || state === 'Execute' || state === 'Completing',
    mode,
    blocked,
    starved,
    alarm,
    guardClosed,
    frozen: freeze,
    count: cycleCount,
    scrap: scrapCount,
    handedOn,
    feedMs,
    speed,
    clockOffsetMs,
    plugged,
  } as const;
}
export type PressStateView = ReturnType<typeof pressState>;

/** @throws BadInput of the returned actions, for what makes no sense or cannot be done now */
export function pressCommands(model: PressModel, host: PressHost): Readonly<Record<string, Action>> {
  const told = (act: (input: Input) => boolean | undefined | void): Action => {
    return (input) => {
      if (act(input) === false) throw new BadInput(`not possible while ${model.state}`);
      return pressState(model, host);
    };
  };
  return {
    feed: told(({ cycleMs }) => model.feed(number(cycleMs, 'give {"cycleMs":18000}, machine ms from 4500', 4_500))),
    pause: told(() => model.feed(null)),
    mode: told(({ mode }) => {
      if (!isMode(mode)) throw new BadInput(`give {"mode":"setup"}; there are: ${Object.keys(modes).join(', ')}`);
      model.mode = mode;
    }),
    block: told(({ on = true }) => void (model.blocked = boolean(on, 'block'))),
    starve: told(({ on = true }) => void (model.starved = boolean(on, 'starve'))),
    hold: told(() => model.hold()),
    resume: told(() => model.resume()),
    fault: told(({ alarm = 'E17 Ram does not reach its position', forMs }) => {
      if (typeof alarm !== 'string' || alarm === '' || alarm.length > 200)
        throw new BadInput('give {"alarm":"E17 ...","forMs":600000}; an alarm has 1 to 200 characters');
      model.breakDown(alarm, forMs === undefined ? null : number(forMs, 'forMs is machine ms, above 0', 1));
    }),
    recover: told(() => model.recover()),
    guard: told(({ open = true }) => void (model.guardClosed = !boolean(open, 'guard', 'open'))),
    fail: told(({ cycles = 1 }) => void (model.failing = whole(cycles, 'give {"cycles":3}'))),
    count: told(({ value }) => model.setCount(whole(value, 'give {"value":0}, below 2^32', 2 ** 32 - 1))),
    'roll-over': told(() => model.setCount(2 ** 32 - 2)),
    rush: told(({ cycles = 5_000 }) => model.setCount(model.cycleCount + whole(cycles, 'give {"cycles":5000}'))),
    clock: told(({ offsetMs, at }) => host.setClockOffset(offsetOf(offsetMs, at))),
    speed: told(({ value }) => host.setSpeed(number(value, 'give {"value":60}, above 0 up to 1000', 1e-3, 1_000))),
    unplug: async () => (await host.unplug(), pressState(model, host)),
    plug: async () => (await host.plug(), pressState(model, host)),
  };
}

const isMode = (value: unknown): value is PressMode => typeof value === 'string' && Object.hasOwn(modes, value);

function boolean(value: unknown, command: string, name = 'on'): boolean {
  if (typeof value === 'boolean') return value;
  throw new BadInput(`${command}: "${name}" must be true or false`);
}
function number(value: unknown, what: string, least: number, most = Infinity): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new BadInput(what);
}
function whole(value: unknown, what: string, most = 1_000_000_000): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new BadInput(what);
}

/** A controller that lost its battery says the year 2000; one that nobody set is minutes off. */
function offsetOf(offsetMs: unknown, at: unknown): number {
  const furthest = 100 * 366 * 86_400_000;
  if (typeof at === 'string' && offsetMs === undefined) {
    const instant = Date.parse(at);
    if (Number.isFinite(instant) && Math.abs(instant - Date.now()) <= furthest) return instant - Date.now();
  }
  if (at === undefined && typeof offsetMs === 'number' && Math.abs(offsetMs) <= furthest) return offsetMs;
  throw new BadInput(
    'give {"offsetMs":-240000} or {"at":"2000-01-01T00:00:00Z"}, at most 100 years off; right: {"offsetMs":0}',
  );
}
