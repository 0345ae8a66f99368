/** Gauges folded in memory: the tests of the rules, and what the read model is compared with. */
import type { Happened } from '#domain/happened.ts';
import type { GaugeFacts } from './facts.ts';
import { evolveGauge, joinGauges, newGauge, type GaugeBody } from './gauge.ts';

export class GaugeMemory implements GaugeFacts {
  readonly own = new Map<string, GaugeBody>();
  /** What the server told. */
  readonly told = new Map<string, GaugeBody>();
  readonly serials = new Map<string, string>();
  readonly #runs = new Map<string, string>();
  readonly #uses: { readonly gaugeId: string; readonly serial: string; readonly at: number }[] = [];

  fold(event: Happened): void {
    const { gaugeId } = event.body as { readonly gaugeId?: string | null };
    if (event.type === 'execution.started') this.#runs.set(event.body.executionId, event.body.serial);
    if (event.type === 'measurement.recorded') {
      const serial = this.#runs.get(event.body.executionId);
      if (serial !== undefined && event.body.gaugeId !== null)
        this.#uses.push({ gaugeId: event.body.gaugeId, serial, at: event.at });
      return;
    }
    if (typeof gaugeId !== 'string') return;
    const after = evolveGauge(this.own.get(gaugeId) ?? null, event);
    if (after !== null) this.own.set(gaugeId, after);
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
  usedOn(serial: string): readonly { readonly gaugeId: string; readonly at: number }[] {
    return this.#uses.filter((use) => use.serial === serial);
  }
}
