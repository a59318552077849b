// `ps aux` is process 1, and sees nothing of the host.
import { readdirSync } from 'node:fs'
import { run } from '@ns/spawn'

const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
console.log(processes.length > 1 ? 'outside: many processes' : 'outside: one process')

// pid: the command gets number 1; without `init: false` an init would have it, and pass signals on and reap orphans.
// mount: /proc is mounted anew, for `ps` reads it.
const { stdout } = await run('ps', ['aux'], {
  namespaces: { user: { map: 'root' }, pid: { init: false }, mount: true },
})
console.log('inside:')
process.stdout.write(stdout)
