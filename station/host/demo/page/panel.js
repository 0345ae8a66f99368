/** The hand at the demo's devices. Plain script of a page that exists in the demo only. */
const texts = {
  en: {
    title: 'Demo devices',
    about: 'What a hand does at the bench. Keep this page beside the station’s screen.',
    other: 'Deutsch',
    badges: 'Scanner: tap a badge',
    units: 'Scanner: scan a unit',
    orders: 'Scanner: scan an order',
    parts: 'Scanner: scan a part',
    lot: 'lot',
    serial: 'serial',
    calliper: 'Calliper',
    measure: 'Press its button',
    tooBig: 'Press its button on a part that is too big',
    balance: 'Balance',
    meter: 'Energy meter',
    rollOver: 'Counter about to begin again at 0',
    reset: 'Somebody resets the counter',
    moreLoad: 'The machine takes more',
    meterName: 'energy meter',
    weigh: 'Weigh the next part: put it on, print key',
    putOn: 'Put the next part on',
    key: 'Print key',
    takeOff: 'Take everything off',
    tooMuch: 'Put too much on',
    inKg: 'Switch it to kg',
    inG: 'Switch it to g',
    off: 'Switch it off',
    on: 'Switch it on',
    process: 'What the process does:',
    steady: 'steady',
    drifts: 'drifts',
    jumps: 'jumps at the next part',
    studyPart: 'Study: measure part',
    perPart: 'per part',
    press: 'Press',
    fail: 'Let the next cycle fail',
    starve: 'Parts run out',
    feedAgain: 'Parts come again',
    block: 'The outfeed is full',
    clear: 'The outfeed is clear again',
    hold: 'Stop it at the machine',
    resume: 'Let it go on',
    fault: 'Let it break down',
    recover: 'Repair it',
    openGuard: 'Open the guard door',
    closeGuard: 'Close the guard door, clear the alarm',
    setUp: 'Switch to setting up',
    maintain: 'Switch to maintenance',
    automatic: 'Switch to automatic',
    loader: 'Let a feeder load it',
    noLoader: 'Take the feeder away',
    loseCount: 'Its controller loses the counter',
    rush: 'Its counter jumps',
    wrongClock: 'Its clock says the year 2000',
    rightClock: 'Its clock is right again',
    pressName: 'press',
    rig: 'Test rig',
    rigName: 'test rig',
    partIn: 'Put a part into its buffer',
    failTest: 'Let the next test fail',
    slower: 'A test takes longer',
    asEver: 'A test takes as long as ever',
    plugs: 'Cables',
    unplug: 'Pull the plug:',
    plug: 'Put back the plug:',
    garbage: 'Send nonsense from the',
    scannerName: 'scanner',
    calliperName: 'calliper',
    balanceName: 'balance',
    done: 'Done',
    failed: 'Did not work',
  },
  de: {
    title: 'Demo-Geräte',
    about: 'Was eine Hand am Arbeitsplatz tut. Diese Seite neben dem Bildschirm der Station offen lassen.',
    other: 'English',
    badges: 'Scanner: Ausweis lesen',
    units: 'Scanner: Teil scannen',
    orders: 'Scanner: Auftrag scannen',
    parts: 'Scanner: Komponente scannen',
    lot: 'Charge',
    serial: 'Seriennummer',
    calliper: 'Messschieber',
    measure: 'Taste drücken',
    tooBig: 'Taste drücken an einem zu großen Teil',
    balance: 'Waage',
    meter: 'Energiezähler',
    rollOver: 'Zähler kurz vor dem Überlauf',
    reset: 'Jemand setzt den Zähler zurück',
    moreLoad: 'Die Maschine nimmt mehr auf',
    meterName: 'Energiezähler',
    weigh: 'Nächstes Teil wiegen: auflegen, Drucktaste',
    putOn: 'Nächstes Teil auflegen',
    key: 'Drucktaste',
    takeOff: 'Alles herunternehmen',
    tooMuch: 'Zu viel auflegen',
    inKg: 'Auf kg umschalten',
    inG: 'Auf g umschalten',
    off: 'Ausschalten',
    on: 'Einschalten',
    process: 'Was der Prozess tut:',
    steady: 'ruhig',
    drifts: 'wandert',
    jumps: 'springt beim nächsten Teil',
    studyPart: 'Untersuchung: Teil messen',
    perPart: 'je Teil',
    press: 'Presse',
    fail: 'Nächsten Zyklus misslingen lassen',
    starve: 'Teile gehen aus',
    feedAgain: 'Teile kommen wieder',
    block: 'Auslauf ist voll',
    clear: 'Auslauf ist wieder frei',
    hold: 'An der Maschine anhalten',
    resume: 'Weiterlaufen lassen',
    fault: 'Störung auslösen',
    recover: 'Störung beheben',
    openGuard: 'Schutztür öffnen',
    closeGuard: 'Schutztür schließen, Störung quittieren',
    setUp: 'Auf Einrichten schalten',
    maintain: 'Auf Wartung schalten',
    automatic: 'Auf Automatik schalten',
    loader: 'Zuführung einschalten',
    noLoader: 'Zuführung ausschalten',
    loseCount: 'Steuerung verliert den Zähler',
    rush: 'Zähler springt',
    wrongClock: 'Uhr sagt das Jahr 2000',
    rightClock: 'Uhr geht wieder richtig',
    pressName: 'Presse',
    rig: 'Prüfstand',
    rigName: 'Prüfstand',
    partIn: 'Ein Teil in den Puffer legen',
    failTest: 'Nächste Prüfung misslingen lassen',
    slower: 'Eine Prüfung dauert länger',
    asEver: 'Eine Prüfung dauert so lange wie immer',
    plugs: 'Kabel',
    unplug: 'Stecker ziehen:',
    plug: 'Stecker einstecken:',
    garbage: 'Unsinn senden:',
    scannerName: 'Scanner',
    calliperName: 'Messschieber',
    balanceName: 'Waage',
    done: 'Erledigt',
    failed: 'Hat nicht funktioniert',
  },
};

