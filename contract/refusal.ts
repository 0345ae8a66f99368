/**
 * Why a command was not accepted. Codes and live values only: no sentence is built in the core (design law 3).
 * The renderer shows `reason_<code with . and - as _>` from the message catalogue; a test proves every code has its texts.
 */

/**
 * Parameter names carry their meaning so that they can be formatted without a table:
 * `...At` is UTC ms, `...Ms` a duration, `...Text` a localized text, `unit` the UCUM code of the numbers beside it.
 */
export type ReasonParam = string | number | boolean | null | { readonly en: string; readonly de: string };
export type ReasonParams = Readonly<Record<string, ReasonParam>>;

/** code -> names of the parameters its message may use. Grow only; a code that was ever logged is never reused. */
export const reasonCodes = {
  // station, revision, order
  'station.wrong': ['operation', 'operationText', 'station', 'expected'],
  'revision.not-released': ['definition', 'revision', 'status'],
  'revision.unknown': ['definition', 'revision'],
  'order.unknown': ['order'],
  'order.not-released': ['order', 'status'],
  'order.quantity-reached': ['order', 'quantity'],
  'order.already-exists': ['order'],
  'order.not-allowed-in-status': ['order', 'status', 'wanted'],
  // unit and routing
  'unit.unknown': ['serial'],
  'unit.already-exists': ['serial', 'order'],
  'unit.held': ['serial', 'reason', 'by', 'heldAt'],
  'unit.not-held': ['serial'],
  'unit.scrapped': ['serial', 'scrappedAt'],
  'unit.done': ['serial', 'completedAt'],
  'unit.in-work-elsewhere': ['serial', 'station'],
  'unit.other-in-work': ['serial', 'operation'],
  'operation.previous-not-passed': ['operation', 'operationText', 'status'],
  'operation.already-passed': ['operation', 'operationText', 'passedAt'],
  'operation.none-left': ['serial'],
  'unit.contradiction': ['serial', 'kind', 'openedAt', 'case'],
  // orders, numbers and units that come from the plant server
  'order.of-server': ['order'],
  'serials.used-up': ['order', 'given', 'last'],
  'server.unreachable': ['operation', 'operationText', 'sinceAt'],
  'server.not-asked': ['sinceAt'],
  'label.missing': ['serial', 'operation', 'operationText', 'sinceAt'],
  'label.damaged': ['length'],
  'label.no-key': [],
  'label.version-unknown': ['version'],
  'label.signature-wrong': ['serial', 'station'],
  'label.key-unknown': ['serial', 'key'],
  'label.key-revoked': ['serial', 'station', 'revokedAt', 'issuedAt'],
  'label.outdated': ['serial', 'issuedAt', 'newestAt'],
  // people
  'operator.nobody': [],
  'operator.not-qualified': ['operator', 'qualification', 'qualificationText'],
  'operator.qualification-expired': ['operator', 'qualification', 'qualificationText', 'expiredAt'],
  'operator.lacks-permission': ['operator', 'permission'],
  'badge.unknown': ['badge'],
  'badge.disabled': ['operator'],
  'pin.required': ['operator'],
  'pin.not-set': ['operator'],
  'pin.wrong': ['operator', 'triesLeft'],
  'pin.locked': ['operator', 'untilAt'],
  'station.locked': [],
  // devices and tags
  'device.unknown': ['device'],
  'device.not-connected': ['device', 'deviceText', 'state', 'sinceMs'],
  'device.silent': ['device', 'deviceText', 'silentMs'],
  'tag.no-value': ['tag', 'tagText'],
  'tag.stale': ['tag', 'tagText', 'ageMs', 'limitMs'],
  'tag.bad-quality': ['tag', 'tagText', 'status'],
  // material
  'material.wrong': ['expected', 'expectedText', 'scanned', 'bomLine'],
  'material.unknown': ['code'],
  'material.lot-missing': ['material', 'bomLine'],
  'material.serial-missing': ['material', 'bomLine'],
  'material.expired': ['material', 'lot', 'expiredAt'],
  'component.already-fitted': ['component', 'serial'],
  // step and values
  'step.not-current': ['step', 'current'],
  'step.action-not-possible': ['action', 'stepType'],
  'step.items-open': ['open', 'total'],
  'step.retries-used-up': ['attempts'],
  'execution.none-open': [],
  'execution.not-failed': [],
  'command.outdated': [],
  'command.repeated': [],
  'value.not-a-number': ['entered'],
  'value.implausible': ['value', 'unit', 'lower', 'upper'],
  'value.wrong-unit': ['unit', 'expected'],
  'value.too-many-decimals': ['value', 'decimals'],
  'value.typed-not-allowed': ['characteristicText'],
  /** `pointText`: which of several points; null: there is only one. */
  'value.out-of-limits': ['value', 'unit', 'lower', 'upper', 'characteristicText', 'pointText'],
  'value.text-too-long': ['length', 'limit'],
  'value.text-missing': [],
  'choice.unknown': ['option'],
  'choice.rejected': ['optionText'],
  'check.not-ok': ['itemText'],
  // machine cycle
  'machine.wrong-state': ['device', 'deviceText', 'state', 'expected'],
  'machine.write-failed': ['parameter', 'parameterText', 'status'],
  'machine.recipe-mismatch': ['parameter', 'parameterText', 'written', 'readBack', 'unit'],
  'machine.start-failed': ['status'],
  'machine.timeout': ['limitMs', 'state'],
  'machine.cycle-lost': ['cycle', 'machineCycle', 'state'],
  'machine.aborted': ['state'],
  'machine.stopped-by-operator': [],
  'machine.result-missing': ['result', 'resultText', 'status'],
  'machine.busy': ['cycle'],
  // machine time
  'machine.unknown': ['machine'],
  'machine.not-by-hand': ['machine', 'machineText'],
  'machine.state-not-told': [],
  'machine.time-ahead': ['nowAt'],
  'machine.time-backwards': ['fromAt', 'toAt'],
  'machine.time-too-old': ['limitMs'],
  /** `toAt` null: it is so now. */
  'machine.told-by-itself': ['fromAt', 'toAt', 'machineText'],
  'machine.told-already': ['fromAt', 'toAt'],
  'doubt.unknown': ['doubt'],
  'doubt.seen-already': ['seenAt', 'by'],
  // scans
  'scan.not-understood': ['text'],
  'scan.not-expected-here': ['kind', 'expected'],
  'scan.duplicate': ['text', 'windowMs'],
  'scan.keyboard-layout': ['text', 'kind', 'layout'],
  // station and store
  'store.not-writable': ['state'],
  'input.invalid': ['field', 'problem'],
  // charts and signals
  'process.signal-open': ['signal', 'characteristicText', 'operation', 'operationText', 'station', 'raisedAt'],
  'process.signal': ['signal', 'characteristicText', 'operation', 'station'],
  'signal.unknown': ['signal'],
  'signal.closed-already': ['closedAt', 'by'],
  'signal.step-unknown': ['step'],
  'signal.step-done-already': ['doneAt', 'by'],
  'signal.steps-open': ['open', 'total'],
  'signal.cause-unknown': ['cause'],
  'signal.words-missing': [],
  'signal.no-holds': [],
  'chart.unknown': ['chart'],
  'chart.too-few-points': ['have', 'need'],
  'chart.no-spread': ['count'],
  'point.unknown': ['point'],
  'point.excluded-already': [],
  // samples at the bench
  'sample.unknown': ['sample'],
  'sample.other-open': ['startedAt'],
  'sample.none-open': [],
  'sample.finished-already': ['finishedAt'],
  /** It stays visible, and can be measured again. */
  'sample.value-suspect': ['characteristicText', 'serial', 'gauge', 'foundAt'],
  'sample.not-due': [],
  'sample.not-here': ['station'],
  'sample.units-missing': [],
  'sample.unit-unknown': ['serial'],
  'sample.unit-not-passed': ['serial', 'operation', 'operationText', 'station'],
  'sample.unit-not-in-it': ['serial'],
  'sample.value-unknown': [],
  'sample.value-not-next': ['characteristicText', 'serial'],
  'sample.words-missing': [],
  'sample.gauge-not-fitting': ['device', 'deviceText', 'characteristicText'],
  /** The value fits another characteristic of the sample: it was probably measured at the wrong place. */
  'value.other-feature': ['value', 'unit', 'characteristicText', 'otherText'],
  /** Times or divided by 25.4 it would fit: the gauge probably shows that unit. */
  'value.other-unit': ['value', 'unit', 'shownText', 'characteristicText'],
  'set-up.operation-unknown': ['operation'],
  // nonconformances
  'unit.nonconforming': ['nonconformance', 'defect', 'defectText', 'operation', 'station'],
  'nonconformance.suspect': ['nonconformance', 'defectText'],
  'nonconformance.open': ['nonconformance', 'serial', 'defectText'],
  'nonconformance.unknown': ['nonconformance'],
  'nonconformance.closed-already': ['closedAt'],
  'nonconformance.subject-missing': [],
  'nonconformance.not-of-units': [],
  'nonconformance.of-units': [],
  'nonconformance.unit-not-in-it': ['serial'],
  'nonconformance.unit-disposed-already': ['serial', 'disposition', 'by', 'disposedAt'],
  'nonconformance.unit-in-it-already': ['serial'],
  'nonconformance.quantity-beyond': ['quantity', 'open'],
  'nonconformance.quantity-below': ['quantity', 'least'],
  'nonconformance.words-missing': [],
  'nonconformance.nothing-added': [],
  'nonconformance.unit-in-work': ['serial', 'station'],
  'nonconformance.no-suspects': [],
  // containments: why a unit is on hold, and refusals
  'containment.lot': ['containment', 'material', 'materialText', 'lot', 'why'],
  'containment.operation': ['containment', 'definition', 'operation', 'station', 'fromAt', 'untilAt', 'why'],
  'containment.order': ['containment', 'order', 'why'],
  'containment.gauge': ['containment', 'gauge', 'fromAt', 'untilAt', 'why'],
  'containment.device': ['containment', 'device', 'deviceText', 'station', 'fromAt', 'untilAt', 'why'],
  'material.lot-contained': ['material', 'lot', 'why', 'by', 'begunAt', 'containment'],
  'containment.unknown': ['containment'],
  'containment.begun-already': ['containment', 'by', 'begunAt'],
  'containment.lifted-already': ['by', 'liftedAt'],
  'containment.words-missing': [],
  'containment.window-empty': ['fromAt', 'untilAt'],
  'containment.operation-unknown': ['definition', 'operation'],
  'containment.device-unknown': ['device'],
  'defect.unknown': ['defect'],
  'defect.not-here': ['defectText', 'operation'],
  'mark.unknown-picture': ['picture'],
  'photo.too-large': ['size', 'limit'],
  'photo.not-an-image': ['size'],
  'photo.too-many': ['limit'],
  'rework.operations-missing': [],
  'rework.operation-unknown': ['operation'],
  'rework.operation-not-passed': ['serial', 'operation', 'operationText'],
  'rework.limit-reached': ['serial', 'operation', 'operationText', 'done', 'limit'],
  'rework.unknown': ['disposition'],
  'rework.done-already': ['doneAt', 'by'],
  'concession.missing': [],
  'concession.expired': ['number', 'expiredAt'],
  'concession.quantity-exceeded': ['number', 'quantity', 'used', 'limit'],
  // gauges: why a value of one does not count, or why it cannot be judged so
  'gauge.unknown': ['gauge'],
  'gauge.not-named': ['type'],
  'gauge.not-registered': ['device', 'deviceText'],
  'gauge.wrong-type': ['gauge', 'type', 'needed'],
  'gauge.wrong-unit': ['gauge', 'unit', 'expected'],
  'gauge.too-coarse': ['gauge', 'resolution', 'needed', 'unit'],
  'gauge.wrong-serial': ['gauge', 'serial', 'expected'],
  'gauge.condemned': ['gauge', 'condemnedAt', 'by', 'station', 'words'],
  'gauge.never-calibrated': ['gauge'],
  'gauge.calibration-failed': ['gauge', 'calibratedAt'],
  'gauge.overdue': ['gauge', 'dueAt'],
  'gauge.not-studied': ['gauge', 'characteristicText'],
  'gauge.study-failed': [
    'gauge',
    'characteristicText',
    'percent',
    'of',
    'maxPercent',
    'distinct',
    'minDistinct',
    'studiedAt',
  ],
  /** It passed or not with values that cannot be relied on any more. */
  'gauge.study-suspect': ['gauge', 'characteristicText', 'studiedAt', 'foundAt'],
  /** `checkedAt`: null: never. */
  'gauge.not-checked': ['gauge', 'checkedAt', 'shiftStartAt'],
  'gauge.check-failed': ['gauge', 'checkedAt', 'deviation', 'tolerance', 'unit'],
  /** `guard`: at each of the limits. */
  'gauge.guard-too-wide': ['gauge', 'guard', 'lower', 'upper', 'unit', 'characteristicText'],
  'gauge.has-device': ['gauge', 'device', 'deviceText'],
  'gauge.no-master': ['gauge'],
  'gauge.master-unknown': ['gauge', 'master'],
  'gauge.readings-missing': ['have', 'need'],
  'gauge.no-check-open': [],
  'gauge.check-open': ['gauge'],
  'gauge.date-in-future': ['dateAt'],
  'gauge.due-not-later': ['calibratedAt', 'dueAt'],
  'gauge.words-missing': [],
  'gauge.condemned-already': ['gauge', 'condemnedAt', 'by'],
  'gauge.not-condemned': ['gauge'],
  'gauge.still-bad': ['gauge'],
  'gauge.recall-unknown': ['recall'],
  'gauge.nothing-to-hold': ['gauge'],
  /** Why a unit is on hold. */
  'gauge.recalled': ['gauge', 'sinceAt', 'foundAt'],
  'gauge.not-found-good': ['gauge', 'foundAt'],
  // measurement system studies
  'study.unknown': ['study'],
  'study.over': ['endedAt'],
  'study.size': ['what', 'have', 'least', 'most'],
  'study.part-twice': ['part'],
  'study.part-unnamed': [],
  'study.appraiser-twice': ['operator'],
  'study.appraiser-unknown': ['person'],
  'study.characteristic-unknown': ['characteristic'],
  'study.check-unknown': ['item'],
  'study.no-tolerance': ['characteristicText'],
  'study.gauge-missing': [],
  'study.not-appraiser': ['operator', 'appraisers'],
  'study.appraiser-done': ['operator', 'appraisers'],
  'study.wrong-kind': ['kind'],
  'study.typed-not-allowed': ['gauge', 'deviceText'],
  'study.nothing-to-replace': [],
  'study.values-missing': ['have', 'need'],
  'study.values-suspect': ['gauge', 'characteristicText', 'count', 'foundAt'],
  'study.not-judgeable': ['problem'],
  'study.blind': ['operator'],
  'study.other-tag': ['tag', 'expected'],
  // calls for help, handover of a shift
  'call.unknown': ['call'],
  'call.kind-unknown': ['kind'],
  'call.answered-already': ['answeredAt', 'by'],
  'call.closed-already': ['closedAt', 'by'],
  'handover.unknown': ['handover'],
  'handover.taken-already': ['takenAt', 'by'],
  'handover.same-person': ['operator'],
  'handover.waiting': ['by', 'writtenAt'],
  // stops
  'stop.unknown': ['stop'],
  'stop.withdrawn': ['restatedAt'],
  'stop.part-unknown': ['part'],
  'stop.machine-unknown': ['machine'],
  /** What others did since the card was looked at. */
  'stop.classified-meanwhile': ['by', 'changedAt', 'reasonText', 'fromAt'],
  'stop.split-meanwhile': ['by', 'changedAt', 'edgeAt'],
  'stop.merged-meanwhile': ['by', 'changedAt', 'edgeAt'],
  'stop.edge-moved-meanwhile': ['by', 'changedAt', 'wasAt', 'edgeAt'],
  'stop.restated-meanwhile': ['changedAt'],
  'stop.reason-unknown': ['reason'],
  'stop.reason-branch': ['reasonText'],
  'stop.reason-other-machine': ['reasonText', 'machine'],
  'stop.words-missing': ['reasonText'],
  'stop.nothing-added': [],
  'stop.edge-outside': ['edgeAt', 'fromAt', 'untilAt'],
  'stop.parts-not-neighbours': [],
  'preparation.open-already': ['by', 'begunAt'],
  'preparation.none-open': [],
  // road to the plant server
  'server.address-wrong': ['address'],
  'server.code-malformed': ['code'],
  'server.not-reached': ['address', 'problem', 'detail'],
  'server.refused': ['address', 'problem', 'detail'],
  'server.not-configured': [],
  'server.not-linked': ['state'],
  'server.test-running': [],
  'server.no-test-running': [],
} as const satisfies Record<string, readonly string[]>;

