/** Each way a configuration can be wrong: told with its file, its line and what to do. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlantCopy } from './config-kit.ts';

let plant: PlantCopy;
beforeEach(() => (plant = new PlantCopy()));
afterEach(() => plant.remove());

const C = 'definitions/PMP-100.C/definition.yaml';
const A = 'definitions/PMP-200.A/definition.yaml';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Text of the line where the fault must be; default: `to`. */
  readonly at?: string;
  /** Where the fault is when not in the file that was edited. */
  readonly told?: string;
  readonly problem: RegExp;
  readonly remedy: RegExp;
}

const schemaCases: readonly Case[] = [
  {
    name: 'unknown key',
    file: 'plant.yaml',
    from: 'timeZone:',
    to: 'timezone:',
    problem: /unknown key "timezone"/,
    remedy: /Did you mean "timeZone"/,
  },
  {
    name: 'unknown key deep inside a step',
    file: C,
    from: "bomLine: '10'",
    to: "bomLin: '10'",
    problem: /unknown key "bomLin"/,
    remedy: /Did you mean "bomLine"/,
  },
  {
    name: 'missing key',
    file: 'lines/L1.yaml',
    from: 'stations: [ST05, ST10, ST20]',
    to: '',
    at: 'schema:',
    problem: /"stations" is missing/,
    remedy: /Add `stations:` \(a list\)/,
  },
  {
    name: 'number where text is needed',
    file: 'recipes/PB-7.2.yaml',
    from: "revision: '2'",
    to: 'revision: 2',
    problem: /"revision" is a number \(2\), expected text/,
    remedy: /in quotes: "2"/,
  },
  {
    name: 'text where a number is needed',
    file: 'stations/ST10.yaml',
    from: 'idleLockMs: 600000',
    to: 'idleLockMs: soon',
    problem: /is text \("soon"\), expected a number/,
    remedy: /Write a number/,
  },
  {
    name: 'number too small',
    file: 'stations/ST10.yaml',
    from: 'idleLockMs: 600000',
    to: 'idleLockMs: 10',
    problem: /must be at least 5000/,
    remedy: /at least 5000/,
  },
  {
    name: 'fraction where a whole number is needed',
    file: C,
    from: 'timeoutMs: 30000',
    to: 'timeoutMs: 3000.5',
    problem: /expected a whole number/,
    remedy: /without decimals/,
  },
  {
    name: 'word not in the list',
    file: 'devices/press.yaml',
    from: 'type: boolean',
    to: 'type: bolean',
    problem: /"bolean" is not possible/,
    remedy: /Did you mean "boolean"/,
  },
  {
    name: 'unknown unit',
    file: 'devices/press.yaml',
    from: 'unit: kN',
    to: 'unit: KN',
    problem: /"KN" is not possible for "unit"/,
    remedy: /Did you mean "kN"/,
  },
  {
    name: 'unknown step type',
    file: C,
    from: 'type: checklist',
    to: 'type: checkliste',
    problem: /"checkliste" is not possible/,
    remedy: /Did you mean "checklist"/,
  },
  {
    name: 'wrong schema line',
    file: 'lines/L1.yaml',
    from: 'linewright/line@1',
    to: 'linewright/line@2',
    problem: /expected "linewright\/line@1"/,
    remedy: /Write `schema: linewright\/line@1`/,
  },
  {
    name: 'identifier with spaces',
    file: 'stations/ST20.yaml',
    from: 'id: ST20',
    to: 'id: ST 20',
    problem: /not in the right form/,
    remedy: /letters, digits/,
  },
  {
    name: 'date that is none',
    file: 'people.yaml',
    from: '2025-03-31',
    to: '2025-02-30',
    problem: /not in the right form/,
    remedy: /YYYY-MM-DD/,
  },
  {
    name: 'time without a zone',
    file: C,
    from: "'2026-10-12T09:30:00+02:00'",
    to: "'2026-10-12T09:30:00'",
    problem: /not in the right form/,
    remedy: /with its zone/,
  },
  {
    name: 'time zone that is none',
    file: 'plant.yaml',
    from: 'Europe/Berlin',
    to: 'Europe/Berlim',
    problem: /IANA time zone/,
    remedy: /./,
  },
  {
    name: 'one language only',
    file: 'lines/L1.yaml',
    from: ', de: Kühlmittelpumpen',
    to: '',
    at: 'title:',
    problem: /"de" is missing/,
    remedy: /Add `de:`/,
  },
  {
    name: 'PIN in clear',
    file: 'people.yaml',
    from: 'pinHash: $argon2id$',
    to: 'pinHash: 2468 # ',
    problem: /"pinHash" is a number/,
    remedy: /quotes/,
  },
];

