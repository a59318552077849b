// Limits of a command: of each process by setrlimit(2), which is always there, and of all together by a cgroup.
import { Cgroup } from '@ns/cgroup'
import { run } from '@ns/spawn'

const MiB = 2 ** 20
const end = ({ exitCode, signalCode }) => signalCode ?? `exit code ${exitCode}`

// Each process: a second of CPU time, 64 MiB of memory, files of 1 MiB.
const limits = { cpu: { soft: 1, hard: 2 }, as: 64 * MiB, fsize: MiB, core: 0 }
const attempts = {
  'computes for ever': 'while :; do :; done',
  'takes all memory': 'exec tail /dev/zero 2>&1',
  'fills the disk': 'f=$(mktemp); exec 3>$f; rm $f; exec head -c 1G /dev/zero >&3',
}
for (const [what, script] of Object.entries(attempts)) {
  const namespaces = { user: true, pid: true }
  console.log(
    what,
    '→',
    end(await run('sh', ['-c', script], { limits, namespaces, reject: false })),
  )
}

// All processes together: what a cgroup was delegated for, with the controllers that this machine has.
try {
  await using box = Cgroup.create({
    limits: { 'memory.max': 64 * MiB, 'pids.max': 8, 'cpu.max': 0.5 },
  })
  const script = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2 & done; wait'
  const { stderr } = await run('sh', ['-c', script], { cgroup: box, reject: false })
  console.log('forks without end →', /fork/.test(stderr) ? 'no ninth process' : 'all of them ran')
  console.log('it took', box.usage.pids.peak ?? '?', 'processes, refused', box.events.pids.max)
} catch (error) {
  const { code, message } = error
  // The message says who has the controller, or how to have a cgroup delegated.
  if (code !== 'ERR_NS_PERMISSION' && code !== 'ERR_NS_UNSUPPORTED') throw error
  console.log('forks without end → not limited here:', message.split('\n')[0])
}
