// A shell changes its host name; the host keeps its own.
import { hostname } from 'node:os'
import { run } from '@ns/spawn'

console.log(`before:  ${hostname()}`)

// uts: the shell has names of its own. user: it is root inside, which gives the right to change them.
const { stdout } = await run('sh', ['-c', 'hostname new-hostname; hostname'], {
  namespaces: { user: { map: 'root' }, uts: true },
})
console.log(`inside:  ${stdout.trim()}`)

console.log(`after:   ${hostname()}`)