const syntaxCases: readonly Case[] = [
  {
    name: 'tab',
    file: 'lines/L1.yaml',
    from: 'stations: [',
    to: 'stations:\n\t- [',
    at: '\t- [',
    problem: /[Tt]ab/,
    remedy: /spaces/,
  },
  {
    name: 'key twice',
    file: 'lines/L1.yaml',
    from: 'id: L1',
    to: 'id: L1\nid: L2',
    at: 'id: L2',
    problem: /unique/,
    remedy: /Keep one/,
  },
  {
    name: 'quote left open',
    file: 'lines/L1.yaml',
    from: 'id: L1',
    to: 'id: "L1',
    at: '',
    problem: /quote|implicit/i,
    remedy: /./,
  },
];

const crossCases: readonly Case[] = [
  {
    name: 'default station',
    file: 'plant.yaml',
    from: 'defaultStation: ST10',
    to: 'defaultStation: ST11',
    problem: /unknown station "ST11"/,
    remedy: /Did you mean "ST10"/,
  },
  {
    name: 'hints on a real plant',
    file: 'plant.yaml',
    from: 'demo: true\nscan',
    to: 'demo: false\nscan',
    at: '- badge: BDG-1001',
    problem: /real plant/,
    remedy: /Remove demoHints/,
  },
  {
    name: 'hint of an unknown badge',
    file: 'plant.yaml',
    from: 'badge: BDG-1001',
    to: 'badge: BDG-9999',
    problem: /unknown badge/,
    remedy: /Known: /,
  },
  {
    name: 'two prefixes alike',
    file: 'plant.yaml',
    from: 'order: WO-',
    to: 'order: BDG-',
    problem: /scan prefix "BDG-" is used twice/,
    remedy: /once/,
  },
  {
    name: 'station without a file',
    file: 'lines/L1.yaml',
    from: 'ST20]',
    to: 'ST20, ST30]',
    problem: /unknown station "ST30"/,
    remedy: /Did you mean "ST20"|Known/,
  },
  {
    name: 'device at a station',
    file: 'stations/ST10.yaml',
    from: 'devices: [press,',
    to: 'devices: [pres, press,',
    problem: /unknown device "pres"/,
    remedy: /Did you mean "press"/,
  },
  {
    name: 'scanner not at the station',
    file: 'stations/ST10.yaml',
    from: 'devices: [press, scanner, calliper]',
    to: 'devices: [press, calliper]',
    at: 'scanners: [scanner]',
    problem: /not among the devices/,
    remedy: /Add "scanner"/,
  },
  {
    name: 'scanner that says numbers',
    file: 'stations/ST10.yaml',
    from: 'scanners: [scanner]',
    to: 'scanners: [calliper]',
    problem: /no text tag/,
    remedy: /type text/,
  },
  {
    name: 'panel tag',
    file: 'stations/ST10.yaml',
    from: 'panel: [press.ram-force',
    to: 'panel: [press.ram-forze',
    problem: /unknown tag/,
    remedy: /Did you mean "press.ram-force"/,
  },
  {
    name: 'panel tag of another station',
    file: 'stations/ST20.yaml',
    from: 'id: ST20',
    to: 'id: ST20\npanel: [press.ram-force]',
    at: 'panel:',
    problem: /not at this station/,
    remedy: /Add "press"/,
  },
  {
    name: 'badge twice',
    file: 'people.yaml',
    from: 'badge: BDG-1002',
    to: 'badge: BDG-1001',
    at: 'badge: BDG-1001\n    roles: [operator]\n    language: en',
    problem: /badge "BDG-1001" is used twice/,
    remedy: /rename or remove/,
  },
  {
    name: 'person twice',
    file: 'people.yaml',
    from: 'id: sam.okafor',
    to: 'id: mara.keller',
    at: 'id: mara.keller\n    name: Sam',
    problem: /person id "mara.keller" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'qualification',
    file: 'people.yaml',
    from: '{ id: press-work, validTo: 2025-03-31 }',
    to: '{ id: pres-work, validTo: 2025-03-31 }',
    problem: /unknown qualification/,
    remedy: /Did you mean "press-work"/,
  },
  {
    name: 'PIN wanted of somebody without one',
    file: 'people.yaml',
    from: 'badge: BDG-1001',
    to: 'badge: BDG-1001\n    pinAtSignIn: true',
    at: 'pinAtSignIn',
    problem: /could never sign in/,
    remedy: /linewright -- pin/,
  },
  {
    name: 'damaged PIN hash',
    file: 'people.yaml',
    from: '$m=19456,t=2,p=1$xWa',
    to: '$m=19456$xWa',
    problem: /not an argon2id hash/,
    remedy: /linewright -- pin/,
  },
  {
    name: 'material twice',
    file: 'materials.yaml',
    from: 'id: PMP-200',
    to: 'id: PMP-100',
    at: 'id: PMP-100\n    title: { en: Coolant pump PMP-200',
    problem: /material id "PMP-100" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'GTIN check digit',
    file: 'materials.yaml',
    from: "'09521234000105'",
    to: "'09521234000106'",
    problem: /wrong check digit/,
    remedy: /should be 5/,
  },
  {
    name: 'GTIN of two materials',
    file: 'materials.yaml',
    from: "'09521234000204'",
    to: "'09521234000105'",
    at: "gtin: '09521234000105'\n  - id: HSG-100",
    problem: /already that of "PMP-100"/,
    remedy: /one material/,
  },
  {
    name: 'unknown driver',
    file: 'devices/press.yaml',
    from: 'driver: opcua-client',
    to: 'driver: opcua',
    problem: /unknown driver "opcua"/,
    remedy: /Known: .*opcua-client/,
  },
  {
    name: 'driver setting',
    file: 'devices/scanner.yaml',
    from: 'port: 48411',
    to: 'prot: 48411',
    problem: /unknown key "prot"/,
    remedy: /Did you mean "port"/,
  },
  {
    name: 'driver setting out of range',
    file: 'devices/scanner.yaml',
    from: 'port: 48411',
    to: 'port: 484110',
    problem: /at most 65535/,
    remedy: /at most/,
  },
  {
    name: 'fixed address',
    file: 'devices/calliper.yaml',
    from: 'address: value',
    to: 'address: vlaue',
    problem: /has no address "vlaue"/,
    remedy: /Did you mean "value"/,
  },
  {
    name: 'type of a fixed address',
    file: 'devices/calliper.yaml',
    from: 'type: number',
    to: 'type: text',
    problem: /gives number, not text/,
    remedy: /type: number/,
  },
  {
    name: 'free address',
    file: 'devices/press.yaml',
    from: 'nsu=urn:linewright:sim:press;s=Press.State',
    to: 'Press.State',
    problem: /address "Press.State"/,
    remedy: /opcua-client/,
  },
  {
    name: 'method address',
    file: 'devices/press.yaml',
    from: 'method: nsu=urn:linewright:sim:press;s=Press.Abort',
    to: 'method: Abort',
    problem: /address "Abort"/,
    remedy: /opcua-client/,
  },
  {
    name: 'tag id of another device',
    file: 'devices/scanner.yaml',
    from: 'id: scanner.code',
    to: 'id: press.state',
    problem: /already used by device "press"/,
    remedy: /unique/,
  },
  {
    name: 'stale before it is sampled',
    file: 'devices/press.yaml',
    from: 'samplingMs: 1000',
    to: 'samplingMs: 1000\n    staleAfterMs: 500',
    at: 'staleAfterMs',
    problem: /stale after 500 ms/,
    remedy: /twice/,
  },
  {
    name: 'deadband of a text',
    file: 'devices/scanner.yaml',
    from: 'type: text',
    to: 'type: text\n    deadband: 1',
    at: 'deadband',
    problem: /no deadband/,
    remedy: /Remove/,
  },
  {
    name: 'state tag',
    file: 'devices/press.yaml',
    from: 'stateTag: press.state',
    to: 'stateTag: press.staet',
    problem: /unknown tag/,
    remedy: /Did you mean "press.state"/,
  },
  {
    name: 'state tag of the wrong type',
    file: 'devices/press.yaml',
    from: 'stateTag: press.state',
    to: 'stateTag: press.guard-closed',
    problem: /of type boolean/,
    remedy: /./,
  },
  {
    name: 'one value for two states',
    file: 'devices/press.yaml',
    from: 'aborted: [Aborted]',
    to: 'aborted: [Idle]',
    problem: /already means "idle"/,
    remedy: /one state/,
  },
  {
    name: 'number for a text state',
    file: 'devices/press.yaml',
    from: 'idle: [Idle]',
    to: 'idle: [4]',
    problem: /4 is a number/,
    remedy: /in quotes/,
  },
  {
    name: 'trace tag',
    file: 'devices/press.yaml',
    from: 'yTag: press.ram-force',
    to: 'yTag: press.state',
    problem: /number is needed/,
    remedy: /./,
  },
  {
    name: 'machine on a driver that cannot',
    file: 'devices/press.yaml',
    from: 'driver: opcua-client',
    to: 'driver: serial-line',
    at: 'stateTag:',
    problem: /cannot/,
    remedy: /driver that can/,
  },
  {
    name: 'recipe device',
    file: 'recipes/PB-7.2.yaml',
    from: 'device: press',
    to: 'device: pres',
    problem: /unknown device/,
    remedy: /Did you mean "press"/,
  },
  {
    name: 'recipe tag',
    file: 'recipes/PB-7.2.yaml',
    from: 'tag: press.hold-time',
    to: 'tag: press.hold',
    problem: /unknown tag/,
    remedy: /Known/,
  },
  {
    name: 'recipe value type',
    file: 'recipes/PB-7.2.yaml',
    from: 'value: 12.4',
    to: "value: '12.4'",
    problem: /is a text, but tag/,
    remedy: /Write a number/,
  },
  {
    name: 'recipe without a unit',
    file: 'recipes/PB-7.2.yaml',
    from: '    unit: mm/s\n',
    to: '',
    at: 'id: approach-speed',
    problem: /number without a unit/,
    remedy: /unit/,
  },
  {
    name: 'recipe in another unit',
    file: 'recipes/PB-7.2.yaml',
    from: 'unit: ms',
    to: 'unit: s',
    problem: /is in s, but tag .* is in ms/,
    remedy: /Give the value in ms/,
  },
  {
    name: 'tolerance of a text',
    file: 'recipes/PB-7.2.yaml',
    from: 'value: PB-7',
    to: 'value: PB-7\n    tolerance: 1',
    at: 'tolerance: 1',
    problem: /no tolerance/,
    remedy: /Remove/,
  },
  {
    name: 'released by nobody',
    file: C,
    from: "released: { by: Nora Feld, at: '2026-10-12T09:30:00+02:00' }\n",
    to: '',
    at: 'status: released',
    problem: /does not say by whom/,
    remedy: /status: draft/,
  },
  {
    name: 'BOM material',
    file: C,
    from: 'material: BRG-62',
    to: 'material: BRG-63',
    problem: /unknown material/,
    remedy: /Did you mean "BRG-62"/,
  },
  {
    name: 'BOM line twice',
    file: C,
    from: "line: '30'",
    to: "line: '20'",
    at: "{ line: '20', material: BRG-62",
    problem: /BOM line "20" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'traced line that nobody scans',
    file: C,
    from: 'quantity: 1, trace: none',
    to: 'quantity: 1, trace: lot',
    at: "- { line: '30'",
    problem: /no step scans it/,
    remedy: /scan-component step/,
  },
  {
    name: 'characteristic without limits',
    file: C,
    from: '    nominal: 12.4\n    lower: 11.9\n    upper: 12.9\n',
    to: '',
    at: 'id: peak-force',
    problem: /no limit/,
    remedy: /`lower`, `upper`/,
  },
  {
    name: 'limits swapped',
    file: C,
    from: 'lower: 11.9',
    to: 'lower: 13.9',
    problem: /above the upper limit/,
    remedy: /Swap/,
  },
  {
    name: 'nominal outside',
    file: C,
    from: 'nominal: 12.4',
    to: 'nominal: 12.95',
    problem: /outside the limits 11.9 to 12.9/,
    remedy: /nominal or the limits/,
  },
  {
    name: 'limit that is implausible',
    file: C,
    from: 'plausible: { lower: 20, upper: 28 }',
    to: 'plausible: { lower: 20, upper: 24 }',
    at: 'upper: 24.03',
    problem: /outside the plausible range/,
    remedy: /Widen/,
  },
  {
    name: 'empty plausible range',
    file: C,
    from: 'plausible: { lower: 20, upper: 28 }',
    to: 'plausible: { lower: 28, upper: 20 }',
    problem: /is empty/,
    remedy: /smaller number/,
  },
  {
    name: 'limit finer than it is shown',
    file: C,
    from: '    decimals: 3',
    to: '    decimals: 1',
    at: 'lower: 23.98',
    problem: /more decimals/,
    remedy: /Raise `decimals` to 2/,
  },
  {
    name: 'operation station',
    file: C,
    from: 'stations: [ST10, ST20]',
    to: 'stations: [ST10, ST21]',
    problem: /unknown station "ST21"/,
    remedy: /Did you mean/,
  },
  {
    name: 'qualification of an operation',
    file: C,
    from: 'qualification: final-check',
    to: 'qualification: finalcheck',
    problem: /unknown qualification/,
    remedy: /Did you mean "final-check"/,
  },
  {
    name: 'operation before that does not exist',
    file: C,
    from: "after: ['10']",
    to: "after: ['15']",
    problem: /unknown operation "15"/,
    remedy: /Known: 10, 20/,
  },
  {
    name: 'operation twice',
    file: C,
    from: "  - id: '20'",
    to: "  - id: '10'",
    at: "- id: '10'\n    title: { en: Final",
    problem: /operation id "10" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'device not at every station',
    file: C,
    from: 'stations: [ST10]',
    to: 'stations: [ST10, ST20]',
    at: 'device: press',
    problem: /device "press" is not at station ST20/,
    remedy: /Add "press"/,
  },
  {
    name: 'step twice',
    file: C,
    from: 'id: scan-impeller',
    to: 'id: scan-housing',
    at: 'id: scan-housing\n        type: scan-component\n        title: { en: Scan the impeller',
    problem: /step id "scan-housing" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'BOM line of a step',
    file: C,
    from: "bomLine: '20'",
    to: "bomLine: '25'",
    problem: /unknown BOM line "25"/,
    remedy: /Known: 10, 20, 30/,
  },
  {
    name: 'characteristic of a step',
    file: C,
    from: 'characteristic: bore-b',
    to: 'characteristic: bore-c',
    problem: /unknown characteristic/,
    remedy: /Did you mean "bore-b"/,
  },
  {
    name: 'gauge tag',
    file: C,
    from: 'tag: calliper.value',
    to: 'tag: caliper.value',
    problem: /unknown tag/,
    remedy: /Did you mean "calliper.value"/,
  },
  {
    name: 'gauge tag that is no number',
    file: C,
    from: 'tag: calliper.value',
    to: 'tag: scanner.code',
    problem: /only a number can be measured/,
    remedy: /number tag/,
  },
  {
    name: 'gauge in another unit',
    file: 'devices/calliper.yaml',
    from: 'unit: mm',
    to: 'unit: um',
    told: C,
    at: 'tag: calliper.value',
    problem: /is in um, but characteristic "bore-b" is in mm/,
    remedy: /nothing is converted/,
  },
  {
    name: 'gauge without a unit',
    file: 'devices/calliper.yaml',
    from: '    unit: mm\n',
    to: '',
    told: C,
    at: 'tag: calliper.value',
    problem: /has no unit/,
    remedy: /Add `unit: mm`/,
  },
  {
    name: 'balloons and points',
    file: C,
    from: '          - { x: 50, y: 71.3 }\n',
    to: '',
    at: '- { x: 31.8',
    problem: /2 balloons for 3 points/,
    remedy: /one balloon per point/,
  },
  {
    name: 'no way to measure',
    file: A,
    from: '        tag: calliper.value\n',
    to: '',
    at: 'id: measure-bore',
    problem: /could never pass/,
    remedy: /allowTyped: true/,
  },
  {
    name: 'cycle on a device that is no machine',
    file: C,
    from: 'device: press',
    to: 'device: calliper',
    problem: /no `machine` section/,
    remedy: /Known: press/,
  },
  {
    name: 'recipe',
    file: C,
    from: 'recipe: PB-7',
    to: 'recipe: PB-8',
    problem: /unknown recipe "PB-8"/,
    remedy: /Did you mean "PB-7"/,
  },
  {
    name: 'recipe revision',
    file: C,
    from: "recipeRevision: '2'",
    to: "recipeRevision: '3'",
    problem: /unknown revision of recipe "PB-7" "3"/,
    remedy: /Known: 2/,
  },
  {
    name: 'result of another device',
    file: C,
    from: 'tag: press.peak-force }',
    to: 'tag: calliper.value }',
    problem: /is of device "calliper"/,
    remedy: /tag of it/,
  },
  {
    name: 'item twice',
    file: C,
    from: 'id: bearing-seated',
    to: 'id: burrs',
    at: 'id: burrs\n            title: { en: The bearing',
    problem: /item id "burrs" is used twice/,
    remedy: /rename/,
  },
  {
    name: 'choice that cannot pass',
    file: C,
    from: '          - id: black\n            title: { en: Black, de: Schwarz }\n          - id: green\n            title: { en: Green, de: Grün }\n',
    to: '          - id: grey\n            title: { en: Grey, de: Grau }\n            accepted: false\n',
    at: '- id: grey',
    problem: /could never pass/,
    remedy: /accepted: false/,
  },
  {
    name: 'image that is not there',
    file: C,
    from: 'images/bore.svg',
    to: 'images/Bore.svg',
    problem: /does not exist/,
    remedy: /definitions\/PMP-100.C\/images\/Bore.svg/,
  },
  {
    name: 'image outside the folder',
    file: C,
    from: 'images/bore.svg',
    to: '../PMP-200.A/images/bore.svg',
    problem: /outside the folder/,
    remedy: /beside definition.yaml/,
  },
  {
    name: 'image of an unknown kind',
    file: C,
    from: 'images/bore.svg',
    to: 'images/bore.dwg',
    problem: /cannot be shown/,
    remedy: /\.svg/,
  },
  {
    name: 'order definition',
    file: 'orders/demo.yaml',
    from: 'definition: PMP-200',
    to: 'definition: PMP-201',
    problem: /unknown process definition/,
    remedy: /Did you mean "PMP-200"/,
  },
  {
    name: 'order revision',
    file: 'orders/demo.yaml',
    from: 'revision: A',
    to: 'revision: X',
    problem: /unknown revision of "PMP-200" "X"/,
    remedy: /Known: A/,
  },
  {
    name: 'order for another material',
    file: 'orders/demo.yaml',
    from: 'material: PMP-200',
    to: 'material: PMP-100',
    at: 'material: PMP-100\n    definition: PMP-200',
    problem: /makes "PMP-200"/,
    remedy: /material or the definition/,
  },
  {
    name: 'order twice',
    file: 'orders/demo.yaml',
    from: 'id: WO-10460',
    to: 'id: WO-10452',
    at: 'id: WO-10452\n    material: PMP-200',
    problem: /already in orders\/demo.yaml/,
    remedy: /Rename/,
  },
  {
    name: 'serial twice',
    file: 'orders/demo.yaml',
    from: 'serial: PMP200-2600031',
    to: 'serial: PMP100-2600417',
    at: 'serial: PMP100-2600417\n      - serial: PMP200',
    problem: /already used in order "WO-10452"/,
    remedy: /one unit/,
  },
  {
    name: 'more units than ordered',
    file: 'orders/demo.yaml',
    from: 'quantity: 60',
    to: 'quantity: 2',
    at: '- serial: PMP200-2600031',
    problem: /3 units, but the order's quantity is 2/,
    remedy: /Raise/,
  },
  {
    name: 'operation passed that does not exist',
    file: 'orders/demo.yaml',
    from: "operation: '10', station: ST05",
    to: "operation: '11', station: ST05",
    problem: /unknown operation of "PMP-200" revision A "11"/,
    remedy: /Known: 10, 20/,
  },
  {
    name: 'passed out of order',
    file: 'orders/demo.yaml',
    from: "operation: '10', station: ST05",
    to: "operation: '20', station: ST05",
    problem: /operation 20 passed although operation 10/,
    remedy: /passed before/,
  },
];

