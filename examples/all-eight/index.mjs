// All eight types at once: what the process sees is its own, and `ready` says what was made.
import { readlinkSync } from 'node:fs'
import { run, spawn } from '@ns/spawn'

const namespaces = {
  user: { map: 'root' },
  uts: { hostname: 'eight' },
  pid: true,
  mount: true,
  net: true,
  ipc: true,
  cgroup: true,
  time: { boottime: 100 * 24 * 3600 },
}

const child = spawn('true', { namespaces })
const ready = await child.ready
await child.exited
for (const [type, inode] of Object.entries(ready.namespaces)) {
  const ours = readlinkSync(`/proc/self/ns/${type === 'mount' ? 'mnt' : type}`)
  console.log(`${type.padEnd(6)} ${ours.includes(inode) ? 'the same as ours' : 'its own'}`)
}

const script = `
  echo "name:      $(hostname)"
  echo "user:      $(id -un)"
  echo "PID 1:     $(cat /proc/1/comm)"
  echo "networks:  $(($(wc -l < /proc/net/dev) - 2))"
  echo "cgroup:    $(tail -n 1 /proc/self/cgroup)"
  echo "up for:    more than $(($(cut -d. -f1 /proc/uptime) / 86400)) days"`
const { stdout } = await run('sh', ['-c', script], { namespaces })
process.stdout.write(stdout)
