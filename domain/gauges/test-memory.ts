/** Gauges folded in memory: the tests of the rules, and what the read model is compared with. */
import type { Happened } from '#domain/happened.ts';
import type { ChartedValue } from '#contract/events/shared.ts';
import type { GaugeFacts } from './facts.ts';
import { evolveGauge, joinGauges, newGauge, withStudyTimes, type GaugeBody } from './gauge.ts';
import { usedKey, type Used } from './suspect.ts';

export class GaugeMemory implements GaugeFacts {
  readonly own = new Map<string, GaugeBody>();
  /** What the server told. */
  readonly told = new Map<string, GaugeBody>();
  readonly serials = new Map<string, string>();
  readonly #takenAt: (studyId: string) => readonly number[];
  readonly #runs = new Map<string, string>();
  readonly #uses: { readonly gaugeId: string; readonly serial: string; readonly at: number }[] = [];

  readonly #values = new Map<string, Used>();

  /** @param takenAt when the values of a study were taken (`takenAtOf`). */
  constructor(takenAt: (studyId: string) => readonly number[]) {
    this.#takenAt = takenAt;
  }

  fold(event: Happened): void {
    const { gaugeId } = event.body as { readonly gaugeId?: string | null };
    if (event.type === 'execution.started') this.#runs.set(event.body.executionId, event.body.serial);
    if (event.type === 'measurement.recorded') {
      const serial = this.#runs.get(event.body.executionId);
      if (serial !== undefined && event.body.gaugeId !== null) {
        this.#uses.push({ gaugeId: event.body.gaugeId, serial, at: event.at });
        const key = usedKey({ ...event.body, serial });
        this.#values.set(`${event.body.characteristicId} ${key}`, { gaugeId: event.body.gaugeId, at: event.at });
      }
      return;
    }
    if (event.type === 'sample.value-recorded' && event.body.gaugeId !== null) {
      const key = usedKey({ ...event.body, executionId: null, stepId: null });
      this.#values.set(`${event.body.characteristicId} ${key}`, { gaugeId: event.body.gaugeId, at: event.at });
      this.#uses.push({ gaugeId: event.body.gaugeId, serial: event.body.serial, at: event.at });
      return;
    }
    if (typeof gaugeId !== 'string') return;
    const after = evolveGauge(this.own.get(gaugeId) ?? null, event);
    if (after !== null) this.own.set(gaugeId, withStudyTimes(after, this.#takenAt));
  }

  state(gaugeId: string): GaugeBody {
    const own = this.own.get(gaugeId) ?? newGauge(gaugeId);
    const told = this.told.get(gaugeId);
    return told === undefined ? own : joinGauges(own, told);
  }
  deviceSerial(deviceId: string): string | null {
    return this.serials.get(deviceId) ?? null;
  }
  measuredWith(gaugeId: string, since: number | null, until: number | null): readonly string[] {
    const within = this.#uses.filter(
      (use) => use.gaugeId === gaugeId && (since === null || use.at >= since) && (until === null || use.at <= until),
    );
    return [...new Set(within.map(({ serial }) => serial))];
  }
  used(characteristicId: string, values: readonly ChartedValue[]): readonly (Used | null)[] {
    return values.map((value) => this.#values.get(`${characteristicId} ${usedKey(value)}`) ?? null);
  }
  usedOn(serial: string): readonly { readonly gaugeId: string; readonly at: number }[] {
    return this.#uses.filter((use) => use.serial === serial);
  }
}
