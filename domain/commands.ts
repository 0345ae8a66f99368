/** Everything the station can be asked to do (imperative, design section 5). */
import type { Criterion } from '#contract/containment.ts';
import type { Orders } from '#contract/config/plant.ts';
import type { DispositionKind } from '#contract/config/defects.ts';
import type { BodyOf, DomainEvent } from '#contract/events/index.ts';
import type { Concession, Entry, Photo, ReadingFact, SetUpKind } from '#contract/events/shared.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StudyPlan } from '#contract/rpc/studies.ts';
import type { CallBody, OrderBody, SerialBlockBody, SignalBody } from '#contract/sync/down.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { ChartKey } from './control/chart.ts';
import type { EnergyCommand } from './energy/decide.ts';
import type { MachineCommand } from './machines/decide.ts';
import type { ScannedComponent } from './facts.ts';
import type { LabelCheck, LabelPassport } from './units/label-passport.ts';
import type { InternalAction } from './steps/step-type.ts';

export type ImportedOrder = Orders['orders'][number];

export type OrderCommand =
  | {
      readonly type: 'order.create';
      readonly orderId: string;
      readonly definitionId: string;
      readonly revision: string;
      readonly quantity: number;
      readonly dueAt: number | null;
      readonly serialPrefix: string;
    }
  | { readonly type: 'order.release' | 'order.close'; readonly orderId: string }
  | { readonly type: 'order.hold'; readonly orderId: string; readonly reason: string }
  /** Makes the next unit; the accepted value is `{ serial }`. */
  | { readonly type: 'unit.create'; readonly orderId: string }
  /** Takes in one order of the files with its units, as far as not known here yet. */
  | { readonly type: 'order.import'; readonly orderId: string; readonly order: ImportedOrder }
  /** Takes over how the server says the order stands; null: it is no longer an order of this line. */
  | {
      readonly type: 'order.receive';
      readonly orderId: string;
      readonly order: OrderBody | null;
      readonly documentVersion: number;
    }
  /** Takes in numbers that the server gave this station; of an order that is not here yet they wait for it. */
  | { readonly type: 'order.receive-block'; readonly orderId: string; readonly block: SerialBlockBody };

export type UnitCommand =
  | { readonly type: 'unit.hold'; readonly serial: string; readonly reason: string }
  | { readonly type: 'unit.lift-hold'; readonly serial: string; readonly reason: string }
  | { readonly type: 'unit.scrap'; readonly serial: string; readonly reason: string }
  /** A label passport was scanned; `check` is what became of its signature. */
  | {
      readonly type: 'unit.take-label';
      readonly serial: string;
      readonly label: LabelPassport;
      readonly check: LabelCheck;
    };

/** What people do about signals and charts. */
export type ControlCommand =
  | { readonly type: 'reaction.do-step'; readonly signalId: string; readonly stepId: string }
  | { readonly type: 'signal.close'; readonly signalId: string; readonly causeId: string; readonly note: string }
  /** Of the suspects of a closed signal: these, or with null all that it holds. */
  | {
      readonly type: 'signal.lift-holds';
      readonly signalId: string;
      readonly serials: readonly string[] | null;
      readonly reason: string;
    }
  /** Takes over that a signal of this log was closed at another station. */
  | { readonly type: 'signal.follow'; readonly signalId: string; readonly heard: SignalBody }
  /** Limits anew from the points since `since`; null: from as many of the newest as the plan asks for. */
  | { readonly type: 'phase.begin'; readonly chart: ChartKey; readonly since: string | null; readonly reason: string }
  | { readonly type: 'point.exclude'; readonly pointId: string; readonly reason: string }
  | { readonly type: 'point.note'; readonly pointId: string; readonly text: string };

/** What people record and decide about gauges. */
export type GaugeCommand =
  | {
      readonly type: 'gauge.calibrate';
      readonly gaugeId: string;
      /** `YYYY-MM-DD` of the plant's calendar. */
      readonly on: string;
      readonly result: 'passed' | 'failed';
      readonly certificate: string;
      /** The last day of use; not used of a failed one. */
      readonly due: string;
      /** How far it was off when it came in, unit of the gauge; null: not told. */
      readonly asFound: number | null;
      readonly note: string;
    }
  | {
      readonly type: 'gauge.check';
      readonly gaugeId: string;
      readonly masterId: string;
      readonly readings: readonly ReadingFact[];
    }
  | { readonly type: 'gauge.condemn'; readonly gaugeId: string; readonly reason: string }
  | { readonly type: 'gauge.return'; readonly gaugeId: string; readonly reason: string }
  /** Puts on hold what was measured with it in the time of the recall. */
  | { readonly type: 'gauge.recall'; readonly gaugeId: string; readonly recallId: string };
