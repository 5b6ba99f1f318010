/** Series that the account export has and the API lacks, from what the wearer did each day. */
import type { World } from "../world/world.ts";
import { DAY, HOUR, MINUTE } from "../world/zones.ts";

type Document = Readonly<Record<string, unknown>>;

/** The files by name. */
export function* onlyExported(
  world: World,
  user: string,
): Generator<[name: string, documents: readonly Document[]]> {
  const wearer = world.wearer(user);
  const temperature: Document[] = [];
  const stress: Document[] = [];
  const steps: Document[] = [];
  const zones: Document[] = [];
  const last = Math.floor(world.now / DAY);
  for (let day = wearer.firstDay; day <= last; day++) {
    const random = wearer.random(day, "export");
    const start = wearer.startOf(day);
    const until = Math.min(wearer.startOf(day + 1), world.now);
    if (day === wearer.firstDay || wearer.travelsOn(day)) {
      zones.push({
        timestamp: text(start),
        identifier: wearer.zoneOf(day),
        offset: wearer.offsetAt(start, day) * 60,
      });
    }
    for (let at = start; at < until; at += 10 * MINUTE) {
      temperature.push({ timestamp: text(at), skin_temp: random.int(3_300, 3_650) / 100 });
    }
    for (let at = start + 8 * HOUR; at < Math.min(until, start + 22 * HOUR); at += 15 * MINUTE) {
      // While the wearer moves, nothing can be measured.
      const moves = random.chance(0.2);
      const value = () => moves ? null : random.int(0, 100);
      stress.push({ timestamp: text(at), stress_value: value(), recovery_value: value() });
      steps.push({ timestamp: text(at), end_time: at + 5 * MINUTE, steps: random.int(1, 600) });
    }
  }
  yield ["temperature", temperature];
  yield ["daytimestress", stress];
  yield ["stepcount", steps];
  yield ["timezone", zones];
}

function text(instant: number): string {
  return new Date(instant).toISOString();
}