function judge({ file, from, to, at = to, told = file, problem, remedy }: Case): void {
  plant.edit(file, from, to);
  const faults = plant.faults();
  const found = faults.filter((fault) => fault.file === told && problem.test(fault.problem));
  expect(found.length, JSON.stringify(faults, null, 1)).toBeGreaterThan(0);
  // A remedy must fit too, and an empty `at` means: somewhere in the file.
  const [fault] = found;
  expect(fault!.remedy).toMatch(remedy);
  expect(fault!.column).toBeGreaterThan(0);
  if (at !== '') expect(fault!.line).toBe(plant.lineOf(told, at));
}

describe('text that is not YAML', () => {
  it.each(syntaxCases)('$name', judge);
});
describe('files that break their schema', () => {
  it.each(schemaCases)('$name', judge);
});
describe('files that do not fit together', () => {
  it.each(crossCases)('$name', judge);
});

describe('what lies in the folder', () => {
  const only = (file: string, problem: RegExp, remedy: RegExp): void => {
    const fault = plant.faults().find((each) => each.file === file);
    expect(fault, JSON.stringify(plant.faults())).toMatchObject({ line: null });
    expect(fault!.problem).toMatch(problem);
    expect(fault!.remedy).toMatch(remedy);
  };
  it('no folder at all', () => {
    plant.remove();
    expect(plant.faults()).toMatchObject([{ file: plant.folder, problem: expect.stringContaining('does not exist') }]);
  });
  it('plant.yaml missing', () => {
    rmSync(plant.path('plant.yaml'));
    only('plant.yaml', /is missing/, /linewright\/plant@1/);
  });
  it('.yml is not read, and said so', () => {
    renameSync(plant.path('devices/press.yaml'), plant.path('devices/press.yml'));
    only('devices/press.yml', /end in .yaml/, /Rename it to devices\/press.yaml/);
  });
  it('a folder nobody reads', () => {
    mkdirSync(plant.path('device'));
    writeFileSync(plant.path('device/x.yaml'), 'id: x');
    only('device', /not read/, /Did you mean "devices"/);
  });
  it('a definition without its file', () => {
    mkdirSync(plant.path('definitions/empty'));
    only('definitions/empty/definition.yaml', /missing/, /remove the folder/);
  });
  it('an empty file', () => {
    plant.write('lines/L1.yaml', '# nothing\n');
    only('lines/L1.yaml', /empty/, /Write its content/);
  });
  it('a file that is not UTF-8', () => {
    plant.write('lines/L1.yaml', Uint8Array.from([0x74, 0x3a, 0x20, 0xfc, 0x0a]));
    only('lines/L1.yaml', /not UTF-8/, /encoding UTF-8/);
  });
  it('a definition in two folders', () => {
    const copy = 'definitions/copy';
    mkdirSync(plant.path(copy));
    plant.write(`${copy}/definition.yaml`, plant.read('definitions/PMP-100.B/definition.yaml'));
    const fault = plant.faults().find(({ problem }) => problem.includes('already in'));
    expect(fault).toMatchObject({ problem: expect.stringContaining('PMP-100 revision B'), line: expect.any(Number) });
  });
});

