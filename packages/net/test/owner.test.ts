import type { Contribution } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  failure,
  lane,
  linux,
  needs,
  ownLinks,
  ownMounts,
  rootInside,
  running,
  shell,
  userNamespaces,
} from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetNs, net } from '../src/index.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

/** Joins the user namespace of a process. */
const sameUser = (pid: number): Contribution => ({
  type: 'user',
  flags: 0,
  join: pid,
  steps: () => {},
})

describe('D5: a network namespace whose owner is another user namespace than the one that is joined', () => {
  if (lane === 'user')
    test('is refused to a start, and the owner is named', async () => {
      await using one = await running([rootInside(), net()])
      await using other = await running([rootInside()])
      const { user, net: its } = ownLinks(one.pid)
      expect(
        await failure([sameUser(other.pid), net({ join: one.pid })], { file: 'true' }),
      ).toMatchObject({
        code: 'ERR_NS_PERMISSION',
        namespace: 'net',
        operation: 'join',
        hint: expect.stringContaining(`joining ${its} of ${user} needs CAP_SYS_ADMIN`),
        cause: { code: 'EPERM', syscall: 'setns' },
      })
    })

  if (lane === 'user')
    test('is refused to a NetNs that names the wrong one, and entered by the right one', async () => {
      await using one = await running([rootInside(), net()])
      await using other = await running([rootInside()])
      using wrong = NetNs.open(one.pid, { user: other.pid })
      const refused = { code: 'ERR_NS_PERMISSION', cause: { code: 'EPERM' } }
      await expect(wrong.listen()).rejects.toMatchObject(refused)
      await expect(wrong.netlink()).rejects.toMatchObject(refused)
      await expect(wrong.readSysctl('net.ipv4.ip_forward')).rejects.toMatchObject(refused)
      using right = NetNs.open(one.pid)
      expect(`${right.user}`).toBe(ownLinks(one.pid).user)
      expect(await right.readSysctl('net.ipv4.ip_forward')).toBe('0')
    })

  if (lane === 'root')
    test('is entered by root, whose links are both, and gives no right over it: sysfs is refused', async () => {
      await using host = await running([net()])
      await using owner = await running([rootInside(), net()])
      const keep = { capabilities: 'keep' } as const
      const mountSysfs =
        'readlink /proc/self/ns/user /proc/self/ns/net; mount -t sysfs none /mnt 2>&1'
      const inside = (pid: number) => [sameUser(owner.pid), net({ join: pid }), ownMounts()]
      const own = await shell(inside(owner.pid), mountSysfs, keep)
      expect(own).toMatchObject({ exitCode: 0 })
      const foreign = await shell(inside(host.pid), mountSysfs, keep)
      const [user, its, refused] = foreign.stdout.split('\n')
      expect([user, its]).toEqual([ownLinks(owner.pid).user, ownLinks(host.pid).net])
      expect(refused).toMatch(/permission denied/)
    })

  test('and the ends of a pair can’t lie in networks of two owners, but for root, where the kernel asks for the right to both', async () => {
    const asked = linux(6, 13, 'that question')() === undefined
    await using here = await running(asCaller([net()]))
    await using there = await running([rootInside(), net()])
    const pair = net({
      interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24'] }],
      outside: here.pid,
    })
    if (lane === 'root') {
      await using _child = await running([sameUser(there.pid), pair])
      using ns = NetNs.open(here.pid)
      using netlink = await ns.netlink()
      expect(netlink.links.list().map(({ name }) => name)).toEqual(['lo', 'veth0'])
    } else if (!asked) {
      await using _child = await running([sameUser(there.pid), pair])
    } else {
      const error = await failure([sameUser(there.pid), pair], { file: 'true' })
      expect(error).toMatchObject({ code: 'EPERM' })
    }
  })
})
