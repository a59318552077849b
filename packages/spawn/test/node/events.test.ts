import { ChildProcess } from 'node:child_process'
import { EventEmitter, getEventListeners, once } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { checkLeaks } from '@ns/testkit'
import { describe } from 'vitest'
import {
  closing,
  eventsOf,
  type Spawn,
  sameAsNode,
  sameAsNodeWithoutNamespaces,
} from './compare.ts'

checkLeaks()

const members = ['stdin', 'stdout', 'stderr', 'killed', 'connected', 'exitCode', 'signalCode']

describe('members are Node’s', () => {
  sameAsNode('while it runs, and when it has ended', async (spawn) => {
    const child = spawn('sh', ['-c', 'read line; exit 3'], { stdio: ['pipe', 'ignore', 'pipe'] })
    const look = () =>
      [...members, 'pid', 'send', 'disconnect', 'channel', 'spawnfile', 'spawnargs'].map((name) => {
        const value = child[name as keyof ChildProcess]
        return [name, name in child, value instanceof Socket ? 'socket' : name === 'pid' || value]
      })
    const before = look()
    child.stdin?.end('\n')
    const events = await eventsOf(child)
    const kinds = [child instanceof ChildProcess, child instanceof EventEmitter]
    return { before, events, after: look(), kinds, pid: typeof child.pid }
  })

  sameAsNode('streams, in what they can and what becomes of them', async (spawn) => {
    const child = spawn('sleep', ['0.05'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'ignore'] })
    const look = () =>
      child.stdio.map((stream) => {
        const { readable, writable, destroyed } = (stream ?? {}) as Socket
        return [stream instanceof Socket, readable, writable, destroyed]
      })
    const before = look()
    await closing(child)
    const same = [child.stdio[0] === child.stdin, child.stdio[1] === child.stdout]
    return { before, after: look(), same }
  })

  sameAsNode('of a program that is missing', async (spawn) => {
    const child = spawn('nonesuch', ['a'])
    const [error] = (await once(child, 'error')) as [
      NodeJS.ErrnoException & { spawnargs: string[] },
    ]
    const { code, errno, syscall, path, spawnargs } = error
    const was = members.map((name) => child[name as keyof ChildProcess] instanceof Socket)
    const killed = child.kill()
    await closing(child)
    return [{ code, errno, syscall, path, spawnargs }, was, killed, child.pid, child.exitCode]
  })
})

describe('events are Node’s', () => {
  const ends: readonly (readonly [string, (spawn: Spawn) => ChildProcess])[] = [
    ['exit 0', (spawn) => spawn('true')],
    ['exit 42', (spawn) => spawn('sh', ['-c', 'exit 42'])],
    ['a signal from inside', (spawn) => spawn('sh', ['-c', 'kill -SEGV $$'])],
    ['a missing program', (spawn) => spawn('nonesuch')],
    ['a missing program without pipes', (spawn) => spawn('nonesuch', { stdio: 'ignore' })],
    ['a missing directory', (spawn) => spawn('true', { cwd: '/nonesuch' })],
    ['no pipes', (spawn) => spawn('true', { stdio: 'ignore' })],
    ['a time limit', (spawn) => spawn('sleep', ['60'], { timeout: 20 })],
    ['its signal', (spawn) => spawn('sleep', ['60'], { timeout: 20, killSignal: 'SIGUSR2' })],
    ['its number', (spawn) => spawn('sleep', ['60'], { timeout: 20, killSignal: 9 })],
    ['a time limit that is not reached', (spawn) => spawn('true', { timeout: 60_000 })],
  ]
  for (const [end, start] of ends) sameAsNode(end, async (spawn) => await eventsOf(start(spawn)))

  // In a pid namespace nothing outlives the command.
  sameAsNodeWithoutNamespaces('B13: data after the exit comes before close', async (spawn) => {
    const child = spawn('sh', ['-c', '(sleep 0.1; echo late) & exit 0'])
    const seen: string[] = []
    child.stdout.on('data', (data) => seen.push(`data ${data}`))
    for (const event of ['spawn', 'exit', 'close']) child.on(event, () => seen.push(event))
    seen.push('returned')
    await closing(child)
    return seen
  })

  sameAsNode('spawn comes before data, however long nobody looked', async (spawn) => {
    const child = spawn('echo', ['x'])
    const seen: string[] = []
    child.stdout.once('data', () => seen.push('data'))
    for (const event of ['spawn', 'exit', 'close']) child.once(event, () => seen.push(event))
    const until = performance.now() + 50
    while (performance.now() < until);
    await closing(child)
    return seen.indexOf('spawn') === 0 && seen.includes('data')
  })

  sameAsNode('a stream that nobody reads does not keep close away', async (spawn) => {
    const child = spawn('sh', ['-c', 'echo x; echo y >&2'])
    return await eventsOf(child)
  })

  sameAsNode('what nobody has read by the exit can be read in it', async (spawn) => {
    const child = spawn('echo', ['x'])
    const chunks: string[] = []
    child.once('exit', () => child.stdout.on('data', (chunk) => chunks.push(String(chunk))))
    await closing(child)
    return chunks
  })
})

