import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Duplex, PassThrough } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { BlockingLoop, launch } from '@ns/syscalls'
import {
  checkLeaks,
  needs,
  output,
  ownMounts,
  ownNetwork,
  rootInside,
  running,
  Scratch,
  shell,
  userNamespaces,
  waitFor,
} from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { createEgress } from '../src/index.ts'
import { attempt, observed, withGate } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const echo = () => new PassThrough()

const error = new Error('the mock is out of order')
/** The latter is what `net.connect` gives where there is no route, or no fd left: it tells so in the next tick. */
const failing = [
  ['a promise', () => Promise.reject(error)],
  ['a stream', () => new PassThrough().destroy(error)],
] as const

describe('what is allowed', () => {
  test('is reached by name and by address, and is told of', async () => {
    const allow = ['registry.example:443', '*.example.org:80', '192.0.2.7:22', '[2001:DB8:0::7]:22']
    await using it = await observed({ allow, connect: echo })
    expect(await attempt(it.gate, 'allowed.mjs')).toEqual({
      addresses: ['fd6e:7365:6772::1', '198.18.0.1'],
      'in capitals': ['fd6e:7365:6772::1', '198.18.0.1'],
      'by name': 'by name',
      'by IPv4': 'by IPv4',
      'below a wildcard': 'below',
      'an address': 'an address',
      'an IPv6 address': 'an IPv6 address',
    })
    expect(it.connections).toEqual([
      { protocol: 'tcp', host: 'registry.example', address: 'fd6e:7365:6772::1', port: 443 },
      { protocol: 'tcp', host: 'registry.example', address: '198.18.0.1', port: 443 },
      { protocol: 'tcp', host: 'a.b.example.org', address: 'fd6e:7365:6772::2', port: 80 },
      { protocol: 'tcp', host: '192.0.2.7', address: '192.0.2.7', port: 22 },
      { protocol: 'tcp', host: '2001:db8::7', address: '2001:db8::7', port: 22 },
    ])
    expect(it.refusals).toEqual([])
  })

  /** What a child gets where its parent has a network of its own, in which a name leads to a server at that address. */
  async function outside(address: string, ...wishes: string[]) {
    using scratch = new Scratch()
    const at = address.replace('::ffff:', '')
    const nodad = at.includes(':') ? 'nodad' : ''
    const hosts = scratch.file('hosts', `${address} registry.example\n`)
    const file = join(import.meta.dirname, 'fixtures/outside.mjs')
    const script = `ip link set lo up && ip address add ${at} dev lo ${nodad} &&
      mount --bind ${hosts} /etc/hosts &&
      exec ${process.execPath} --conditions=@ns/source ${file} ${[at, ...wishes].join(' ')}`
    const world = [rootInside(), ownMounts(), ownNetwork()]
    const { stdout, stderr } = await shell(world, script, { capabilities: 'keep' })
    expect(stderr).toBe('')
    return stdout.trimEnd()
  }

  test.each(['192.0.2.7', '2001:db8::7'])(
    'is connected to from the parent’s own network: %s',
    async (address) => {
      expect(await outside(address)).toBe('["198.18.0.1","hello ","pong"]')
    },
  )

  test.each([
    '10.1.2.3',
    '172.31.255.1',
    '192.168.0.1',
    '100.64.0.1',
    'fd00::1',
    '::ffff:10.1.2.3',
  ])('is connected to at %s, a private network’s, only where that is wanted', async (address) => {
    expect(await outside(address, 'privateNetworks')).toBe('["198.18.0.1","hello ","pong"]')
    const [answers, ...refusals] = (await outside(address)).split('\n')
    expect(answers).toBe('["198.18.0.1","ECONNRESET","lost"]')
    const why = /EACCES registry\.example leads to [\da-f:.]+: set 'privateNetworks' if /
    expect(refusals).toEqual(Array(2).fill(expect.stringMatching(why)))
  })

  test.each(failing)('that nobody answers is reset, and told of: %s', async (_, connect) => {
    await using it = await observed({
      allow: ['registry.example:443'],
      connect,
    })
    const script = 'exec 3<>/dev/tcp/registry.example/443; read -r line <&3'
    expect((await shell(withGate(it.gate), `bash -c '${script}'`)).stderr).toMatch(/reset by peer/)
    expect(it.refusals).toMatchObject([{ reason: 'connect', host: 'registry.example', error }])
  })

  test('is told of by its name when the child has reset it at once', async () => {
    await using it = await observed({ allow: ['registry.example:443'], connect: echo })
    const script = `use Socket qw(:DEFAULT getaddrinfo);
      my (undef, @found) = getaddrinfo("registry.example", 443, {socktype => SOCK_STREAM});
      for (1..20) { for (@found) {
        socket(my $s, $_->{family}, SOCK_STREAM, 0);
        setsockopt($s, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0));
        connect($s, $_->{addr}) or die $!;
      } }
      sleep 600`
    await using _child = await running(withGate(it.gate), { file: 'perl', args: ['-e', script] })
    await waitFor(() => it.connections.length + it.refusals.length === 40)
    expect(it.refusals).toEqual([])
  })

  test('is so many connections of one child at once, each more is reset and told of', async () => {
    await using it = await observed({
      allow: ['registry.example:443'],
      connect: echo,
      maxConnections: 3,
    })
    expect(await attempt(it.gate, 'many.mjs', [5])).toBe(3)
    expect(it.refusals).toMatchObject(
      Array(2).fill({
        reason: 'connect',
        port: 443,
        error: { message: expect.stringMatching(/^3 connections .*maxConnections/) },
      }),
    )
  })

  test('is carried over 1,000 connections at once', async () => {
    await using it = await observed({ allow: ['registry.example:443'], connect: echo })
    expect(await attempt(it.gate, 'many.mjs', [1000])).toBe(1000)
    expect(it.connections).toHaveLength(1000)
  }, 60_000)
})

