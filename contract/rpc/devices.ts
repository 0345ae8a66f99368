import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { DeviceCondition, DeviceProblem } from '../driver.ts';
import type { LiveReading } from '../reading.ts';
import type { ReasonParams } from '../refusal.ts';
import { base } from './base.ts';

export interface DeviceView {
  readonly id: string;
  readonly title: Localized;
  readonly driver: string;
  readonly condition: DeviceCondition;
  /** Since when the present state holds. */
  readonly since: number;
  readonly lastReadingAt: number | null;
  readonly readings: number;
  readonly reconnects: number;
  readonly problems: readonly {
    readonly problem: DeviceProblem;
    readonly count: number;
    readonly lastAt: number;
    readonly params: ReasonParams;
  }[];
  readonly info: Readonly<Record<string, string | number | boolean>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tags: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly unit: string | null;
    readonly decimals: number;
    readonly type: 'number' | 'boolean' | 'text' | 'numbers';
    readonly address: string;
    readonly recorded: boolean;
  }[];
}
export interface TrafficLine {
  readonly at: number;
  readonly direction: 'in' | 'out';
  /** Bytes as hex pairs for byte protocols, null otherwise. */
  readonly hex: string | null;
  /** Printable form, control characters made visible. */
  readonly text: string;
}
/** One conflated frame of the lossy road: newest reading per tag, only tags that changed since the last frame. */
export interface LiveFrame {
  readonly at: number;
  readonly readings: readonly LiveReading[];
}
export interface TagHistory {
  readonly tagId: string;
  readonly fromAt: number;
  readonly toAt: number;
  readonly samples: number;
  /** Column form. Null value = bad quality: a gap. Min and max of each bucket when there are more samples than `maxPoints`. */
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
}

export const devices = {
  watch: base.output(eventIterator(type<{ readonly revision: number; readonly devices: readonly DeviceView[] }>())),
  /** Traffic of one device from now on (first the last 50 lines), conflated by dropping the oldest and saying so. */
  traffic: base
    .input(z.strictObject({ deviceId: z.string() }))
    .output(eventIterator(type<{ readonly lines: readonly TrafficLine[]; readonly dropped: number }>())),
  /** Newest readings of these tags, a frame per 100 ms at most (50 ms for at most 100 tags); the first frame holds all of them. */
  live: base.input(z.strictObject({ tags: z.array(z.string()).max(10_000) })).output(eventIterator(type<LiveFrame>())),
  history: base
    .input(
      z.strictObject({
        tagId: z.string(),
        fromAt: z.number(),
        toAt: z.number(),
        maxPoints: z.number().int().min(10).max(20_000).default(2_000),
      }),
    )
    .output(type<TagHistory>()),
  /** JSON schema of each driver's settings: the settings form is drawn from it. */
  drivers:
    base.output(
      type<
        readonly {
          readonly id: string;
          readonly version: number;
          readonly settingsSchema: unknown;
          readonly canWrite: boolean;
          readonly canCall: boolean;
        }[]
      >(),
    ),
};
