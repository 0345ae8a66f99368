import type { Driver, DriverHost, DriverResult, TagBinding } from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import { DriverLine } from '../kit/driver-line.ts';
import { parseAddress } from './address.ts';
import {
  exceptionName,
  most,
  readRequest,
  writeBitRequest,
  writeBitsRequest,
  writeWordRequest,
  writeWordsRequest,
  type Answer,
} from './codec.ts';
import { Conversation, notConnected } from './conversation.ts';
import { groupTags, splitGroup, type Group, type Wanted } from './groups.ts';
import type { ModbusSettings } from './manifest.ts';
import { Polling } from './polling.ts';
import { Reporter } from './reporter.ts';
import { OrderHint, ofBit, toSaid, toWords, typeFault, wordsFor, type Said } from './values.ts';

/** Of a unit, in a row, until its tags are bad and, where no unit answers, the device is `silent`. */
const missesUntilSilent = 2;

export function createModbus(host: DriverHost, settings: ModbusSettings, tags: readonly TagBinding[]): Driver {
  const limits = { maxRegisters: settings.maxRegisters, maxBits: settings.maxBits, maxGap: settings.maxGap };
  const wanted: Wanted[] = [];
  const misfits: { readonly tag: number; readonly detail: string }[] = [];
  tags.forEach((tag, at) => {
    const address = parseAddress(tag.address);
    const fault = typeof address === 'string' ? address : typeFault(address, tag.type);
    if (typeof address === 'string' || fault !== null) {
      misfits.push({ tag: at, detail: `${tag.id}: ${fault}` });
      return;
    }
    const everyMs = tag.samplingMs > 0 ? Math.max(tag.samplingMs, 20) : settings.pollMs;
    wanted.push({ tag: at, binding: tag, address, unit: address.unit ?? settings.unit, everyMs });
  });
  const ofTag = new Map(wanted.map((one) => [one.tag, one]));
  const units = new Set(wanted.map(({ unit }) => unit));
  /** How often each unit has not answered, in a row. */
  const misses = new Map<number, number>();
  const told = new Set<string>();
  const hint = new OrderHint();
  const reporter = new Reporter(host, tags);
  let ended = false;

  const line = new DriverLine(host, settings.link, {
    opened: () => {
      misses.clear();
      told.clear();
      for (const { tag, detail } of misfits) {
        reporter.say([[tag, { value: null, quality: 'bad', status: 'settings-invalid' }]]);
        host.problem('settings-invalid', { detail });
      }
      polling.start(groupTags(wanted, limits));
    },
    data: (bytes) => talk.heard(bytes),
    lost: () => {
      polling.stop();
      talk.end(true);
      reporter.sayBad(
        tags.map((_, tag) => tag),
        'not-connected',
      );
    },
  });
  const talk = new Conversation(host, line, settings);
  const polling = new Polling(host, { ask: poll, dead: (unit) => (misses.get(unit) ?? 0) >= missesUntilSilent });

  const askFor = (
    group: Pick<Group, 'unit' | 'table' | 'start' | 'length'>,
    urgent: boolean,
  ): Promise<DriverResult<Answer>> =>
    talk.ask(group.unit, readRequest(group.table, group.start, group.length), {
      urgent,
      // A unit that is away is asked once: each retry would be time taken from those that are there.
      tries: (misses.get(group.unit) ?? 0) >= missesUntilSilent ? 1 : settings.retries + 1,
    });

  /** @returns the groups to ask from now on in place of this one, or null. */
  async function poll(group: Group): Promise<readonly Group[] | null> {
    const answer = await askFor(group, false);
    if (ended) return null;
    if (!answer.ok) {
      if (answer.status === 'no-answer') missed(group.unit);
      return null;
    }
    // A gateway that answers in place of a unit that is away is as good as no answer of it.
    const said = answer.value;
    if (said.kind === 'exception' && (said.code === 10 || said.code === 11)) missed(group.unit);
    else answered(group.unit);
    if (said.kind === 'exception') return refused(group, said.code);
    reporter.say(group.wanted.map((one) => [one.tag, understand(one, group.start, said)]));
    return null;
  }

  function refused(group: Group, code: number): readonly Group[] | null {
    // Address, value or function may be wrong for one tag, or for a gap, alone.
    const parts = code <= 4 ? splitGroup(group, limits) : [group];
    if (parts.length > 1) return parts;
    const status = exceptionName(code);
    reporter.sayBad(
      group.wanted.map(({ tag }) => tag),
      status,
    );
    for (const { binding } of group.wanted) {
      const { id, address } = binding;
      if (told.has(`${id} ${code}`)) continue;
      told.add(`${id} ${code}`);
      const problem =
        code <= 3
          ? 'address-unknown'
          : code === 5 || code === 6
            ? 'not-ready'
            : code >= 10
              ? 'no-answer'
              : 'device-fault';
      host.problem(problem, { tag: id, address, unitId: group.unit, code, fault: status });
    }
    return null;
  }

  function answered(unit: number): void {
    const before = misses.get(unit) ?? 0;
    misses.set(unit, 0);
    if (before >= missesUntilSilent) line.report(line.connected());
  }

  function missed(unit: number): void {
    const times = (misses.get(unit) ?? 0) + 1;
    misses.set(unit, times);
    const params = { unitId: unit, answerTimeoutMs: settings.answerTimeoutMs };
    if (times === 1) return host.problem('no-answer', params);
    if (times !== missesUntilSilent) return;
    const away = wanted.filter((one) => one.unit === unit).map(({ tag }) => tag);
    reporter.sayBad(away, 'no-answer');
    const none = [...units].every((one) => (misses.get(one) ?? 0) >= missesUntilSilent);
    if (none) line.report({ state: 'silent', problem: 'no-answer', params });
    else host.problem('no-answer', params);
  }

  /** What the answer, which begins at `start`, says of one tag. */
  function understand({ tag, binding, address }: Wanted, start: number, answer: Answer): Said {
    const { type } = binding;
    const from = address.start - start;
    if (answer.kind === 'bits') return ofBit(answer.bits[from] === true, type);
    const words = answer.kind === 'words' ? answer.words.slice(from, from + address.length) : [];
    const said = toSaid(address, type, words, settings.order);
    if (address.type === 'bit' || address.type === 'string') return said;
    const order = address.order ?? settings.order;
    const { doubtful, say } = hint.hear(tag, address.type, words.slice(0, wordsFor(address.type)), order);
    if (say !== null) {
      const detail = `the registers look as if their order were ${say}, not ${order}: compare with the display, then write order=${say}`;
      host.problem('settings-invalid', { tag: binding.id, address: binding.address, detail });
    }
    if (!doubtful) return said;
    return said.quality === 'good' ? { ...said, quality: 'uncertain', status: 'order-doubtful' } : said;
  }

  const failed = (status: string, message: string): DriverResult<never> => ({ ok: false, status, message });

  async function read(indexes: readonly number[]): Promise<DriverResult<readonly TagReading[]>> {
    const asked = indexes.flatMap((tag) => ofTag.get(tag) ?? []);
    const missing = indexes.find((tag) => !ofTag.has(tag));
    if (missing !== undefined) {
      return failed(
        'settings-invalid',
        misfits.find(({ tag }) => tag === missing)?.detail ?? `there is no tag ${missing}`,
      );
    }
    // Without gaps: a hole that the device does not have must not fail what a person waits for.
    const readings: TagReading[] = [];
    for (const group of groupTags(asked, { ...limits, maxGap: 0 })) {
      const answer = await askFor(group, true);
      if (!answer.ok) return answer;
      if (answer.value.kind === 'exception') {
        const status = exceptionName(answer.value.code);
        return failed(status, `read ${group.wanted[0]?.binding.address}: the device refused (${status})`);
      }
      for (const one of group.wanted)
        readings.push(reporter.reading(one.tag, understand(one, group.start, answer.value)));
    }
    return { ok: true, value: readings };
  }

  async function write(index: number, value: TagValue): Promise<DriverResult<TagValue>> {
    const one = ofTag.get(index);
    if (!one)
      return failed('settings-invalid', misfits.find(({ tag }) => tag === index)?.detail ?? `there is no tag ${index}`);
    const { address, unit } = one;
    const { table, start } = address;
    if (table === 'input' || table === 'discrete') return failed('not-writable', `a ${table} can only be read`);
    const request = table === 'coil' ? bitToWrite(start, value) : wordsToWrite(one, value);
    if (typeof request === 'string') return failed('value-refused', `write ${tags[index]?.address}: ${request}`);
    // Never twice: a device may count, step or start with each.
    const answer = await talk.ask(unit, request, { urgent: true, tries: 1 });
    if (!answer.ok) {
      if (answer.status !== 'no-answer') return answer;
      return failed('no-answer', `write ${tags[index]?.address}: no answer; whether the device did it is not known`);
    }
    if (answer.value.kind === 'exception') {
      const status = exceptionName(answer.value.code);
      return failed(status, `write ${tags[index]?.address}: the device refused (${status})`);
    }
    const held = await read([index]);
    if (!held.ok)
      return failed(
        held.status,
        `write ${tags[index]?.address}: written, but it cannot be read back (${held.message})`,
      );
    return { ok: true, value: held.value[0]?.value ?? null };
  }

  function bitToWrite(start: number, value: TagValue): Uint8Array | string {
    if (typeof value !== 'boolean' && value !== 0 && value !== 1) return 'true or false is expected';
    const on = value === true || value === 1;
    return settings.writeWith === 'single' ? writeBitRequest(start, on) : writeBitsRequest(start, [on]);
  }

  function wordsToWrite({ address }: Wanted, value: TagValue): Uint8Array | string {
    const words = toWords(address, value, settings.order);
    if (typeof words === 'string') return words;
    if (words.length > most.writeWords)
      return `${words.length} registers do not go into one write; ${most.writeWords} do`;
    return words.length === 1 && settings.writeWith === 'single'
      ? writeWordRequest(address.start, words[0] ?? 0)
      : writeWordsRequest(address.start, words);
  }

  return {
    start: () => line.start(),
    async stop() {
      ended = true;
      polling.stop();
      reporter.end();
      talk.end(false);
      await line.stop();
    },
    read: (indexes) => (line.isOpen ? read(indexes) : Promise.resolve(notConnected)),
    write: (index, value) => (line.isOpen ? write(index, value) : Promise.resolve(notConnected)),
  };
}
