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
    ["postgres://me:hunter2/x@h/x", /%2F/],
    ["postgres://me:12?hunter2@127.0.0.1:5432/x", /%3F/],
    ["postgres://me:12?a=hunter2&b@127.0.0.1:5432/x", /%3F/],
    ["postgres://me:p@hunter2/word@127.0.0.1:5432/x", /%2F/],
    ["postgres://me:hunter2?rest", /URL|port/],
    ["postgres://me:hunter2@h/x?application_name", /no value/],
    ["postgres://me:hunter2@h/x?ssl=maybe", /ssl must be one of true/],
    ["postgres://me:hunter2@h/x?sslcert=a.pem", /sslcert and sslkey/],
    ["postgres://me:hunter2@h/x?sslkey=a.pem", /sslcert and sslkey/],
    ["postgres://me:hunter2@h/x?sslnegotiation=direct", /sslmode=require/],
    ["postgres://me:hunter2@h/x?sslcertmode=require", /cannot be honoured/],
    ["postgres://me:hunter2@h/x?gssencmode=require", /cannot be honoured/],
    ["postgres://me:hunter2@h/x?sslmode=disable&channel_binding=require", /needs TLS/],
    [
      "postgres://me:hunter2@h/x?channel_binding=hunter2",
      /must be one of disable, prefer, require/,
    ],
    ["postgres://me:hunter2@h/x?ssl_min_protocol_version=hunter2", /TLSv1.3/],
    ["postgres://me:hunter2@h/x?require_auth=hunter2", /require_auth/],
    ["postgres://me:hunter2@h/x?require_auth=md5,!none", /require_auth/],
    ["postgres://me:hunter2%zz@h/x", /%25/],
    ["postgres://me:hunter2@h:99999/x", /need escaping|port/],
    ["postgres://me:hunter2@a,b/x", /several hosts/],
    ["postgres://me:hunter2@a:5432,b:5433/x", /several hosts/],
    ["postgres://me:hunter2@h/x?sslmode=always", /sslmode must be one of disable, allow/],
    ["postgres://me:hunter2@h/x?pasword=hunter2", /unknown parameters: pasword/],
    ["postgres://me:hunter2@h/x?connect_timeout=soon", /connect_timeout/],
    ["postgres://h/x", /the user is missing/],
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

Deno.test("serverAddress() understands what providers' URLs hold", () => {
  assert.equal(read("postgres://me@h/x?application_name=a+b").applicationName, "a+b");
  assert.equal(read("postgres://me@h/x?options=-c%20a%3Db").options, "-c a=b");
  assert.equal(read("postgres://me@h/x?ssl=true").sslMode, "require");
  assert.equal(read("postgres://me@h/x?ssl=true&sslmode=verify-full").sslMode, "verify-full");
  assert.equal(read("postgres://me@h/x?hostaddr=10.0.0.1").hostAddress, "10.0.0.1");
  const direct = read("postgres://me@h/x?sslmode=require&sslnegotiation=direct");
  assert.equal(direct.negotiation, "direct");
  const strict = read(
    "postgres://me@h/x?channel_binding=require&ssl_min_protocol_version=TLSv1.3&sslcertmode=disable",
  );
  assert.deepEqual(
    [strict.requiresChannelBinding, strict.lowestTls, strict.sendsCertificate, strict.requiresTls],
    [true, "TLSv1.3", false, true],
  );
  const allowed = (list: string) =>
    (["none", "password", "md5", "scram-sha-256"] as const)
      .filter(read(`postgres://me@h/x?require_auth=${list}`).allowsAuthentication);
  assert.deepEqual(allowed("scram-sha-256"), ["scram-sha-256"]);
  assert.deepEqual(allowed("!password,!md5"), ["none", "scram-sha-256"]);
  const ignored = "load_balance_hosts=random&pgbouncer=true&ssl_max_protocol_version=TLSv1.3";
  const { notices } = read(`postgres://me@localhost/x?${ignored}`);
  assert.deepEqual(notices.map((notice) => notice.split(" ")[0]), [
    "load_balance_hosts",
    "pgbouncer",
    "ssl_max_protocol_version",
  ]);
});

Deno.test("serverAddress() notices a password that may be sent unencrypted", () => {
  const notices = (url: string) =>
    read(url).notices.filter((text) => /unencrypted/.test(text)).length;
  assert.equal(notices("postgres://me:secret@db.example/x"), 1);
  for (
    const url of [
      "postgres://me@db.example/x",
      "postgres://me:secret@db.example/x?sslmode=disable",
      "postgres://me:secret@db.example/x?ssl=true",
      "postgres://me:secret@localhost/x",
      "postgres://me:secret@127.0.0.1/x",
      "postgres://me:secret@[::1]/x",
      "postgres://me:secret@/x?host=/run/postgresql",
    ]
  ) assert.equal(notices(url), 0, url);
  const parts = { port: 5432, database: "x", user: "me", password: "secret" };
  const { notices: told } = serverAddress({ kind: "parts", host: "db.example", ...parts });
  assert.equal(told.length, 1);
});