describe('routing circles', () => {
  it('names every operation on the circle and those behind it', () => {
    plant.edit(C, '    stations: [ST10]\n', "    stations: [ST10]\n    after: ['20']\n");
    const faults = plant.faults().filter(({ file }) => file === C);
    expect(faults).toMatchObject([
      {
        problem: 'the routing goes round in a circle: 10 waits for 20 waits for 10',
        line: plant.lineOf(C, "after: ['20']"),
      },
    ]);
    expect(faults[0]!.remedy).toMatch(/after/);
  });
  it('an operation that waits for itself', () => {
    plant.edit(C, "after: ['10']", "after: ['20']");
    expect(plant.faults()).toMatchObject([{ problem: 'the routing goes round in a circle: 20 waits for 20' }]);
  });
});

describe('all faults at once', () => {
  it('hides none behind another: syntax, schema, references and drivers together', () => {
    plant.edit('lines/L1.yaml', 'title: {', 'title: {{');
    plant.edit('plant.yaml', 'demo: true\nscan', 'demo: true\ndemos: 1\nscan');
    plant.edit('plant.yaml', 'defaultStation: ST10', 'defaultStation: ST99');
    plant.edit('devices/press.yaml', 'samplingMs: 1000', 'samplingMs: often');
    plant.edit('devices/press.yaml', 'unit: kN', 'unit: kNN');
    plant.edit('devices/scanner.yaml', 'address: line', 'address: lines');
    plant.edit(C, 'lower: 11.9', 'lower: 13');
    const problems = plant.faults().map(({ file, problem }) => `${file} ${problem}`);
    for (const expected of [
      /^lines\/L1.yaml /,
      /^plant.yaml unknown key "demos"/,
      /^plant.yaml unknown station "ST99"/,
      /^devices\/press.yaml "samplingMs" is text/,
      /^devices\/press.yaml "kNN" is not possible/,
      /^devices\/scanner.yaml .*no address "lines"/,
      /PMP-100.C.* the lower limit 13 is above/,
    ]) {
      expect(
        problems.some((problem) => expected.test(problem)),
        `${expected} in\n${problems.join('\n')}`,
      ).toBe(true);
    }
  });
  it('does not call what a broken file declares unknown', () => {
    plant.edit('devices/calliper.yaml', 'type: number', 'type: numer');
    expect(plant.faults()).toMatchObject([
      { file: 'devices/calliper.yaml', problem: '"numer" is not possible for "type"' },
    ]);
  });
  it('keeps the lines right behind an entry that was left out', () => {
    plant.edit(C, 'decimals: 2', 'decimals: two');
    plant.edit(C, 'lower: 23.98', 'lower: 29');
    const faults = plant.faults();
    expect(faults.find(({ problem }) => problem.includes('lower limit 29'))!.line).toBe(plant.lineOf(C, 'lower: 29'));
    expect(faults.map(({ problem }) => problem).filter((problem) => problem.includes('unknown'))).toEqual([]);
  });
});
