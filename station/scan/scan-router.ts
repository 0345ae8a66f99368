/**
 * Scans from anywhere (wedge, typed, serial scanner) on one path: understood by meaning, acted on or refused with the
 * reason, one after the other in the order they came.
 */
import type { Entry } from '#contract/events/shared.ts';
import type { Outcome, Reason, Refusal } from '#contract/refusal.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import type { StepAction } from '#contract/steps/index.ts';
import { reason } from '#domain/decision.ts';
import { shortBadge } from '#domain/people/decide.ts';
import { visible } from '#domain/scan/characters.ts';
import { parseScan, type ParsedScan, type ScanContext } from '#domain/scan/parse.ts';
import { done } from '#station/core/outcomes.ts';
import { Signal } from '#station/streams/signal.ts';
import { decodeLabel } from '#domain/units/label-passport.ts';
import { checkLabel } from '#station/units/labels.ts';
import { commandAct } from './commands.ts';
import { catalogueContext } from './known.ts';
import type { ScanParts } from './parts.ts';

export interface ScanSubmission {
  readonly text: string;
  readonly source: ScanOutcome['source'];
  readonly deviceId: string | null;
}

export interface ScanRouter {
  submit(scan: ScanSubmission): Promise<ScanOutcome>;
  last(): ScanOutcome | null;
  readonly outcomes: Signal<ScanOutcome>;
}

/** The same code within this time is the same scan (trigger held, two readers on one code). */
export const duplicateWindowMs = 1_500;

/** What came of a scan beside how it was understood. */
export type Done = { readonly fields?: Readonly<Record<string, string>>; readonly refusal: Refusal | null };