export type ReasonCode = keyof typeof reasonCodes;

/** One condition, met or not, with the values it was judged on. */
export interface Reason {
  readonly code: ReasonCode;
  readonly params: ReasonParams;
}

/** One met condition, for the quiet line of the refusal page. Codes: `met_<code>` in the catalogue. */
export const metCodes = {
  'order.released': ['order'],
  'revision.released': ['definition', 'revision'],
  'station.right': ['station', 'operation'],
  'previous.passed': ['count'],
  'unit.free': ['serial'],
  'revision.begun-with': ['definition', 'revision'],
  'offline.local': ['sinceAt', 'knownAt'],
  'label.valid': ['station', 'issuedAt'],
  'operator.qualified': ['operator', 'qualificationText', 'validToAt'],
  'operator.present': ['operator'],
  'device.ready': ['device', 'deviceText', 'ageMs'],
  'material.right': ['material'],
  'gauge.calibrated': ['gauge', 'dueAt'],
  'gauge.checked': ['gauge', 'checkedAt'],
  'gauge.studied': ['gauge', 'percent', 'of', 'distinct'],
} as const satisfies Record<string, readonly string[]>;
export type MetCode = keyof typeof metCodes;
export interface Met {
  readonly code: MetCode;
  readonly params: ReasonParams;
}

/** What the person can do now, as buttons. `next_<code>` in the catalogue. */
export const nextCodes = {
  'scan-another-unit': [],
  'sign-in': [],
  'open-devices': ['device'],
  'open-unit': ['serial'],
  'release-order': ['order'],
  'lift-hold': ['serial'],
  'scan-label': ['serial'],
  'open-signal': ['signal'],
  'open-nonconformance': ['nonconformance'],
  'open-containment': ['containment'],
  'open-gauge': ['gauge'],
  'check-gauge': ['gauge'],
  'continue-open-unit': ['serial'],
  'enter-by-hand': [],
  retry: [],
} as const satisfies Record<string, readonly string[]>;
export type NextCode = keyof typeof nextCodes;
export interface Next {
  readonly code: NextCode;
  readonly params: ReasonParams;
}

export interface Refusal {
  readonly command: string;
  readonly at: number;
  /** Every unmet condition, never only the first. At least one. */
  readonly reasons: readonly Reason[];
  readonly met: readonly Met[];
  readonly next: readonly Next[];
}

export type Outcome<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };
