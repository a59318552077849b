import { closeSync, constants, openSync, readSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { attempt } from '../../src/calls/result.ts'
import { launch } from '../../src/index.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

/** Fields of proc_pid_stat(5) of the command itself. */
const stat = { file: '/usr/bin/perl', args: ['-e', 'open F, "/proc/self/stat"; print <F>'] }
const fieldsOf = (text: string) => {
  const [, , group, session, terminal, foreground] = text
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number)
  return { pid: Number.parseInt(text, 10), group, session, terminal, foreground }
}
const own = async () => fieldsOf((await run(stat)).stdout)
const init = fresh('pid', (plan) => {
  plan.init = true
})

/** A new terminal: both ends of ptmx(4). */
function openTerminal(): { master: number; slave: number } {
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
  const number = Buffer.alloc(4)
  attempt('ioctl', master, 0x40045431, number) // TIOCSPTLCK: unlocked
  attempt('ioctl', master, 0x80045430, number) // TIOCGPTN
  const path = `/dev/pts/${number.readInt32LE()}`
  return { master, slave: openSync(path, constants.O_RDWR | constants.O_NOCTTY) }
}

/** What was written to the terminal; its end is EIO, once nobody has the other side. */
function readToEnd(master: number): string {
  const bytes = Buffer.alloc(4096)
  let length = 0
  try {
    for (;;) length += readSync(master, bytes, { offset: length })
  } catch {
    closeSync(master)
    return bytes.toString('utf8', 0, length)
  }
}

test('`session` makes the command the leader of one, `processGroup: 0` that of a group', async () => {
  const { group, session } = await own()
  const leader = fieldsOf((await run({ ...stat, session: true })).stdout)
  expect(leader).toMatchObject({ group: leader.pid, session: leader.pid, terminal: 0 })
  const first = fieldsOf((await run({ ...stat, processGroup: 0 })).stdout)
  expect(first).toMatchObject({ group: first.pid, session })
  expect(first.group).not.toBe(group)
})

test('with an init it is the command that leads, not the init', async () => {
  const { stdout } = await run({ ...stat, session: true }, [rootInside(), init])
  const { pid, group, session } = fieldsOf(stdout)
  expect({ group, session }).toEqual({ group: pid, session: pid })
})

test('in a namespace that is not the caller’s it leads a session, unless it is told to share the caller’s', async () => {
  const { session } = await own()
  const isolated = fieldsOf((await run(stat, [rootInside()])).stdout)
  expect(isolated).toMatchObject({ session: isolated.pid, group: isolated.pid })
  const shared = fieldsOf((await run({ ...stat, session: false }, [rootInside()])).stdout)
  expect(shared.session).toBe(session)
  const error = await failure({ ...stat, processGroup: 0 }, [rootInside()])
  expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  expect(error.message).toMatch(/^processGroup: .*unless session is false/)
})

test('a process joins the group of another', async () => {
  const other = launch([], { file: '/bin/sleep', args: ['60'], processGroup: 0 })
  await other.started
  const { stdout } = await run({ ...stat, processGroup: other.pid })
  other.kill('SIGKILL')
  await other.exited
  expect(fieldsOf(stdout).group).toBe(other.pid)
})

describe('a terminal', () => {
  test.each([
    ['without namespaces', []],
    ['behind an init', [rootInside(), init]],
  ])('%s: is the controlling one, and the command its foreground', async (_, namespaces) => {
    const { master, slave } = openTerminal()
    const script =
      'open T, ">/dev/tty" or die; print T "here\\n"; open F, "/proc/self/stat"; print <F>'
    const fds = [slave, slave, slave]
    const command = { file: '/usr/bin/perl', args: ['-e', script], fds, controllingTerminal: 0 }
    const child = launch(namespaces, command)
    await child.exited
    closeSync(slave)
    const said = readToEnd(master)
    expect(said).toMatch(/^here\r$/m)
    const { pid, terminal, session, foreground } = fieldsOf(said.replace(/^here\s+/, ''))
    expect(terminal).not.toBe(0)
    expect({ session, foreground }).toEqual({ session: pid, foreground: pid })
  })

  test('comes to the foreground where it is the caller’s', async () => {
    const { master, slave } = openTerminal()
    const fixture = new URL('../fixtures/foreground.ts', import.meta.url).pathname
    const args = ['--conditions=@ns/source', fixture]
    const fds = [slave, slave, 2]
    await launch([], { file: process.execPath, args, fds, controllingTerminal: 0 }).exited
    closeSync(slave)
    const { pid, group, session, foreground } = fieldsOf(readToEnd(master))
    expect({ group, foreground }).toEqual({ group: pid, foreground: pid })
    expect(session).not.toBe(pid)
  })

  test('that is none is named, with what to change', async () => {
    const fd = openSync('/dev/null', 'r')
    const error = await failure({ file: '/bin/true', fds: [fd], controllingTerminal: 0 })
    closeSync(fd)
    expect(error).toMatchObject({
      operation: 'take the controlling terminal',
      hint: expect.stringContaining('no terminal'),
      step: { phase: 'terminal', text: 'ioctl(0, TIOCSCTTY, 0)' },
      cause: { code: 'ENOTTY' },
    })
  })
})

test.each([
  [{ session: true, processGroup: 0 }, /^processGroup: /],
  [{ detached: true, foreground: 0 }, /^foreground: /],
  [{ controllingTerminal: 3 }, /^controllingTerminal: the command is given no fd 3/],
  [{ processGroup: -1 }, /^processGroup: an integer from 0/],
  [{ session: 1 as unknown as boolean }, /^session: true or false/],
])('%j is refused before anything exists', async (attributes, message) => {
  const error = await failure({ file: '/bin/true', fds: [2, 2, 2], ...attributes })
  expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  expect(error.message).toMatch(message)
})