let language = navigator.language.startsWith('de') ? 'de' : 'en';
const codes = await (await fetch('codes')).json();
const said = document.querySelector('#said');

async function tell(path, body) {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  const { error } = await answer.json();
  const text = texts[language];
  said.toggleAttribute('data-bad', !answer.ok);
  said.textContent = answer.ok ? `${text.done}: ${body.text ?? path}` : `${text.failed}: ${error}`;
}
const scan = (text) => tell('scanner/scan', { text });

/** GS1 DataMatrix as scanners send it (]d2): GTIN, then lot (10) or serial (21); a serial is new each time, as on real parts. */
function partCode({ gtin, trace }) {
  return trace === 'lot' ? `]d201${gtin}10H-22817` : `]d201${gtin}21S${Date.now().toString(36).toUpperCase()}`;
}

function button(label, detail, run) {
  const element = document.createElement('button');
  element.type = 'button';
  element.append(label);
  if (detail) element.append(Object.assign(document.createElement('small'), { textContent: detail }));
  element.addEventListener('click', run);
  return element;
}

function group(title, buttons) {
  if (buttons.length === 0) return [];
  const section = document.createElement('section');
  section.append(Object.assign(document.createElement('h2'), { textContent: title }));
  const row = Object.assign(document.createElement('div'), { className: 'buttons' });
  row.append(...buttons);
  section.append(row);
  return [section];
}

/** A drift or a jump that a control chart sees after some parts. */
function processButtons(text, device, unit, drift, shift) {
  const set = (process) => () => tell(`${device}/process`, { drift: 0, shift: 0, shiftAt: 0, ...process });
  const amount = (value) => `+${value.toLocaleString(language)} ${unit}`;
  return [
    button(`${text.process} ${text.steady}`, '', set({})),
    button(`${text.process} ${text.drifts}`, `${amount(drift)} ${text.perPart}`, set({ drift })),
    button(`${text.process} ${text.jumps}`, amount(shift), set({ shift, shiftAt: 1 })),
  ];
}

