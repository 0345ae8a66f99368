/**
 * The measuring page: while one is open, pushes of gauges belong to its study. What is kept here is of the moment (a part to be
 * measured again, the newest refusal); after a restart the page is asked for anew and nothing of the study is lost.
 */
import type { LiveReading } from '#contract/reading.ts';
import type { Outcome, Refusal } from '#contract/refusal.ts';
import type { MeasuringView, StudyPerson } from '#contract/rpc/studies.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { notFoundGood, suspicion, type SuspectOf } from '#domain/gauges/suspect.ts';
import { measurer, characteristicNow } from '#domain/studies/decide.ts';
import { readyFaults } from '#domain/studies/gauge.ts';
import { deviceFaults } from '#domain/steps/values.ts';
import { isBegun, isOver, progressOf, suspectValues, turnOf, type Study } from '#domain/studies/study.ts';
import { rowOf } from '#domain/studies/view.ts';
import type { Core } from '#station/core/index.ts';
import type { CommandValue } from '#station/core/outcomes.ts';
import { readStudy } from '#station/store/projections/studies.ts';

type Again = { readonly appraiser: string; readonly valueId: string; readonly reason: string };
type Taking =
  | { readonly type: 'study.record'; readonly source: { readonly from: 'take' } }
  | { readonly type: 'study.record'; readonly source: { readonly from: 'typed'; readonly value: number } }
  | {
      readonly type: 'study.record';
      readonly source: { readonly from: 'push'; readonly tagId: string; readonly reading: LiveReading };
    }
  | { readonly type: 'study.judge'; readonly verdict: 'good' | 'bad' };

export class Measuring {
  readonly #core: Core;
  readonly #changed: () => void;
  /** Pages that are open, the newest last. */
  readonly #open: string[] = [];
  readonly #again = new Map<string, Again>();
  readonly #refused = new Map<string, { readonly at: number; readonly refusal: Refusal }>();

  constructor(core: Core, changed: () => void) {
    this.#core = core;
    this.#changed = changed;
  }

  /** @returns how to close the page. */
  attend(studyId: string): () => void {
    this.#open.push(studyId);
    return () => {
      const at = this.#open.lastIndexOf(studyId);
      if (at !== -1) this.#open.splice(at, 1);
      if (!this.#open.includes(studyId)) {
        this.#again.delete(studyId);
        this.#refused.delete(studyId);
      }
    };
  }

