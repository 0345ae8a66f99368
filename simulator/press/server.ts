/** The press as an OPC UA server: its address space, bound to the model, and bulk variables for load tests. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  type Namespace,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
  type UAMethod,
  type UAObject,
  type UAVariable,
  Variant,
} from 'node-opcua';
import type { Action } from '#simulator/line/control.ts';
import { raiseQueueLimit } from './queue-limit.ts';
import { addBulk, every } from './bulk.ts';
import { pressCommands, pressState, type PressHost } from './commands.ts';
import { modes, PressModel, type PressRecipe, recipeLimits, seededChance, stateNumbers } from './model.ts';
import { readScript, Script, type ScriptStep } from './script.ts';

export const pressNamespace = 'urn:linewright:sim:press';

export interface PressOptions {
  readonly port: number;
  /** Machine seconds per second. */
  readonly speed: number;
  readonly seed: number;
  /** Bulk variables `Bulk.0` and on. */
  readonly tags: number;
  /** How often every bulk variable changes, in ms. */
  readonly period: number;
  /** Other namespaces registered before the press's own, so that its index differs. */
  readonly before: number;
  /** Where the counters stand at the start. */
  readonly count: number;
}

export interface RunningPress {
  readonly endpoint: string;
  /** As `GET /` of the control answers it. */
  state(): object;
  readonly commands: Readonly<Record<string, Action>>;
  stop(): Promise<void>;
}

const tickMs = 50;

/** @throws when the port cannot be opened, or the counter cannot stand there. */
export async function startPress(options: PressOptions): Promise<RunningPress> {
  if (!Number.isInteger(options.count) || options.count < 0 || options.count >= 2 ** 32)
    throw new Error(`--count must be a whole number below 2^32, got ${options.count}`);
  // Notices of a demo machine are of no use to whoever started the line; what cannot start is thrown.
  setWarningLogger(() => undefined);
  setErrorLogger(() => undefined);
  raiseQueueLimit();
  const server = new OPCUAServer({
    port: options.port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    resourcePath: '/press',
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    // Without it a session that was lost costs its queue: no transfer over an unsecured channel.
    allowAnonymousSubscriptionTransferOnUnsecuredChannel: true,
    maxConnectionsPerEndpoint: 50,
    serverCertificateManager: new OPCUACertificateManager({
      rootFolder: path.join(tmpdir(), 'linewright-sim-press-pki'),
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    }),
    buildInfo: {
      productName: 'Linewright demo press',
      manufacturerName: 'Linewright',
      softwareVersion: '1.0.0',
      buildNumber: '1',
      buildDate: new Date(Date.UTC(2026, 0, 1)),
    },
    serverInfo: { applicationUri: 'urn:linewright:sim:press:server', productUri: 'urn:linewright:sim:press' },
    serverCapabilities: {
      // Sessions of killed clients stay until their time is over.
      maxSessions: 200,
      maxSubscriptionsPerSession: 20,
      maxMonitoredItemsQueueSize: 60_000,
      // 0: a client that asks for sampling 0 gets every change.
      minSupportedSampleRate: 0,
      operationLimits: { maxMonitoredItemsPerCall: 10_000, maxNodesPerRead: 10_000, maxNodesPerWrite: 10_000 },
    },
  });
  await server.initialize();
  const addressSpace = server.engine.addressSpace;
  if (!addressSpace) throw new Error('the server has no address space');
  for (let i = 0; i < options.before; i++) addressSpace.registerNamespace(`urn:linewright:sim:other:${i}`);
  const namespace = addressSpace.registerNamespace(pressNamespace);
  const model = new PressModel(seededChance(options.seed));
  model.setCount(options.count);
  const machines = namespace.addFolder(addressSpace.rootFolder.objects, {
    nodeId: 's=Machines',
    browseName: 'Machines',
  });
  const press = namespace.addObject({ organizedBy: machines, nodeId: 's=Press', browseName: 'Press' });
  const publish = bindPress(namespace, press, model);
  const bulk = addBulk(namespace, machines, options.tags);
  await server.start();

  let { speed } = options;
  let clockOffsetMs = 0;
  let plugged = true;
  const host: PressHost = {
    get speed() {
      return speed;
    },
    setSpeed: (value) => void (speed = value),
    get clockOffsetMs() {
      return clockOffsetMs;
    },
    setClockOffset: (ms) => void (clockOffsetMs = ms),
    get plugged() {
      return plugged;
    },
    async unplug() {
      if (!plugged) return;
      plugged = false;
      await pullPlug(server);
    },
    async plug() {
      if (plugged) return;
      await server.resumeEndPoints();
      plugged = true;
    },
  };
  let script: Script | null = null;
  const commands = pressCommands(model, host);
  const state = (): object => ({ ...pressState(model, host), script: script?.state ?? null });

  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    const ms = (now - last) * speed;
    last = now;
    if (script === null) model.advance(ms);
    else script.advance(ms, (part) => model.advance(part));
    if (!model.freeze) publish(new Date(Date.now() + clockOffsetMs));
  }, tickMs);
  const stopBulk = options.tags > 0 ? every(options.period, () => !model.freeze && bulk()) : () => undefined;
  const complain = ({ at, do: what }: ScriptStep, why: string): void =>
    console.error(`script, at ${at} ms, ${what}: ${why}`);
  return {
    endpoint: `opc.tcp://127.0.0.1:${options.port}/press`,
    state,
    commands: {
      ...commands,
      script: ({ steps }) => {
        script = new Script(readScript(steps, commands), commands, complain);
        return state();
      },
    },
    async stop() {
      clearInterval(ticking);
      stopBulk();
      await server.shutdown(0);
    },
  };
}