describe('kill is Node’s', () => {
  const signals = ['SIGINT', 'sigterm', 9, undefined] as const
  for (const signal of signals)
    sameAsNode(`with ${signal}`, async (spawn) => {
      const child = spawn('sleep', ['60'])
      const before = child.killed
      const delivered = child.kill(signal as NodeJS.Signals)
      const after = child.killed
      return { before, delivered, after, events: (await eventsOf(child)).at(-1) }
    })

  sameAsNode('with 0: it is there, and counts as signalled', async (spawn) => {
    const child = spawn('sleep', ['60'])
    const answer = [child.kill(0), child.killed]
    child.kill('SIGKILL')
    await closing(child)
    return [...answer, child.kill(0)]
  })

  sameAsNode('B8: after the end', async (spawn) => {
    const child = spawn('true')
    await closing(child)
    return [child.kill(), child.kill('SIGKILL'), child.killed]
  })

  sameAsNode('with what is no signal', async (spawn) => {
    const child = spawn('sleep', ['60'])
    const codes = ['SIGNONE', 1000, -1, true, null, {}].map((signal) => {
      try {
        return child.kill(signal as NodeJS.Signals)
      } catch (error) {
        return [(error as Error).name, (error as NodeJS.ErrnoException).code]
      }
    })
    const { killed } = child
    child.kill('SIGKILL')
    await closing(child)
    return [codes, killed]
  })

  sameAsNode('disposal', async (spawn) => {
    const child = spawn('sleep', ['60'])
    child[Symbol.dispose]()
    const { killed } = child
    return [killed, await eventsOf(child)]
  })

  sameAsNode('B17: a program that is stopped has not ended', async (spawn) => {
    const child = spawn('sh', ['-c', 'echo ready; sleep 0.05; echo done; exit 7'])
    await once(child.stdout, 'data')
    const seen: string[] = []
    child.on('exit', () => seen.push('exit'))
    child.kill('SIGSTOP')
    await setTimeout(150)
    seen.push('continued')
    child.kill('SIGCONT')
    return [await eventsOf(child), seen]
  })
})

describe('an abort signal is Node’s', () => {
  sameAsNode('aborted while it runs', async (spawn) => {
    const controller = new AbortController()
    const child = spawn('sleep', ['60'], { signal: controller.signal, killSignal: 'SIGINT' })
    const errors: unknown[] = []
    child.on('error', (error: NodeJS.ErrnoException) => {
      const { name, code, message, cause } = error
      errors.push({ name, code, message, cause })
    })
    await once(child, 'spawn')
    controller.abort('why')
    return [await eventsOf(child), errors, child.killed]
  })

  sameAsNode(
    'not listened to any more at `exit`, though the pipes are still held',
    async (spawn) => {
      const { signal } = new AbortController()
      const child = spawn('sh', ['-c', 'sleep 0.5 &'], { signal })
      await once(child, 'exit')
      const listeners = getEventListeners(signal, 'abort')
      return [listeners, await eventsOf(child)]
    },
  )

  sameAsNode('aborted after the end', async (spawn) => {
    const controller = new AbortController()
    const child = spawn('true', { signal: controller.signal })
    const events = await eventsOf(child)
    controller.abort()
    await setTimeout(5)
    return [events, child.killed]
  })
})
