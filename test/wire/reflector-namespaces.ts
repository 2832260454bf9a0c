import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const IP = 'ip';
export const SERVER_ADDRESS = '10.0.0.1';
const CLIENT_ADDRESS = '10.0.0.2';
const SERVER_MAC = '02:00:00:00:00:01';
const CLIENT_MAC = '02:00:00:00:00:02';

/** Runs `ip`; answers what it complains of. */
function ip(...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(IP, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim();
}

function must(...args: readonly string[]): void {
  const complaint = ip(...args);
  if (complaint !== undefined) throw new Error(`ip ${args.join(' ')}: ${complaint}`);
}

/**
 * Two network namespaces with one cable between them. Neither knows any other network, so the addresses are nobody else's.
 * Linux, and the right to make namespaces (root in most places).
 */
export class Namespaces {
  readonly #server = `reflector-server-${process.pid}`;
  readonly #client = `reflector-client-${process.pid}`;
  readonly #children: ChildProcess[] = [];

  /** Answers why it cannot be done here, if it cannot. */
  open(): string | undefined {
    const complaint =
      ip('netns', 'add', this.#server) ??
      ip('netns', 'add', this.#client) ??
      ip(...`-n ${this.#server} link add cable type veth peer name cable netns ${this.#client}`.split(' '));
    if (complaint !== undefined) return `no two network namespaces here: ${complaint}`;
    this.#wire(this.#server, SERVER_MAC, CLIENT_ADDRESS, CLIENT_MAC);
    this.#wire(this.#client, CLIENT_MAC, SERVER_ADDRESS, SERVER_MAC);
    must('-n', this.#client, 'address', 'add', `${CLIENT_ADDRESS}/24`, 'dev', 'cable');
    this.join();
    return undefined;
  }

  /** What is sent to the server vanishes, and nothing comes from it: no reset, no refusal, no word of an unreachable host. */
  cut(): void {
    must('-n', this.#server, 'address', 'delete', `${SERVER_ADDRESS}/24`, 'dev', 'cable');
  }

  join(): void {
    must('-n', this.#server, 'address', 'add', `${SERVER_ADDRESS}/24`, 'dev', 'cable');
  }

  server(program: URL): ChildProcess {
    return this.#start(this.#server, program);
  }

  client(program: URL): ChildProcess {
    return this.#start(this.#client, program);
  }

  async close(): Promise<void> {
    const running = this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    await Promise.all(
      running.map((child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        return gone;
      }),
    );
    ip('netns', 'delete', this.#server);
    ip('netns', 'delete', this.#client);
  }

  /** Both sides know each other's hardware address for good: asking for it would betray that nobody is there. */
  #wire(side: string, mac: string, peer: string, peerMac: string): void {
    must('-n', side, 'link', 'set', 'cable', 'address', mac, 'up');
    must('-n', side, 'neighbour', 'add', peer, 'lladdr', peerMac, 'dev', 'cable', 'nud', 'permanent');
  }

  /** `ip` becomes the program, which speaks with us by messages. */
  #start(side: string, program: URL): ChildProcess {
    const file = fileURLToPath(program);
    const child = spawn(IP, ['netns', 'exec', side, process.execPath, file], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.push(child);
    return child;
  }
}
