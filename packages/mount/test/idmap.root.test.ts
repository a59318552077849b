import { chownSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { probeSyscall } from '@ns/syscalls'
import {
  checkLeaks,
  expectErrno,
  failure,
  linux,
  needs,
  rootInside,
  running,
  Scratch,
  shell,
} from '@ns/testkit'
import { expect, test } from 'vitest'
import { bind, mount, openIdMap } from '../src/index.ts'

checkLeaks()

const TMPFS_MAGIC = 0x01021994
const idmapped = () =>
  linux(5, 12, 'idmapped mounts')() ??
  (statfsSync(tmpdir()).type === TMPFS_MAGIC ? linux(6, 3, 'an idmapped tmpfs')() : undefined)

test('a mount shows other ids, and what is made through it has the stored ones', async (context) => {
  needs(idmapped)(context)
  using scratch = new Scratch()
  const source = scratch.directory('source')
  chownSync(scratch.file('source/file'), 4000, 4001)
  const range = (stored: number, shown: number) => [{ stored, shown, count: 1 }]
  using idmap = await openIdMap({
    uid: [...range(4000, 5000), ...range(4242, 0)],
    gid: [...range(4001, 5001), ...range(4243, 0)],
  })
  chownSync(source, 4242, 4243)
  for (const ref of [idmap, { fd: idmap.fd }, `/proc/${process.pid}/fd/${idmap.fd}`]) {
    const { stdout } = await shell(
      [mount({ mounts: [bind(source, '/mnt', { idmap: ref, nodev: true })] })],
      'cd /mnt; stat -c %u:%g file; touch new; stat -c %u:%g new',
    )
    expect(stdout).toBe('5000:5001\n0:0\n')
    const { uid, gid } = statSync(`${source}/new`)
    expect([uid, gid]).toEqual([4242, 4243])
  }
})

test('the map of a user namespace that runs is taken by its pid', async (context) => {
  needs(idmapped)(context)
  using scratch = new Scratch()
  chownSync(scratch.file('file'), 0, 0)
  chownSync(scratch.file('other'), 77, 77)
  await using holder = await running([rootInside()])
  expect(readFileSync(`/proc/${holder.pid}/uid_map`, 'utf8')).toMatch(/0 +0 +1\n/)
  const mounts = [bind(scratch.path, '/mnt', { idmap: holder.pid })]
  const { stdout } = await shell([mount({ mounts })], 'stat -c %u /mnt/file /mnt/other')
  expect(stdout).toBe('0\n65534\n')
})

test('in a user namespace of the command’s the kernel refuses it, as does one without mount_setattr, and the hint says so', async () => {
  const ids = [{ stored: 0, shown: 0, count: 1 }]
  using idmap = await openIdMap({ uid: ids, gid: ids })
  const mounts = [bind('/usr', '/mnt', { idmap })]
  const error = await failure([rootInside(), mount({ mounts })])
  const missing = probeSyscall('mount_setattr')
  expect(error).toMatchObject({
    operation: 'map the ids',
    hint: missing?.reason ?? expect.stringMatching(/root, and without a user namespace/),
  })
  expectErrno(error, missing?.errno ?? 'EPERM')
})
