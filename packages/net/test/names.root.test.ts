import { MNT_DETACH, Namespace, succeed } from '@ns/syscalls'
import { checkLeaks, ownMounts, running, Scratch, shell } from '@ns/testkit'
import { expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

checkLeaks()

test("names in the caller's own mounts, in a directory of his", async () => {
  using scratch = new Scratch()
  const directory = scratch.at('netns')
  using made = await NetNs.createNamed('box', { directory })
  try {
    expect(await NetNs.list({ directory })).toEqual(['box'])
    using byPath = NetNs.open(`${directory}/box`)
    expect(byPath.equals(made)).toBe(true)
    await NetNs.delete('box', { directory })
    expect(await NetNs.list({ directory })).toEqual([])
  } finally {
    succeed({}, 'umount2', Buffer.from(`${directory}\0`), MNT_DETACH)
  }
  using own = Namespace.open('net', 0)
  expect(made.namespace.equals(own)).toBe(false)
})

test('nothing is left of a name that fails half-way', async () => {
  await using world = await running([ownMounts()])
  const mount = { ...ownMounts(), flags: 0, join: world.pid, steps: () => {} }
  const sh = (script: string) => shell([mount], script, { capabilities: 'keep' })
  await sh('mount -t tmpfs tmpfs /run')
  const names = { mount: world.pid }
  ;(await NetNs.createNamed('first', names)).close()
  // No mount more fits into this mount namespace (fs.mount-max): the file can be made, the mount can't.
  await sh(`
    mkdir /run/f && mount -t tmpfs tmpfs /run/f && cd /run/f
    for i in $(seq 0 20); do mkdir d$i m$i; done
    for i in $(seq 0 20); do mount --rbind /run/f /run/f/d$i || break; done
    for i in $(seq 20 -1 0); do mount --rbind /run/f/d$i /run/f/m$i; done`)
  await expect(NetNs.createNamed('box', names)).rejects.toMatchObject({ code: 'ENOSPC' })
  expect((await sh('ls /run/netns')).stdout).toBe('first\n')
})
