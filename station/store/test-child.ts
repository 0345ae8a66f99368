/**
 * A station process for the fault tests: `node test-child.ts <what> <folder>`.
 * append: appends for ever, and after each append returned writes one line `seq serial`.
 * hold: opens the store, writes `ready`, and waits to be killed.
 * report: opens the store, tries to append once, and writes what it saw as JSON.
 */
import { writeSync } from 'node:fs';
import { messageOf } from './errors.ts';
import { measured, meta, open, unitCreated } from './test-kit.ts';

const [, , what, folder = ''] = process.argv;
const say = (line: string): void => void writeSync(1, `${line}\n`);

const store = open(folder);
if (what === 'append') {
  for (;;) {
    const serial = `S${(store.position?.seq ?? 0) + 1}`;
    const [first] = store.append([unitCreated(serial), measured(serial, 12.01), measured(serial, 12.02)], meta(serial));
    say(`${first?.seq} ${serial}`);
  }
} else if (what === 'hold') {
  say('ready');
  setInterval(() => {}, 1_000);
} else {
  let append = 'accepted';
  try {
    store.append([unitCreated('new')], meta());
  } catch (error) {
    append = messageOf(error);
  }
  say(
    JSON.stringify({
      state: store.state,
      detail: store.detail,
      events: store.info().events,
      units: store.read.all('SELECT serial FROM test_unit').length,
      append,
    }),
  );
  store.close();
}
