// Runs tests in an emulated machine with another kernel or architecture, and writes what they showed to docs/platforms.md.
//
//   pnpm test:vm [--arch amd64|arm64] [--kernel 5.10|6.1|6.12] [--lane root|user|subids]… [--timeout SECONDS] [--only TITLE] [FILTER…]
//   pnpm test:vm --smoke [--arch …] [--kernel …]     one short program of the built packages, nothing is written
//   pnpm test:vm --apparmor [--arch …] [--kernel …]  the same of what profiles of AppArmor allow and deny
//
// The machine is started by the program that NS_VM_RUNNER names (docs/platforms.md says how it is called), or else by `vm` in PATH;
// the smoke has a small one of its own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { record } from './vm/platforms.mjs'
import { withStage } from './vm/stage.mjs'

/** Debian packages that the tests use, beside those that such a machine has. */
const packages = 'bsdutils busybox-static gcc libc6-dev perl-base python3 tcpdump'
const tested = [
  'syscalls',
  'uts',
  'pid',
  'mount',
  'net',
  'user',
  'ipc',
  'cgroup',
  'time',
  'spawn',
  'netlink',
  'lab',
]
/** Thousands of starts: hours where code runs 10 to 30 times slower. */
const left = ['**/load.test.ts']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: 'string', default: 'amd64' },
    kernel: { type: 'string', default: '6.1' },
    lane: { type: 'string', multiple: true, default: ['root', 'user', 'subids'] },
    smoke: { type: 'boolean', default: false },
    apparmor: { type: 'boolean', default: false },
    timeout: { type: 'string' },
    only: { type: 'string' }, // tests with that in their title; a part of a file is not recorded
  },
})
const { arch, kernel, lane } = values
const program = values.smoke ? 'smoke' : values.apparmor ? 'apparmor' : undefined
const small = fileURLToPath(new URL('vm/small-machine', import.meta.url))
const runner = process.env.NS_VM_RUNNER ?? (values.smoke ? small : 'vm')

if (spawnSync(runner, ['--help']).status !== 0) {
  console.error(`no emulator: ${runner} does not run; name one by NS_VM_RUNNER (docs/platforms.md)`)
  process.exit(3)
}
if (program) build('--filter=@ns/spawn...')

process.exitCode = await withStage({ all: !program }, program ? runProgram : runTests)

function runProgram(folder) {
  const command = ['node', `scripts/vm/${program}.mjs`]
  return spawnSync(runner, machine(folder, '300', command), { stdio: 'inherit' }).status ?? 1
}

async function runTests(folder) {
  const filters = positionals.length > 0 ? positionals : tested.map((name) => `packages/${name}/`)
  const only = values.only ? [`--testNamePattern=${values.only}`] : []
  const excludes = left.map((it) => `--exclude=${it}`)
  const command = ['scripts/vm/inside.sh', lane.join(' '), ...excludes, ...only, ...filters]
  const child = spawn(runner, machine(folder, '3600', command), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NS_VM_PACKAGES: packages },
  })
  const closed = once(child, 'close')
  const results = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('@result ')) {
      console.log(line)
      continue
    }
    const result = JSON.parse(line.slice(8))
    results.push(result)
    if (!values.only) record({ arch, kernel }, result) // at once: the machine may not come to its end
    console.log(summary(result))
  }
  const failed = results.reduce((sum, it) => sum + it.failed.length, 0)
  const passed = results.reduce((sum, it) => sum + (it.passed ?? 0), 0)
  console.log(`${passed} passed, ${failed} failed on ${arch}, Linux ${kernel}`)
  const [status] = await closed // its last line comes before its end
  return failed === 0 && passed > 0 && status === 0 ? 0 : 1
}

function summary({ lane, file = 'vitest', seconds, passed = 0, failed, skipped = [] }) {
  const head = `${lane} ${file}: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped in ${seconds} s`
  return [head, ...failed.map(([title, message]) => `  ${title}\n    ${message}`)].join('\n')
}

function machine(folder, limit, command) {
  const where = ['--arch', arch, '--kernel', kernel, '--dir', folder]
  return [...where, '--timeout', values.timeout ?? limit, '--', ...command]
}
