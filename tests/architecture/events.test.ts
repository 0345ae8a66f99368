import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '#contract/envelope.ts';
import { eventDefinition, eventDefinitions, upcast } from '#contract/events/index.ts';

const goldens = new URL('../goldens/events/', import.meta.url);
const sources = new URL('../../contract/events/', import.meta.url);
const helpers = new Set(['define.ts', 'shared.ts', 'index.ts']);

describe('event types', () => {
  it('each file of contract/events is in the registry under its own name', () => {
    const files = readdirSync(sources).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !helpers.has(name),
    );
    expect(eventDefinitions.map((definition) => `${definition.type}.ts`).toSorted()).toEqual(files.toSorted());
  });

  it('are named in the past tense with a dot between thing and act', () => {
    for (const { type } of eventDefinitions) {
      expect(type).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
      expect(type.split('.')[1]).toMatch(
        /(ed|held|stepped|lifted|begun|done|seen|split|taken|written|signed-in|signed-out)$/,
      );
    }
  });

  it.each(eventDefinitions.map((definition) => [definition.type, definition] as const))(
    '%s has a golden per version',
    (type, definition) => {
      for (let version = 1; version <= definition.version; version += 1) {
        expect(
          existsSync(new URL(`${type}@${version}.json`, goldens)),
          `tests/goldens/events/${type}@${version}.json is missing`,
        ).toBe(true);
      }
    },
  );

  it.each(readdirSync(goldens))('golden %s can still be read, for ever', (file) => {
    const record = JSON.parse(readFileSync(new URL(file, goldens), 'utf8')) as EventRecord;
    expect(file).toBe(`${record.type}@${record.version}.json`);
    const lifted = upcast(record);
    const definition = eventDefinition(record.type);
    expect(definition, `${record.type} was removed from the contract`).toBeDefined();
    expect(lifted.version).toBe(definition?.version);
    const parsed = definition?.schema.safeParse(lifted.body);
    expect(parsed?.error?.issues ?? []).toEqual([]);
    // Nothing of the fact is dropped by reading it.
    if (record.version === definition?.version) expect(parsed?.data).toEqual(record.body);
  });
});
