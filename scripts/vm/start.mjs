// Starts a program in namespaces and prints what came of it, as JSON: for ./apparmor.mjs.
import { readFileSync } from 'node:fs'
import { run } from '../../packages/spawn/dist/index.js'

const namespaces = { user: { map: 'root' }, uts: { hostname: 'box' }, mount: true, pid: true }
try {
  await run('true', [], { namespaces, cwd: '/' })
  const label = readFileSync('/proc/self/attr/apparmor/current', 'utf8').trim()
  console.log(JSON.stringify({ started: true, label }))
} catch ({ message, code, hint, cause }) {
  console.log(JSON.stringify({ message, code, hint, cause: cause?.code }))
}
