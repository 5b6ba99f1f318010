/**
 * The bill of materials of the program, as CycloneDX 1.6 JSON on standard output: every npm package
 * the program imports, with the checksum `deno.lock` pins it to.
 */
import process from "node:process";
import deno from "../deno.json" with { type: "json" };
import lockText from "../deno.lock" with { type: "text" };
import { moduleOf, ROOTS } from "./program_modules.ts";

interface Package {
  name: string;
  version: string;
  dependencies: string[];
}

interface Info {
  modules: { kind?: string; npmPackage?: string }[];
  /** All of the lock file, development's own among them. */
  npmPackages: Record<string, Package>;
}

/** The packages the program imports, and what these need, by their id in the lock file. */
async function programPackages(): Promise<Map<string, Package>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", moduleOf(ROOTS)],
    cwd: new URL("..", import.meta.url),
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout)) as Info;
  const found = new Map<string, Package>();
  const queue = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const each = npmPackages[id];
    if (!each || found.has(id)) continue;
    found.set(id, each);
    queue.push(...each.dependencies);
  }
  return found;
}

/** `pkg:npm/%40scope/name@1.0.0`, see the package URL specification. */
function packageUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

const { npm: locked } = JSON.parse(lockText) as { npm: Record<string, { integrity?: string }> };
const components = [...await programPackages()].map(([id, { name, version }]) => {
  const integrity = locked[id]?.integrity;
  return {
    type: "library",
    "bom-ref": packageUrl(name, version),
    name,
    version,
    purl: packageUrl(name, version),
    ...(integrity?.startsWith("sha512-")
      ? {
        hashes: [{
          alg: "SHA-512",
          content: Uint8Array.fromBase64(integrity.slice("sha512-".length)).toHex(),
        }],
      }
      : {}),
  };
}).sort((a, b) => (a.purl < b.purl ? -1 : 1));

process.stdout.write(`${
  JSON.stringify(
    {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: {
        component: {
          type: "application",
          "bom-ref": "oura-sync",
          name: "oura-sync",
          version: deno.version,
          licenses: [{ license: { id: deno.license } }],
        },
      },
      components: [...new Map(components.map((each) => [each.purl, each])).values()],
    },
    null,
    2,
  )
}\n`);
