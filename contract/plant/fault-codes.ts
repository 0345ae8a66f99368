/**
 * Codes of the plant server's refusals (`PlantFault.code`) and the parameters their texts may use. The plant view shows
 * `plant_reason_<code with . and - as _>` (title) and `..._text` (what exactly, and what to do) from
 * `renderer/i18n/plant-messages/{en,de}.json`; a test proves that every code has its texts. Who needs another code adds it
 * here and both texts there. Grow only.
 *
 * Parameter names carry their meaning, as in contract/refusal.ts: `...At` is UTC ms, `...Ms` a duration, `status` a
 * status, `right` a right of contract/plant/roles.ts, `scope` a scope of a grant; the rest is written as it is.
 */
export const plantFaultCodes = {
  // any act
  'right.missing': ['right', 'scope'],
  'input.invalid': ['problem'],
  'command.outdated': [],
  'command.done': [],
  // accounts and signing in
  'session.over': [],
  'session.unknown': [],
  'origin.foreign': [],
  'oidc.denied': [],
  'oidc.flow-unknown': [],
  'oidc.no-role': [],
  'oidc.failed': [],
  'sign-in.failed': ['triesLeft'],
  'sign-in.locked': ['untilAt'],
  'sign-in.disabled': [],
  'set-up.token-wrong': [],
  'set-up.done': [],
  'account.unknown': ['account'],
  'account.exists': ['account'],
  'account.last-administrator': ['account'],
  'account.itself': ['account'],
  'account.no-secret': ['account', 'signIn'],
  'account.of-demo': ['account'],
  'grant.scope-unknown': ['scope'],
  'grant.role-of-persons': ['role'],
  'grant.role-of-programs': ['role'],
  'password.wrong': [],
  'password.too-short': ['least'],
  'password.same': [],
  'password.to-change': [],
  'password.repeats': [],
  'password.guessable': [],
  // orders
  'order.unknown': ['order'],
  'order.exists': ['order'],
  'order.changed': ['order'],
  'order.status': ['order', 'status', 'wanted'],
  'order.definition-unknown': ['definition', 'revision'],
  'order.definition-not-released': ['definition', 'revision'],
  'order.no-line': ['definition', 'revision'],
  'order.lines-open': ['definition', 'lines'],
  'order.line-unknown': ['line'],
  'order.line-cannot': ['line', 'operation'],
  'order.line-twice': ['line'],
  'order.shares-sum': ['sum', 'quantity'],
  'order.share-below-begun': ['line', 'begun', 'quantity'],
  'order.begun': ['order', 'begun'],
  'order.prefix-used': ['prefix', 'order'],
  'job.unknown': ['job'],
  'job.closed': ['job'],
  'job.place': ['place', 'last'],
  // what stands against a job order
  'blocked.order-status': ['order', 'status'],
  'blocked.held': ['order', 'reason'],
  'blocked.definition-not-released': ['definition', 'revision'],
  'blocked.line-cannot': ['line', 'operation'],
  'blocked.serials-used-up': ['order'],
  'blocked.all-made': ['quantity'],
  'blocked.made-late': ['order', 'count'],
  // units and cases
  'unit.unknown': ['serial'],
  'unit.scrapped': ['serial'],
  'unit.held-already': ['serial', 'by'],
  'hold.unknown': ['hold', 'serial'],
  'hold.lifted': ['hold', 'by', 'liftedAt'],
  'hold.of-open-signal': ['hold', 'serial', 'station'],
  'case.unknown': ['case'],
  'case.closed': ['by', 'closedAt'],
  // stations
  'station.unknown': ['station'],
  'key.unknown': ['key'],
  'key.revoked': ['key', 'revokedAt'],
  // trouble
  'quarantine.unknown': ['id'],
  'fork.unknown': ['station', 'epoch'],
  'fork.acknowledged': ['by', 'acknowledgedAt'],
  'letter.unknown': ['id'],
  // releases
  'file.unknown': ['path'],
  'file.path-not-allowed': ['path'],
  'draft.unknown': ['path'],
  'draft.changed': ['path', 'by'],
  'draft.faults': ['count'],
  'draft.unchanged': ['path'],
  'draft.submitted': ['path'],
  'draft.not-submitted': ['path'],
  'draft.own': ['path'],
  'release.unknown': ['path', 'release'],
  'release.in-force': ['path', 'release'],
  'release.note-missing': ['path'],
  'definition.not-withdrawn': ['path'],
  'definition.revision-exists': ['path'],
  'definition.revision-kept': ['path', 'definition', 'revision'],
} as const satisfies Record<string, readonly string[]>;

export type PlantFaultCode = keyof typeof plantFaultCodes;
