// @ts-check
// A department's client, checked by TypeScript (npm run check) and run by Node as it is; it needs no package.
//   URL=https://HOST KEY=cg_… PURPOSE=事中事后监管 node levels.mjs CODE…
// The classes are 内部监管参考，非信用评价，不得公开，不得作为许可依据.

const base = process.env.URL ?? "";
const headers = { Authorization: `Bearer ${process.env.KEY}`, "X-Purpose": encodeURIComponent(process.env.PURPOSE ?? "") };

/** @param {string} path @returns {Promise<any>} */
async function get(path) {
  const answer = await fetch(base + path, { headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.errors[0].extensions.code} ${body.errors[0].message}`);
  return body;
}

/** @param {string} code @returns {Promise<import("./types").RiskLevel>} */
export const riskLevel = (code) => get(`/v1/risk-level/${encodeURIComponent(code)}`);

/** Every line after a number. @param {number} after @returns {AsyncGenerator<import("./types").LevelChange>} */
export async function* levelChanges(after) {
  for (;;) {
    /** @type {import("./types").LevelChanges} */
    const page = await get(`/v1/changes/levels?after=${after}`);
    yield* page.changes;
    after = page.next;
    if (after >= page.last) return;
  }
}

for (const code of process.argv.slice(2)) {
  const level = await riskLevel(code);
  console.log(level.code, level.creditRiskLevel ?? level.status, level.validUntil ?? level.reason);
}
for await (const line of levelChanges(0)) console.log(line.sequence, line.event, line.code, line.creditRiskLevel ?? "-");
