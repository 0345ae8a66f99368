/** A driver host that writes everything down. */
import type { DeviceCondition, DeviceProblem, DriverHost } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import { systemClock } from '#station/clock.ts';
import type { OpenLink } from '#station/links/open-link.ts';

export interface RecordingHost extends DriverHost {
  /** Every call into the host, to prove silence after stop(). */
  calls(): number;
  readonly conditions: DeviceCondition[];
  readonly problems: { readonly problem: DeviceProblem; readonly params: ReasonParams }[];
  readonly got: TagReading[];
  state(): string;
  good(): readonly TagReading[];
}

export function recordingHost(openLink: OpenLink): RecordingHost {
  const conditions: DeviceCondition[] = [];
  const problems: { problem: DeviceProblem; params: ReasonParams }[] = [];
  const got: TagReading[] = [];
  let calls = 0;
  return {
    deviceId: 'under-test',
    clock: systemClock,
    openLink,
    readings: (batch) => {
      calls += 1;
      got.push(...batch);
    },
    condition: (condition) => {
      calls += 1;
      conditions.push(condition);
    },
    problem: (problem, params) => {
      calls += 1;
      problems.push({ problem, params });
    },
    bytes: () => (calls += 1),
    trace: () => (calls += 1),
    info: () => (calls += 1),
    calls: () => calls,
    conditions,
    problems,
    got,
    state: () => conditions.at(-1)?.state ?? 'none',
    good: () => got.filter(({ quality }) => quality === 'good'),
  };
}
