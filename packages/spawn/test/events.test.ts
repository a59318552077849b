import { once } from 'node:events'
import { checkLeaks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import {
  type NamespacesOption,
  run,
  type SpawnOptions,
  type Subprocess,
  spawn,
} from '../src/index.ts'

checkLeaks()

const four: NamespacesOption = { user: { map: 'root' }, uts: true, mount: true, pid: true }
const where: readonly (readonly [string, NamespacesOption | undefined])[] = [
  ['without namespaces', undefined],
  ['in four namespaces', four],
]

/** What `close` carries; `once` would take an `error` in between for the end. */
function closing(child: Subprocess): Promise<unknown[]> {
  return new Promise((resolve) => child.once('close', (...rest) => resolve(rest)))
}

/** All events in their order, until `close`. */
async function events(file: string, args: readonly string[], options: SpawnOptions) {
  const child = spawn(file, args, options)
  const seen: unknown[][] = []
  for (const event of ['spawn', 'exit', 'close'])
    child.on(event, (...rest) => seen.push([event, ...rest]))
  child.on('error', (error: NodeJS.ErrnoException) => seen.push(['error', error.code]))
  await closing(child)
  return { child, seen }
}

describe.each(where)('%s', (_, namespaces) => {
  test('B5: success is spawn, exit, close, in this order', async () => {
    const { child, seen } = await events('sh', ['-c', 'exit 3'], { namespaces })
    expect(seen).toEqual([['spawn'], ['exit', 3, null], ['close', 3, null]])
    expect([child.exitCode, child.signalCode]).toEqual([3, null])
  })

  test('B2: a signal that ends it is apart from the exit code', async () => {
    const { child, seen } = await events('sh', ['-c', 'kill -TERM $$'], { namespaces })
    expect(seen.at(-1)).toEqual(['close', null, 'SIGTERM'])
    expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGTERM'])
  })

  test('B5: a missing program is an error, never an exit', async () => {
    const { child, seen } = await events('nonesuch', [], { namespaces })
    expect(seen).toEqual([
      ['error', 'ENOENT'],
      ['close', -2, null],
    ])
    expect(child.pid).toBeUndefined()
  })

  test('an error has the shape of Node’s', async () => {
    const child = spawn('nonesuch', ['a', 'b'], { namespaces, cwd: '/' })
    const closed = closing(child)
    const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
    expect(error).toMatchObject({
      code: 'ENOENT',
      errno: -2,
      syscall: 'spawn nonesuch',
      path: 'nonesuch',
      spawnargs: ['a', 'b'],
    })
    expect(error.message).toMatch(/^spawn nonesuch ENOENT/)
    await closed
  })

  test('a missing cwd is told from a missing program', async () => {
    const child = spawn('true', [], { namespaces, cwd: '/nonesuch' })
    const closed = closing(child)
    const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'spawn true', step: { phase: 'cwd' } })
    expect(error.message).toMatch(/working directory '\/nonesuch'/)
    await closed
  })

  test('the output of the last moment arrives before close', async () => {
    const child = spawn('sh', ['-c', 'head -c 300000 /dev/zero'], { namespaces })
    let length = 0
    child.stdout?.on('data', (data: Buffer) => {
      length += data.length
    })
    await once(child, 'close')
    expect(length).toBe(300_000)
  })

  test('B13: the end of stdin is its end inside; a MiB both ways does not deadlock', async () => {
    const child = spawn('cat', [], { namespaces })
    const sent = Buffer.alloc(1 << 20, 'x')
    const received: Buffer[] = []
    child.stdout?.on('data', (data: Buffer) => received.push(data))
    child.stdin?.end(sent)
    await once(child, 'close')
    expect(Buffer.concat(received).equals(sent)).toBe(true)
  })

  test('B8: after the end, kill says so and signals nobody', async () => {
    const { child } = await events('true', [], { namespaces })
    expect(child.kill()).toBe(false)
    expect(child.killed).toBe(false)
  })

  test('B10: a signal reaches a handler of the command, and its exit code comes back', async () => {
    const script = `trap 'exit 15' TERM; echo ready; while :; do sleep 0.05; done`
    const child = spawn('sh', ['-c', script], { namespaces })
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    expect(child.kill()).toBe(true)
    expect(child.killed).toBe(true)
    expect(await once(child, 'exit')).toEqual([15, null])
  })

  test('a timeout sends killSignal', async () => {
    const { seen } = await events('sleep', ['60'], {
      namespaces,
      timeout: 50,
      killSignal: 'SIGINT',
    })
    expect(seen.at(-1)).toEqual(['close', null, 'SIGINT'])
  })

  test('an abort is an AbortError, and an exit', async () => {
    const controller = new AbortController()
    const child = spawn('sleep', ['60'], { namespaces, signal: controller.signal })
    await once(child, 'spawn')
    const closed = closing(child)
    const error = once(child, 'error')
    controller.abort('why')
    expect((await error)[0]).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why' })
    expect(await closed).toEqual([null, 'SIGTERM'])
  })

  test('an aborted signal starts nothing', async () => {
    const child = spawn('sleep', ['60'], { namespaces, signal: AbortSignal.abort('why') })
    const closed = closing(child)
    const [error] = await once(child, 'error')
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why' })
    expect(child.pid).toBeUndefined()
    await closed
  })

  test('disposal ends a process that does not want to', async () => {
    const script = `trap '' TERM; echo ready; while :; do sleep 0.05; done`
    const child = spawn('sh', ['-c', script], { namespaces })
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    setTimeout(() => child.kill('SIGKILL'), 100)
    await child[Symbol.asyncDispose]()
    expect(child.signalCode).toBe('SIGKILL')
  })

  test('a process that is not referenced does not hold the event loop', async () => {
    const script = `
      import { spawn } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).pathname)}
      const child = spawn('sleep', ['60'], { stdio: 'ignore', parentDeathSignal: 'SIGKILL', namespaces: ${JSON.stringify(namespaces)} })
      await child.ready
      child.unref()
      process.on('exit', () => console.log('the loop is empty'))`
    const args = ['--conditions=@ns/source', '--input-type=module', '-e', script]
    expect((await run(process.execPath, args)).stdout).toBe('the loop is empty\n')
  })
})

test('a start that fails in a namespace names the step, the path and the errno', async () => {
  const namespaces = { ...four, mount: { root: '/nonesuch' } }
  const child = spawn('true', [], { namespaces })
  const closed = closing(child)
  const [error] = await once(child, 'error')
  expect(error).toMatchObject({
    code: 'ERR_NS_SETUP',
    namespace: 'mount',
    step: {
      phase: 'sources',
      text: expect.stringMatching(/^open_tree\(AT_FDCWD, "\/nonesuch\/?"/),
    },
    cause: { code: 'ENOENT', path: expect.stringMatching(/^\/nonesuch\/?$/) },
    hint: expect.stringMatching(/does not exist/),
  })
  await expect(child.ready).rejects.toBe(error)
  await expect(child.exited).rejects.toBe(error)
  await closed
})

test('whoever awaits the promises needs no listener', async () => {
  const child = spawn('nonesuch')
  await expect(child.exited).rejects.toMatchObject({ code: 'ENOENT' })
})

test('nobody who looks away misses an error', async () => {
  const script = `
    import { spawn } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).pathname)}
    spawn('nonesuch')`
  const args = ['--conditions=@ns/source', '--input-type=module', '-e', script]
  await expect(run(process.execPath, args)).rejects.toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/spawn nonesuch ENOENT/),
  })
})
