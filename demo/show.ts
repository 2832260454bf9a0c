import { connectCluster } from './cluster.ts';
import { messageOf } from './fields.ts';
import { Operator } from './operator.ts';
import type { Options } from './options.ts';
import { Resources } from './resources.ts';
import { readSamples } from './samples.ts';
import { RESYNC_S, Scene } from './scene.ts';
import type { Servers, Undo } from './servers.ts';
import { startStandIns } from './stand-ins.ts';
import { playStory } from './story.ts';
import type { Timeline } from './timeline.ts';
import { NotSeen, until } from './until.ts';
import { waysToLook } from './visit.ts';

const START_MS = 20_000;

/**
 * Starts everything, plays the story and, if asked to, stays until interrupted. What it begins it notes in `undo`, with
 * how to end it: undone backwards, nothing is left, however far it came.
 */
export async function show(
  options: Options,
  timeline: Timeline,
  interrupted: AbortSignal,
  undo: Undo,
): Promise<void> {
  const servers = await open(options, undo);
  timeline.title('Kratos identity operator: what it does', servers.title, '');
  await servers.prepare(timeline, interrupted, undo);
  const resources = await Resources.watch(servers.kube, servers.namespace);
  undo.push(() => resources.stop());
  const operator = new Operator(flagsOf(servers));
  undo.push(() => stop(operator, timeline));
  undo.push(() => servers.clear(resources, timeline, operator.died));

  const signal = AbortSignal.any([interrupted, operator.died]);
  try {
    await ready(operator, timeline, signal);
    const samples = await readSamples();
    await playStory(new Scene({ timeline, servers, resources, samples, signal }));
    if (options.keep) await stay(servers, operator, timeline, interrupted);
  } catch (error) {
    throw operator.troubles.length === 0 || interrupted.aborted ? error : withLastWords(error, operator);
  }
  timeline.chapter('The end', 'The operator finishes what is under way, gives its lease back and exits.');
}

function open({ servers }: Options, undo: Undo): Promise<Servers> {
  return servers.kind === 'standIns' ? startStandIns(servers, undo) : connectCluster(servers, undo);
}

function flagsOf({ kubeconfig, operatorFlags }: Servers): readonly string[] {
  const common = [`--resync-interval=${RESYNC_S}s`, '--listen-address=127.0.0.1:0', '--log-format=json'];
  return [`--kubeconfig=${kubeconfig}`, ...operatorFlags, ...common];
}

async function ready(operator: Operator, timeline: Timeline, signal: AbortSignal): Promise<void> {
  timeline.say('you', '', 'node dist/main.mjs --kubeconfig … --kratos-admin-url …');
  const seen = () => (operator.url === undefined ? 'it serves nothing yet' : 'it serves, but does not lead');
  await until('operator that leads', () => operator.leads(), { withinMs: START_MS, signal, seen });
  timeline.say('operator', '', `runs as process ${operator.pid}: has its caches, holds the lease`);
}

/** Resolves when interrupted; rejects when the operator ends before. */
async function stay(
  servers: Servers,
  operator: Operator,
  timeline: Timeline,
  interrupted: AbortSignal,
): Promise<void> {
  timeline.chapter(
    'Look around',
    `All of it was seen, in ${timeline.elapsed} s. Everything goes on running until Ctrl-C.`,
  );
  timeline.detail('In another terminal, from this folder:', '', ...waysToLook(servers, operator));
  const either = AbortSignal.any([interrupted, operator.died]);
  if (!either.aborted)
    await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
  if (!interrupted.aborted) either.throwIfAborted();
}

async function stop(operator: Operator, timeline: Timeline): Promise<void> {
  if (operator.died.aborted) return;
  timeline.say('you', '', 'SIGTERM');
  const how = await operator.stop();
  if (how !== 0) throw new NotSeen(`the operator was to exit with 0; seen: ${how}`);
  timeline.say('operator', '', 'exit code 0');
}

function withLastWords(error: unknown, { troubles }: Operator): Error {
  return new Error(
    `${messageOf(error)}\nThe operator's last warnings:\n${troubles.map((line) => `  ${line}`).join('\n')}`,
  );
}
