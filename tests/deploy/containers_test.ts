/** What can be known of image and compose file without a container engine. */
import assert from "node:assert/strict";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { z } from "zod";
import { SETTING_NAMES } from "../../config/environment/settings.ts";
import { TARGETS } from "../../tools/compile/arguments.ts";
import { PROJECT } from "./support.ts";
import { runScript } from "./workflow.ts";

const options = { sanitizeOps: true, sanitizeResources: true };
const read = (path: string) => Deno.readTextFile(new URL(path, PROJECT));

const service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
});
const compose = z.object({
  name: z.string(),
  services: z.object({ database: service, sync: service }),
  volumes: z.record(z.string(), z.null()),
});

Deno.test("the Dockerfile is valid, and the image has no root and no shell", options, async () => {
  const text = await read("deploy/Dockerfile");
  assert.deepEqual(validate(text).filter(({ severity }) => severity === 1), []);
  const last = text.slice(text.lastIndexOf("\nFROM "));
  assert.match(last, /^USER 65532:65532$/m);
  assert.match(last, /^FROM gcr\.io\/distroless\/[\w-]+:nonroot$/m);
  assert.match(last, /^ENTRYPOINT \["/m);
  assert.ok(!/^(RUN|ADD) |^CMD [^[]|secret|token/im.test(last));
  assert.match(last, /^HEALTHCHECK /m);
});

Deno.test("the image compiles for the machines there are binaries for", options, async () => {
  const text = await read("deploy/Dockerfile");
  const named = [...text.matchAll(/target=([\w-]+)/g)].map(([, target]) => target!);
  assert.equal(named.length, 2);
  for (const target of named) assert.ok(TARGETS.includes(target), target);
  const choice = /RUN (case .*?esac)/s.exec(text)![1]!.replaceAll("\\\n", "\n");
  for (const [arch, target] of [["amd64", named[0]], ["arm64", named[1]]] as const) {
    const { out } = await runScript(`${choice}; echo "$target"`, ".", { TARGETARCH: arch });
    assert.equal(out.trim(), target);
  }
  assert.equal((await runScript(choice, ".", { TARGETARCH: "s390x" })).code, 1);
});

Deno.test("image and workflows use one version of Deno", options, async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL(".github/workflows", PROJECT)));
  const texts = await Promise.all([
    read("deploy/Dockerfile"),
    ...files.map(({ name }) => read(`.github/workflows/${name}`)),
  ]);
  const versions = texts.flatMap((text) => [
    ...text.matchAll(/deno-version: (\S+)|denoland\/deno:debian-(\S+)/g),
  ]).map(([, action, image]) => action ?? image);
  assert.ok(versions.length > 3);
  assert.deepEqual([...new Set(versions)], ["2.9.6"]);
});

Deno.test("compose gives the sync nothing it does not need", options, async () => {
  const { services: { database, sync }, volumes } = compose.parse(
    parse(await read("deploy/compose.yaml")),
  );
  assert.equal(sync.read_only, true);
  assert.deepEqual(sync.cap_drop, ["ALL"]);
  assert.deepEqual(sync.security_opt, ["no-new-privileges:true"]);
  assert.equal(sync.ports, undefined);
  for (const port of database.ports ?? []) assert.match(port, /^127\.0\.0\.1:/);
  for (const volume of [...database.volumes, ...sync.volumes]) {
    assert.ok(volume.split(":")[0]! in volumes, volume);
  }
  for (const name of Object.keys(sync.environment)) assert.ok(SETTING_NAMES.includes(name), name);
  await Deno.stat(
    new URL(sync.build!.dockerfile, new URL(`deploy/${sync.build!.context}/`, PROJECT)),
  );
});

Deno.test("what must not get into an image is left out of its context", options, async () => {
  const ignored = (await read("deploy/Dockerfile.dockerignore")).split("\n");
  for (const path of [".env", "data", "dist"]) assert.ok(ignored.includes(path), path);
});
