import { expect, test } from 'vitest'
import { tmpfs } from '../../mount/src/index.ts'
import { type RunOptions, run } from '../../spawn/src/index.ts'

// What docs/guides/security.md tells root. Each way out is tried without it too, where it has to work.

test('with ids that are nobody’s neither capabilities nor a file of root’s are left', async () => {
  const attempts = `! grep -q 'CapEff:.0*$' /proc/self/status && echo capable
      (: >>/proc/sys/kernel/core_pattern) && echo wrote
      unshare --user true && echo nested; :`
  const mounts = { readonly: true, mounts: [tmpfs('/tmp')] }
  const rest = { pid: true, net: true, ipc: true, mount: mounts }
  const as = (user: object, options: RunOptions = {}) =>
    run('sh', ['-c', attempts], { ...options, namespaces: { user, ...rest } })
  expect((await as({})).stdout).toBe('capable\nwrote\nnested\n')
  const ids = [{ inside: 0, outside: 100_000, count: 65_536 }]
  const nobodys = { map: { uid: ids, gid: ids }, disableNested: true }
  expect((await as(nobodys, { uid: 1000, gid: 1000 })).stdout).toBe('')
})