export function createScanRouter(parts: ScanParts): ScanRouter {
  const { core, clock, log, people, known, store } = parts;
  const { catalogue, execution, ids } = core;
  const outcomes = new Signal<ScanOutcome>();
  let count = 0;
  let last: ScanOutcome | null = null;
  let before: {
    readonly raw: string;
    readonly at: number;
    readonly kind: ScanOutcome['kind'];
    readonly shown: string;
  } | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const refuse = (...reasons: readonly Reason[]): Done => ({
    refusal: { command: 'scan.submit', at: clock.now(), reasons, met: [], next: [] },
  });
  const from = (outcome: Outcome, fields: Readonly<Record<string, string>> = {}): Done => ({
    fields,
    refusal: outcome.ok ? null : outcome.refusal,
  });

  const context = (view: ExecutionView): ScanContext => ({
    ...catalogueContext(catalogue, clock),
    isOrder: known.order,
    isUnit: known.unit,
    expects: expectationOf(view),
  });

  const act = (view: ExecutionView, action: StepAction): Outcome | null =>
    view.executionId === null || view.step === null
      ? null
      : done(execution.act({ ...stepOf(view.executionId, view.step), action }, ids.next()));

  const route = async (parsed: ParsedScan, view: ExecutionView, entry: Entry): Promise<Done> => {
    const notHere = (): Done =>
      refuse(reason('scan.not-expected-here', { kind: parsed.kind, expected: expectedKind(view) }));
    switch (parsed.kind) {
      case 'badge': {
        const outcome = await people.signIn({ badge: parsed.value, pin: null, entry, commandId: null });
        const name = catalogue.personByBadge(parsed.value)?.name;
        const fields: Record<string, string> = name === undefined ? {} : { operator: name };
        const pinOnly = !outcome.ok && outcome.refusal.reasons.every(({ code }) => code === 'pin.required');
        // The badge was understood; the screen now asks for the PIN.
        return pinOnly ? { fields: { ...fields, pin: 'required' }, refusal: null } : from(outcome, fields);
      }
      case 'command': {
        const outcome = await commandAct(parsed.value, view, { core, people, act });
        if (outcome === 'unknown') return refuse(reason('scan.not-understood', { text: visible(parsed.value) }));
        return outcome === 'not-here' ? notHere() : from(outcome);
      }
      case 'order':
        return known.order(parsed.value) ? { refusal: null } : refuse(reason('order.unknown', { order: parsed.value }));
      case 'passport':
        return passport(parsed.value);
      case 'unit': {
        // At a bench a unit is taken for a sample; where work is done here too, the open run goes first.
        const sampled = view.executionId === null ? core.bench.scanned(parsed.value) : 'not-wanted';
        return from(sampled === 'not-wanted' ? done(execution.start(parsed.value, ids.next())) : sampled);
      }
      case 'component': {
        if (expectationOf(view) !== 'component') return notHere();
        // With its symbology identifier: the core reads the code again and must read the same.
        const code = parsed.component?.raw ?? parsed.value;
        const outcome = act(view, { type: 'scan-component', do: 'scan', code, entry });
        return outcome === null ? notHere() : from(outcome);
      }
      case 'text': {
        const outcome = act(view, { type: 'text', do: 'enter', text: parsed.value, entry });
        return outcome === null ? notHere() : from(outcome);
      }
      case 'unknown':
        return refuse(
          parsed.layout === null
            ? reason('scan.not-understood', { text: visible(parsed.value) })
            : reason('scan.keyboard-layout', {
                text: shownText(parsed, parsed.value),
                kind: parsed.fields['meantKind'] ?? 'unknown',
                layout: parsed.layout,
              }),
        );
    }
  };

  /** A label is taken up whatever page is open; what is wrong with it becomes the page, as for a start that was refused. */
  const passport = (text: string): Done => {
    const decoded = decodeLabel(text);
    if (!decoded.ok)
      return refuse(
        decoded.problem === 'damaged'
          ? reason('label.damaged', { length: text.length })
          : reason('label.version-unknown', { version: decoded.version }),
      );
    const { label } = decoded;
    const { serial } = label;
    const fields = { serial, order: label.orderId };
    const check = checkLabel(decoded, core.server, core.stationId);
    const taken = core.dispatch({ type: 'unit.take-label', serial, label, check }, ids.next());
    if (!taken.ok) {
      execution.refuse(serial, taken.refusal);
      return from(done(taken), fields);
    }
    return from(done(execution.start(serial, ids.next())), fields);
  };

  const handle = async ({ text, source, deviceId }: ScanSubmission): Promise<ScanOutcome> => {
    const at = clock.monotonic();
    const publish = (outcome: Pick<ScanOutcome, 'text' | 'kind' | 'fields' | 'result' | 'refusal'>): ScanOutcome => {
      last = { id: ++count, at: clock.now(), source, deviceId, ...outcome };
      // Values of a scan may be personal (a remark, a badge); the log has what it was and what came of it.
      log.info(
        {
          kind: last.kind,
          source,
          deviceId,
          result: last.result,
          reasons: last.refusal?.reasons.map(({ code }) => code),
        },
        'scan',
      );
      outcomes.emit(last);
      return last;
    };
    people.active();
    if (before !== null && before.raw === text && at - before.at < duplicateWindowMs) {
      const { kind, shown } = before;
      before = { ...before, at };
      const { refusal } = refuse(reason('scan.duplicate', { text: shown, windowMs: duplicateWindowMs }));
      return publish({ text: shown, kind, fields: {}, result: 'ignored', refusal });
    }
    const view = execution.view();
    const parsed = parseScan(text, context(view));
    const shown = shownText(parsed, text);
    before = { raw: text, at, kind: parsed.kind, shown };
    const { state } = store;
    const entry: Entry = source === 'typed' ? 'typed' : 'scanned';
    const { fields = {}, refusal } =
      state === 'ok' ? await route(parsed, view, entry) : refuse(reason('store.not-writable', { state }));
    return publish({
      text: shown,
      kind: parsed.kind,
      fields: { ...parsed.fields, ...fields },
      result: refusal === null ? 'accepted' : 'refused',
      refusal,
    });
  };

  return {
    outcomes,
    last: () => last,
    submit(scan) {
      const turn = queue.then(() => handle(scan));
      queue = turn.catch((error: unknown) => log.error({ error: String(error) }, 'a scan could not be handled'));
      return turn;
    },
  };
}

/** Badges are half a secret: their last four characters are shown, also when a wrong keyboard layout garbled them. */
function shownText(parsed: ParsedScan, raw: string): string {
  const badge = parsed.kind === 'badge' || parsed.fields['meantKind'] === 'badge';
  // A passport is long and says nothing to people; what it was understood as stands beside it.
  if (parsed.kind === 'passport') return `${parsed.value.slice(0, 16)}…`;
  return badge ? shortBadge(visible(parsed.value)) : visible(raw.replace(/[\r\n\t]+$/, ''));
}

function expectationOf(view: ExecutionView): ScanContext['expects'] {
  if (view.mode !== 'step') return 'nothing';
  const type = view.step?.definition.type;
  return type === 'scan-component' ? 'component' : type === 'text' ? 'text' : 'nothing';
}

/** The step as the person saw it when scanning; when it has moved on meanwhile the core says `command.outdated`. */
const stepOf = (
  executionId: string,
  step: NonNullable<ExecutionView['step']>,
): { readonly executionId: string; readonly stepId: string; readonly attempt: number } => ({
  executionId,
  stepId: step.definition.id,
  attempt: step.attempt,
});

/** For the refusal: a scan kind, or `nothing` when the step takes no scan. */
function expectedKind(view: ExecutionView): string {
  if (view.mode !== 'step') return 'unit';
  const expects = expectationOf(view);
  return expects === 'nothing' ? 'nothing' : expects;
}
