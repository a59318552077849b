import { checkLeaks, lane, links, ownLinks, printLinks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { explain, run, type Subprocess, spawn } from '../src/index.ts'

checkLeaks()

const print = (namespaces: object) => run(printLinks.file, printLinks.args, { namespaces })

/** A sleeper in namespaces of its own. */
async function box(namespaces: object): Promise<Subprocess & { readonly pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', namespaces })
  await child.ready
  return child as Subprocess & { readonly pid: number }
}

const several = { user: { map: 'root' }, uts: true, ipc: true, mount: true, net: true, pid: true }

describe('namespaces of one process', () => {
  test('A2: all that differ are entered, those that are ours are left', async () => {
    await using target = await box({ ...several, time: true, cgroup: true })
    const { stdout } = await print({ join: { pid: target.pid } })
    expect(links(stdout)).toEqual(ownLinks(target.pid))
    const program = String(explain('true', [], { namespaces: { join: { pid: process.pid } } }))
    expect(program).not.toContain('setns')
  })

  test('A2: some of them; a type named beside goes before', async () => {
    await using target = await box(several)
    const theirs = ownLinks(target.pid)
    const own = ownLinks()
    const some = await print({ join: { pid: target.pid, types: ['ipc', 'user'] } })
    expect(links(some.stdout)).toEqual({ ...own, user: theirs.user, ipc: theirs.ipc })
    const mixed = await print({ join: { pid: target.pid }, uts: true, net: false })
    const { uts: fresh, ...others } = links(mixed.stdout)
    expect([own.uts, theirs.uts]).not.toContain(fresh)
    const { uts: _, ...expected } = { ...theirs, net: own.net }
    expect(others).toEqual(expected)
  })

  test('D11: of a process that is gone none is entered', async () => {
    const { pid } = await box({}).then(async (child) => {
      child.kill('SIGKILL')
      await child.exited
      return child
    })
    await expect(print({ join: { pid } })).rejects.toMatchObject({
      code: 'ERR_NS_NO_SUCH_PROCESS',
      message: `there is no process ${pid}`,
    })
  })

  test.each([
    [{ join: { pid: 0 } }, /namespaces\.join\.pid/],
    [{ join: { pid: 1, types: [] } }, /namespaces\.join\.types/],
    [{ join: { pid: 1, types: ['mnt'] } }, /namespaces\.join\.types: some of user, uts, mount/],
    [{ join: { pid: 1, type: 'uts' } }, /unknown option type; known: pid, types/],
  ])('A7: %o is refused before anything exists', (namespaces, message) => {
    expect(() => spawn('true', [], { namespaces: namespaces as never })).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})

describe('D5: a namespace whose owner is another user namespace than the one that is joined', () => {
  if (lane === 'user')
    test('is refused, and both are named', async () => {
      await using one = await box({ user: { map: 'root' }, uts: true })
      await using other = await box({ user: { map: 'root' } })
      const { user, uts } = ownLinks(one.pid)
      await expect(
        print({ user: { join: other.pid }, uts: { join: one.pid } }),
      ).rejects.toMatchObject({
        code: 'ERR_NS_PERMISSION',
        namespace: 'uts',
        operation: 'join',
        hint: expect.stringContaining(`joining ${uts} of ${user} needs CAP_SYS_ADMIN`),
        cause: { code: 'EPERM', syscall: 'setns' },
      })
    })
  else
    test('root enters both, but cannot mount the sysfs of that network', async () => {
      await using network = await box({ net: true })
      await using owner = await box({ user: { map: 'root' }, net: true })
      const sysfs = ['-c', 'mount -t sysfs none /mnt']
      const inside = (net: number) => ({
        namespaces: { user: { join: owner.pid }, net: { join: net }, mount: true },
        reject: false,
      })
      const { stdout } = await print({ user: { join: owner.pid }, net: { join: network.pid } })
      expect(links(stdout)).toMatchObject({
        user: ownLinks(owner.pid).user,
        net: ownLinks(network.pid).net,
      })
      expect(await run('sh', sysfs, inside(owner.pid))).toMatchObject({ exitCode: 0 })
      expect(await run('sh', sysfs, inside(network.pid))).toMatchObject({
        exitCode: 32,
        stderr: expect.stringMatching(/permission denied/),
      })
    })
})
