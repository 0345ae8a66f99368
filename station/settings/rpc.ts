/** The settings feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Settings } from '#contract/rpc/settings.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { SettingsStore } from './settings.ts';

export function createSettingsRouter(settings: SettingsStore) {
  const os = implement(contract.settings);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      yield* watching<Settings>((box) => {
        box.put(settings.get());
        return settings.changed.listen((next) => box.put(next));
      }, signal);
    }),
    set: os.set.handler(({ input }) => settings.set(input)),
  });
}
