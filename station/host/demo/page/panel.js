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
    press: 'Press',
    fail: 'Let the next cycle fail',
    plugs: 'Cables',
    unplug: 'Pull the plug of the',
    plug: 'Put back the plug of the',
    garbage: 'Send nonsense from the',
    scannerName: 'scanner',
    calliperName: 'calliper',
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
    press: 'Presse',
    fail: 'Nächsten Zyklus misslingen lassen',
    plugs: 'Kabel',
    unplug: 'Stecker ziehen:',
    plug: 'Stecker einstecken:',
    garbage: 'Unsinn senden:',
    scannerName: 'Scanner',
    calliperName: 'Messschieber',
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

function show() {
  const text = texts[language];
  const has = (device) => codes.devices.includes(device);
  const lines = ['scanner', 'calliper'].filter(has);
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
        ])
      : []),
    ...(has('press') ? group(text.press, [button(text.fail, '', () => tell('press/fail', {}))]) : []),
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

document.querySelector('#language').addEventListener('click', () => {
  language = language === 'de' ? 'en' : 'de';
  show();
});
show();
