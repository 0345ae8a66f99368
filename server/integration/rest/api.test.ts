import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { messageKinds } from '#contract/integration/messages.ts';
import type { PlantGrant } from '#contract/plant/roles.ts';
import { linePlaces } from '#domain/accounts/may.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { loadConfiguration } from '#config/load.ts';
import { systemClock } from '../../clock.ts';
import { releasedConfiguration } from '../../configuration.ts';
import { createApp, type App } from '../../http/app.ts';
import { createMetrics } from '../../http/metrics.ts';
import { createLog } from '../../log.ts';
import { createOrderService } from '../../orders/orders.ts';
import { receiversOf } from '../outbox/enqueue.ts';
import { createErpFold } from '../outbox/fold.ts';
import type { AuditEntry, IntegrationPorts } from '../ports.ts';
import { runOf } from '../test-kit.ts';
import { registerApi } from './api.ts';

const log = createLog('silent');
const loaded = loadConfiguration(new URL('../../../resources/demo-plant', import.meta.url).pathname, {
  manifests: null,
});
if (!('configuration' in loaded)) throw new Error(JSON.stringify(loaded.faults));
const configuration: Configuration = loaded.configuration;
const example = (name: string): string =>
  readFileSync(new URL(`../../../docs/integration/${name}`, import.meta.url), 'utf8');
const keys: Readonly<Record<string, readonly PlantGrant[]>> = {
  erp: [{ role: 'integration', scope: '*' }],
  other: [{ role: 'integration', scope: 'line:L9' }],
  viewer: [{ role: 'viewer', scope: '*' }],
};

