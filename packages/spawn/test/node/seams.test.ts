import type {
  ChildProcess,
  ChildProcessByStdio,
  ChildProcessWithoutNullStreams,
  spawn as nodeSpawn,
  SpawnOptions,
} from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { checkLeaks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { $ as zx } from 'zx/core'
import { type NamespacesOption, type Subprocess, spawn } from '../../src/index.ts'

checkLeaks()

describe('where others take a spawn', () => {
  test('the types are those of Node’s', () => {
    const whole: typeof nodeSpawn = spawn
    const calls = (): readonly unknown[] => {
      const any: ChildProcess = spawn('a', [], {} as SpawnOptions)
      const pipes: ChildProcessWithoutNullStreams = spawn('a')
      const two: ChildProcessByStdio<Writable, Readable, null> = spawn('a', [], {
        stdio: ['pipe', 'overlapped', 'inherit'],
      })
      const none: null = spawn('a', { stdio: ['ignore', 'ignore', 'inherit'] }).stdout
      return [any, pipes, two, none]
    }
    expect([whole, calls.length]).toEqual([spawn, 0])
  })

  describe('zx', () => {
    const isolated = ((file: string, args: string[], options: SpawnOptions) =>
      spawn(file, args, {
        ...options,
        namespaces: { user: { map: 'root' }, uts: { hostname: 'box' } },
      })) as unknown as typeof nodeSpawn
    const $ = zx({ spawn, quiet: true })
    const inside = zx({ spawn: isolated, quiet: true })

    test('runs commands, pipes them, and feeds them', async () => {
      expect((await $`echo one; echo two >&2`).stdall).toBe('one\ntwo\n')
      expect((await $`printf 'b\na\n'`.pipe($`sort`)).stdout).toBe('a\nb\n')
      expect((await $({ input: 'fed' })`cat`).stdout).toBe('fed')
    })

    test('in namespaces', async () => {
      expect((await inside`hostname; id -u`).stdout).toBe('box\n0\n')
    })

    test('tells how they end', async () => {
      await expect($`exit 3`).rejects.toMatchObject({ exitCode: 3, signal: null })
      await expect($`kill -KILL $$`).rejects.toMatchObject({ exitCode: null, signal: 'SIGKILL' })
      expect(await $({ nothrow: true })`exit 4`).toMatchObject({ exitCode: 4 })
    })

    test('kills, and gives up in time', async () => {
      const sleeping = $`exec sleep 60`
      await sleeping.kill('SIGINT')
      await expect(sleeping).rejects.toMatchObject({ signal: 'SIGINT' })
      await expect($({ timeout: 50 })`exec sleep 60`).rejects.toMatchObject({ signal: 'SIGTERM' })
    })

    test('aborts', async () => {
      const controller = new AbortController()
      const sleeping = $({ signal: controller.signal })`exec sleep 60`
      setTimeout(() => controller.abort('enough'), 20)
      await expect(sleeping).rejects.toMatchObject({ exitCode: null })
    })
  })

  describe('an agent’s kit: { command, args, cwd, env, signal } → process', () => {
    interface Wanted {
      readonly command: string
      readonly args: string[]
      readonly cwd?: string
      readonly env: NodeJS.ProcessEnv
      readonly signal: AbortSignal
    }
    interface Process {
      readonly stdin: Writable
      readonly stdout: Readable
      readonly killed: boolean
      readonly exitCode: number | null
      kill(signal: NodeJS.Signals): boolean
      on(
        event: 'exit',
        listener: (code: number | null, signal: NodeJS.Signals | null) => void,
      ): void
      on(event: 'error', listener: (error: Error) => void): void
      once(event: 'exit', listener: (code: number | null) => void): void
      off(event: 'exit', listener: (code: number | null) => void): void
    }
    const namespaces: NamespacesOption = { user: { map: 'current' }, pid: true, mount: true }
    const seam = ({ command, args, ...options }: Wanted): Process =>
      spawn(command, args, { ...options, namespaces })
    const { env } = process

    test('talks over its stdin and stdout, and ends with its code', async () => {
      const { signal } = new AbortController()
      const script = 'while read line; do echo "$PWD $line"; done; exit 3'
      const child = seam({ command: 'sh', args: ['-c', script], cwd: '/usr', env, signal })
      const exit = once(child as Subprocess, 'exit')
      child.stdin.end('one\ntwo\n')
      expect((await child.stdout.toArray()).join('')).toBe('/usr one\n/usr two\n')
      expect([await exit, child.exitCode, child.killed]).toEqual([[3, null], 3, false])
    })

    test('ends when it is told to', async () => {
      const controller = new AbortController()
      const child = seam({ command: 'sleep', args: ['60'], env, signal: controller.signal })
      const errors: unknown[] = []
      child.on('error', (error) => errors.push(error.name))
      const closed = once(child as Subprocess, 'close').catch(() => [])
      controller.abort()
      await closed
      expect([errors, child.killed]).toEqual([['AbortError'], true])
      await (child as Subprocess).closed
    })
  })
})