/** The pieces that a nonconformance is about. */
export type NonconformanceSubject = BodyOf<'nonconformance.recorded'>['subject'];

/** What people do about pieces that do not conform. */
export type NonconformanceCommand =
  /** The accepted value is `{ nonconformanceId }`. */
  | {
      readonly type: 'nonconformance.record';
      readonly defectId: string;
      readonly subject: NonconformanceSubject;
      readonly mark: { readonly picture: string; readonly x: number; readonly y: number } | null;
      readonly note: string;
    }
  | {
      readonly type: 'nonconformance.amend';
      readonly nonconformanceId: string;
      readonly note: string;
      /** Already kept by the station. */
      readonly photo: Photo | null;
      readonly quantity: number | null;
      readonly serials: readonly string[];
    }
  | {
      readonly type: 'nonconformance.dispose';
      readonly nonconformanceId: string;
      readonly kind: DispositionKind;
      readonly serials: readonly string[];
      readonly quantity: number;
      readonly operations: readonly string[];
      readonly reason: string;
      readonly concession: Concession | null;
    }
  | {
      readonly type: 'nonconformance.rework-done';
      readonly nonconformanceId: string;
      readonly dispositionId: string;
      readonly note: string;
    }
  /** What follows from what was decided at other stations, for one that was recorded here. */
  | { readonly type: 'nonconformance.follow'; readonly nonconformanceId: string };

/** What people do about everything that fits a criterion, at all stations. */
export type ContainmentCommand =
  /** The accepted value is `{ containmentId }`. */
  | {
      readonly type: 'containment.begin';
      readonly criterion: Criterion;
      readonly reason: string;
      /** Of which it is; null: of none. */
      readonly nonconformanceId: string | null;
    }
  | { readonly type: 'containment.lift'; readonly containmentId: string; readonly reason: string };

/** Measurement system studies. `again`: why the one before is measured once more; null: the next part. */
export type StudyCommand =
  | { readonly type: 'study.begin'; readonly plan: StudyPlan }
  | {
      readonly type: 'study.record';
      readonly studyId: string;
      readonly source:
        | { readonly from: 'push'; readonly tagId: string; readonly reading: LiveReading }
        | { readonly from: 'take' }
        | { readonly from: 'typed'; readonly value: number };
      readonly again: string | null;
    }
  | {
      readonly type: 'study.judge';
      readonly studyId: string;
      readonly verdict: 'good' | 'bad';
      readonly again: string | null;
    }
  | { readonly type: 'study.finish'; readonly studyId: string }
  | { readonly type: 'study.abandon'; readonly studyId: string; readonly reason: string };
/** What people say of stops. `revision`: of the card that they saw. */
export type StopCommand =
  | {
      readonly type: 'stop.classify';
      readonly stopId: string;
      readonly revision: number;
      readonly partId: string;
      readonly reasonId: string;
      readonly note: string;
      /** Which of the big buttons it was, from 1; null: from the tree. */
      readonly offered: number | null;
    }
  | {
      readonly type: 'stop.split';
      readonly stopId: string;
      readonly revision: number;
      readonly partId: string;
      /** UTC ms at which the new part begins. */
      readonly at: number;
    }
  | {
      readonly type: 'stop.move-edge';
      readonly stopId: string;
      readonly revision: number;
      readonly partId: string;
      /** UTC ms at which the part begins from now on. */
      readonly at: number;
    }
  /** The part and the one after it. */
  | { readonly type: 'stop.merge'; readonly stopId: string; readonly revision: number; readonly partId: string }
  /** `photo`: already kept by the station. */
  | { readonly type: 'stop.note'; readonly stopId: string; readonly note: string; readonly photo: Photo | null }
  /** Brings the cards of a machine up to what its slices say since `at` (UTC ms). */
  | { readonly type: 'stop.follow'; readonly machineId: string; readonly at: number }
  | {
      readonly type: 'preparation.begin';
      readonly machineId: string;
      readonly definitionId: string | null;
      readonly note: string;
    }
  | { readonly type: 'preparation.end'; readonly machineId: string };

