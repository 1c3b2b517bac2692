// Places and moves an order through the types that were made of the API's description.
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Schemas = components["schemas"];
type Answer<Call extends { responses: any }, Status extends keyof Call["responses"]> =
  Call["responses"][Status]["content"]["application/json"];

const [site, key] = process.argv.slice(2);
async function call<Answered>(path: string, body?: object, more: object = {}): Promise<Answered> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...more };
  const sent = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  const answer = await fetch(site + path, sent);
  return (await answer.json()) as Answered;
}
const wanted: Schemas["OrderRequest"] = {
  restaurant: "hamra", fulfilment: "pickup", items: [{ name: "Kebab", quantity: 2 }],
};
type Placed = Answer<paths["/api/v1/orders"]["post"], 201>;
const till = { "Idempotency-Key": "till-4711" };
const placed = await call<Placed>("/api/v1/orders", wanted, till);
const again = await call<Placed>("/api/v1/orders", wanted, till);
const path = `/api/v1/orders/${placed.id}`;
const confirm: Schemas["TransitionRequest"] = { to: "confirmed" };
const moved = await call<Schemas["OrderAnswer"]>(`${path}/transitions`, confirm);
const refused = await call<Schemas["ProblemDocument"]>(`${path}/transitions`, { to: "completed" });
const events = await call<Schemas["EventList"]>(`${path}/events`);
const orders = await call<Schemas["OrderList"]>("/api/v1/orders?restaurant=hamra");
console.log(JSON.stringify({
  same: again.id === placed.id,
  status: moved.status,
  read: (await call<Schemas["OrderAnswer"]>(path)).items[0]?.name,
  listed: orders.items.map((each) => each.status),
  told: events.items.map((each) => ("to" in each ? each.to : each.act)),
  refused: [refused.status, refused.type, refused.allowed],
}));