describe('datagrams', () => {
  /** Answers each with what it got and how many came before in its flow. */
  const counting = () => {
    let count = 0
    return new Duplex({
      objectMode: true,
      read() {},
      write(chunk: Buffer, _, done) {
        this.push(`${chunk} ${count++}`)
        done()
      },
    })
  }

  test('are carried by name and by address where UDP is allowed, each socket’s as a flow of its own', async () => {
    const allow = ['time.example:123/udp', '192.0.2.7:5000/udp', '[2001:db8::7]:5000/udp']
    await using it = await observed({ allow, connect: counting })
    expect(await attempt(it.gate, 'datagrams.mjs')).toEqual({
      'by IPv4': ['one 0', 'two 1'],
      'by IPv6': ['one 0', 'two 1'],
      'from another socket': ['one 0'],
      'an address': ['one 0'],
      'an IPv6 address': ['one 0'],
      'an unconnected socket hears from whom it wrote to': '198.18.0.1:123',
      'the longest': 65_507,
      'TCP at the same port': 'ECONNREFUSED',
      'another port': 'ECONNREFUSED',
      'the port of another': 'ECONNREFUSED',
      'the local port': expect.stringMatching(/^(nothing|ECONNREFUSED)$/),
    })
    const flows = it.connections.map(({ protocol, host, port }) => `${host}:${port}/${protocol}`)
    expect(new Set(flows)).toEqual(
      new Set(['time.example:123/udp', '192.0.2.7:5000/udp', '2001:db8::7:5000/udp']),
    )
    expect(it.refusals).toContainEqual({
      reason: 'address',
      protocol: 'tcp',
      address: '198.18.0.1',
      port: 123,
    })
  })

  test.each(failing)(
    'whose flow cannot be made are lost, and that is told once: %s',
    async (_, connect) => {
      await using it = await observed({
        allow: ['time.example:123/udp'],
        connect,
      })
      const script = `exec 3<>/dev/udp/time.example/123
      for i in 1 2 3; do echo $i >&3; done; read -t 0.1 line <&3; echo "$line"`
      const command = { file: 'bash', args: ['-c', script] }
      expect((await output(withGate(it.gate), command)).stdout).toBe('\n')
      expect(it.refusals).toMatchObject([
        { reason: 'connect', protocol: 'udp', host: 'time.example', port: 123, error },
      ])
    },
  )

  test('whose flow is being made count: more are refused before others go, and told of', async () => {
    await using it = await observed({
      allow: ['time.example:123/udp'],
      connect: () => new Promise(() => {}),
      maxConnections: 3,
    })
    const script = 'for i in 1 2 3 4 5; do echo $i >/dev/udp/time.example/123; done; sleep 600'
    const child = await running(withGate(it.gate), { file: 'bash', args: ['-c', script], fds: [] })
    await waitFor(() => it.connections.length + it.refusals.length === 5)
    await child[Symbol.asyncDispose]()
    expect(it.connections).toHaveLength(3)
    const error = { message: expect.stringMatching(/^3 connections .*maxConnections/) }
    expect(it.refusals).toMatchObject(Array(2).fill({ reason: 'connect', protocol: 'udp', error }))
  })
})

