import { spawnSync as nodeSpawnSync, type SpawnSyncReturns } from 'node:child_process'
import { checkLeaks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { spawnSync } from '../../src/index.ts'

checkLeaks()

type SpawnSync = (file: string, args?: unknown, options?: unknown) => SpawnSyncReturns<Buffer>
const node = nodeSpawnSync as SpawnSync
const ours = spawnSync as unknown as SpawnSync
const namespaces = { user: { map: 'root' }, uts: true, pid: true }
const isolated: SpawnSync = (file, args, options) =>
  ours(file, args, { ...(options as object), namespaces })

/** The object, its pid and stack left out; or the code of what is thrown. */
function observe(spawnSync: SpawnSync, call: readonly [string, unknown?, unknown?]): unknown {
  try {
    const { pid, error, ...rest } = spawnSync(...call)
    const { code, errno, syscall, path, spawnargs } = (error ?? {}) as Record<string, unknown>
    return { ...rest, isThere: pid > 0, error: error && { code, errno, syscall, path, spawnargs } }
  } catch (error) {
    return [(error as Error).name, (error as NodeJS.ErrnoException).code]
  }
}

const big = 'x'.repeat(1 << 20)
const calls: readonly (readonly [string, unknown?, unknown?])[] = [
  ['true'],
  ['sh', ['-c', 'echo out; echo err >&2; exit 3']],
  ['sh', ['-c', 'kill -KILL $$']],
  ['echo', ['text'], { encoding: 'utf8' }],
  ['echo', ['text'], { encoding: 'buffer' }],
  ['echo', ['text'], { encoding: 'hex' }],
  ['cat', [], { input: 'text', encoding: 'utf8' }],
  ['cat', [], { input: Buffer.from('bytes') }],
  ['cat', [], { input: new Uint16Array([1, 2, 3]) }],
  ['cat', [], { input: big, maxBuffer: Number.POSITIVE_INFINITY }],
  ['true', [], { input: big }],
  ['cat', [], { input: 5 }],
  ['cat'],
  ['echo', ['$0'], { shell: true, encoding: 'utf8' }],
  ['sh', ['-c', 'echo 3 >&3'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], encoding: 'utf8' }],
  ['true', [], { stdio: 'ignore' }],
  ['true', [], { stdio: 'all' }],
  ['nonesuch', ['a']],
  ['true', [], { cwd: '/nonesuch' }],
  ['true', [], { cwd: '/etc/passwd' }],
  ['sleep', ['60'], { timeout: 50 }],
  ['sleep', ['60'], { timeout: 50, killSignal: 'SIGKILL' }],
  ['sh', ['-c', 'echo before; exec sleep 60'], { timeout: 1000, encoding: 'utf8' }],
  ['sh', ['-c', 'exec <&-; exec sleep 60'], { input: big, timeout: 200 }],
  ['true', [], { timeout: -1 }],
  ['true', [], { maxBuffer: -1 }],
  ['true', [], { killSignal: 'SIGNONE' }],
  ['', []],
]

describe('spawnSync is Node’s', () => {
  test.each(calls.map((call) => [JSON.stringify(call).slice(0, 80), call] as const))(
    '%s',
    (_, call) => {
      const expected = observe(node, call)
      expect(observe(ours, call)).toEqual(expected)
      expect(observe(isolated, call), 'in namespaces').toEqual(expected)
    },
  )

  test('who writes too much is ended', () => {
    for (const call of [node, ours, isolated]) {
      const { error, signal, stdout } = call('yes', [], { maxBuffer: 10 })
      expect([error, signal]).toMatchObject([{ code: 'ENOBUFS', errno: -105 }, 'SIGTERM'])
      expect(stdout.length).toBeGreaterThanOrEqual(10)
    }
  })

  test('namespaces that take the parent’s part are made where that is done at once', () => {
    const result = spawnSync('sh', ['-c', 'hostname; id -u'], {
      namespaces: { user: { map: 'root' }, uts: { hostname: 'box' }, pid: true, mount: true },
      encoding: 'utf8',
    })
    expect(result).toMatchObject({ stdout: 'box\n0\n', status: 0 })
  })
})