describeOnDatabases('the REST interface', (database: TestDatabase) => {
  let app: App;
  const audit: AuditEntry[] = [];

  beforeAll(async () => {
    const { db } = database;
    const orders = createOrderService(releasedConfiguration(() => configuration));
    const ports: IntegrationPorts = {
      db,
      clock: systemClock,
      log,
      orders,
      units: {
        search: () => Promise.resolve({ items: [], next: null, total: 0 }),
        get: () => Promise.resolve(null),
        facts: () => Promise.resolve({ items: [], next: null, total: 0 }),
      },
      calls: null as never,
      lines: () => Promise.resolve([]),
      configuration: () => configuration,
      places: () => linePlaces(configuration.lines),
      program: (key, from) => {
        const grants = keys[key];
        return Promise.resolve(grants === undefined ? null : { accountId: key, name: key, grants, from });
      },
      audit: (_tx, entries) => {
        audit.push(...entries);
        return Promise.resolve();
      },
    };
    app = await createApp({
      log,
      metrics: createMetrics(),
      ready: {},
      tls: null,
      trustProxy: false,
      metricsToken: null,
    });
    await registerApi(app, ports, '1.2.3');
    await app.ready();
  }, 240_000);
  afterAll(() => app.close(), 60_000);
  beforeEach(async () => {
    await database.clear();
    audit.length = 0;
  }, 240_000);

  const ask = async (
    method: 'GET' | 'PUT' | 'POST',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{
    status: number;
    body: Record<string, unknown> & { errors?: object[]; rows?: object[] };
    headers: Record<string, unknown>;
    text: string;
  }> => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await app.inject({
      method,
      url: `/api${url}`,
      headers: {
        authorization: 'Bearer erp',
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { payload: text }),
    });
    const json = /json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      body: json ? (JSON.parse(answer.body) as never) : {},
      headers: answer.headers,
      text: answer.body,
    };
  };
  const wish = { definitionId: 'PMP-100', revision: 'C', quantity: 10, due: '2026-12-18' };

  it('wants a key with the right', async () => {
    const none = await ask('GET', '/v1/work-orders', undefined, { authorization: '' });
    expect(none).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { title: 'Key missing or wrong' },
    });
    expect(none.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await ask('GET', '/v1/work-orders', undefined, { authorization: 'Bearer viewer' })).toMatchObject({
      status: 403,
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', wish, { authorization: 'Bearer other' })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('line L1') as string },
    });
    expect(await ask('GET', '/v1/units', undefined, { authorization: 'Bearer other' })).toMatchObject({ status: 403 });
    expect(await ask('GET', '/v1/nowhere')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('/api/docs') as string },
    });
  });

  it('creates, leaves alone, changes, releases, holds and closes an order, with ETags', async () => {
    const created = await ask('PUT', '/v1/work-orders/A-1', wish);
    expect(created).toMatchObject({
      status: 201,
      headers: { etag: '"1"', 'linewright-done': 'created' },
      body: {
        orderId: 'A-1',
        material: 'PMP-100',
        due: '2026-12-18T22:59:59.999Z',
        serialPrefix: 'A-1-',
        status: 'created',
        source: 'erp',
      },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', wish)).toMatchObject({
      status: 200,
      headers: { 'linewright-done': 'unchanged' },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', wish, { 'if-none-match': '*' })).toMatchObject({ status: 412 });
    const changed = await ask('PUT', '/v1/work-orders/A-1', { quantity: 12 }, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { quantity: 12, priority: 5 } });
    expect(await ask('PUT', '/v1/work-orders/A-1', { quantity: 13 }, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { detail: expect.stringContaining('changed meanwhile') as string },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', { quantity: 13 }, { 'if-match': 'x' })).toMatchObject({
      status: 400,
    });
    expect(await ask('POST', '/v1/work-orders/A-1/release')).toMatchObject({
      status: 200,
      body: { status: 'released' },
    });
    expect(await ask('POST', '/v1/work-orders/A-1/hold', { reason: 'no seals' })).toMatchObject({
      body: { status: 'held', holdReason: 'no seals' },
    });
    expect(await ask('POST', '/v1/work-orders/A-1/hold', {})).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'reason' }] },
    });
    expect(await ask('POST', '/v1/work-orders/A-1/close')).toMatchObject({ body: { status: 'closed' } });
    expect(await ask('PUT', '/v1/work-orders/A-1', { status: 'released' })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('is closed and cannot become released') as string },
    });
    expect(await ask('POST', '/v1/work-orders/none/close')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/v1/work-orders/none')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/v1/work-orders/A-1')).toMatchObject({ status: 200, headers: { etag: '"5"' } });
    expect(await ask('GET', '/v1/work-orders')).toMatchObject({ body: { items: [] } });
    expect(await ask('GET', '/v1/work-orders?status=all')).toMatchObject({ body: { items: [{ orderId: 'A-1' }] } });
    expect(audit.map(({ what }) => what)).toEqual([
      'order.created',
      'order.changed',
      'order.released',
      'order.held',
      'order.closed',
    ]);
  });

  it('says what is wrong with line and field', async () => {
    const answer = await ask(
      'PUT',
      '/v1/work-orders/A-1',
      '{\n "definitionId": "PMP-100",\n "revision": "X", "quantity": -1 }',
    );
    expect(answer).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            line: 3,
            column: 31,
            field: 'quantity',
            value: '-1',
            problem: expect.stringContaining('whole number') as string,
          },
        ],
      },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', { ...wish, revision: 'X' })).toMatchObject({
      status: 422,
      body: {
        errors: [{ field: 'definitionId', problem: expect.stringContaining('no process definition') as string }],
      },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', '{"quantity":')).toMatchObject({ status: 400 });
    expect(await ask('PUT', '/v1/work-orders/A-1', { ...wish, orderId: 'B' })).toMatchObject({ status: 400 });
    expect(await ask('GET', '/v1/work-orders?limit=0')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'limit' }] },
    });
  });

  it('Idempotency-Key: the same again gets the same answer, another request is refused', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const first = await ask('PUT', '/v1/work-orders/A-1', wish, key);
    await ask('POST', '/v1/work-orders/A-1/release');
    const again = await ask('PUT', '/v1/work-orders/A-1', wish, key);
    expect(again).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'idempotency-replayed': 'true', etag: '"1"' },
    });
    expect(await ask('PUT', '/v1/work-orders/A-1', { ...wish, quantity: 11 }, key)).toMatchObject({ status: 409 });
    expect(await ask('PUT', '/v1/work-orders/A-2', wish, key)).toMatchObject({ status: 409 });
    const at = await Promise.all(
      [1, 2, 3].map(() => ask('PUT', '/v1/work-orders/A-3', wish, { 'idempotency-key': 'k-2' })),
    );
    expect(at.map(({ status }) => status)).toEqual([201, 201, 201]);
    // A refusal keeps the key free: the corrected request may use it.
    expect(
      await ask('PUT', '/v1/work-orders/A-4', { ...wish, revision: 'X' }, { 'idempotency-key': 'k-3' }),
    ).toMatchObject({ status: 422 });
    expect(await ask('PUT', '/v1/work-orders/A-4', wish, { 'idempotency-key': 'k-3' })).toMatchObject({ status: 201 });
    expect(await ask('PUT', '/v1/work-orders/A-5', wish, { 'idempotency-key': 'a b' })).toMatchObject({ status: 400 });
  });

  it('bulk: all or nothing, or the good ones, in every format', async () => {
    const bad = {
      orders: [
        { orderId: 'B-1', ...wish },
        { orderId: 'B-2', ...wish, revision: 'X' },
        { orderId: 'B-3', quantity: 0 },
      ],
    };
    const none = await ask('POST', '/v1/work-orders/bulk', bad);
    expect(none).toMatchObject({
      status: 422,
      body: {
        mode: 'all',
        accepted: 0,
        refused: 2,
        rows: [
          { row: 1, done: 'not-tried' },
          { row: 2, done: 'refused' },
          { row: 3, done: 'refused' },
        ],
        errors: [
          { row: 3, field: 'quantity' },
          { row: 2, line: 1, field: 'definitionId' },
        ],
      },
    });
    expect(await ask('GET', '/v1/work-orders/B-1')).toMatchObject({ status: 404 });
    expect(await ask('POST', '/v1/work-orders/bulk?mode=good', bad)).toMatchObject({
      status: 200,
      body: {
        accepted: 1,
        refused: 2,
        rows: [{ done: 'created', version: 1 }, { done: 'refused' }, { done: 'refused' }],
      },
    });
    const csv = await ask('POST', '/v1/work-orders/bulk', example('auftraege.csv'), {
      'content-type': 'text/csv; charset=utf-8',
    });
    expect(csv).toMatchObject({ status: 200, body: { accepted: 2, rows: [{ done: 'created' }, { done: 'created' }] } });
    expect(await ask('GET', '/v1/work-orders/WO-20002')).toMatchObject({ body: { status: 'held', source: 'csv' } });
    const xml = await ask('POST', '/v1/b2mml', example('job-list.xml').replaceAll('WO-20003', 'WO-3'), {
      'content-type': 'application/xml',
    });
    expect(xml).toMatchObject({
      status: 200,
      body: { rows: [{ orderId: 'WO-3', done: 'created', line: expect.any(Number) as number }] },
    });
    const json = await ask(
      'POST',
      '/v1/b2mml',
      example('production-schedule.json').replaceAll('WO-20003', 'WO-4').replaceAll('PMP100-20003-', 'WO-4-'),
    );
    expect(json).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await ask('POST', '/v1/work-orders/bulk', 'x', { 'content-type': 'image/png' })).toMatchObject({
      status: 415,
    });
    expect(await ask('POST', '/v1/work-orders/bulk', example('orders.json'))).toMatchObject({
      status: 422,
      body: {
        errors: [
          { row: 2, line: 19, field: 'serialPrefix', problem: expect.stringContaining('which stays') as string },
        ],
      },
    });
  });

  it('a record whose release is refused is not created either', async () => {
    const answer = await ask('POST', '/v1/work-orders/bulk?mode=good', {
      orders: [
        { orderId: 'C-1', ...wish, material: 'HSG-100', status: 'released' },
        { orderId: 'C-2', ...wish, status: 'released' },
      ],
    });
    expect(answer).toMatchObject({
      body: {
        accepted: 1,
        errors: [{ row: 1, field: 'material', problem: expect.stringContaining('makes "PMP-100"') as string }],
      },
    });
    expect(await ask('GET', '/v1/work-orders/C-2')).toMatchObject({ body: { status: 'released', version: 2 } });
  });

  it('a body that is too large is refused before it is read', async () => {
    expect(await ask('POST', '/v1/work-orders/bulk', ' '.repeat(17 * 1024 * 1024))).toMatchObject({ status: 413 });
  }, 240_000);

  it('confirmations by cursor, consumption and quality results as JSON and CSV, B2MML', async () => {
    const fold = createErpFold({
      receivers: () => receiversOf([], messageKinds),
      withPersons: () => false,
      definition: () => null,
      ordersOf: () => Promise.resolve(new Map()),
      now: () => Date.now(),
    });
    await database.db.transaction((tx) => fold(tx, [...runOf('U-1'), ...runOf('U-2', '=cmd|1')]));
    const first = await ask('GET', '/v1/confirmations?limit=3');
    const { last } = first.body as { readonly last: number };
    expect(first).toMatchObject({
      body: {
        more: true,
        messages: [
          { number: last - 2, message: { kind: 'operation-confirmed' } },
          { number: last - 1 },
          { number: last },
        ],
      },
    });
    expect(await ask('GET', `/v1/confirmations?after=${last}`)).toMatchObject({
      body: { last: last + 1, more: false, messages: [{ number: last + 1 }] },
    });
    await database.db.execute('UPDATE erp_target SET forgotten = 2');
    expect(await ask('GET', '/v1/confirmations?after=1')).toMatchObject({
      status: 410,
      body: { detail: expect.stringContaining('after=2') as string },
    });
    await database.db.execute('UPDATE erp_target SET forgotten = 0');
    expect(await ask('GET', '/v1/consumption')).toMatchObject({
      body: { items: [{ serial: 'U-1', lot: 'L-7', passed: true }, { serial: 'U-2' }] },
    });
    expect(await ask('GET', '/v1/quality-results?order=WO-1')).toMatchObject({
      body: { items: [{ characteristic: 'bore', value: 24.01 }] },
    });
    const csv = await ask('GET', '/v1/quality-results?format=csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.text).toContain(";'=cmd|1;");
    const xml = await ask('GET', '/v1/b2mml/production-performance?limit=1');
    expect(xml.headers).toMatchObject({
      'content-type': 'application/xml',
      'linewright-last': String(last - 2),
      'linewright-more': 'true',
    });
    expect(xml.text).toContain('<ProductionRequestID>WO-1</ProductionRequestID>');
    expect(await ask('GET', '/v1/b2mml/job-response', undefined, { accept: 'application/json' })).toMatchObject({
      body: {
        SyncJobResponseList: { DataArea: { JobResponseList: [{ JobResponse: expect.any(Array) as unknown[] }] } },
      },
    });
  });

  it('lists stations and dispatch lists', async () => {
    await ask('PUT', '/v1/work-orders/A-1', { ...wish, status: 'released' });
    expect(await ask('GET', '/v1/lines/L1/dispatch-list')).toMatchObject({
      status: 200,
      body: { items: [{ orderId: 'A-1', sequence: 1 }] },
    });
    expect(await ask('GET', '/v1/lines/L9/dispatch-list')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/v1/stations')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await ask('GET', '/v1/units/none')).toMatchObject({ status: 404 });
  });

  it('has a document that names every route, and a page for it without a network', async () => {
    const { body } = await ask('GET', '/v1/openapi.json', undefined, { authorization: '' });
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const paths = Object.keys(body['paths'] as object).sort();
    expect(paths).toEqual([
      '/api/v1/b2mml',
      '/api/v1/b2mml/job-response',
      '/api/v1/b2mml/production-performance',
      '/api/v1/calls',
      '/api/v1/calls/{callId}/ticket',
      '/api/v1/confirmations',
      '/api/v1/consumption',
      '/api/v1/lines/{lineId}/dispatch-list',
      '/api/v1/quality-results',
      '/api/v1/stations',
      '/api/v1/units',
      '/api/v1/units/{serial}',
      '/api/v1/units/{serial}/history',
      '/api/v1/work-orders',
      '/api/v1/work-orders/bulk',
      '/api/v1/work-orders/{orderId}',
      '/api/v1/work-orders/{orderId}/close',
      '/api/v1/work-orders/{orderId}/hold',
      '/api/v1/work-orders/{orderId}/release',
    ]);
    for (const address of ['/docs', '/docs/']) {
      const page = await ask('GET', address, undefined, { authorization: '' });
      expect(page.status).toBe(200);
      const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
      expect(sources.length).toBeGreaterThan(4);
      expect(sources.filter((source) => /^(https?:)?\/\//.test(source))).toEqual([]);
      for (const source of sources) {
        const { pathname } = new URL(source, `http://x/api${address}`);
        expect((await app.inject({ url: pathname })).statusCode, `${address}: ${source}`).toBe(200);
      }
      expect(page.text).not.toMatch(/<script(?![^>]*src)|<style|style="|on\w+="/);
    }
  });
});
