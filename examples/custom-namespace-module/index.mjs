// A module of one's own: a contribution is data and steps. This one gives a process a host name that says when it began.
import { explain, run } from '@ns/spawn'
import { CLONE_NEW } from '@ns/syscalls'

/** A UTS namespace whose host name is a prefix and the time. */
function dated(prefix) {
  const name = `${prefix}-${new Date().toISOString().slice(0, 10)}`
  return {
    type: 'uts',
    flags: CLONE_NEW.uts,
    steps(plan) {
      // Which phase comes when, and why: packages/syscalls/src/program/order.ts. Errors and `explain` show these names.
      const options = { namespace: 'uts', operation: 'set a dated name' }
      plan.in('uts').call('sethostname', [name, Buffer.byteLength(name)], options)
    },
  }
}

const options = { namespaces: { user: { map: 'root' }, uts: dated('build') } }

const { stdout } = await run('hostname', [], options)
console.log('inside:', stdout.trim().replace(/[\d-]+$/, '-YYYY-MM-DD'))

const program = String(explain('hostname', [], options))
console.log('a step: ', program.match(/sethostname.*/)[0].replace(/\d{4}-\d\d-\d\d/, 'YYYY-MM-DD'))

// What fails in it is told as of any other package.
const broken = { ...dated('x'.repeat(80)) }
await run('hostname', [], { namespaces: { user: { map: 'root' }, uts: broken } }).catch((error) => {
  console.log('fails:  ', error.code, error.operation, error.cause.code)
})
