import { readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import type { Contribution } from '@ns/syscalls'
import { asCaller, checkLeaks, describeNamespace, output, running } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { startProgram } from '../../syscalls/src/process/launch.ts'
import { readOffsets, time } from '../src/index.ts'

describeNamespace({ type: 'time', create: () => time(), join: (ref) => time({ join: ref }) })
checkLeaks()

const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
const print = (file: string) => ({ file: 'cat', args: [file] })
const inTime = (contribution: Contribution) => asCaller([contribution])

describe('offsets', () => {
  test('A13: an offset of the boot-time clock is seen in /proc/uptime', async () => {
    const before = uptime()
    const { stdout } = await output(inTime(time({ boottime: 100_000 })), print('/proc/uptime'))
    const shifted = Number(stdout.split(' ')[0])
    expect(shifted).toBeGreaterThanOrEqual(before + 100_000)
    expect(shifted).toBeLessThan(before + 100_100)
  })

  test('A13: the monotonic clock is shifted, negative offsets too', async () => {
    const offset = -Math.floor(uptime() / 2)
    const script = 'console.log(Number(process.hrtime.bigint()) / 1e9)'
    const before = Number(process.hrtime.bigint()) / 1e9
    const command = { file: process.execPath, args: ['-e', script] }
    const { stdout } = await output(inTime(time({ monotonic: offset })), command)
    expect(Number(stdout)).toBeGreaterThanOrEqual(before + offset)
    expect(Number(stdout)).toBeLessThan(before + offset + 100)
  })

  test('A13: nanoseconds are exact, and clocks without an offset read zeros', async () => {
    const contributions = inTime(time({ boottime: 12.000000001 }))
    const { stdout } = await output(contributions, print('/proc/self/timens_offsets'))
    expect(stdout).toMatch(/^monotonic +0 +0\nboottime +12 +1\n$/)
    const none = await output(inTime(time()), print('/proc/self/timens_offsets'))
    expect(none.stdout).toMatch(/^monotonic +0 +0\nboottime +0 +0\n$/)
  })

  test('A13: a second process that joins sees the same, and they are read from outside', async () => {
    await using sleeper = await running(inTime(time({ boottime: 7.5 })))
    const user = asCaller([]).length > 0 ? { user: sleeper.pid } : {}
    const joins = asCaller([time({ join: sleeper.pid })], sleeper.pid)
    const { stdout } = await output(joins, print('/proc/self/timens_offsets'))
    expect(stdout).toMatch(/boottime +7 +500000000/)
    expect(await readOffsets(sleeper.pid, user)).toEqual({ monotonic: 0, boottime: 7.5 })
  })

  test('new offsets in a joined user namespace', async () => {
    const [user] = asCaller([])
    await using holder = await running(user ? [user] : [])
    const contributions = asCaller([time({ boottime: 77 })], holder.pid)
    const { stdout } = await output(contributions, print('/proc/self/timens_offsets'))
    expect(stdout).toMatch(/boottime +77 +0/)
  })
})

describe('how it comes into force', () => {
  // What `launch` decides by the kernel's version is forced here; below Linux 6.2 there is only the fork.
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const atExec = major * 1000 + minor >= 6002

  test.for([
    ['at exec', false],
    ['by a fork', true],
  ] as const)(
    '%s: the process is in the namespace that ready names',
    async ([, timeByFork], { skip }) => {
      skip(!timeByFork && !atExec, `Linux ${release()}: in force at exec from 6.2 on`)
      const contributions = inTime(time({ boottime: 50_000 }))
      const child = startProgram(contributions, { file: 'sleep', args: ['60'] }, { timeByFork })
      const ready = await child.started
      expect(statSync(`/proc/${child.pid}/ns/time`).ino).toBe(ready.namespaces.time)
      expect(readFileSync(`/proc/${child.pid}/timens_offsets`, 'utf8')).toMatch(
        /boottime +50000 +0/,
      )
      child.kill('SIGKILL')
      await child.exited
    },
  )
})
