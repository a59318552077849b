import type { StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createWriteStream, openSync, readFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkLeaks, Scratch } from '@ns/testkit'
import { afterAll, describe } from 'vitest'
import { closing, codeOf, outputOf, type Spawn, sameAsNode } from './compare.ts'

checkLeaks()
const directory = new Scratch()
afterAll(() => directory[Symbol.dispose]())

/** What an option makes: the kind of each of our ends, and of what the child has open. */
async function kinds(spawn: Spawn, stdio: unknown): Promise<unknown> {
  const script =
    'has=0; for fd in 3 4 5 6; do [ -e /proc/self/fd/$fd ] && has=$((has + (1 << fd))); done; exit $has'
  const child = spawn('sh', ['-c', script], { stdio: stdio as StdioOptions })
  const ends = child.stdio.map((stream) => (stream === null ? null : stream instanceof Socket))
  await closing(child)
  return [ends, child.exitCode]
}

const options: readonly unknown[] = [
  undefined,
  null,
  '',
  'pipe',
  'overlapped',
  'ignore',
  [],
  ['ignore'],
  [null, undefined],
  ['pipe', 'ignore', 'pipe'],
  ['overlapped', 'overlapped', 'ignore'],
  ['ignore', 'ignore', 'ignore', 'pipe'],
  ['ignore', 'ignore', 'ignore', 'ignore', null, undefined, 'pipe'],
  ['ignore', 'ignore', 'ignore', 0, 'ignore', 1, 'ignore'],
  ['ignore', 'ignore', 'ignore', 'ignore', 'pipe', 'overlapped', 'pipe'],
  [-1, 'ignore', -1],
]

describe('stdio is Node’s', () => {
  for (const stdio of options)
    sameAsNode(JSON.stringify(stdio) ?? 'undefined', async (spawn) => await kinds(spawn, stdio))

  const refused = ['all', ['all'], [{}], [true], [Buffer.from('x')], {}, 5, [new Socket()]]
  for (const stdio of refused)
    sameAsNode(`refused: ${JSON.stringify(stdio)}`, async (spawn) => {
      return await codeOf(() => spawn('true', { stdio: stdio as StdioOptions }))
    })

  sameAsNode('an fd, and the one behind a stream', async (spawn) => {
    const path = directory.at('out')
    const fd = openSync(path, 'w')
    const stream = createWriteStream('', { fd: openSync(path, 'a') })
    await closing(
      spawn('sh', ['-c', 'echo fd; echo stream >&2'], { stdio: ['ignore', fd, stream] }),
    )
    closeSync(fd)
    stream.destroy()
    await once(stream, 'close')
    return readFileSync(path, 'utf8').split('\n').sort()
  })

  sameAsNode('a stream of a file that is not open yet is refused', async (spawn) => {
    const stream = createWriteStream(directory.at('later'))
    const code = await codeOf(() => spawn('true', { stdio: ['ignore', stream, 'ignore'] }))
    stream.end()
    await once(stream, 'close')
    return code
  })

  sameAsNode('a socket', async (spawn) => {
    const server = createServer().listen(directory.at(`socket-${Math.random()}`))
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const client = new Socket().connect(String(server.address()))
    const [socket] = (await accepted) as [Socket]
    await closing(spawn('echo', ['over the socket'], { stdio: ['ignore', socket, 'ignore'] }))
    socket.destroy()
    let text = ''
    for await (const chunk of client) text += chunk
    server.close()
    return text
  })

  sameAsNode('the output of one program as the input of the next', async (spawn) => {
    const first = spawn('sh', ['-c', 'sleep 0.05; echo one; echo two'])
    const second = spawn('wc', ['-l'], { stdio: [first.stdout, 'pipe', 'inherit'] })
    const ended = closing(first)
    const output = await outputOf(second)
    first.stdout.destroy()
    await ended
    return output
  })

  sameAsNode('B13: the end of stdin is its end inside', async (spawn) => {
    const child = spawn('cat')
    child.stdin.write('hello ')
    child.stdin.end('world')
    return await outputOf(child)
  })

  sameAsNode('B13: a MiB both ways, and the pipes push back', async (spawn) => {
    const child = spawn('cat')
    const chunk = Buffer.alloc(1 << 16, 'x')
    let drains = 0
    let length = 0
    const written = (async () => {
      for (let i = 0; i < 16; i++)
        if (!child.stdin.write(chunk)) {
          await once(child.stdin, 'drain')
          drains += 1
        }
      child.stdin.end()
    })()
    for await (const data of child.stdout) length += (data as Buffer).length
    await Promise.all([written, child.exitCode ?? closing(child)])
    return { drains: drains > 0, length }
  })

  sameAsNode('stdin of a program that has ended is destroyed', async (spawn) => {
    const child = spawn('true')
    const errors: unknown[] = []
    child.stdin.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code))
    await closing(child)
    return [child.stdin.destroyed, child.stdin.write('x'), errors.length]
  })

  sameAsNode('a fourth and a fifth pipe go both ways', async (spawn) => {
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'pipe', 'pipe']
    const child = spawn('sh', ['-c', 'read line <&4; echo "got $line" >&3'], { stdio })
    const [third, fourth] = child.stdio.slice(3) as [Duplex, Duplex]
    fourth.write('it\n')
    let text = ''
    for await (const chunk of third) text += chunk
    return text
  })
})
