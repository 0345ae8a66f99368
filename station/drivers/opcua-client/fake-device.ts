/** A small real OPC UA server for tests, inside the test's own process. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type StatusCode,
  StatusCodes,
  type UAVariable,
  VariantArrayType,
  setErrorLogger,
  setWarningLogger,
} from 'node-opcua';

export interface FakeVariable {
  /** String identifier in the fake's namespace. */
  readonly id: string;
  readonly dataType: keyof typeof DataType;
  readonly value: unknown;
  readonly writable?: boolean;
}

export interface FakeDeviceOptions {
  readonly port: number;
  readonly namespaceUri: string;
  readonly variables: readonly FakeVariable[];
  /** Other namespaces registered first, so that the index of the fake's own moves. */
  readonly namespacesBefore?: number;
  /** Only this user gets a session; absent: anybody. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Only encrypted connections. */
  readonly secureOnly?: boolean;
  readonly maxItemsPerCall?: number;
}

export class FakeOpcuaDevice {
  readonly endpoint: string;
  readonly #options: FakeDeviceOptions;
  #server: OPCUAServer | null = null;
  readonly #variables = new Map<string, UAVariable>();

  constructor(options: FakeDeviceOptions) {
    this.#options = options;
    this.endpoint = `opc.tcp://127.0.0.1:${options.port}`;
  }

  async start(): Promise<void> {
    setWarningLogger(() => undefined);
    setErrorLogger(() => undefined);
    const { port, namespaceUri, namespacesBefore, user, secureOnly, maxItemsPerCall, variables } = this.#options;
    const server = new OPCUAServer({
      port,
      host: '127.0.0.1',
      hostname: '127.0.0.1',
      allowAnonymous: user === undefined,
      ...(user === undefined
        ? {}
        : {
            userManager: {
              isValidUser: (name: string, password: string) => name === user.name && password === user.password,
            },
          }),
      securityModes: secureOnly
        ? [MessageSecurityMode.SignAndEncrypt]
        : [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
      securityPolicies: secureOnly
        ? [SecurityPolicy.Basic256Sha256]
        : [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
      allowAnonymousSubscriptionTransferOnUnsecuredChannel: true,
      serverCertificateManager: new OPCUACertificateManager({
        rootFolder: path.join(tmpdir(), 'linewright-fake-opcua-pki'),
        automaticallyAcceptUnknownCertificate: true,
        disableFileWatchers: true,
      }),
      serverCapabilities: {
        maxSessions: 20,
        minSupportedSampleRate: 0,
        operationLimits: { maxMonitoredItemsPerCall: maxItemsPerCall ?? 1_000 },
      },
    });
    await server.initialize();
    const addressSpace = server.engine.addressSpace;
    if (!addressSpace) throw new Error('the server has no address space');
    for (let i = 0; i < (namespacesBefore ?? 0); i++) addressSpace.registerNamespace(`urn:other:${i}`);
    const namespace = addressSpace.registerNamespace(namespaceUri);
    const device = namespace.addObject({
      organizedBy: addressSpace.rootFolder.objects,
      nodeId: 's=Device',
      browseName: 'Device',
    });
    for (const { id, dataType, value, writable } of variables) {
      const access = writable ? 'CurrentRead | CurrentWrite' : 'CurrentRead';
      const variable = namespace.addVariable({
        componentOf: device,
        nodeId: `s=${id}`,
        browseName: id,
        dataType,
        minimumSamplingInterval: 0,
        accessLevel: access,
        userAccessLevel: access,
      });
      variable.setValueFromSource(
        { dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value },
        StatusCodes.Good,
        new Date(),
      );
      this.#variables.set(id, variable);
    }
    // Adds two numbers; refuses negative ones.
    const add = namespace.addMethod(device, {
      nodeId: 's=Add',
      browseName: 'Add',
      inputArguments: [
        { name: 'a', dataType: DataType.Double },
        { name: 'b', dataType: DataType.Double },
      ],
      outputArguments: [{ name: 'sum', dataType: DataType.Double }],
    });
    add.bindMethod((inputs, _context, done) => {
      const [a, b] = inputs.map((input) => Number(input.value));
      if (a === undefined || b === undefined || a < 0 || b < 0) {
        return done(null, { statusCode: StatusCodes.BadInvalidArgument });
      }
      done(null, { statusCode: StatusCodes.Good, outputArguments: [{ dataType: DataType.Double, value: a + b }] });
    });
    await server.start();
    this.#server = server;
  }

  /** Changes a value as the machine would. */
  set(id: string, value: unknown, status: StatusCode = StatusCodes.Good, at = new Date()): void {
    const dataType = this.#options.variables.find((one) => one.id === id)?.dataType ?? 'Double';
    this.#variables
      .get(id)
      ?.setValueFromSource({ dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value }, status, at);
  }

  /** As if the subscriptions' time were up: the client is not told. */
  deleteSubscriptions(): void {
    for (const session of this.#sessions()) {
      for (const subscription of session.publishEngine.subscriptions) session.deleteSubscription(subscription.id);
    }
  }

  /** As if the sessions' time were up: subscriptions stay and can be transferred. */
  closeSessions(deleteSubscriptions = false): void {
    for (const session of this.#sessions()) {
      this.#server?.engine.closeSession(session.authenticationToken, deleteSubscriptions, 'Timeout');
    }
  }

  subscriptionCount(): number {
    return this.#sessions().reduce((count, session) => count + session.publishEngine.subscriptions.length, 0);
  }

  #sessions() {
    return this.#server?.engine.getSessions() ?? [];
  }

  /** Ends without a word, as when the power goes: connections are cut, nothing is closed in order. */
  async kill(): Promise<void> {
    for (const endpoint of this.#server?.endpoints ?? []) endpoint.abruptlyInterruptChannels();
    await this.stop();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#variables.clear();
    await server?.shutdown(0);
  }
}
