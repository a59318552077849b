// Root inside, and what one was outside: all of it without any privilege. It works for root as well, as anyone.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@ns/spawn'

const directory = mkdtempSync(join(tmpdir(), 'rootless-'))
try {
  const outside = await run('id')
  console.log(`outside: ${outside.stdout.trim()}`)

  const script = `
    echo "inside:  $(id)"
    echo "name:    $(hostname rootless; hostname)"
    echo "mounts:  $(mount -t tmpfs none /mnt && grep -c ' /mnt ' /proc/self/mountinfo) at /mnt"
    echo "sees:    $(ps -e | tail -n +2 | wc -l) processes, itself as $$"
    touch file`
  const inside = await run('sh', ['-c', script], {
    cwd: directory,
    namespaces: {
      user: { map: 'root' },
      uts: true,
      pid: true,
      mount: true,
    },
  })
  process.stdout.write(inside.stdout)

  const { uid } = statSync(join(directory, 'file'))
  console.log(`a file that root made inside belongs to uid ${uid} outside`)
} finally {
  rmSync(directory, { recursive: true })
}
