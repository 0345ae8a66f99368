/** Charts and signals folded in memory: the tests of the rules, and what the read model is compared with. */
import type { Happened } from '#domain/happened.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { chartKeyText, evolveChart, newChart, type ChartState } from './chart.ts';
import type { ChartedPoint, ControlFacts } from './facts.ts';
import { evolveSignal, isRaised, isSignalOpen, type Signal, type SignalPart } from './signal.ts';

interface Run {
  readonly serial: string;
  readonly executionId: string;
  readonly definitionId: string;
  readonly operationId: string;
}

export class ControlMemory implements ControlFacts {
  readonly charts = new Map<string, ChartState>();
  readonly all = new Map<string, ChartedPoint & { readonly afterPass: number }>();
  readonly signals = new Map<string, SignalPart>();
  readonly #runs = new Map<string, Run>();
  readonly #passed: Run[] = [];
  readonly #units: ReadonlyMap<string, Unit>;

  constructor(units: ReadonlyMap<string, Unit>) {
    this.#units = units;
  }

  fold(event: Happened): void {
    const body: { readonly chart?: Parameters<typeof chartKeyText>[0]; readonly signalId?: string } =
      event.body as object;
    if (body.chart !== undefined) {
      const key = chartKeyText(body.chart);
      this.charts.set(key, evolveChart(this.charts.get(key) ?? newChart, event));
    }
    if (body.signalId !== undefined) {
      const after = evolveSignal(this.signals.get(body.signalId) ?? null, event);
      if (after !== null) this.signals.set(body.signalId, after);
    }
    if (event.type === 'execution.started') {
      const { executionId, serial, definition, operationId } = event.body;
      this.#runs.set(executionId, { executionId, serial, definitionId: definition.id, operationId });
    }
    if (event.type === 'execution.passed') {
      const run = this.#runs.get(event.body.executionId);
      if (run !== undefined) this.#passed.push(run);
    }
    if (event.type === 'point.charted') {
      const { replaces } = event.body;
      const old = replaces === null ? undefined : this.all.get(replaces);
      if (old !== undefined) this.all.set(old.body.pointId, { ...old, replaced: true });
      const point = { body: event.body, at: event.at, excluded: false, replaced: false };
      this.all.set(event.body.pointId, { ...point, afterPass: this.#passed.length });
    }
    if (event.type === 'point.excluded') {
      const old = this.all.get(event.body.pointId);
      if (old !== undefined) this.all.set(old.body.pointId, { ...old, excluded: true });
    }
  }

  readonly chart: ControlFacts['chart'] = (key) => this.charts.get(chartKeyText(key)) ?? newChart;
  readonly point: ControlFacts['point'] = (pointId) => this.all.get(pointId) ?? null;
  readonly points: ControlFacts['points'] = (key, since, most) => {
    const of = [...this.all.values()].filter((p) => chartKeyText(p.body.chart) === chartKeyText(key));
    const from = since === null ? 0 : of.findIndex((p) => p.body.pointId === since);
    return of
      .slice(Math.max(0, from))
      .filter((p) => !p.excluded && !p.replaced)
      .slice(-most);
  };
  /** Only charts of whole units are tested on it. */
  readonly uncharted: ControlFacts['uncharted'] = () => [];
  readonly passedSince: ControlFacts['passedSince'] = (key, anchor, definitionId, operationId) => {
    const ranks = (anchor?.executionIds ?? []).map((id) => this.#passed.findIndex((r) => r.executionId === id) + 1);
    const rank = Math.max(0, ...ranks);
    const first = [...this.all.values()].find((p) => chartKeyText(p.body.chart) === chartKeyText(key));
    const from =
      anchor === null
        ? (first?.afterPass ?? this.#passed.length)
        : rank > 0
          ? rank
          : (this.all.get(anchor.pointId)?.afterPass ?? 0);
    return this.#passed.slice(from).filter((r) => r.definitionId === definitionId && r.operationId === operationId);
  };
  readonly signal: ControlFacts['signal'] = (signalId) => this.signals.get(signalId) ?? null;
  readonly ownSignal: ControlFacts['ownSignal'] = this.signal;
  readonly openSignals = (): readonly Signal[] => [...this.signals.values()].filter(isRaised).filter(isSignalOpen);
  readonly signalsOn = (serial: string): readonly Signal[] =>
    [...this.signals.values()].filter(isRaised).filter(({ raised }) => raised.suspects.includes(serial));
  readonly unit = (serial: string): Unit | null => this.#units.get(serial) ?? null;
}