/** As a cable that is pulled: nothing is said any more; sessions and their queues stay for when it is put back. */
async function pullPlug(server: OPCUAServer): Promise<void> {
  const suspended = server.suspendEndPoints();
  for (const endpoint of server.endpoints) endpoint.abruptlyInterruptChannels();
  await suspended;
}

/** Binds every variable of the press and returns what publishes the model's present values. */
function bindPress(namespace: Namespace, press: UAObject, model: PressModel): (at: Date) => void {
  const shown: (() => void)[] = [];
  let at = new Date();

  const add = (name: string, dataType: DataType, read: () => number | string | boolean): UAVariable => {
    const variable = namespace.addVariable({
      componentOf: press,
      nodeId: `s=${name}`,
      browseName: name.slice(name.lastIndexOf('.') + 1),
      displayName: name,
      dataType,
      minimumSamplingInterval: 0,
      accessLevel: 'CurrentRead',
      userAccessLevel: 'CurrentRead',
    });
    let last: number | string | boolean | undefined;
    shown.push(() => {
      const value = read();
      if (value === last) return;
      last = value;
      variable.setValueFromSource({ dataType, value }, StatusCodes.Good, at);
    });
    return variable;
  };
  const addWritable = (
    name: string,
    dataType: DataType,
    read: () => number | string | boolean,
    accept: (value: number | string | boolean) => boolean,
  ): void => {
    namespace.addVariable({
      componentOf: press,
      nodeId: `s=${name}`,
      browseName: name.slice(name.lastIndexOf('.') + 1),
      displayName: name,
      dataType,
      minimumSamplingInterval: 0,
      accessLevel: 'CurrentRead | CurrentWrite',
      userAccessLevel: 'CurrentRead | CurrentWrite',
      value: {
        get: () => new Variant({ dataType, value: read() }),
        set: (variant: Variant) => (accept(variant.value) ? StatusCodes.Good : StatusCodes.BadOutOfRange),
      },
    });
  };

  const identification = namespace.addObject({
    componentOf: press,
    nodeId: 's=Press.Identification',
    browseName: 'Identification',
  });
  const identity = { Manufacturer: 'Linewright', Model: 'SP-60 servo press', SerialNumber: 'SIM-0007' };
  for (const [key, value] of Object.entries(identity)) {
    namespace.addVariable({
      propertyOf: identification,
      nodeId: `s=Press.Identification.${key}`,
      browseName: key,
      dataType: DataType.String,
      value: { dataType: DataType.String, value },
    });
  }

  // Results come before the state: who sees Complete finds the results of that cycle.
  add('Press.Result.CycleId', DataType.String, () => model.result.cycleId);
  add('Press.Result.PeakForce', DataType.Double, () => model.result.peakForce);
  add('Press.Result.EndPosition', DataType.Double, () => model.result.endPosition);
  add('Press.Result.Duration', DataType.Double, () => model.result.duration);
  add('Press.Result.Ok', DataType.Boolean, () => model.result.ok);
  add('Press.ScrapCount', DataType.UInt32, () => model.scrapCount);
  add('Press.CycleCount', DataType.UInt32, () => model.cycleCount);
  add('Press.Ram.Force', DataType.Double, () => Number(model.force.toFixed(3)));
  add('Press.Ram.Position', DataType.Double, () => Number(model.position.toFixed(3)));
  add('Press.Oil.Temperature', DataType.Double, () => Number(model.oilTemperature.toFixed(2)));
  add('Press.GuardClosed', DataType.Boolean, () => model.guardClosed);
  // Why it stands comes before that it does.
  add('Press.Alarm', DataType.String, () => model.alarm);
  add('Press.Mode', DataType.String, () => modes[model.mode]);
  add('Press.Blocked', DataType.Boolean, () => model.blocked);
  add('Press.Starved', DataType.Boolean, () => model.starved);
  add('Press.State', DataType.String, () => model.state);
  add('Press.StateNumber', DataType.Int32, () => stateNumbers[model.state]);

  const recipe = model.recipe;
  const inRange = (key: keyof typeof recipeLimits, value: number): boolean =>
    Number.isFinite(value) && value >= recipeLimits[key].lower && value <= recipeLimits[key].upper;
  const addParameter = (name: string, key: Exclude<keyof PressRecipe, 'name'>): void =>
    addWritable(
      name,
      DataType.Double,
      () => recipe[key],
      (value) => {
        if (typeof value !== 'number' || !inRange(key, value)) return false;
        recipe[key] = value;
        return true;
      },
    );
  addWritable(
    'Press.Recipe.Name',
    DataType.String,
    () => recipe.name,
    (value) => {
      recipe.name = String(value);
      return recipe.name.length <= 64;
    },
  );
  addParameter('Press.Recipe.TargetForce', 'targetForce');
  addParameter('Press.Recipe.Approach', 'approach');
  addParameter('Press.Recipe.Hold', 'hold');
  addWritable(
    'Press.Cycle.Id',
    DataType.String,
    () => model.cycleId,
    (value) => {
      model.cycleId = String(value ?? '');
      return true;
    },
  );
  // The lamps on top of it: written by whoever runs the station.
  for (const name of ['Red', 'Amber', 'Green', 'Blue', 'White']) {
    let lit = false;
    addWritable(
      `Press.Light.${name}`,
      DataType.Boolean,
      () => lit,
      (value) => ((lit = Boolean(value)), true),
    );
  }
  addWritable(
    'Sim.Fail',
    DataType.Boolean,
    () => model.failing > 0,
    (value) => ((model.failing = value === true ? 1 : 0), true),
  );
  addWritable(
    'Sim.Freeze',
    DataType.Boolean,
    () => model.freeze,
    (value) => ((model.freeze = Boolean(value)), true),
  );
  addWritable(
    'Sim.GuardOpen',
    DataType.Boolean,
    () => !model.guardClosed,
    (value) => {
      model.guardClosed = !value;
      return true;
    },
  );
  addWritable(
    'Sim.Drift',
    DataType.Double,
    () => model.drift,
    (value) => ((model.drift = Number(value)), true),
  );

  const show = (): void => {
    for (const one of shown) one();
  };
  const addMethod = (name: string, act: () => boolean): UAMethod => {
    const method = namespace.addMethod(press, {
      nodeId: `s=Press.${name}`,
      browseName: name,
      inputArguments: [],
      outputArguments: [],
    });
    method.bindMethod((_inputs, _context, done) => {
      const accepted = !model.freeze && act();
      at = new Date();
      if (accepted) show();
      done(null, { statusCode: accepted ? StatusCodes.Good : StatusCodes.BadInvalidState, outputArguments: [] });
    });
    return method;
  };
  addMethod('Start', () => model.start());
  addMethod('Abort', () => model.abort());
  addMethod('Reset', () => model.reset());

  show();
  return (now) => {
    at = now;
    show();
  };
}
