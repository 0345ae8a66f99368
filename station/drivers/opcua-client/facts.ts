/** What the driver wants to know of a server before it subscribes, in one read. */
import { AttributeIds, type ClientSession, VariableIds } from 'node-opcua-client';

export interface ServerFacts {
  readonly namespaces: readonly string[];
  /** 0 = no limit told. */
  readonly itemsPerCall: number;
  readonly nodesPerRead: number;
  readonly product: string;
  readonly version: string;
}

/** @throws when the namespace table cannot be read: without it no address can be resolved. */
export async function readFacts(session: ClientSession): Promise<ServerFacts> {
  const ids = [
    VariableIds.Server_NamespaceArray,
    VariableIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    VariableIds.Server_ServerStatus_BuildInfo_ProductName,
    VariableIds.Server_ServerStatus_BuildInfo_SoftwareVersion,
  ];
  const values = await session.read(ids.map((id) => ({ nodeId: `i=${id}`, attributeId: AttributeIds.Value })));
  const [namespaces, items, nodes, product, version] = values.map((one): unknown =>
    one.statusCode.isGood() ? one.value.value : null,
  );
  if (!Array.isArray(namespaces)) throw new Error('the server does not tell its namespaces');
  const limit = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
  return {
    namespaces: namespaces.map(String),
    itemsPerCall: limit(items),
    nodesPerRead: limit(nodes),
    product: typeof product === 'string' ? product : '',
    version: typeof version === 'string' ? version : '',
  };
}
