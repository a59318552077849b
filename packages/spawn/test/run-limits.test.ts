import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { checkLeaks, slower } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { type NamespacesOption, run, SubprocessError } from '../src/index.ts'

checkLeaks()

const isolated: NamespacesOption = { user: { map: 'root' }, pid: true }
const stubborn = `trap '' TERM; echo ready; while :; do sleep 0.05; done`

describe.each([
  ['without namespaces', undefined],
  ['in namespaces', isolated],
])('%s', (_, namespaces) => {
  test('B18: who ignores the end of its time is killed, and known to have exceeded it', async () => {
    const options = { namespaces, timeout: 100 * slower, forceKillAfterDelay: 100 * slower }
    await expect(run('sh', ['-c', stubborn], options)).rejects.toMatchObject({
      code: 'ERR_NS_TIMEOUT',
      exceeded: 'timeout',
      exitCode: null,
      signalCode: 'SIGKILL',
      stdout: 'ready\n',
      message: expect.stringMatching(/^sh exceeded its timeout and was ended by SIGKILL/),
    })
  })

  test('who writes too much is ended; what fitted is there', async () => {
    const options = { namespaces, maxBuffer: 10 }
    await expect(run('sh', ['-c', 'yes 12345'], options)).rejects.toMatchObject({
      code: 'ERR_NS_MAX_BUFFER',
      exceeded: 'maxBuffer',
      stdout: '12345\n1234',
    })
    expect((await run('printf', ['1234567890'], options)).stdout).toBe('1234567890')
  })

  test('reject: false makes every end a result', async () => {
    const options = { namespaces, reject: false }
    expect(await run('sh', ['-c', 'exit 3'], options)).toMatchObject({
      exitCode: 3,
      exceeded: null,
    })
    const limited = { ...options, timeout: 50 }
    expect(await run('sleep', ['60'], limited)).toMatchObject({
      signalCode: 'SIGTERM',
      exceeded: 'timeout',
    })
    await expect(run('nonesuch', options)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('an abort settles when the process is gone, also one that does not want to go', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const script = `echo $$; ${stubborn}`
    const running = run('sh', ['-c', script], { namespaces, signal, forceKillAfterDelay: 50 })
    void setTimeout(100).then(() => controller.abort('why'))
    await expect(running).rejects.toMatchObject({ name: 'AbortError', cause: 'why' })
  })

  test('lines come one by one, and the end is the program’s', async () => {
    const seen: string[] = []
    const script = `printf 'one\\ntwo ä\\n\\nlast'; exit 3`
    const reading = (async () => {
      for await (const line of run('sh', ['-c', script], { namespaces })) seen.push(line)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ERR_NS_EXIT', exitCode: 3, stdout: '' })
    expect(seen).toEqual(['one', 'two ä', '', 'last'])
  })

  test('whoever leaves the loop ends the program', async () => {
    let count = 0
    const running = run('yes', [], { namespaces, maxBuffer: 1 << 20 })
    for await (const line of running) if (line === 'y' && ++count === 100_000) break
    await expect(running).rejects.toBeInstanceOf(SubprocessError) // by the signal, or by its closed stdout
  })
})

describe('run', () => {
  test('its time counts what its children hold open', async () => {
    const { exitCode, exceeded } = await run('sh', ['-c', `sleep ${slower} & exit 0`], {
      timeout: 200 * slower,
      reject: false,
    })
    expect([exitCode, exceeded]).toEqual([0, 'timeout'])
    await setTimeout(1000 * slower)
  })

  test('a line that is too long ends the program', async () => {
    const reading = (async () => {
      for await (const line of run('sh', ['-c', 'yes | tr -d "\\n"'], { maxBuffer: 100 }))
        throw new Error(line)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ERR_NS_MAX_BUFFER' })
  })

  test('what was not started is told in the loop too', async () => {
    const reading = (file: string, options = {}) => run(file, [], options)[Symbol.asyncIterator]()
    await expect(reading('nonesuch').next()).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(reading('true', { cwd: 5 }).next()).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
  })

  test('lines are asked for at once, or not at all', async () => {
    const running = run('true')
    await running
    expect(() => running[Symbol.asyncIterator]()).toThrow(/in the tick/)
  })

  test('input that fails ends the program, and is the error', async () => {
    const input = Readable.from(
      (async function* () {
        yield 'begun'
        throw new Error('no more')
      })(),
    )
    await expect(run('cat', [], { input })).rejects.toThrow('no more')
  })

  test('input that never ends is left when the program has ended', async () => {
    const input = new Readable({ read() {} })
    input.push('x')
    expect((await run('head', ['-c', '1'], { input })).stdout).toBe('x')
    expect(input.destroyed).toBe(true)
  })

  test('an abort before the call starts nothing', async () => {
    const touched = `/tmp/ns-touched-${process.pid}`
    const aborted = run('touch', [touched], { signal: AbortSignal.abort('why') })
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError', cause: 'why' })
    expect(existsSync(touched)).toBe(false)
  })

  test.each([
    [{ maxBuffer: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ forceKillAfterDelay: 'x' }, 'ERR_OUT_OF_RANGE'],
    [{ input: 5 }, 'ERR_INVALID_ARG_TYPE'],
    [{ input: 'x', stdio: 'ignore' }, 'ERR_INVALID_ARG_VALUE'],
  ])('%o is refused', async (options, code) => {
    await expect(run('true', [], options as never)).rejects.toMatchObject({ code })
  })
})
