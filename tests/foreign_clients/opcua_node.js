// node-opcua's client: watches the heartbeat, and says what becomes of its connection. Arguments: packages, endpoint.
const { createRequire } = require("module");
const packages = createRequire(process.argv[2] + "/");
const { AttributeIds, DataType, OPCUAClient, TimestampsToReturn, makeBrowsePath } =
  packages("node-opcua-client");

async function main() {
  const connectionStrategy = { maxRetry: -1, initialDelay: 200, maxDelay: 1000 };
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy, keepSessionAlive: true });
  client.on("connection_lost", () => console.log("lost"));
  client.on("connection_reestablished", () => console.log("reestablished"));
  await client.connect(process.argv[3]);
  const session = await client.createSession();
  const own = (await session.readNamespaceArray()).indexOf("urn:leak-inspection");
  const path = makeBrowsePath("ObjectsFolder", `/${own}:LeakInspection/${own}:heartbeat`);
  const nodeId = (await session.translateBrowsePath(path)).targets[0].targetId;
  const vision = (await session.readNamespaceArray()).indexOf("http://opcfoundation.org/UA/MachineVision");
  const machine = `/${own}:VisionSystem/${vision}:VisionStateMachine`;
  const find = async (place) => (await session.translateBrowsePath(makeBrowsePath("ObjectsFolder", place))).targets[0].targetId;
  for (const method of ["Halt", "Halt", "Reset"]) {
    const inputArguments = [
      { dataType: DataType.Int32, value: 7 },
      { dataType: DataType.String, value: "a test" },
    ];
    const objectId = await find(machine);
    const methodId = await find(`${machine}/${vision}:${method}`);
    const answer = await session.call({ objectId, methodId, inputArguments });
    console.log(`called ${method} ${answer.statusCode.name}`);
  }
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 100,
    requestedLifetimeCount: 600,
    requestedMaxKeepAliveCount: 10,
    publishingEnabled: true,
  });
  const sampling = { samplingInterval: 100, queueSize: 10, discardOldest: true };
  const item = await subscription.monitor({ nodeId, attributeId: AttributeIds.Value }, sampling, TimestampsToReturn.Both);
  item.on("changed", (data) => console.log("heartbeat " + data.value.value));
}

main().catch((error) => {
  console.log("error " + error);
  process.exit(1);
});
