import assert from "node:assert/strict";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

interface Ready {
  url: string;
  now: string;
  tokens: string[];
}

/** Runs the simulator as its own process while `use` looks at it. */
async function withProcess(args: string[], use: (ready: Ready) => Promise<void>): Promise<void> {
  const main = new URL("../../simulator/main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", main, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let line = "";
    while (!line.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the simulator ended before it was ready");
      line += value;
    }
    await use(JSON.parse(line));
  } finally {
    child.kill("SIGTERM");
    await reader.cancel();
    await child.status;
  }
}

async function getJson(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return await response.json();
}

function postJson(url: string, body: object): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

Deno.test(
  "as a process: ready line, data, clock, truth, changes, stats, settings",
  STRICT,
  async () => {
    const args = ["--users", "2", "--days", "40", "--seed", "3", "--now", "2026-10-15T12:00:00Z"];
    args.push("--fault", '{"kind":"status","status":502,"times":1}');
    await withProcess(args, async ({ url, now, tokens }) => {
      assert.equal(now, "2026-10-15T12:00:00.000Z");
      assert.deepEqual(tokens, ["sim-wearer-1", "sim-wearer-2"]);
      const failed = await fetch(`${url}/v2/usercollection/personal_info`);
      assert.equal(failed.status, 502);
      await failed.body?.cancel();
      const query = "type=daily_sleep&user=wearer-2&from=2026-10-01&to=2026-10-17";
      const truth = async () => {
        const text = await (await fetch(`${url}/_sim/truth?${query}`)).text();
        return text.trim().split("\n").map((line): { body: object } => JSON.parse(line));
      };
      const list = await getJson(
        `${url}/v2/usercollection/daily_sleep?start_date=2026-10-01&end_date=2026-10-17`,
        { authorization: `Bearer ${tokens[1]}` },
      );
      const held = await truth();
      assert.deepEqual(held.map(({ body }) => body), list.data);
      assert.equal((await (await fetch(`${url}/_sim/stats`)).json()).requests, 2);

      const moved = await postJson(`${url}/_sim/clock`, { advance: "P1D" });
      assert.deepEqual(await moved.json(), { now: "2026-10-16T12:00:00.000Z" });
      assert.equal((await truth()).length, held.length + 1);
      const changes = await getJson(`${url}/_sim/changes?${query}&since=${now}`);
      assert.equal(changes.created.length, 1);

      const settings = await postJson(`${url}/_sim/settings`, { seriesPage: 5 });
      assert.equal((await settings.json()).seriesPage, 5);
      for (const wrong of [{ seriesPage: "5" }, { nonsense: 1 }, []]) {
        const refused = await postJson(`${url}/_sim/settings`, wrong);
        assert.equal(refused.status, 400);
        await refused.body?.cancel();
      }
    });
  },
);
