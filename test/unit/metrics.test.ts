import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/ops/metrics.ts';

/** The samples of a scrape: `name{labels in order of their names}` to value. */
async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const samples = new Map<string, number>();
  for (const line of (await metrics.text()).split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value] = match;
    const sorted = labels
      .split(/,(?=[a-z_]+=")/i)
      .sort()
      .join(',');
    samples.set(sorted === '' ? name : `${name}{${sorted}}`, Number(value));
  }
  return samples;
}

const IDLE = { unfinished: 0, longest: 0 };
const WATCHES = { wanted: 3, connected: 2, objects: 70, silentSeconds: 1.5, versionSeconds: 40 };
const C = 'controller="kratosidentity"';
const Q = `${C},name="kratosidentity"`;

describe('from the first scrape on', () => {
  it('every result of a pass has a series, so that rates exist before the first error', async () => {
    const samples = await scrape(new Metrics('1.2.3'));
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(samples.get(`controller_runtime_reconcile_total{${C},result="${result}"}`)).toBe(0);
    }
    expect(samples.get(`controller_runtime_reconcile_errors_total{${C}}`)).toBe(0);
    expect(samples.get(`controller_runtime_active_workers{${C}}`)).toBe(0);
    expect(samples.get('kratos_admin_gate_open')).toBe(0);
  });

  it.each([
    'created',
    'adopted',
    'updated',
    'deleted',
    'retained',
    'deactivated',
    'recovery_issued',
    'recovery_expired',
  ])('the action %s has a series', async (action) => {
    const samples = await scrape(new Metrics('1.2.3'));
    expect(samples.get(`kratos_identity_actions_total{action="${action}"}`)).toBe(0);
  });

  it('the build and the process are described', async () => {
    const samples = await scrape(new Metrics('1.2.3'));
    expect(samples.get('kratos_identity_operator_build_info{version="1.2.3"}')).toBe(1);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect([...samples.keys()].some((name) => name.startsWith('nodejs_version_info{'))).toBe(true);
  });

  it('two instances share nothing', async () => {
    const first = new Metrics('1');
    first.observePass('success', 1);
    const samples = await scrape(new Metrics('1'));
    expect(samples.get(`controller_runtime_reconcile_total{${C},result="success"}`)).toBe(0);
  });
});

describe('a pass', () => {
  it('is counted by its result and measured', async () => {
    const metrics = new Metrics('1');
    metrics.observePass('success', 0.2);
    metrics.observePass('error', 3);
    const samples = await scrape(metrics);
    expect(samples.get(`controller_runtime_reconcile_total{${C},result="success"}`)).toBe(1);
    expect(samples.get(`controller_runtime_reconcile_total{${C},result="error"}`)).toBe(1);
    expect(samples.get(`controller_runtime_reconcile_errors_total{${C}}`)).toBe(1);
    expect(samples.get(`controller_runtime_reconcile_time_seconds_count{${C}}`)).toBe(2);
    expect(samples.get(`controller_runtime_reconcile_time_seconds_sum{${C}}`)).toBeCloseTo(3.2);
  });

  it('is measured in 40 buckets from 5 ms to a minute', async () => {
    const metrics = new Metrics('1');
    metrics.observePass('success', 0.2);
    const buckets = [...(await scrape(metrics)).keys()]
      .filter((name) => name.startsWith('controller_runtime_reconcile_time_seconds_bucket'))
      .map((name) => /le="([^"]+)"/.exec(name)?.[1]);
    expect(buckets).toHaveLength(41);
    expect(buckets[0]).toBe('0.005');
    expect(buckets.slice(-2)).toEqual(['60', '+Inf']);
  });

  it('under way is an active worker, of so many at most', async () => {
    const metrics = new Metrics('1');
    metrics.setMaxConcurrent(32);
    metrics.changeActive(1);
    metrics.changeActive(1);
    metrics.changeActive(-1);
    const samples = await scrape(metrics);
    expect(samples.get(`controller_runtime_max_concurrent_reconciles{${C}}`)).toBe(32);
    expect(samples.get(`controller_runtime_active_workers{${C}}`)).toBe(1);
  });
});

describe('the queue', () => {
  it('is told under the names that client-go uses', async () => {
    const metrics = new Metrics('1');
    const queue = metrics.queue('kratosidentity');
    queue.added();
    queue.added();
    queue.retried();
    queue.started(0.5);
    queue.finished(2);
    queue.depth(3, 4);
    const samples = await scrape(metrics);
    expect(samples.get(`workqueue_adds_total{${Q}}`)).toBe(2);
    expect(samples.get(`workqueue_retries_total{${Q}}`)).toBe(1);
    expect(samples.get(`workqueue_queue_duration_seconds_sum{${Q}}`)).toBe(0.5);
    expect(samples.get(`workqueue_work_duration_seconds_sum{${Q}}`)).toBe(2);
    expect(samples.get(`workqueue_depth{${Q},priority="0"}`)).toBe(3);
    expect(samples.get(`workqueue_depth{${Q},priority="-100"}`)).toBe(4);
  });

  it('has its counters from the start', async () => {
    const metrics = new Metrics('1');
    metrics.queue('kratosidentity');
    const samples = await scrape(metrics);
    expect(samples.get(`workqueue_adds_total{${Q}}`)).toBe(0);
    expect(samples.get(`workqueue_retries_total{${Q}}`)).toBe(0);
  });
});