  /** A gauge's button was pressed. @returns false: no study waits for it. */
  pushed(tagId: string, reading: LiveReading): boolean {
    const studyId = this.#open.at(-1);
    const study = studyId === undefined ? null : readStudy(this.#core.read, studyId);
    if (studyId === undefined || !isBegun(study) || isOver(study) || study.begun.tagId === null) return false;
    this.take(studyId, { type: 'study.record', source: { from: 'push', tagId, reading } }, this.#core.ids.next());
    return true;
  }

  take(studyId: string, taking: Taking, commandId: string): Outcome<CommandValue> {
    const again = this.#againOf(studyId);
    const outcome = this.#core.dispatch({ ...taking, studyId, again: again?.reason ?? null }, commandId);
    if (outcome.ok) {
      this.#again.delete(studyId);
      this.#refused.delete(studyId);
    } else this.#refused.set(studyId, { at: this.#core.clock.now(), refusal: outcome.refusal });
    this.#changed();
    return outcome;
  }

  /** The next value takes the place of the one before. @param words null: it does not after all. */
  again(studyId: string, words: string | null): Outcome {
    if (words === null) {
      this.#again.delete(studyId);
      this.#changed();
      return { ok: true, value: undefined };
    }
    const facts = this.#core.facts();
    const study = readStudy(this.#core.read, studyId);
    const who = isBegun(study) ? measurer(study, facts) : null;
    const last = who !== null && 'progress' in who ? who.progress.last : null;
    if (last === null) {
      const reasons =
        who !== null && 'faults' in who
          ? who.faults
          : [isBegun(study) ? reason('study.nothing-to-replace', {}) : reason('study.unknown', { study: studyId })];
      return { ok: false, refusal: { command: 'study.again', at: facts.now, reasons, met: [], next: [] } };
    }
    this.#again.set(studyId, { appraiser: last.appraiser, valueId: last.valueId, reason: words });
    this.#refused.delete(studyId);
    this.#changed();
    return { ok: true, value: undefined };
  }

  /** Of the one who is signed in and asked for it: somebody else's next part is not measured again by it. */
  #againOf(studyId: string): (Again & { readonly part: string }) | null {
    const again = this.#again.get(studyId);
    const study = readStudy(this.#core.read, studyId);
    const personId = this.#core.session().person?.personId;
    if (again === undefined || !isBegun(study) || again.appraiser !== personId) return null;
    const last = progressOf(study, suspicion(this.#core.facts())).find(({ appraiser }) => appraiser === personId)?.last;
    return last?.valueId === again.valueId ? { ...again, part: last.part } : null;
  }

  view(studyId: string): MeasuringView | null {
    const { read } = this.#core;
    const facts = this.#core.facts();
    const study = readStudy(read, studyId);
    if (!isBegun(study) || isOver(study)) return null;
    const { catalogue } = facts;
    const suspectOf = suspicion(facts);
    const row = rowOf(study, catalogue, suspectOf);
    const personOf = (personId: string) => row.appraisers.find((each) => each.personId === personId) ?? null;
    const progress = progressOf(study, suspectOf);
    const turn = turnOf(progress);
    const who = measurer(study, facts);
    const own = 'progress' in who ? who.progress : null;
    const again = this.#againOf(studyId);
    const { subject } = study.begun;
    return {
      study: row,
      unit: subject.kind === 'characteristic' ? subject.unit : null,
      decimals: subject.kind === 'characteristic' ? subject.decimals : 0,
      turn: turn === null ? null : personOf(turn.appraiser),
      appraiser: own === null ? null : personOf(own.appraiser),
      refused: 'faults' in who ? who.faults : [],
      next:
        own === null || own.next === null
          ? null
          : { ...own.next, done: own.done, of: own.of, suspect: own.suspect?.why ?? null },
      suspect: suspectView(study, suspectOf, personOf),
      progress: progress.flatMap(({ appraiser, done, of }) => {
        const person = personOf(appraiser);
        return person === null ? [] : [{ person, done, of }];
      }),
      entry: entryOf(study, facts),
      at: facts.now,
      gaugeFaults: gaugeFaults(study, facts),
      again: again === null ? null : { part: again.part, reason: again.reason },
      last: own?.last?.part ?? null,
      refusedPush: this.#refused.get(studyId) ?? null,
    };
  }
}

/** Appraiser by appraiser and trial by trial, in the order in which the parts come. */
function suspectView(
  study: Study,
  suspectOf: SuspectOf,
  personOf: (personId: string) => StudyPerson | null,
): MeasuringView['suspect'] {
  const suspect = suspectValues(study, suspectOf);
  const [first] = suspect;
  if (first === undefined) return null;
  return {
    why: first.why,
    count: suspect.length,
    of: [...Map.groupBy(suspect, ({ value }) => value.appraiser)].flatMap(([appraiser, own]) => {
      const person = personOf(appraiser);
      const byTrial = [...Map.groupBy(own, ({ value }) => value.trial)];
      const trials = byTrial.map(([trial, of]) => ({ trial, parts: of.map(({ value }) => value.part) }));
      return person === null ? [] : [{ person, trials }];
    }),
  };
}

function entryOf({ begun: { kind, tagId } }: Study, facts: Facts): MeasuringView['entry'] {
  if (kind === 'agreement') return 'judge';
  const device = tagId === null ? null : (facts.catalogue.tag(tagId)?.device ?? null);
  if (device === null) return 'typed';
  return facts.device(device.id)?.pushes === true ? 'push' : 'take';
}

function gaugeFaults({ begun: { gaugeId, tagId, subject } }: Study, facts: Facts): MeasuringView['gaugeFaults'] {
  const device = tagId === null ? null : (facts.catalogue.tag(tagId)?.device ?? null);
  const gauge = gaugeId === null ? null : facts.catalogue.gauge(gaugeId);
  return [
    ...(device === null ? [] : deviceFaults(device.id, facts)),
    ...(gauge === null
      ? []
      : subject.kind === 'check'
        ? notFoundGood(facts.gauges.state(gauge.id), facts.now)
        : readyFaults(gauge, subject, characteristicNow(subject, facts), facts)),
  ];
}
