import { hostname } from 'node:os'
import { Readable } from 'node:stream'
import { checkLeaks, lane } from '@ns/testkit'
import { uts } from '@ns/uts'
import { describe, expect, test } from 'vitest'
import { run, SubprocessError, spawn } from '../src/index.ts'

checkLeaks()

describe('run', () => {
  test('gives what was printed, the exit and how long it took', async () => {
    const result = await run('sh', ['-c', 'echo out; echo err >&2'], { namespaces: 'all' })
    expect(result).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 0,
      signalCode: null,
    })
    expect(result.durationMs).toBeGreaterThan(0)
    expect(result.resourceUsage.maxRSS).toBeGreaterThan(0)
  })

  test('B1: another exit than 0 is an error with the same fields', async () => {
    const error = await run('sh', ['-c', 'echo out; echo why >&2; exit 9']).catch((error) => error)
    expect(error).toBeInstanceOf(SubprocessError)
    expect(error).toMatchObject({
      code: 'ERR_NS_EXIT',
      exitCode: 9,
      signalCode: null,
      stdout: 'out\n',
      stderr: 'why\n',
    })
    expect(error.message).toMatch(/exited with 9: why/)
  })

  test('B2: so is an end by a signal', async () => {
    const error = await run('sh', ['-c', 'kill -SEGV $$'], { namespaces: 'all' }).catch(
      (error) => error,
    )
    expect(error).toMatchObject({ code: 'ERR_NS_SIGNAL', exitCode: null, signalCode: 'SIGSEGV' })
  })

  test('what could not be started is the error of the start', async () => {
    await expect(run('nonesuch')).rejects.toMatchObject({
      code: 'ENOENT',
      syscall: 'spawn nonesuch',
    })
  })

  test.each([
    ['text', 'hello'],
    ['bytes', Buffer.from('hello')],
    ['a stream', Readable.from(['hel', 'lo'])],
  ])('input may be %s', async (_, input) => {
    expect((await run('cat', [], { input })).stdout).toBe('hello')
  })

  test('input that is not read is no failure', async () => {
    expect((await run('true', [], { input: 'x'.repeat(1 << 20) })).exitCode).toBe(0)
  })

  test('an abort settles when the process is gone', async () => {
    const controller = new AbortController()
    const running = run('sleep', ['60'], { signal: controller.signal, namespaces: 'all' })
    setTimeout(() => controller.abort(new Error('why')), 50)
    await expect(running).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'why' } })
  })
})

describe('namespaces', () => {
  test('the host name is set inside, and the host keeps its own', async () => {
    const before = hostname()
    const { stdout } = await run('hostname', [], {
      namespaces: { uts: { hostname: 'new-hostname' } },
    })
    expect([stdout, hostname()]).toEqual(['new-hostname\n', before])
  })

  test('a value may be a contribution, or the whole an array of them', async () => {
    const namespaces = { uts: uts({ hostname: 'one' }) }
    expect((await run('hostname', [], { namespaces })).stdout).toBe('one\n')
    const array = lane === 'root' ? [uts({ hostname: 'two' })] : []
    if (array.length)
      expect((await run('hostname', [], { namespaces: array })).stdout).toBe('two\n')
  })

  test('without privilege a user namespace is added, and ready says so', async () => {
    const child = spawn('true', [], { stdio: 'ignore', namespaces: { uts: true } })
    const { warnings, uidMap } = await child.ready
    await child.exited
    const added = warnings.some((warning) => warning.includes('user namespace was added'))
    expect(added).toBe(lane === 'user')
    const uid = process.geteuid?.()
    if (lane === 'user') expect(uidMap).toMatch(new RegExp(`^\\s*${uid}\\s+${uid}\\s+1\\n$`))
  })

  test('a command is known without capabilities, unless it is root of a user namespace', async () => {
    const print = ['-c', 'grep -E "Cap|NoNewPrivs" /proc/self/status']
    const { stdout } = await run('sh', print, { namespaces: { uts: true } })
    expect(stdout.match(/Cap\w+:\t(\w+)/g)?.map((line) => line.split('\t')[1])).toEqual(
      Array(5).fill('0000000000000000'),
    )
    expect(stdout).toContain('NoNewPrivs:\t1')
    const inside = await run('sh', print, { namespaces: { user: { map: 'root' } } })
    expect(inside.stdout).toMatch(
      /CapInh:\t0+\nCapPrm:\t0*1f+\nCapEff:\t0*1f+\nCapBnd:\t0*1f+\nCapAmb:\t0+\n/,
    )
  })

  test('A5: capabilities that are kept survive the exec of an id that is not root', async () => {
    const namespaces = { user: { map: 'current' } } as const
    const { stdout } = await run('grep', ['CapEff', '/proc/self/status'], {
      namespaces,
      capabilities: 'keep',
    })
    expect(stdout).toMatch(/CapEff:\t0*1f+\n/)
  })
})
