import { expect } from 'vitest';
import { type AdminApi, adminApi } from '../../src/kratos/admin-api.ts';
import { Connection } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import { testClock } from '../wire/kratos-server.ts';
import { atLeast } from './release.ts';

/** A server to run the client's suite on: both recovery methods on, recovery and verification enabled, the schemas `default` and `note`. */
export interface ClientTarget {
  readonly adminUrl: string;
  readonly publicUrl: string;
  /** A stand-in: it has neither messages nor settings flows, and says so (501). */
  readonly standIn?: true;
}

export const NOBODY = 'ffffffff-0000-4000-8000-000000000001';

/** A client of one release, and an identity that it made. */
export class ClientScene {
  readonly version: string;
  readonly target: ClientTarget;
  readonly server: Server;
  readonly api: AdminApi;
  /** The same without the public URL. */
  readonly stray: AdminApi;
  readonly email: string;
  #adaId = '';
  readonly #connections: readonly Connection[];

  private constructor(version: string, target: ClientTarget) {
    const { adminUrl } = target;
    const connection = new Connection({ ...target, connections: 8, clock: testClock() });
    const strayConnection = new Connection({ adminUrl, connections: 2, clock: testClock() });
    this.version = version;
    this.target = target;
    this.server = new Server(connection);
    this.api = adminApi(this.server);
    this.stray = adminApi(new Server(strayConnection));
    this.email = `ada-${crypto.randomUUID()}@example.org`;
    this.#connections = [connection, strayConnection];
  }

  static async start(version: string, target: ClientTarget): Promise<ClientScene> {
    const scene = new ClientScene(version, target);
    const { id } = await scene.api.createIdentity({ schema_id: 'default', traits: { email: scene.email } });
    scene.#adaId = id;
    return scene;
  }

  get adaId(): string {
    return this.#adaId;
  }

  get isStandIn(): boolean {
    return this.target.standIn === true;
  }

  has(release: string): boolean {
    return atLeast(this.version, release);
  }

  /** What came with a release works from then on; before, it rejects `unsupported` and says what is needed. */
  async since<T>(release: string, asking: Promise<T>): Promise<T | undefined> {
    if (this.has(release)) return asking;
    const said = { code: 'unsupported', outcome: 'none', needs: expect.any(String) };
    await expect(asking).rejects.toMatchObject(said);
    return undefined;
  }

  /** There is no such thing, on a release that has its kind; before, the kind is `unsupported`. */
  async missing(release: string, asking: Promise<unknown>): Promise<void> {
    if (this.has(release)) await expectMissing(asking);
    else await this.since(release, asking);
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

export async function expectMissing(asking: Promise<unknown>): Promise<void> {
  await expect(asking).rejects.toMatchObject({ code: 'notFound', outcome: 'none' });
}

export async function expectNeedsPublicUrl(asking: Promise<unknown>): Promise<void> {
  await expect(asking).rejects.toMatchObject({
    code: 'unsupported',
    outcome: 'none',
    needs: expect.stringContaining('--kratos-public-url'),
  });
}

export async function walked(api: AdminApi, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of api.walkIdentities({ pageSize })) ids.push(...page.map(({ id }) => id));
  return ids;
}

export async function count(api: AdminApi): Promise<number> {
  return (await walked(api, 250)).length;
}
