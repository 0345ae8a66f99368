/** Invented files, releases, accounts and changes of `plant-scene.ts`. */
import type { Account, AuditRow } from '#contract/plant/accounts.ts';
import type { DraftView, ReleaseFile, ReleaseRow } from '#contract/plant/releases.ts';

const minute = 60_000;
const hour = 60 * minute;

export const definitionText = `# Coolant pump, revision C
schema: linewright/definition@1
id: PMP-100
revision: C
status: released
title: { en: Coolant pump PMP-100, de: Kühlmittelpumpe PMP-100 }
material: PMP-100
operations:
  - id: '10'
    title: { en: Press and measure, de: Einpressen und Messen }
    stations: [ST10]
    steps:
      - id: measure-bore
        type: measure
        characteristic: bore-b
        lower: 23.98
        upper: 24.03
`;
export const draftText = definitionText
  .replace('upper: 24.03', 'upper: 24.035')
  .replace('Press and measure,', 'Press in and measure,');
export const draftDiff = `--- definitions/PMP-100.C/definition.yaml (release 4)
+++ definitions/PMP-100.C/definition.yaml (draft)
@@ -7,12 +7,12 @@
 material: PMP-100
 operations:
   - id: '10'
-    title: { en: Press and measure, de: Einpressen und Messen }
+    title: { en: Press in and measure, de: Einpressen und Messen }
     stations: [ST10]
     steps:
       - id: measure-bore
         type: measure
         characteristic: bore-b
         lower: 23.98
-        upper: 24.03
+        upper: 24.035
`;
const path = 'definitions/PMP-100.C/definition.yaml';
export function files(): ReleaseFile[] {
  const now = Date.now();
  const make = (name: string, over: Partial<ReleaseFile> = {}): ReleaseFile => ({
    path: name,
    kind: 'text',
    definition: null,
    current: 1,
    releases: 1,
    draft: null,
    ...over,
  });
  return [
    make(path, {
      definition: { id: 'PMP-100', revision: 'C', status: 'released' },
      current: 4,
      releases: 4,
      draft: { by: 'emre.aydin', at: now - 2 * hour, submitted: true },
    }),
    make('definitions/PMP-100.C/images/bore.svg', { kind: 'picture' }),
    make('definitions/PMP-200.A/definition.yaml', {
      definition: { id: 'PMP-200', revision: 'A', status: 'released' },
      draft: { by: 'emre.aydin', at: now - hour, submitted: false },
    }),
    make('devices/press.yaml', { current: 2, releases: 2 }),
    make('lines/L1.yaml'),
    make('materials.yaml', { current: 7, releases: 7 }),
    make('plant.yaml'),
    make('stations/ST10.yaml', { current: null, releases: 3 }),
  ];
}
export function draft(): DraftView {
  return {
    path,
    kind: 'text',
    text: draftText,
    withdraws: false,
    base: 4,
    by: 'emre.aydin',
    authors: ['emre.aydin'],
    at: Date.now() - 2 * hour,
    submitted: true,
    note: 'Upper limit after the capability study of 18 Nov',
    version: 3,
    sentBack: null,
    correction: true,
    pictures: [],
    faults: [],
    diff: draftDiff,
    affects: { openExecutions: 2, orders: ['WO-10452', 'WO-10460'] },
  };
}
export function history(): ReleaseRow[] {
  const now = Date.now();
  const kinds = ['roll-back', 'correction', 'release', 'import'] as const;
  return kinds.map((kind, index) => ({
    path,
    release: 4 - index,
    kind,
    sha256: 'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184',
    size: 612,
    draftedBy: index === 3 ? 'import' : 'emre.aydin',
    releasedBy: index === 3 ? 'import' : 'li.chen',
    releasedAt: now - (index + 1) * 26 * hour,
    note: ['The new limit rejected good parts', 'Typing error in the limit', 'Bore measured at three marks', ''][
      index
    ]!,
    sameAs: index === 0 ? 2 : null,
  }));
}

export function accounts(): Account[] {
  const now = Date.now();
  const make = (id: string, name: string, over: Partial<Account> = {}): Account => ({
    id,
    name,
    kind: 'person',
    signIn: 'password',
    language: 'en',
    disabled: false,
    grants: [{ role: 'viewer', scope: '*' }],
    lastSeenAt: now - hour,
    person: id,
    lockedUntilAt: null,
    demo: false,
    ...over,
  });
  return [
    make('admin', 'Demo administrator', { grants: [{ role: 'administrator', scope: '*' }], demo: true }),
    make('emre.aydin', 'Emre Aydin', { grants: [{ role: 'process-engineer', scope: '*' }], signIn: 'oidc' }),
    make('erp', 'SAP in Cologne', {
      kind: 'program',
      signIn: 'key',
      grants: [{ role: 'integration', scope: '*' }],
      lastSeenAt: now - 40_000,
    }),
    make('jana.vogt', 'Jana Vogt', {
      language: 'de',
      grants: [
        { role: 'line-lead', scope: 'line:L1' },
        { role: 'viewer', scope: 'site:SUED' },
      ],
    }),
    make('tom.brandt', 'Tom Brandt', { lockedUntilAt: now + 9 * minute, lastSeenAt: now - 30 * 24 * hour }),
    make('old.account', 'Max Muster', { disabled: true, lastSeenAt: null }),
  ];
}
export function audit(): AuditRow[] {
  const now = Date.now();
  return Array.from({ length: 30 }, (_, index): AuditRow => ({
    id: `a-${30 - index}`,
    at: now - index * 17 * minute,
    by: index % 2 === 0 ? 'jana.vogt' : 'admin',
    what: ['order.released', 'account.updated', 'unit.held', 'file.released'][index % 4]!,
    subject: ['WO-10452', 'jana.vogt', 'PMP100-2600409', 'materials.yaml'][index % 4]!,
    before: index % 4 === 0 ? { status: 'created' } : null,
    after: index % 4 === 0 ? { status: 'released' } : { reason: 'Scratch on the flange' },
    from: '10.0.8.31',
  }));
}
