import assert from "node:assert/strict";
import { serverAddress } from "../../lib/db/driver/postgres/server_url.ts";
import { UsageError } from "../../lib/errors.ts";

const read = (url: string) => serverAddress({ kind: "url", url });

Deno.test("serverAddress() reads what libpq reads", () => {
  const { host, port, database, user, password, sslMode } = read(
    "postgresql://me%40home:p%3Ass%2Fw%23rd@db.example:6543/my%20data?sslmode=verify-ca",
  );
  assert.deepEqual([host, port, database], ["db.example", 6543, "my data"]);
  assert.deepEqual([user, password, sslMode], ["me@home", "p:ss/w#rd", "verify-ca"]);

  const plain = read("postgres://me@localhost");
  assert.deepEqual([plain.port, plain.database, plain.password], [5432, "me", null]);
  assert.equal(plain.sslMode, "prefer");
  assert.equal(plain.applicationName, "oura-sync");

  assert.equal(read("postgres://me@[::1]:5433/x").host, "::1");
  assert.equal(read("postgres:///x?host=/run/postgresql&user=me").host, "/run/postgresql");
  assert.equal(read("postgres://me@/x?host=/run/postgresql").host, "/run/postgresql");
  const socket = read("postgres://me:pw@:5433/x?host=/run/postgresql");
  assert.deepEqual([socket.host, socket.port, socket.user], ["/run/postgresql", 5433, "me"]);
  assert.equal(read("postgres://:5433/x?user=me").port, 5433);
  assert.equal(read("POSTGRES://me:p@ss,w@h/x").password, "p@ss,w");
  assert.equal(read("postgres://me@%2Frun%2Fpostgresql/x").host, "/run/postgresql");
  assert.equal(read("postgres://me@h/x?connect_timeout=3").connectTimeoutMs, 3000);
  assert.equal(read("postgres://me@h/x?connect_timeout=0").connectTimeoutMs, 20_000);
  assert.equal(read("postgres://me@h/x?target_session_attrs=any").host, "h");
});

Deno.test("serverAddress() says what is wrong with a URL and never repeats it", () => {
  const cases: readonly [string, RegExp][] = [
    ["mysql://me:hunter2@h/x", /does not start with postgres/],
    ["host=h password=hunter2", /does not start with postgres/],
    ["postgres://me:hunter2#x@h/x", /%23/],
    ["postgres://me:hunter2/x@h/x", /need escaping/],
    ["postgres://me:hunter2%zz@h/x", /%25/],
    ["postgres://me:hunter2@h:99999/x", /need escaping|port/],
    ["postgres://me:hunter2@a,b/x", /several hosts/],
    ["postgres://me:hunter2@a:5432,b:5433/x", /several hosts/],
    ["postgres://me:hunter2@h/x?sslmode=always", /sslmode is none of disable, allow/],
    ["postgres://me:hunter2@h/x?pasword=hunter2", /unknown parameters: pasword/],
    ["postgres://me:hunter2@h/x?connect_timeout=soon", /connect_timeout/],
    ["postgres://h/x", /names no user/],
  ];
  for (const [url, pattern] of cases) {
    assert.throws(() => read(url), (error) => {
      assert.ok(error instanceof UsageError, url);
      assert.match(error.message, pattern);
      assert.doesNotMatch(`${error.message} ${error.hint} ${error.stack}`, /hunter2/);
      return true;
    });
  }
});
