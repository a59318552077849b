import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Duplex } from 'node:stream'
import { checkLeaks, needs, shell, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { attempt, observed, withGate } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const allow = ['registry.example:443', '*.example.org:80']

/** A server outside that nobody may reach. */
async function service(options: object) {
  const server = createServer((socket) => socket.end('reached'))
  server.listen(options)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that keeps what it is sent. */
function recorder(received: Buffer[]): Duplex {
  return new Duplex({
    read() {},
    write(chunk, _, done) {
      received.push(chunk)
      done()
    },
  })
}

describe('ways around', () => {
  test('each of them fails, at once, and is told of', async () => {
    const name = `ns-egress-${process.pid}`
    await using service4 = await service({ port: 0, host: '127.0.0.1' })
    await using _abstract = await service({ path: `\0${name}` })
    const received: Buffer[] = []
    await using it = await observed({ allow, connect: () => recorder(received) })
    const results = await attempt(it.gate, 'ways-around.mjs', [service4.port, name])
    expect(results).toEqual({
      'an address': 'ECONNREFUSED',
      'an IPv6 address': 'ECONNREFUSED',
      'an IPv4 address as IPv6': 'ECONNREFUSED',
      'another port of an allowed name': 'ECONNREFUSED',
      'the port of another name': 'ECONNREFUSED',
      'a made-up address that nobody asked for': 'ECONNREFUSED',
      'another name': 'ENOTFOUND',
      'the name above a wildcard': 'ENOTFOUND',
      'a name that only ends alike': 'ENOTFOUND',
      'a resolver of its own': 3, // NXDOMAIN
      'a resolver over TCP': 3,
      'a resolver at IPv6': 3,
      'DNS over 5353': 'ECONNREFUSED',
      'DNS over TLS': 'ECONNREFUSED',
      'UDP to an allowed name': 'ECONNREFUSED',
      multicast: expect.stringMatching(/^E/),
      'the gate itself': 'ECONNRESET',
      'a service of the host': 'ECONNREFUSED',
      'an abstract socket of the host': 'ECONNREFUSED',
      'TLS for another server': 'ECONNRESET',
      'TLS for no server': 'ECONNRESET',
    })
    expect(received).toEqual([])
    const told = it.refusals.map(({ reason, protocol, host, address, port }) =>
      [reason, protocol, host ?? address, port].filter((part) => part !== undefined).join(' '),
    )
    expect(told).toEqual(
      expect.arrayContaining([
        'address tcp 192.0.2.1 443',
        'address tcp 2001:db8::1 443',
        'name dns evil.example',
        'name dns example.org',
        'name dns notexample.org',
        'address udp 192.0.2.53 5353',
        'address tcp 192.0.2.53 853',
        'sni tcp registry.example 443',
      ]),
    )
    const asked = it.refusals.filter(({ reason }) => reason === 'sni')
    expect(asked.map(({ serverName }) => serverName)).toEqual(['evil.example', undefined])
  })

  test('without capabilities there is no raw socket, and no change of routes or rules', async () => {
    await using it = await observed({ allow })
    const { stdout } = await shell(
      withGate(it.gate),
      `exec 2>&1
      perl -e 'socket(S, 2, 3, 1) or print "raw: $!\\n"'
      perl -e 'socket(S, 17, 3, 768) or print "packet: $!\\n"'
      ip route del local default dev lo | tail -n 1
      nft flush ruleset | head -n 1
      nsenter --net=/proc/${process.pid}/ns/net true
      ping -c 1 -W 1 192.0.2.1 >/dev/null || echo ping failed`,
      {
        capabilities: { bounding: [], permitted: [], inheritable: [], effective: [], ambient: [] },
      },
    )
    expect(stdout).toMatch(/raw: Operation not permitted\npacket: Operation not permitted\n/)
    expect(stdout).toMatch(/RTNETLINK answers: Operation not permitted/)
    expect(stdout).toMatch(/Operation not permitted \(you must be root\)|Operation not permitted/)
    expect(stdout).toMatch(/ping failed/)
  })

  test('who may end the gate’s sockets inside has ended its own way out, and nothing else', async () => {
    await using it = await observed({ allow, connect: () => recorder([]) })
    const connect = `bash -c 'echo >/dev/tcp/registry.example/443' && echo served`
    const script = `ss -K -lun; ss -K -ltn; sleep 0.2; ${connect}`
    await shell(withGate(it.gate), script, { capabilities: 'keep' }) // an uncaught error of ours would fail this test
    expect((await shell(withGate(it.gate), connect)).stdout).toBe('served\n')
  })

  test('who may change routes and rules inside reaches what is allowed, and nothing else', async () => {
    await using it = await observed({ allow, connect: () => recorder([]) })
    const { stdout } = await shell(
      withGate(it.gate),
      `exec 2>&1
      port=$(nft list chain inet egress divert | sed -n 's/.*meta l4proto tcp redirect to ://p' | head -n 1)
      nft flush ruleset
      nft add table ip own
      nft add chain ip own out '{ type nat hook output priority -100; }'
      nft add rule ip own out meta l4proto tcp redirect to :$port
      for target in 192.0.2.1/443 198.18.0.1/443 169.254.169.254/80; do
        timeout 9 bash -c "exec 3<>/dev/tcp/$target; read -r line <&3; echo read $?" 2>&1 | grep -o 'read .*'
      done`,
      { capabilities: 'keep' },
    )
    expect(it.connections).toEqual([])
    expect(stdout.match(/reset by peer|read 1/g)?.length).toBeGreaterThanOrEqual(3)
    expect(it.refusals.map(({ address }) => address)).toEqual(
      expect.arrayContaining(['192.0.2.1', '198.18.0.1', '169.254.169.254']),
    )
  })

  test('a name that leads to the host’s own loopback is not connected to', async () => {
    await using host = await service({ port: 0, host: '127.0.0.1' })
    await using it = await observed({ allow: [`localhost:${host.port}`] })
    const [address, got] = await attempt<[string, string]>(it.gate, 'by-own-resolver.mjs', [
      'localhost',
      host.port,
    ])
    expect(address).toMatch(/^198\.18\./)
    expect(got).toBe('ECONNRESET')
    expect(it.refusals).toMatchObject([{ reason: 'connect', error: { code: 'EACCES' } }])
  })
})
