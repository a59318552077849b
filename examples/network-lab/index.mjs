// A replicated store on three machines is put through a partition: who is cut off takes no writes, the others go on.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { createLab } from '@ns/lab'

// Redis goes by its name: as `redis-check-rdb` it is in the package that starts no service (Debian's redis-tools), too.
const redis = (node, args) =>
  node.spawn('redis-check-rdb', args, {
    argv0: 'redis-server',
    stdio: ['ignore', 'ignore', 'inherit'],
  })

const ask = async (node, port, ...words) => {
  const { stdout } = await node.run('redis-cli', ['-p', port, ...words], { reject: false })
  return stdout.trim()
}

/** Asks until the answer is as wanted. */
const until = async (wanted, node, port, ...words) => {
  for (let left = 600; left > 0; left--) {
    const answer = await ask(node, port, ...words)
    if (wanted.test(answer)) return answer
    await setTimeout(100)
  }
  throw new Error(`${node.name} never answered ${wanted} to ${words.join(' ')}`)
}

const directory = mkdtempSync(`${tmpdir()}/store-`)
try {
  await using lab = await createLab()
  const nodes = await lab.nodes('a', 'b', 'c')
  const [a, b, c] = nodes
  await lab.switch('lan', nodes, { latency: 2, jitter: 1 })

  for (const node of nodes) {
    const priority = node === b ? 10 : 100 // who is to follow a
    const settings = {
      port: 6379,
      dir: directory,
      save: '',
      'protected-mode': 'no',
      'replica-priority': priority,
      'repl-ping-replica-period': 1,
      'min-replicas-to-write': 1, // a master whom nobody follows takes no writes
      'min-replicas-max-lag': 3,
      ...(node === a ? {} : { replicaof: `${a.address} 6379` }),
    }
    redis(
      node,
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    )
  }
  await until(/connected_slaves:2/, a, 6379, 'info', 'replication')

  for (const node of nodes) {
    const file = `${directory}/${node.name}.conf`
    const watch = [
      'port 26379',
      `dir ${directory}`,
      'protected-mode no',
      `sentinel monitor store ${a.address} 6379 2`,
      'sentinel down-after-milliseconds store 1000',
      'sentinel failover-timeout store 10000',
    ]
    writeFileSync(file, watch.join('\n'))
    redis(node, [file, '--sentinel'])
  }
  for (const node of nodes) {
    // They look around and talk every few seconds: here more often, as this is a test.
    const often = ['info-period', '500', 'publish-period', '500']
    await until(/^OK$/, node, 26379, 'sentinel', 'debug', ...often)
    await until(/num-other-sentinels\n2\n/, node, 26379, 'sentinel', 'master', 'store')
    await until(/num-slaves\n2\n/, node, 26379, 'sentinel', 'master', 'store')
  }
  console.log('the master is a, b and c follow')

  await until(/^OK$/, a, 6379, 'set', 'key', 'one')
  for (const node of nodes) await until(/^one$/, node, 6379, 'get', 'key')
  console.log('one is on all three')

  lab.partition([a], [b, c])
  console.log('a is cut off')

  await until(/role:master/, b, 6379, 'info', 'replication')
  await until(
    new RegExp(`^${b.address}\n`),
    c,
    26379,
    'sentinel',
    'get-master-addr-by-name',
    'store',
  )
  console.log('the others have made b the master')

  await until(/^OK$/, b, 6379, 'set', 'key', 'two')
  await until(/^two$/, c, 6379, 'get', 'key')
  console.log('b takes two, and c follows')

  await until(/min_slaves_good_slaves:0/, a, 6379, 'info', 'replication')
  assert.match(await ask(a, 6379, 'set', 'key', 'three'), /^NOREPLICAS/)
  assert.equal(await ask(a, 6379, 'get', 'key'), 'one')
  console.log('a takes no writes, and still has one')

  lab.heal()
  await until(/role:slave/, a, 6379, 'info', 'replication')
  await until(/^two$/, a, 6379, 'get', 'key')
  console.log('healed: a follows b, and has two')
} finally {
  rmSync(directory, { recursive: true })
}
