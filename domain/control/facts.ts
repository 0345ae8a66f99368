/** What the rules of charts and signals may know: everything comes in by these questions (the station's read model). */
import type { BodyOf } from '#contract/events/index.ts';
import type { ChartedValue } from '#contract/events/shared.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import type { Anchor, ChartKey, ChartState } from './chart.ts';
import type { Signal, SignalPart } from './signal.ts';

export interface ChartedPoint {
  readonly body: BodyOf<'point.charted'>;
  readonly at: number;
  readonly excluded: boolean;
  /** Another point took its place. */
  readonly replaced: boolean;
}

/** A run that passed. */
export interface PassedRun {
  readonly serial: string;
  readonly executionId: string;
}

export interface ControlFacts {
  /** A chart without points is a new one. */
  chart(key: ChartKey): ChartState;
  point(pointId: string): ChartedPoint | null;
  /** Points of a chart that count, oldest first: from `since` on, or the newest `most`. */
  points(key: ChartKey, since: string | null, most: number): readonly ChartedPoint[];
  /** Values of the characteristic, measured here, that are in no point of the chart yet, oldest first; of each step the newest attempt. */
  uncharted(key: ChartKey, definitionId: string, operationId: string): readonly ChartedValue[];
  /** Runs of an operation that passed here after those of the anchor, in the order in which they passed; null: since the first point. */
  passedSince(key: ChartKey, anchor: Anchor | null, definitionId: string, operationId: string): readonly PassedRun[];
  /** Of this log and of the server. */
  signal(signalId: string): SignalPart | null;
  /** What this log alone says. */
  ownSignal(signalId: string): SignalPart | null;
  /** Open signals about this station. */
  openSignals(): readonly Signal[];
  /** Signals, open or closed, whose suspect window the unit is in. */
  signalsOn(serial: string): readonly Signal[];
  unit(serial: string): Unit | null;
}
