import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findServers } from '../servers/build.ts';
import { Cluster } from './cluster.ts';
import { CODES, ENDINGS, type Ending, Pair, type TakeOver } from './pair.ts';
import { startKratos, stopKratos } from './stage.ts';

/*
 * Leaders that are stopped, blocked, killed, cut off and asked to end, over and over, as real processes against real servers; prints a table.
 * `npm run hundred -- [--minutes 10] [--pairs 6]`. Exits 1 if a leader that was replaced wrote anything.
 */

interface Row {
  readonly seconds: number[];
  late: number;
  wrongExits: number;
  wrongCounts: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      pairs: { type: 'string', default: '6' },
    },
  });
  const wanted = ['etcd', 'kube-apiserver', 'kubectl', 'kratos-1.3.1'] as const;
  const binaries = await findServers(wanted, console.log);
  const folder = await mkdtemp(join(tmpdir(), 'kratos-identity-operator-hundred-'));
  const cluster = await Cluster.start(binaries, folder);
  const kratos = await startKratos(cluster, '1.3.1');
  const pairs: Pair[] = [];
  for (let index = 0; index < Number(values.pairs); index += 1) {
    pairs.push(await Pair.start(cluster, await cluster.namespace(`hundred-${index}`), kratos));
  }
  console.log(`${pairs.length} pairs are up; logs are in ${folder}`);
  const table = new Map(ENDINGS.map((how): [Ending, Row] => [how, newRow()]));
  const until = performance.now() + Number(values.minutes) * 60_000;
  const ends = await Promise.allSettled(pairs.map((pair, index) => repeat(pair, index, until, table)));
  for (const end of ends) if (end.status === 'rejected') console.error(end.reason);
  print(table);
  await Promise.all(pairs.map((pair) => pair.stop()));
  await stopKratos(kratos);
  await cluster.stop();
  const isGood = [...table.values()].every((row) => row.late + row.wrongExits + row.wrongCounts === 0);
  if (isGood) await rm(folder, { recursive: true, force: true });
  return isGood && ends.every(({ status }) => status === 'fulfilled') ? 0 : 1;
}

function newRow(): Row {
  return { seconds: [], late: 0, wrongExits: 0, wrongCounts: 0 };
}

async function repeat(pair: Pair, index: number, until: number, table: Map<Ending, Row>): Promise<void> {
  for (let round = index; performance.now() < until; round += 1) {
    const how = ENDINGS[round % ENDINGS.length] ?? 'killed';
    const row = table.get(how) ?? newRow();
    const taken = await pair.takeOver(how);
    const { count, named } = await pair.identities();
    note(row, taken, count === 1 && named);
  }
}

function note(row: Row, { how, seconds, code, late, lateInKratos }: TakeOver, isOne: boolean): void {
  row.seconds.push(seconds);
  const all = [...late, ...lateInKratos];
  row.late += all.length;
  if (code !== CODES[how]) row.wrongExits += 1;
  if (!isOne) row.wrongCounts += 1;
  if (all.length > 0) console.log(`late, ${how}: ${JSON.stringify(all)}`);
}

function print(table: ReadonlyMap<Ending, Row>): void {
  console.log(
    '| the leader is | rounds | lease free for, median s | longest s | late writes | wrong exits | not one identity |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const [how, { seconds, late, wrongExits, wrongCounts }] of table) {
    const sorted = seconds.toSorted((a, b) => a - b);
    const cells = [
      how,
      sorted.length,
      (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(2),
      (sorted.at(-1) ?? 0).toFixed(2),
      late,
      wrongExits,
      wrongCounts,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
