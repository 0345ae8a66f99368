import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { settingRows } from './settings-form.ts';

const schema = z.toJSONSchema(
  z.strictObject({
    link: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('serial'), path: z.string(), baudRate: z.number().int() }),
      z.strictObject({ kind: z.literal('tcp'), host: z.string(), port: z.number().int().min(1).max(65_535) }),
    ]),
    suffix: z.enum(['cr', 'lf']).default('cr').describe('What ends a scan'),
    dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
    silentAfterMs: z.number().int().min(0).nullable().default(null),
  }),
  { io: 'input' },
);
const row = (settings: Record<string, unknown>, path: string) =>
  settingRows(schema, settings).find((candidate) => candidate.path === path);

describe('the settings of a device', () => {
  const tcp = { link: { kind: 'tcp', host: '127.0.0.1', port: 4001 } };
  it('are in the schema’s order, a group followed by its members', () => {
    expect(settingRows(schema, tcp).map(({ path, depth }) => `${depth} ${path}`)).toEqual([
      '0 link',
      '1 link.kind',
      '1 link.host',
      '1 link.port',
      '0 suffix',
      '0 dataBits',
      '0 silentAfterMs',
    ]);
  });
  it('show the variant in force only', () => {
    const paths = settingRows(schema, { link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 9600 } }).map(
      ({ path }) => path,
    );
    expect(paths).toContain('link.baudRate');
    expect(paths).not.toContain('link.host');
  });
  it('say what is a default, what must be there and what may be chosen', () => {
    expect(row(tcp, 'suffix')).toMatchObject({
      value: 'cr',
      isDefault: true,
      required: false,
      options: ['cr', 'lf'],
      description: 'What ends a scan',
    });
    expect(row(tcp, 'link.port')).toMatchObject({
      value: 4001,
      isDefault: false,
      required: true,
      minimum: 1,
      maximum: 65_535,
    });
    expect(row(tcp, 'dataBits')).toMatchObject({ value: 8, options: [7, 8] });
    expect(row(tcp, 'silentAfterMs')).toMatchObject({ value: null, isDefault: true });
  });
  it('keep what the driver does not know and say so', () => {
    expect(row({ ...tcp, sufix: 'lf' }, 'sufix')).toMatchObject({ value: 'lf', unknown: true });
    expect(row(tcp, 'suffix')?.unknown).toBe(false);
  });
  it('are shown without a schema', () => {
    expect(settingRows(undefined, { a: 1, b: { c: [1, 2] } }).map(({ path, value }) => [path, value])).toEqual([
      ['a', 1],
      ['b', null],
      ['b.c', [1, 2]],
    ]);
  });
});
