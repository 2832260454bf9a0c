import { describe, expect, it } from 'vitest';
import { recorded } from '../fixtures/kratos/recorded.ts';
import { drain, exchange, WIRE } from './kratos-operations.ts';
import { CLASSIC, clientOf, html, json, MODERN, ROUTER_404, serve } from './kratos-server.ts';

describe('schemas', () => {
  const SCHEMA = json(200, { type: 'object' }, { 'content-type': 'application/json' });

  it('of a classic server come from its admin port', async () => {
    const { sent, result } = await exchange(SCHEMA, (kratos) => kratos.getSchema(CLASSIC, 'a/b'));
    expect(sent).toBe('GET /schemas/a%2Fb');
    expect(result).toEqual({ type: 'object' });
  });

  it('of a modern server come from its public URL, without the token of the admin API', async () => {
    await using admin = await serve(() => ROUTER_404);
    await using open = await serve(() => SCHEMA);
    const options = { publicUrl: open.url, tokenFile: 't', readFile: async () => 'secret' };
    await using client = clientOf(admin.url, options);
    expect(await client.kratos.getSchema(MODERN, 'default')).toEqual({ type: 'object' });
    expect(admin.received).toEqual([]);
    expect(open.received[0]?.headers.authorization).toBeUndefined();
  });

  it('of a modern server are not looked for without a public URL', async () => {
    await using server = await serve(() => SCHEMA);
    await using client = clientOf(server.url);
    expect(await client.kratos.getSchema(MODERN, 'default')).toBeUndefined();
    expect(server.received).toEqual([]);
  });

  it.each([
    ['is none of that id in v0.5', recorded('0.5.5', 'probe /schemas/absent')],
    ['is none of that id in v26', recorded('26.2.0', 'schema public absent')],
    ['is only a redirect to the public port', recorded('1.0.0', 'probe /admin/schemas/default')],
  ])('are undefined where there %s', async (_, answer) => {
    const { result } = await exchange(answer, (kratos) => kratos.getSchema(CLASSIC, 'default'));
    expect(result).toBeUndefined();
  });
});

describe('walks', () => {
  const item = (id: string) => ({ ...WIRE, id });

  it('follow tokens on their own URL, whatever host the links name', async () => {
    await using server = await serve(({ path }) =>
      path.includes('page_token')
        ? json(200, [item('b')], { link: '</admin/identities?page_size=250>; rel="first"' })
        : json(200, [item('a')], {
            link: '<http://unreachable.invalid/x?page_token=0>; rel="first",<http://unreachable.invalid/x?page_token=t>; rel="next"',
          }),
    );
    await using client = clientOf(server.url);
    expect(await drain(client.kratos.listIdentities(MODERN))).toEqual(['a', 'b']);
    expect(server.received.map(({ path }) => path)).toEqual([
      '/admin/identities?page_size=250',
      '/admin/identities?page_size=250&page_token=t',
    ]);
  });

  it('do not end early where a proxy drops the links', async () => {
    await expect(
      exchange(json(200, [item('a')]), (kratos) => drain(kratos.listIdentities(MODERN))),
    ).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('count pages where there are no tokens', async () => {
    const { sent, result } = await exchange(json(200, [item('a')]), (kratos) =>
      drain(kratos.listIdentities(CLASSIC)),
    );
    expect(sent).toBe('GET /identities?per_page=250&page=0');
    expect(result).toEqual(['a']);
  });

  it('fail whole where one page fails', async () => {
    await using server = await serve(({ path }) =>
      path.includes('page_token')
        ? html(502)
        : json(200, [item('a')], { link: '</admin/identities?page_token=t>; rel="next"' }),
    );
    await using client = clientOf(server.url);
    await expect(drain(client.kratos.listIdentities(MODERN))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
