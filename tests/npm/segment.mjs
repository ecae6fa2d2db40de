// What a Node backend sends with Segment's own client: `node segment.mjs URL`, the key in KEY.
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: process.env.KEY, host: process.argv[2], path: "/v1/batch", flushAt: 3 });
const failures = [];
analytics.on("error", (error) => failures.push(error));

analytics.identify({ userId: "u1", traits: { name: "王建国", phone: "13812345678" } });
analytics.track({ userId: "u1", event: "Test Drive Completed", properties: { model: "X7", distanceKm: 12.5 } });
analytics.page({ anonymousId: "cookie-1", name: "Models" });
analytics.alias({ previousId: "cookie-1", userId: "u1" });
analytics.group({ userId: "u1", groupId: "company-1", traits: { name: "ACME" } });
await analytics.closeAndFlush({ timeout: 10_000 });

console.log(JSON.stringify({ failures: failures.map((failure) => failure.code ?? String(failure)) }));
