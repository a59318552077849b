// What `docker exec` does: run a command in the namespaces of a process that runs.
import { run, spawn, tmpfs } from '@ns/spawn'

// The container: any process will do, whoever started it.
await using container = spawn('sh', ['-c', 'echo started > /mnt/log; echo; exec sleep 60'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  namespaces: {
    user: { map: 'root' },
    pid: true,
    uts: { hostname: 'container' },
    mount: { mounts: [tmpfs('/mnt')] },
  },
})
await new Promise((resolve) => container.stdout.once('data', resolve))
const { pid } = await container.ready

const join = { join: pid }
const script = 'hostname; cat /mnt/log; echo $(cat /proc/[12]/comm)'
const { stdout } = await run('sh', ['-c', script], {
  namespaces: { user: join, pid: join, uts: join, mount: join },
})
process.stdout.write(stdout)
