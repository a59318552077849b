import { createServer } from 'node:net'
import { asCaller, checkLeaks, describeNamespace, output, running } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { net, readInterfaces } from '../src/index.ts'

describeNamespace({ type: 'net', create: () => net(), join: (ref) => net({ join: ref }) })
checkLeaks()

const node = (script: string) => ({ file: process.execPath, args: ['-e', script] })

describe('a new network namespace', () => {
  test('D4: only lo exists', async () => {
    const { stdout } = await output(asCaller([net()]), { file: 'cat', args: ['/proc/net/dev'] })
    const names = stdout.split('\n').flatMap((line) => line.match(/^\s*(\S+):/)?.[1] ?? [])
    expect(names).toEqual(['lo'])
  })

  test.each(['127.0.0.1', '::1'])('D4: lo is up and %s answers', async (address) => {
    const script = `
      const net = require('node:net')
      const server = net.createServer((socket) => socket.end('answer')).listen(0, '${address}', () => {
        net.connect(server.address().port, '${address}').on('data', (data) => {
          console.log(String(data))
          server.close()
        })
      })`
    expect((await output(asCaller([net()]), node(script))).stdout).toBe('answer\n')
  })

  test('D4: outside is unreachable', async () => {
    // A documentation address (RFC 5737): there is no route to it, so nothing is sent.
    const script = `require('node:net').connect(9, '192.0.2.1').on('error', ({ code }) => console.log(code))`
    expect((await output(asCaller([net()]), node(script))).stdout).toBe('ENETUNREACH\n')
  })

  test("D4: the host's abstract sockets are unreachable", async () => {
    const name = `\0ns-test-${process.pid}`
    const server = createServer().listen(name)
    const script = `
      const socket = require('node:net').connect('\\0' + ${JSON.stringify(name.slice(1))})
      socket.on('connect', () => { console.log('connected'); socket.end() })
      socket.on('error', ({ code }) => console.log(code))`
    const outside = await output([], node(script))
    const inside = await output(asCaller([net()]), node(script))
    await new Promise((closed) => server.close(closed))
    expect([outside.stdout, inside.stdout]).toEqual(['connected\n', 'ECONNREFUSED\n'])
  })

  test('D4: lo stays down when that is asked for', async () => {
    const script = `require('node:net').connect(9, '127.0.0.1').on('error', ({ code }) => console.log(code))`
    expect((await output(asCaller([net({ lo: false })]), node(script))).stdout).toBe(
      'ENETUNREACH\n',
    )
    expect((await output(asCaller([net({ lo: 'try' })]), node(script))).stdout).toBe(
      'ECONNREFUSED\n',
    )
  })

  test('its interfaces are read from outside', async () => {
    await using child = await running(asCaller([net()]))
    const user = asCaller([]).length > 0 ? { user: child.pid } : {}
    const addresses = ['127.0.0.1/8', '::1/128']
    const lo = { index: 1, name: 'lo', up: true, mtu: 65_536, mac: '00:00:00:00:00:00', addresses }
    expect(await readInterfaces(child.pid, user)).toEqual([lo])
  })
})

describe('refused before anything exists', () => {
  test.each([
    [{ lo: 'maybe' }, /net\.lo/],
    [{ join: 1, lo: true }, /net\.join/],
    [{ loopback: true }, /unknown option loopback/],
  ])('A7: %o', (options, message) => {
    expect(() => net(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