describe('a gate', () => {
  const hold = 'exec 3<>/dev/tcp/registry.example/443; echo open >&3; read -r line <&3'

  /** The outside of a connection that stays open. */
  function held() {
    const outside: Duplex[] = []
    const connect = () => {
      const quiet = new Duplex({ read() {}, write: (_chunk, _, done) => done() })
      outside.push(quiet)
      return quiet
    }
    return { outside, connect }
  }

  test('ends connections with the child that crashed, and serves the next', async () => {
    const { outside, connect } = held()
    await using it = await observed({ allow: ['registry.example:443'], connect })
    for (const count of [1, 2]) {
      const command = { file: 'bash', args: ['-c', hold], fds: [] }
      const child = await running(withGate(it.gate), command)
      await waitFor(() => outside.length === count)
      const closed = once(outside[count - 1] as Duplex, 'close')
      await child[Symbol.asyncDispose]()
      await closed
    }
  })

  test('gives up a connection that is being made when the child has ended, which is no refusal', async () => {
    const signals: AbortSignal[] = []
    const connect = (_: unknown, signal: AbortSignal) => {
      signals.push(signal)
      return new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    const allow = ['registry.example:443', 'registry.example:123/udp']
    await using it = await observed({ allow, connect })
    const script =
      'echo hello >/dev/udp/registry.example/123; exec 3<>/dev/tcp/registry.example/443; sleep 600'
    const child = await running(withGate(it.gate), { file: 'bash', args: ['-c', script], fds: [] })
    await waitFor(() => signals.length === 2)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    await child[Symbol.asyncDispose]()
    await waitFor(() => signals.every(({ aborted }) => aborted))
    expect(it.refusals).toEqual([])
  })

  test('holds no process whose child has ended, though nobody outside answers', async () => {
    const file = join(import.meta.dirname, 'fixtures/unanswered.mjs')
    const script = `ip link set lo up && ip address add 192.0.2.7 dev lo && nft -f - <<'.'
      table inet silent { chain input { type filter hook input priority 0; tcp dport 8080 drop; }; }
.
      ${process.execPath} --conditions=@ns/source ${file}`
    const world = [rootInside(), ownNetwork()]
    const { stdout, stderr } = await shell(world, script, { capabilities: 'keep' })
    expect([stdout, stderr]).toEqual(['ended\n', ''])
  })

  test('serves several children at once, each with addresses of its own', async () => {
    await using it = await observed({ allow: ['*.example:443'], connect: echo })
    const ask = (name: string) => shell(withGate(it.gate), `getent ahostsv4 ${name} | head -n 1`)
    const answers = await Promise.all(['a.example', 'b.example', 'c.example'].map(ask))
    for (const { stdout } of answers) expect(stdout).toMatch(/^198\.18\.0\.1 /)
  })

  test('that is closed lets nobody out any more, and starts nothing', async () => {
    const { outside, connect } = held()
    const it = await observed({ allow: ['registry.example:443'], connect })
    const command = { file: 'bash', args: ['-c', `${hold}; sleep 600`], fds: [] }
    await using _child = await running(withGate(it.gate), command)
    await waitFor(() => outside.length === 1)
    await it.gate.close()
    await it.gate.close()
    expect(outside[0]?.destroyed).toBe(true)
    expect(() => launch([it.gate], { file: 'true' })).toThrow(/it is closed/)
  })

  test('is given back by a start that fails or is killed', async () => {
    await using it = await observed({ allow: ['registry.example:443'] })
    const missing = launch(withGate(it.gate), { file: '/nonesuch', fds: [] })
    await expect(missing.exited).rejects.toMatchObject({ code: 'ENOENT' })
    const killed = launch(withGate(it.gate), { file: 'true', fds: [] })
    await setTimeout(1)
    killed.kill('SIGKILL')
    await killed.exited.catch(() => {})
  })

  test('ends a start for which its process has too few fds left, and says so', async () => {
    const file = join(import.meta.dirname, 'fixtures/full.mjs')
    const node = [process.execPath, '--conditions=@ns/source', file]
    const { stdout, stderr } = await promisify(execFile)('prlimit', ['--nofile=100', ...node])
    const ends = stdout.trimEnd().split('\n')
    expect([ends.pop(), stderr]).toEqual(['started', ''])
    expect(ends.length).toBeGreaterThan(5)
    for (const end of ends)
      expect(end).toMatch(/^net: read\(<control>.*EMFILE: too many open files/)
  })

  test('refuses a start that blocks: nobody could serve it', async () => {
    await using it = await observed({ allow: [] })
    const loop = new BlockingLoop()
    const child = launch(withGate(it.gate), { file: 'true', fds: [] }, { loop })
    loop.run(() => child.ended !== undefined)
    expect(child.ended?.error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  })
})

describe('options', () => {
  test.each([
    { maxConnections: 0 },
    { maxConnections: 1.5 },
    { privateNetworks: 1 },
    { privateNetworks: true, connect: echo },
  ])('%j is refused by name', async (options) => {
    await expect(createEgress({ allow: [], ...(options as object) })).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringContaining(`egress.${Object.keys(options)[0]}`),
    })
  })
})

describe('entries', () => {
  test.each([
    'registry.example',
    'registry.example:0',
    'registry.example:65536',
    'registry.example:53',
    'https://registry.example:443',
    '*:443',
    '*.:443',
    'a.*.example:443',
    'a b:443',
    '127.0.0.1:80',
    '[::1]:80',
    '[registry.example]:80',
    '2001:db8::7:22',
    '192.0.2.7/24:22',
    'registry.example:443/sctp',
    'registry.example:53/udp',
  ])('%s is refused', async (entry) => {
    await expect(createEgress({ allow: [entry] })).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringContaining(entry),
    })
  })
})