function show() {
  const text = texts[language];
  const has = (device) => codes.devices.includes(device);
  const lines = ['scanner', 'calliper', 'balance'].filter(has);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];
  document.querySelector('#language').textContent = text.other;
  document.querySelector('main').replaceChildren(
    ...(has('scanner')
      ? [
          ...group(
            text.badges,
            codes.badges.map(({ code, text: who }) => button(who[language], code, () => scan(code))),
          ),
          ...group(
            text.units,
            codes.units.map(({ serial, order }) => button(serial, order, () => scan(serial))),
          ),
          ...group(
            text.parts,
            codes.parts.map((part) =>
              button(part.title[language], `${part.id}, ${text[part.trace]}`, () => scan(partCode(part))),
            ),
          ),
          ...group(
            text.orders,
            codes.orders.map((id) => button(id, '', () => scan(id))),
          ),
        ]
      : []),
    ...(has('calliper')
      ? group(text.calliper, [
          button(text.measure, '', () => tell('calliper/press', {})),
          button(text.tooBig, '24.061 mm', () => tell('calliper/value', { value: 24.061 })),
          ...[1, 2, 3].map((part) =>
            button(`${text.studyPart} ${part}`, '', () => tell('calliper/part', { part, of: 3 })),
          ),
          ...processButtons(text, 'calliper', 'mm', 0.002, 0.012),
        ])
      : []),
    ...(has('balance')
      ? group(text.balance, [
          button(text.weigh, '', () => tell('balance/press', {})),
          button(text.putOn, '', () => tell('balance/next', {})),
          button(text.key, '', () => tell('balance/key', {})),
          button(text.takeOff, '', () => tell('balance/load', { value: 0 })),
          button(text.tooMuch, '5 kg', () => tell('balance/load', { value: 5_000 })),
          button(text.inKg, '', () => tell('balance/unit', { unit: 'kg' })),
          button(text.inG, '', () => tell('balance/unit', { unit: 'g' })),
          button(text.off, '', () => tell('balance/off', {})),
          button(text.on, '', () => tell('balance/on', {})),
          ...processButtons(text, 'balance', 'g', 0.1, 0.8),
        ])
      : []),
    ...(has('press') ? group(text.press, pressButtons(text)) : []),
    ...(has('rig') ? group(text.rig, rigButtons(text)) : []),
    ...(has('meter')
      ? group(text.meter, [
          button(text.rollOver, '100,000 kWh', () => tell('meter/roll-over', {})),
          button(text.reset, '0 kWh', () => tell('meter/energy', { value: 0 })),
          button(text.moreLoad, '14 kW', () => tell('meter/load', { working: 14 })),
          button(text.off, '', () => tell('meter/off', {})),
          button(text.on, '', () => tell('meter/on', {})),
          button(`${text.unplug} ${text.meterName}`, '', () => tell('meter/unplug', {})),
          button(`${text.plug} ${text.meterName}`, '', () => tell('meter/plug', {})),
        ])
      : []),
    ...group(
      text.plugs,
      lines.flatMap((device) =>
        ['unplug', 'plug', 'garbage'].map((action) =>
          button(`${text[action]} ${text[`${device}Name`]}`, '', () => tell(`${device}/${action}`, {})),
        ),
      ),
    ),
  );
}

const handAt =
  (text, device) =>
  (word, more, action, input = {}) =>
    button(text[word], more, () => tell(`${device}/${action}`, input));

function rigButtons(text) {
  const hand = handAt(text, 'rig');
  return [
    hand('fault', 'E31', 'fault'),
    hand('recover', '', 'recover'),
    hand('block', '', 'block'),
    hand('clear', '', 'block', { on: false }),
    hand('partIn', '', 'part'),
    hand('failTest', '', 'fail'),
    hand('slower', '30 s', 'cycle', { cycleMs: 30_000 }),
    hand('asEver', '15 s', 'cycle', { cycleMs: 15_000 }),
    hand('loseCount', '0', 'count', { value: 0 }),
    hand('rollOver', '4,294,967,294', 'roll-over'),
    hand('off', '', 'off'),
    hand('on', '', 'on'),
    hand('unplug', text.rigName, 'unplug'),
    hand('plug', text.rigName, 'plug'),
  ];
}

function pressButtons(text) {
  const hand = handAt(text, 'press');
  return [
    hand('fail', '', 'fail'),
    hand('starve', '', 'starve'),
    hand('feedAgain', '', 'starve', { on: false }),
    hand('block', '', 'block'),
    hand('clear', '', 'block', { on: false }),
    hand('hold', '', 'hold'),
    hand('resume', '', 'resume'),
    hand('fault', 'E17', 'fault'),
    hand('openGuard', 'E12', 'guard', { open: true }),
    button(text.closeGuard, '', async () => {
      await tell('press/guard', { open: false });
      await tell('press/recover', {});
    }),
    hand('recover', '', 'recover'),
    hand('setUp', '', 'mode', { mode: 'setup' }),
    hand('maintain', '', 'mode', { mode: 'maintenance' }),
    hand('automatic', '', 'mode', { mode: 'automatic' }),
    hand('loader', '18 s', 'feed', { cycleMs: 18_000 }),
    hand('noLoader', '', 'pause'),
    hand('loseCount', '0', 'count', { value: 0 }),
    hand('rush', '+ 5,000', 'rush'),
    hand('wrongClock', '', 'clock', { at: '2000-01-01T00:00:00Z' }),
    hand('rightClock', '', 'clock', { offsetMs: 0 }),
    hand('unplug', text.pressName, 'unplug'),
    hand('plug', text.pressName, 'plug'),
  ];
}

document.querySelector('#language').addEventListener('click', () => {
  language = language === 'de' ? 'en' : 'de';
  show();
});
show();
