// Two roots that nobody can write to: the host's own, and one built of a few directories.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bind, run, tmpfs } from '@ns/spawn'

const mountTable = () => readFileSync('/proc/self/mountinfo', 'utf8')
const before = mountTable()
const capabilities = { drop: 'all' }

// 1. The host's root, read-only inside, with a /tmp that can be written to.
const first = await run(
  'sh',
  ['-c', 'exec 2>&1; touch /etc/written; touch /tmp/written && echo /tmp is writable'],
  {
    capabilities, // with those of a user namespace's root it could make the root writable again
    namespaces: {
      user: { map: 'root' },
      mount: { readonly: true, mounts: [tmpfs('/tmp')] },
    },
  },
)
process.stdout.write(first.stdout)

// 2. A root of its own: /usr from the host, /proc, nothing else.
const root = mkdtempSync(join(tmpdir(), 'readonly-root-'))
try {
  for (const name of ['usr', 'proc']) mkdirSync(join(root, name))
  const mounts = [bind('/usr', '/usr', { readonly: 'recursive' })]
  for (const name of ['bin', 'lib', 'lib64']) {
    const entry = lstatSync(`/${name}`, { throwIfNoEntry: false })
    if (entry?.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(root, name))
    if (!entry?.isDirectory()) continue
    mkdirSync(join(root, name))
    mounts.push(bind(`/${name}`, `/${name}`, { readonly: 'recursive' }))
  }
  const second = await run(
    'sh',
    ['-c', 'exec 2>&1; echo "the new root has:" *; touch /written || true'],
    {
      cwd: '/',
      capabilities,
      namespaces: { user: { map: 'root' }, pid: true, mount: { root, readonly: true, mounts } },
    },
  )
  process.stdout.write(second.stdout)
} finally {
  rmSync(root, { recursive: true })
}

console.log(`the host's mount table is ${mountTable() === before ? 'unchanged' : 'CHANGED'}`)
