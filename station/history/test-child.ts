/** Records for ever and, after each flush returned, writes how many samples of each tag are durable. For the kill test. */
import { writeSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { openHistory } from './history.ts';

const [, , path = '', startText = '0'] = process.argv;
const history = openHistory({ path, clock: systemClock, retentionDays: 30, minFreeBytes: 0 });
const tags = Array.from({ length: 20 }, (_unused, tag) => history.tag(`tag.${tag}`));
for (let step = Number(startText); ;) {
  // Uneven on purpose: fast tags fill chunks, slow ones are carried along.
  for (let i = 0; i < 60; i += 1, step += 1) {
    for (const tag of tags) {
      if (tag >= 12 && step % (tag * 7) !== 0) continue;
      history.append(tag, step, 'good', 'Good', 1_760_000_000_000 + step * 10, 1_760_000_000_005 + step * 10);
    }
  }
  history.flush();
  writeSync(1, `${step}\n`);
}