describe('what is read at each scrape', () => {
  it('is the resources by Ready condition; what none is in any more disappears', async () => {
    const metrics = new Metrics('1');
    let resources = [{ ready: 'False', reason: 'Conflict', count: 2 }];
    metrics.scrape({ resources: () => resources, work: () => IDLE, watches: () => WATCHES });
    const before = await scrape(metrics);
    expect(before.get('kratos_identity_resources{ready="False",reason="Conflict"}')).toBe(2);
    resources = [{ ready: 'True', reason: 'Synced', count: 5 }];
    const after = await scrape(metrics);
    expect(after.get('kratos_identity_resources{ready="True",reason="Synced"}')).toBe(5);
    expect(after.has('kratos_identity_resources{ready="False",reason="Conflict"}')).toBe(false);
  });

  it('is the work that has not ended', async () => {
    const metrics = new Metrics('1');
    let unfinished = 7;
    metrics.scrape({ resources: () => [], work: () => ({ unfinished, longest: 4 }), watches: () => WATCHES });
    expect((await scrape(metrics)).get(`workqueue_unfinished_work_seconds{${Q}}`)).toBe(7);
    unfinished = 9;
    const samples = await scrape(metrics);
    expect(samples.get(`workqueue_unfinished_work_seconds{${Q}}`)).toBe(9);
    expect(samples.get(`workqueue_longest_running_processor_seconds{${Q}}`)).toBe(4);
  });
});

describe('the watches', () => {
  it('are told at each scrape, all namespaces together', async () => {
    const metrics = new Metrics('1');
    let watches = WATCHES;
    metrics.scrape({ resources: () => [], work: () => IDLE, watches: () => watches });
    const before = await scrape(metrics);
    expect(before.get('kratos_identity_watches')).toBe(3);
    expect(before.get('kratos_identity_watches_connected')).toBe(2);
    expect(before.get('kratos_identity_cached_resources')).toBe(70);
    expect(before.get('kratos_identity_watch_silence_seconds')).toBe(1.5);
    expect(before.get('kratos_identity_watch_version_age_seconds')).toBe(40);
    watches = { ...WATCHES, connected: 3 };
    expect((await scrape(metrics)).get('kratos_identity_watches_connected')).toBe(3);
  });

  it.each([
    ['watch_total', 'result', ['ended', 'cut', 'corrupt', 'expired', 'error']],
    ['relist_total', 'reason', ['expired', 'corrupt', 'refused', 'failing', 'asked']],
    ['watch_events_total', 'type', ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']],
  ] as const)('have every series of kratos_identity_%s from the start', async (family, label, values) => {
    const samples = await scrape(new Metrics('1'));
    for (const value of values) expect(samples.get(`kratos_identity_${family}{${label}="${value}"}`)).toBe(0);
  });
});

describe('a request', () => {
  it('to the API server has the labels of client-go', async () => {
    const metrics = new Metrics('1');
    const observe = metrics.restClient('10.0.0.1:443');
    observe({ operation: 'PATCH identity', method: 'PATCH', status: 409, seconds: 0.25 });
    observe({ operation: 'LIST', method: 'GET', status: 'error', seconds: 30 });
    const samples = await scrape(metrics);
    const host = 'host="10.0.0.1:443"';
    expect(samples.get(`rest_client_requests_total{code="409",${host},method="PATCH"}`)).toBe(1);
    expect(samples.get(`rest_client_requests_total{code="<error>",${host},method="GET"}`)).toBe(1);
    expect(samples.get(`rest_client_request_duration_seconds_sum{${host},verb="PATCH"}`)).toBe(0.25);
  });

  it('to Kratos is counted by operation and code', async () => {
    const metrics = new Metrics('1');
    metrics.observeKratos({ operation: 'POST identity', method: 'POST', status: 201, seconds: 0.5 });
    metrics.observeKratos({ operation: 'POST identity', method: 'POST', status: 'error', seconds: 10 });
    const samples = await scrape(metrics);
    expect(samples.get('kratos_admin_requests_total{code="201",operation="POST identity"}')).toBe(1);
    expect(samples.get('kratos_admin_requests_total{code="error",operation="POST identity"}')).toBe(1);
    expect(samples.get('kratos_admin_request_duration_seconds_count{operation="POST identity"}')).toBe(2);
  });
});

describe('the rest', () => {
  it('tells leadership, the gate, actions and the watch', async () => {
    const metrics = new Metrics('1');
    metrics.setLeader('lease', true);
    metrics.setGateOpen(true);
    metrics.countAction('created');
    const { listed, relisted, watched, event } = metrics.reflector;
    listed();
    relisted('expired');
    watched('cut');
    event('ADDED');
    const samples = await scrape(metrics);
    expect(samples.get('leader_election_master_status{name="lease"}')).toBe(1);
    expect(samples.get('kratos_admin_gate_open')).toBe(1);
    expect(samples.get('kratos_identity_actions_total{action="created"}')).toBe(1);
    expect(samples.get('kratos_identity_list_total')).toBe(1);
    expect(samples.get('kratos_identity_relist_total{reason="expired"}')).toBe(1);
    expect(samples.get('kratos_identity_watch_total{result="cut"}')).toBe(1);
    expect(samples.get('kratos_identity_watch_events_total{type="ADDED"}')).toBe(1);
    metrics.setLeader('lease', false);
    metrics.setGateOpen(false);
    const later = await scrape(metrics);
    expect(later.get('leader_election_master_status{name="lease"}')).toBe(0);
    expect(later.get('kratos_admin_gate_open')).toBe(0);
  });
});
