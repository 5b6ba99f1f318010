/** What can be known of image and compose file without a container engine. */
import assert from "node:assert/strict";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { z } from "zod";
import { SETTING_NAMES } from "../../config/environment/settings.ts";
import { TARGETS } from "../../tools/compile/arguments.ts";
import { PROJECT } from "./support.ts";
import { SILENT } from "../support/in_process.ts";
import { isInstalled } from "../support/installed.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { run } from "../../commands/_cli/program.ts";
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
  command: z.array(z.string()).optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
});
const compose = z.object({
  name: z.string(),
  services: z.object({ database: service, sync: service, serve: service, worker: service }),
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

Deno.test("compose gives the program nothing it does not need", options, async () => {
  const { services, volumes } = compose.parse(
    parse(await read("deploy/compose.yaml"), { merge: true }),
  );
  const { database, sync, serve, worker } = services;
  for (const program of [sync, serve, worker]) {
    assert.equal(program.read_only, true);
    assert.deepEqual(program.cap_drop, ["ALL"]);
    assert.deepEqual(program.security_opt, ["no-new-privileges:true"]);
    for (const name of Object.keys(program.environment)) {
      assert.ok(SETTING_NAMES.includes(name), name);
    }
  }
  assert.equal(sync.ports, undefined);
  assert.equal(worker.ports, undefined);
  for (const { ports = [] } of [database, serve]) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
  }
  for (const volume of [...database.volumes, ...sync.volumes]) {
    assert.ok(volume.split(":")[0]! in volumes, volume);
  }
  await Deno.stat(
    new URL(sync.build!.dockerfile, new URL(`deploy/${sync.build!.context}/`, PROJECT)),
  );
});

Deno.test("the services of compose and systemd run commands that exist", options, async () => {
  const { services } = compose.parse(parse(await read("deploy/compose.yaml"), { merge: true }));
  const units = ["oura-sync-serve.service", "oura-sync-worker@.service"];
  const texts = await Promise.all(units.map((name) => read(`deploy/systemd/${name}`)));
  const commands = [
    ...texts.map((text) => /^ExecStart=\S+ (.+)$/m.exec(text)![1]!.split(" ")),
    services.serve.command ?? [],
    services.worker.command ?? [],
  ];
  for (const command of commands) {
    assert.equal(await run([...command, "--help"], SILENT), 0, command.join(" "));
  }
});

if (await isInstalled("systemd-analyze")) {
  Deno.test("systemd takes the units of the server", async () => {
    await using directory = await temporaryDirectory();
    const paths: string[] = [];
    for (const [name, file] of [["serve", "serve"], ["worker@1", "worker@"]] as const) {
      const text = await read(`deploy/systemd/oura-sync-${file}.service`);
      const path = `${directory.path}/oura-sync-${name}.service`;
      // The program and its user exist on a server only.
      const here = text.replace("/usr/local/bin/oura-sync", "/bin/true")
        .replace("User=oura-sync", "User=root");
      await Deno.writeTextFile(path, here);
      paths.push(path);
    }
    const { success, stderr } = await new Deno.Command("systemd-analyze", {
      args: ["verify", "--man=no", ...paths],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  });
}

Deno.test("what must not get into an image is left out of its context", options, async () => {
  const ignored = (await read("deploy/Dockerfile.dockerignore")).split("\n");
  for (const path of [".env", "data", "dist"]) assert.ok(ignored.includes(path), path);
});
