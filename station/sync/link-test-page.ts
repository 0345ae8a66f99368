/** The report of an unplug test as a page of its own that needs nothing else: for the file, the mail, the audit. */
import type { LinkTestReport } from '#contract/rpc/sync.ts';

const languages = ['en', 'de'] as const;
type Words = Readonly<Record<(typeof languages)[number], string>>;
const w = (en: string, de: string): Words => ({ en, de });

const words = {
  title: w('Unplug test', 'Stecktest'),
  passed: w(
    'Passed: everything recorded meanwhile arrived once, in order and unchanged.',
    'Bestanden: Alles, was inzwischen aufgezeichnet wurde, kam einmal, in der richtigen Reihenfolge und unverändert an.',
  ),
  failed: w('Not passed.', 'Nicht bestanden.'),
  station: w('Station', 'Station'),
  plant: w('Plant', 'Werk'),
  server: w('Server', 'Server'),
  test: w('Test', 'Test'),
  started: w('Link cut', 'Verbindung getrennt'),
  ended: w('Link given back', 'Verbindung wiederhergestellt'),
  caughtUp: w('Everything on the server', 'Alles auf dem Server'),
  never: w('not within the time allowed', 'nicht in der vorgesehenen Zeit'),
  total: w('Recorded while cut', 'Während der Trennung aufgezeichnet'),
  own: w('of these by the test itself', 'davon vom Test selbst'),
  others: w('of these by people and machines', 'davon von Personen und Maschinen'),
  epoch: w('Epoch', 'Epoche'),
  numbers: w('Numbers', 'Nummern'),
  here: w('On this station', 'Auf dieser Station'),
  there: w('On the server', 'Auf dem Server'),
  hashes: w('Chain hashes', 'Kettenprüfsummen'),
  equal: w('all equal', 'alle gleich'),
  differs: w('first difference at', 'erste Abweichung bei'),
  problem: w('Not compared', 'Nicht verglichen'),
  button: w('ended by a person', 'von einer Person beendet'),
  time: w('ended by time', 'nach Ablauf der Zeit beendet'),
  restart: w(
    'the station was restarted in the middle; the start gave the link back',
    'die Station wurde mittendrin neu gestartet; der Start hat die Verbindung wiederhergestellt',
  ),
} as const satisfies Record<string, Words>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** @param timeZone of the plant; instants are given in it and in UTC. */
export function reportPage(report: LinkTestReport, timeZone: string): string {
  const section = (language: (typeof languages)[number]): string => {
    const t = (key: keyof typeof words): string => words[key][language];
    const instant = (at: number): string => {
      const local = new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
        timeZone,
        dateStyle: 'medium',
        timeStyle: 'long',
      }).format(at);
      return `${local} (${new Date(at).toISOString()})`;
    };
    const rows: readonly (readonly [string, string])[] = [
      [t('station'), report.stationId],
      [t('plant'), report.plantId],
      [t('server'), report.server],
      [t('test'), report.testId],
      [t('started'), instant(report.startedAt) + (report.startedBy === null ? '' : `, ${report.startedBy}`)],
      [
        t('ended'),
        `${instant(report.endedAt)}, ${t(report.ended)}${report.endedBy === null ? '' : `: ${report.endedBy}`}`,
      ],
      [t('caughtUp'), report.caughtUpAt === null ? t('never') : instant(report.caughtUpAt)],
      [t('total'), String(report.facts.total)],
      [t('own'), String(report.facts.own)],
      [t('others'), String(report.facts.others)],
      ...(report.problem === null ? [] : [[t('problem'), report.problem] as const]),
    ];
    const compared = report.compared.map(
      ({ epoch, first, last, here, there, firstDifference }) =>
        `<tr><td>${escaped(epoch)}</td><td>${first}–${last}</td><td>${here}</td><td>${there}</td><td>${
          firstDifference === null ? t('equal') : `${t('differs')} ${firstDifference}`
        }</td></tr>`,
    );
    return `<section lang="${language}">
<h1>${t('title')}</h1>
<p><b>${t(report.passed ? 'passed' : 'failed')}</b></p>
<table>${rows.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}</table>
<table><tr><th>${t('epoch')}</th><th>${t('numbers')}</th><th>${t('here')}</th><th>${t('there')}</th><th>${t('hashes')}</th></tr>
${compared.join('\n')}</table>
</section>`;
  };
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(`${words.title.en} · ${report.stationId} · ${new Date(report.startedAt).toISOString()}`)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:1em 0;width:100%}th,td{text-align:left;vertical-align:top;padding:.35em .8em .35em 0;border-bottom:1px solid #ccc}
section+section{border-top:3px solid #888;margin-top:2em;padding-top:1em}</style></head>
<body>
${languages.map(section).join('\n')}
</body>
</html>
`;
}