/** Samples at the bench, and what is told of the process at its station. */
export type BenchCommand =
  /** `dueId` null: although nothing is due, of `serials`. `serials` null: of the units that are due. */
  | { readonly type: 'sample.start'; readonly dueId: string | null; readonly serials: readonly string[] | null }
  | { readonly type: 'sample.skip'; readonly dueIds: readonly string[]; readonly reason: string }
  /** A value of a gauge: the next in turn, or in the place of an older one. */
  | {
      readonly type: 'sample.measure';
      readonly sampleId: string;
      readonly tagId: string;
      readonly reading: LiveReading;
      readonly replaces: { readonly valueId: string; readonly reason: string } | null;
    }
  | { readonly type: 'sample.stop'; readonly sampleId: string; readonly reason: string }
  /** By the station, where what is heard of a gauge leaves nothing to be measured again; else nothing happens. */
  | { readonly type: 'sample.complete'; readonly sampleId: string }
  | {
      readonly type: 'set-up.record';
      readonly kind: SetUpKind;
      readonly operationId: string | null;
      readonly note: string;
    };

interface StepPlace {
  readonly executionId: string;
  readonly stepId: string;
  readonly attempt: number;
}
export type ExecutionCommand =
  | { readonly type: 'execution.start'; readonly serial: string }
  /** Ends the open run when its unit was held or scrapped elsewhere. */
  | { readonly type: 'execution.follow' }
  | (StepPlace & {
      readonly type: 'step.act';
      readonly action: StepAction | InternalAction;
      /** What the scanned code of a scan-component action was understood as; null when not understood. */
      readonly component: ScannedComponent | null;
    })
  | (StepPlace & { readonly type: 'step.retry' });

/** Whether a PIN came with it and, checked by the caller (argon2id takes time), whether it was right. */
export type PinVerdict = 'none' | 'right' | 'wrong';
export type PeopleCommand =
  | { readonly type: 'operator.sign-in'; readonly badge: string; readonly pin: PinVerdict; readonly entry: Entry }
  /** The PIN of whoever is signed in. */
  | { readonly type: 'pin.given'; readonly pin: 'right' | 'wrong' }
  | { readonly type: 'operator.sign-out' }
  | { readonly type: 'station.lock'; readonly reason: 'idle' | 'person' }
  /** Records a sign-in that was refused outside of `operator.sign-in` and `pin.given`, which record their own. */
  | {
      readonly type: 'operator.refuse-sign-in';
      readonly personId: string | null;
      readonly badge: string | null;
      readonly reasons: readonly Reason[];
    };

/** Facts about the station program itself, taken as they are. */
export type StationFact = Extract<
  DomainEvent,
  {
    type:
      | 'station.started'
      | 'station.stopped'
      | 'clock.stepped'
      | 'link-test.started'
      | 'link-test.recorded'
      | 'link-test.ended';
  }
>;
export type StationCommand = {
  readonly type: 'station.record';
  readonly event: StationFact;
};

export type AndonCommand =
  /** The accepted value is `{ callId }`: the new call, or the open one of the same kind. */
  | {
      readonly type: 'call.raise';
      readonly kind: string;
      readonly note: string;
      readonly machineId: string | null;
      readonly stopId: string | null;
    }
  | { readonly type: 'call.answer'; readonly callId: string; readonly note: string }
  | {
      readonly type: 'call.close';
      readonly callId: string;
      readonly outcome: BodyOf<'call.closed'>['outcome'];
      readonly note: string;
    }
  /** Calls the next, where it is time. */
  | { readonly type: 'call.escalate'; readonly callId: string }
  /** Takes over that a call of this log was closed at another station. */
  | { readonly type: 'call.follow'; readonly callId: string; readonly heard: CallBody };

/** What the station itself says of a shift. */
export type ShiftReport = Omit<BodyOf<'handover.written'>, 'handoverId' | 'note'>;
export type HandoverCommand =
  /** The accepted value is `{ handoverId }`. */
  | { readonly type: 'handover.write'; readonly report: ShiftReport; readonly note: string }
  | { readonly type: 'handover.take'; readonly handoverId: string; readonly note: string };

export type Command =
  | OrderCommand
  | UnitCommand
  | ControlCommand
  | GaugeCommand
  | StudyCommand
  | BenchCommand
  | NonconformanceCommand
  | ContainmentCommand
  | AndonCommand
  | HandoverCommand
  | MachineCommand
  | EnergyCommand
  | StopCommand
  | ExecutionCommand
  | PeopleCommand
  | StationCommand;
export type CommandType = Command['type'];
